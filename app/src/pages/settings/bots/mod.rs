//! Bots: the list, one bot, its calls, the editor of the built-in kind with its preview, versions, trial runs, and what
//! was not understood.

use contract::bots::{BotScreen, BotShown, CallCame};
use contract::handoff::ReasonCode;
use contract::id::{BotId, ConversationId};
use contract::settings::{Settings, SettingsPage};
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::load::{Loaded, Trouble};
use crate::i18n::{tu_string, use_i18n};
use crate::pages::not_found::NotFound;
use crate::ui::{Icon, IconName, Shape, Skeleton, Tone};

mod calls;
mod entries;
mod flow;
mod learning;
mod list;
mod one;
mod phone;
mod setup;
mod summaries;
mod terms;
mod trials;
mod versions;

use calls::BotCalls;
use flow::BotFlow;
use learning::BotLearning;
use list::List;
use one::OneBot;
use summaries::Summaries;
use trials::BotTrials;
use versions::BotVersions;

/// The screen that the address names: all bots, or one of the screens of one.
#[component]
pub fn Bots() -> impl IntoView {
    let params = use_params_map();
    let place = Memo::new(move |_| params.with(|params| (params.get("bot"), params.get("screen"))));
    move || {
        let (bot, screen) = place.get();
        let Some(bot) = bot.filter(|bot| !bot.is_empty()) else { return view! { <List /> }.into_any() };
        if bot == "summaries" && screen.is_none() {
            return view! { <Summaries /> }.into_any();
        }
        let Ok(id) = bot.parse::<BotId>() else { return view! { <NotFound /> }.into_any() };
        match screen.as_deref().unwrap_or_default() {
            "" => view! { <OneBot id=id /> }.into_any(),
            "flow" => view! { <BotFlow id=id /> }.into_any(),
            "versions" => view! { <BotVersions id=id /> }.into_any(),
            "trials" => view! { <BotTrials id=id /> }.into_any(),
            "learning" => view! { <BotLearning id=id /> }.into_any(),
            "calls" => view! { <BotCalls id=id /> }.into_any(),
            _ => view! { <NotFound /> }.into_any(),
        }
    }
}

fn page(screen: BotScreen) -> SettingsPage {
    SettingsPage::Bots(screen)
}

/// What a screen shows once it is there.
fn shown(
    loaded: Loaded,
    view: impl Fn(BotShown) -> Option<AnyView> + Send + Sync + 'static,
) -> impl IntoView {
    let i18n = use_i18n();
    let shown = move || match loaded.get()? {
        Ok(Settings::Bots(shown)) => view(*shown),
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=loaded /> }.into_any()),
    };
    view! {
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, settings.loading) shape=Shape::Blocks count=3 /> }
        }>{shown}</Transition>
    }
}

/// The head of a bot's screens, and the way between them.
#[component]
fn BotHead(
    id: BotId,
    #[prop(into)] name: String,
    /// Whether it is edited here.
    editable: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let i18n = use_i18n();
    let base = format!("/settings/bots/{id}");
    let place = |end: &str, label: &'static str| {
        view! {
            <A href=format!("{base}{end}") exact=true attr:class="ways__way">
                {label}
            </A>
        }
    };
    let edit = if editable { tu_string!(i18n, bots.edit) } else { tu_string!(i18n, bots.try_it) };
    view! {
        <header class="settings__head" data-testid="bot-page" data-bot=id.to_string()>
            <div class="settings__words">
                <A href="/settings/bots" attr:class="settings__back">
                    <Icon name=IconName::ArrowLeft />
                    <span>{tu_string!(i18n, bots.bots)}</span>
                </A>
                <h2 class="settings__title truncate">{name}</h2>
            </div>
            {children
                .map(|children| view! { <div class="settings__actions line line--wrap">{children()}</div> })}
        </header>
        <nav class="ways" aria-label=tu_string!(i18n, bots.bot)>
            {place("", tu_string!(i18n, bots.overview))}
            {place("/flow", edit)}
            {editable.then(|| place("/trials", tu_string!(i18n, bots.trials)))}
            {place("/learning", tu_string!(i18n, bots.learning))}
            {place("/versions", tu_string!(i18n, bots.versions))}
            {place("/calls", tu_string!(i18n, bots.calls))}
        </nav>
    }
}

/// A link to a conversation in the inbox.
fn conversation(id: ConversationId, label: impl Into<String>) -> impl IntoView {
    view! { <a href=format!("/inbox/all/{id}")>{label.into()}</a> }
}

fn came_word(came: CallCame) -> &'static str {
    let i18n = use_i18n();
    match came {
        CallCame::Answered => tu_string!(i18n, bots.answered),
        CallCame::Later => tu_string!(i18n, bots.later),
        CallCame::HandedOff => tu_string!(i18n, bots.handed_off),
        CallCame::Failed => tu_string!(i18n, bots.failed),
        CallCame::Dropped => tu_string!(i18n, bots.dropped),
    }
}

fn came_tone(came: CallCame) -> Tone {
    match came {
        CallCame::Answered => Tone::Positive,
        CallCame::Later | CallCame::Dropped => Tone::Neutral,
        CallCame::HandedOff => Tone::Caution,
        CallCame::Failed => Tone::Negative,
    }
}

/// A reason's code as words.
fn reason_words(code: &str) -> String {
    let words = ReasonCode::parse(code).map_or(code, |reason| reason.as_str());
    words.replace('_', " ")
}

/// The keywords of a box, one a line.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
