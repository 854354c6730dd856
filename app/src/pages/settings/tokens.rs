//! Tokens of the public API, and how to begin with them.

use contract::connection::{SettingsTask, TaskDone};
use contract::settings::{Settings, SettingsPage};
use contract::time::Time;
use contract::token::{TokenCard, TokenHolder, TokenSettings, TokenTask};
use leptos::prelude::*;
use leptos_meta::Title;

use super::load::{Loaded, Trouble, load};
use super::submit::{FormError, Submission};
use super::{Head, open_while};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{
    Ago, Badge, Button, ButtonKind, ButtonSize, CopyLine, Dialog, DialogSize, Empty, IconName, Skeleton, Tone,
};

mod add;

use add::AddToken;

/// Hours for which a replaced secret is still good.
const OVERLAP: u32 = 24;

/// What is asked about a token.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Question {
    /// Whether to give it a new secret.
    Rotate(TokenCard),
    /// Whether to end it.
    Revoke(TokenCard),
}

impl Question {
    fn token(&self) -> &TokenCard {
        match self {
            Question::Rotate(token) | Question::Revoke(token) => token,
        }
    }
}

/// The screen of the tokens.
#[component]
pub fn Tokens() -> impl IntoView {
    let i18n = use_i18n();
    let loaded = load(SettingsPage::Tokens);
    let adding = RwSignal::new(false);
    let asking = RwSignal::new(None::<Question>);
    let secret = RwSignal::new(None::<String>);
    let shown = move || match loaded.get()? {
        Ok(Settings::Tokens(page)) => Some(whole(page, asking).into_any()),
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=loaded /> }.into_any()),
    };
    let bots = Signal::derive(move || match loaded.get() {
        Some(Ok(Settings::Tokens(page))) => page.bots,
        _ => Vec::new(),
    });
    view! {
        <Title text=tu_string!(i18n, settings.developers) />
        <Head title=tu_string!(i18n, settings.developers) text=tu_string!(i18n, settings.tokens_text)>
            <Button
                kind=ButtonKind::Primary
                icon=IconName::Key
                on_press=move || adding.set(true)
                attr:data-testid="add-token"
            >
                {tu_string!(i18n, settings.add_token)}
            </Button>
        </Head>
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, settings.loading) /> }
        }>{shown}</Transition>
        <Dialog
            open=adding
            title=tu_string!(i18n, settings.add_token)
            close=tu_string!(i18n, settings.close)
            testid="add-token-dialog"
        >
            <AddToken loaded=loaded open=adding bots=bots secret=secret />
        </Dialog>
        <Ask loaded=loaded asking=asking secret=secret />
        <Secret secret=secret />
    }
}

fn whole(page: TokenSettings, asking: RwSignal<Option<Question>>) -> impl IntoView {
    let i18n = use_i18n();
    let sample = format!(
        "curl -H \"Authorization: Bearer $BATON_TOKEN\" '{}/api/v1/events?after=beginning&wait=25'",
        page.address
    );
    view! {
        <section class="card stack">
            <p class="soft">{tu_string!(i18n, settings.api_text)}</p>
            <CopyLine
                text=sample
                label=tu_string!(i18n, settings.copy)
                done=tu_string!(i18n, settings.copied)
                testid="api-sample"
            />
            <p>
                <a href="/api/docs" rel="external" data-testid="api-docs">
                    {tu_string!(i18n, settings.api_docs)}
                </a>
            </p>
        </section>
        {table(page.tokens, page.now, asking)}
    }
}

