//! Keeping a conversation as a test of a bot.

use contract::bots::{KeepTest, TestOf};
use contract::id::{BotId, ConversationId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::dialogs::Foot;
use crate::calls::{self, CallError};
use crate::i18n::{tu_string, use_i18n};
use crate::pages::frame::use_place;
use crate::ui::{Choice, Field, Select, ToastKind, use_toasts};

/// Of which bot, and what to call it. Bots of a kind that calls somebody cannot be tried, and are not offered.
#[component]
pub(super) fn Keep(id: ConversationId) -> impl IntoView {
    let i18n = use_i18n();
    let bots = RwSignal::new(None::<Result<Vec<TestOf>, CallError>>);
    spawn_local(async move {
        bots.try_set(Some(calls::tests_of(id).await));
    });
    move || match bots.get() {
        None => view! { <p class="soft">{tu_string!(i18n, inbox.loading)}</p> }.into_any(),
        Some(Err(_)) => {
            view! { <p class="soft" role="alert">{tu_string!(i18n, inbox.offline_text)}</p> }.into_any()
        }
        Some(Ok(bots)) if bots.is_empty() => {
            view! { <p class="soft">{tu_string!(i18n, inbox.test_none)}</p> }.into_any()
        }
        Some(Ok(bots)) => view! { <Form id=id bots=bots /> }.into_any(),
    }
}

#[component]
fn Form(id: ConversationId, bots: Vec<TestOf>) -> impl IntoView {
    let i18n = use_i18n();
    let (place, toasts) = (use_place(), use_toasts());
    let chosen = RwSignal::new(bots.first().map(|bot| bot.bot.to_string()).unwrap_or_default());
    let title = place.live.card(id).map(|card| card.with_untracked(|card| card.contact_name.clone()));
    let name = RwSignal::new(title.unwrap_or_default());
    let (busy, error) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let choice = |bot: &TestOf| {
        let label = match bot.own {
            true => tu_string!(i18n, inbox.test_own, name = bot.name.clone()).to_string(),
            false => bot.name.clone(),
        };
        Choice::new(bot.bot.to_string(), label)
    };
    let choices: Vec<Choice> = bots.iter().map(choice).collect();
    let bots = StoredValue::new(bots);
    let known = move || {
        let bot: BotId = chosen.read().parse().ok()?;
        let kept = bots.with_value(|bots| bots.iter().find(|one| one.bot == bot)?.kept.clone())?;
        Some(tu_string!(i18n, inbox.test_known, name = kept).to_string())
    };
    let ready =
        Signal::derive(move || !busy.get() && known().is_none() && name.with(|name| !name.trim().is_empty()));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (true, Ok(bot)) = (ready.get_untracked(), chosen.get_untracked().parse()) else { return };
        busy.set(true);
        let keep = KeepTest { bot, conversation: id, name: name.get_untracked() };
        spawn_local(async move {
            match calls::keep_test(keep).await {
                Ok(()) => {
                    place.ask.try_set(None);
                    toasts.show(ToastKind::Positive, tu_string!(i18n, inbox.test_kept));
                }
                Err(CallError::Change(refused)) => drop(error.try_set(Some(refused.message))),
                Err(_) => drop(error.try_set(Some(tu_string!(i18n, inbox.offline_text).to_owned()))),
            }
            busy.try_set(false);
        });
    };
    view! {
        <form class="stack" on:submit=send>
            <p class="soft">{tu_string!(i18n, inbox.test_text)}</p>
            <Select
                name="bot"
                id="test-bot"
                label=tu_string!(i18n, inbox.test_bot)
                choices=choices
                value=chosen
                on_choose=move |bot| chosen.set(bot)
            />
            <Field
                name="name"
                id="test-name"
                label=tu_string!(i18n, inbox.test_name)
                value=name
                error=Signal::derive(move || error.get().or_else(known))
                autocomplete="off"
            />
            <Foot label=tu_string!(i18n, inbox.test_keep) ready=ready testid="keep-test" />
        </form>
    }
}
