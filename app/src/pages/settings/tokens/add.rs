//! Making a token.

use contract::connection::{SettingsTask, TaskDone};
use contract::id::BotId;
use contract::token::{Mode, NewToken, Scope, TokenTask};
use leptos::prelude::*;

use super::super::load::Loaded;
use super::super::submit::{FormError, Submission};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonKind, Choice, Field, Select, Switch};

/// The choice of oneself among those as whom a token can act.
const ME: &str = "me";
/// The choice of no end.
const NEVER: &str = "never";

/// What is wished for.
#[derive(Clone, Copy)]
struct Wish {
    name: RwSignal<String>,
    holder: RwSignal<String>,
    mode: RwSignal<String>,
    days: RwSignal<String>,
    scopes: RwSignal<Vec<Scope>>,
}

impl Wish {
    fn new() -> Wish {
        let chosen = |word: &str| RwSignal::new(word.to_owned());
        Wish {
            name: chosen(""),
            holder: chosen(ME),
            mode: chosen(Mode::Live.as_str()),
            days: chosen("90"),
            scopes: RwSignal::new(Scope::USUAL.to_vec()),
        }
    }

    /// The scopes that whoever was chosen can have.
    fn possible(self) -> Vec<Scope> {
        if self.holder.get() == ME { Scope::ALL.to_vec() } else { Scope::OF_BOTS.to_vec() }
    }

    fn token(self) -> NewToken {
        let possible = untrack(move || self.possible());
        NewToken {
            name: self.name.get_untracked().trim().to_owned(),
            mode: Mode::parse(&self.mode.get_untracked()).unwrap_or_default(),
            bot: self.holder.get_untracked().parse().ok(),
            scopes: self
                .scopes
                .get_untracked()
                .into_iter()
                .filter(|scope| possible.contains(scope))
                .collect(),
            days: self.days.get_untracked().parse().ok(),
        }
    }
}

/// The form.
#[component]
pub(super) fn AddToken(
    loaded: Loaded,
    open: RwSignal<bool>,
    bots: Signal<Vec<(BotId, String)>>,
    secret: RwSignal<Option<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let wish = Wish::new();
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        submission.run(SettingsTask::Token(TokenTask::Create(wish.token())), move |done| {
            open.set(false);
            loaded.again();
            if let TaskDone::Token { secret: made } = done {
                secret.set(made);
            }
        });
    };
    view! {
        <form class="stack" on:submit=send>
            <Field
                name="name"
                id="token-name"
                label=tu_string!(i18n, settings.name)
                value=wish.name
                error=submission.error("name")
                autocomplete="off"
            />
            {holder(wish, submission, bots)}
            {limits(wish, submission)}
            <fieldset class="stack">
                <legend class="field__label">{tu_string!(i18n, settings.scopes)}</legend>
                {move || wish.possible().into_iter().map(|scope| one(scope, wish.scopes)).collect_view()}
            </fieldset>
            <FormError text=submission.general() />
            <div class="dialog__foot">
                <Button on_press=move || open.set(false)>{tu_string!(i18n, settings.cancel)}</Button>
                <Button kind=ButtonKind::Primary submit=true busy=submission.busy attr:data-testid="submit">
                    {tu_string!(i18n, settings.add_token)}
                </Button>
            </div>
        </form>
    }
}

/// As whom it acts.
fn holder(wish: Wish, submission: Submission, bots: Signal<Vec<(BotId, String)>>) -> impl IntoView {
    let i18n = use_i18n();
    let holders = Signal::derive(move || {
        let me = Choice::new(ME, tu_string!(i18n, settings.myself));
        let bot = |(id, name): (BotId, String)| {
            Choice::new(id.to_string(), tu_string!(i18n, settings.bot_named, name = name).to_string())
        };
        std::iter::once(me).chain(bots.get().into_iter().map(bot)).collect::<Vec<_>>()
    });
    view! {
        <Select
            name="holder"
            label=tu_string!(i18n, settings.acts_as)
            hint=tu_string!(i18n, settings.acts_as_hint)
            choices=holders
            value=wish.holder
            on_choose=move |chosen| wish.holder.set(chosen)
            error=submission.error("bot")
        />
    }
}

/// What it reaches, and until when.
fn limits(wish: Wish, submission: Submission) -> impl IntoView {
    let i18n = use_i18n();
    let modes = vec![
        Choice::new(Mode::Live.as_str(), tu_string!(i18n, settings.mode_live)),
        Choice::new(Mode::Test.as_str(), tu_string!(i18n, settings.mode_test)),
    ];
    let ends = vec![
        Choice::new("30", tu_string!(i18n, settings.days_30)),
        Choice::new("90", tu_string!(i18n, settings.days_90)),
        Choice::new("365", tu_string!(i18n, settings.days_365)),
        Choice::new(NEVER, tu_string!(i18n, settings.no_end)),
    ];
    view! {
        <Select
            name="mode"
            label=tu_string!(i18n, settings.reaches)
            choices=modes
            value=wish.mode
            on_choose=move |chosen| wish.mode.set(chosen)
            error=submission.error("mode")
        />
        <Select
            name="days"
            label=tu_string!(i18n, settings.good_until)
            choices=ends
            value=wish.days
            on_choose=move |chosen| wish.days.set(chosen)
            error=submission.error("days")
        />
    }
}

/// One scope, on or off.
fn one(scope: Scope, scopes: RwSignal<Vec<Scope>>) -> impl IntoView {
    let i18n = use_i18n();
    let hint = match scope {
        Scope::EventsRead => tu_string!(i18n, settings.scope_events_read),
        Scope::ConversationsRead => tu_string!(i18n, settings.scope_conversations_read),
        Scope::ConversationsWrite => tu_string!(i18n, settings.scope_conversations_write),
        Scope::ConversationsStart => tu_string!(i18n, settings.scope_conversations_start),
        Scope::MessagesWrite => tu_string!(i18n, settings.scope_messages_write),
        Scope::ContactsRead => tu_string!(i18n, settings.scope_contacts_read),
        Scope::ContactsWrite => tu_string!(i18n, settings.scope_contacts_write),
        Scope::DeskRead => tu_string!(i18n, settings.scope_desk_read),
        Scope::ReportsRead => tu_string!(i18n, settings.scope_reports_read),
        Scope::SettingsRead => tu_string!(i18n, settings.scope_settings_read),
        Scope::SettingsWrite => tu_string!(i18n, settings.scope_settings_write),
    };
    let turn = move |on: bool| {
        scopes.update(|scopes| {
            scopes.retain(|other| *other != scope);
            if on {
                scopes.push(scope);
            }
        });
    };
    view! {
        <Switch
            label=scope.as_str()
            hint=hint
            on=Signal::derive(move || scopes.with(|scopes| scopes.contains(&scope)))
            on_turn=turn
        />
    }
}