fn table(tokens: Vec<TokenCard>, now: Time, asking: RwSignal<Option<Question>>) -> impl IntoView {
    let i18n = use_i18n();
    if tokens.is_empty() {
        return view! {
            <Empty
                icon=IconName::Key
                title=tu_string!(i18n, settings.no_tokens)
                text=tu_string!(i18n, settings.no_tokens_text)
            />
        }
        .into_any();
    }
    let rows = tokens.into_iter().map(|token| row(token, now, asking)).collect_view();
    view! {
        <div class="card">
            <div class="table-box">
                <table class="table table--stack">
                    <thead>
                        <tr>
                            <th scope="col">{tu_string!(i18n, settings.name)}</th>
                            <th scope="col">{tu_string!(i18n, settings.acts_as)}</th>
                            <th scope="col">{tu_string!(i18n, settings.good_until)}</th>
                            <th scope="col">{tu_string!(i18n, settings.last_used)}</th>
                            <th scope="col">
                                <span class="visually-hidden">{tu_string!(i18n, settings.actions)}</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
    .into_any()
}

fn row(token: TokenCard, now: Time, asking: RwSignal<Option<Question>>) -> impl IntoView {
    let i18n = use_i18n();
    let over = token.revoked_at.is_some() || token.expires_at.is_some_and(|at| at <= now);
    let holder = match &token.holder {
        TokenHolder::Bot { name, .. } => {
            tu_string!(i18n, settings.bot_named, name = name.clone()).to_string()
        }
        TokenHolder::Person { name, .. } => name.clone(),
    };
    let scopes = token.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
    let actions = (!over).then(|| actions(&token, asking));
    view! {
        <tr class:table__row--faint=over data-testid="token">
            <td>
                <div class="table__main">
                    <bdi>{token.name.clone()}</bdi>
                    " "
                    <code class="faint">"…"{token.hint.clone()}</code>
                </div>
                <div class="table__second">{scopes}</div>
            </td>
            <td>
                <bdi>{holder}</bdi>
                " "
                <Badge>{token.mode.as_str()}</Badge>
            </td>
            <td class="faint">{standing(&token, now)}</td>
            <td class="faint">
                {match token.last_used_at {
                    Some(at) => view! { <Ago at=at.0 /> }.into_any(),
                    None => tu_string!(i18n, settings.never).into_any(),
                }}
                {token.last_used_from.clone().map(|from| view! { <div class="table__second">{from}</div> })}
            </td>
            <td class="table__end">{actions}</td>
        </tr>
    }
}

/// Until when a token is good, or why it is no longer.
fn standing(token: &TokenCard, now: Time) -> AnyView {
    let i18n = use_i18n();
    match (token.revoked_at, token.expires_at) {
        (Some(_), _) => view! { <Badge>{tu_string!(i18n, settings.revoked)}</Badge> }.into_any(),
        (None, Some(at)) if at <= now => {
            view! { <Badge tone=Tone::Caution>{tu_string!(i18n, settings.expired)}</Badge> }.into_any()
        }
        (None, Some(at)) => view! { <Ago at=at.0 /> }.into_any(),
        (None, None) => tu_string!(i18n, settings.no_end).into_any(),
    }
}

fn actions(token: &TokenCard, asking: RwSignal<Option<Question>>) -> impl IntoView + use<> {
    let i18n = use_i18n();
    let (rotated, revoked) = (token.clone(), token.clone());
    view! {
        <Button
            kind=ButtonKind::Ghost
            size=ButtonSize::Small
            on_press=move || asking.set(Some(Question::Rotate(rotated.clone())))
            attr:data-testid="rotate-token"
        >
            {tu_string!(i18n, settings.renew)}
        </Button>
        <Button
            kind=ButtonKind::Ghost
            size=ButtonSize::Small
            on_press=move || asking.set(Some(Question::Revoke(revoked.clone())))
            attr:data-testid="revoke-token"
        >
            {tu_string!(i18n, settings.revoke)}
        </Button>
    }
}

/// Asks before a token is renewed or ended.
#[component]
fn Ask(
    loaded: Loaded,
    asking: RwSignal<Option<Question>>,
    secret: RwSignal<Option<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let open = open_while(asking);
    Effect::new(move |_| {
        asking.track();
        submission.clear();
    });
    let renews = Signal::derive(move || asking.with(|asked| matches!(asked, Some(Question::Rotate(_)))));
    let title = Signal::derive(move || {
        let name =
            asking.with(|asked| asked.as_ref().map(|asked| asked.token().name.clone()).unwrap_or_default());
        match renews.get() {
            true => tu_string!(i18n, settings.renew_title, name = name).to_string(),
            false => tu_string!(i18n, settings.revoke_title, name = name).to_string(),
        }
    });
    let go = move || {
        let Some(asked) = asking.get_untracked() else { return };
        let token = asked.token().id;
        let task = match asked {
            Question::Rotate(_) => TokenTask::Rotate { token, overlap_hours: OVERLAP },
            Question::Revoke(_) => TokenTask::Revoke { token },
        };
        submission.run(SettingsTask::Token(task), move |done| {
            open.set(false);
            loaded.again();
            if let TaskDone::Token { secret: made } = done {
                secret.set(made);
            }
        });
    };
    view! {
        <Dialog open=open title=title close=tu_string!(i18n, settings.close) testid="ask-token-dialog">
            <p class="soft">
                {move || match renews.get() {
                    true => tu_string!(i18n, settings.renew_text),
                    false => tu_string!(i18n, settings.revoke_text),
                }}
            </p>
            <FormError text=submission.general() />
            <div class="dialog__foot">
                <Button on_press=move || open.set(false)>{tu_string!(i18n, settings.cancel)}</Button>
                <Button kind=ButtonKind::Danger busy=submission.busy on_press=go attr:data-testid="submit">
                    {move || match renews.get() {
                        true => tu_string!(i18n, settings.renew),
                        false => tu_string!(i18n, settings.revoke),
                    }}
                </Button>
            </div>
        </Dialog>
    }
}

/// Shows a secret: once, and never again.
#[component]
fn Secret(secret: RwSignal<Option<String>>) -> impl IntoView {
    let i18n = use_i18n();
    let open = open_while(secret);
    view! {
        <Dialog
            open=open
            title=tu_string!(i18n, settings.token_made)
            close=tu_string!(i18n, settings.close)
            size=DialogSize::Wide
            testid="secret-dialog"
        >
            <p class="soft">{tu_string!(i18n, settings.token_made_text)}</p>
            {move || {
                secret
                    .get()
                    .map(|secret| {
                        view! {
                            <CopyLine
                                text=secret
                                label=tu_string!(i18n, settings.copy)
                                done=tu_string!(i18n, settings.copied)
                                testid="token-secret"
                            />
                        }
                    })
            }}
            <div class="dialog__foot">
                <Button kind=ButtonKind::Primary on_press=move || open.set(false) attr:data-testid="done">
                    {tu_string!(i18n, settings.done)}
                </Button>
            </div>
        </Dialog>
    }
}
