//! Somebody is asked to take a conversation, on whatever page they are: who it is, and how long there is to answer.

use contract::conversation::Card;
use contract::id::ConversationId;
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;

use super::deeds::{accept_offer, decline_offer};
use super::{keys_of, use_place};
use crate::i18n::{tu_string, use_i18n};
use crate::live::use_live;
use crate::pages::inbox::words;
use crate::pages::later::{Later, Part};
use crate::ui::{Button, ButtonKind, ButtonSize, Icon, IconName, Menu, MenuItem, MenuSeparator};

/// The offer, while there is one.
#[component]
pub fn Offer() -> impl IntoView {
    let live = use_live();
    // What the page was rendered with may hold one already; it is shown once the browser has taken over.
    let asked = move || live.offered.get().filter(|_| live.awake.get());
    move || asked().map(|id| view! { <Later part=move || offer(id) /> })
}

#[wasm_split(later, wasm_split_path = leptos::wasm_split, fallible)]
fn offer(id: ConversationId) -> Part {
    Ok(view! { <Asked id=id /> }.into_any())
}

#[component]
fn Asked(id: ConversationId) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let place = use_place();
    live.card(id).map(|card| {
        let card = Memo::new(move |_| card.get());
        let busy = Signal::derive(move || live.acting(id));
        let left = move || {
            let now = live.clock.second.get();
            card.with(|card| card.offer).map_or(0, |offer| offer.until.since_ms(now))
        };
        view! {
            <section class="offer" data-testid="offer" aria-label=tu_string!(i18n, inbox.offer)>
                <span class="offer__mark"><Icon name=IconName::Hand /></span>
                <div class="offer__text">
                    <strong class="truncate"><bdi dir="auto">{move || card.with(|card| card.contact_name.clone())}</bdi></strong>
                    <span class="truncate">{move || card.with(|card| about(i18n, card))}</span>
                </div>
                <span class="offer__left tabular" class:offer__left--last=move || { left() < 10_000 } aria-hidden="true" data-testid="offer-left">
                    {move || words::countdown(left())}
                </span>
                <Button
                    kind=ButtonKind::Primary
                    size=ButtonSize::Small
                    busy=busy
                    keys=keys_of("accept")
                    on_press=Callback::new(move |()| accept_offer(&place))
                    attr:data-testid="offer-accept"
                >
                    {tu_string!(i18n, inbox.accept)}
                </Button>
                <Declining />
            </section>
        }
    })
}

/// Leaving it to somebody else: why, if the person says so, stands in the course of the handoff.
#[component]
fn Declining() -> impl IntoView {
    let i18n = use_i18n();
    let place = use_place();
    let reasons = [
        ("busy", tu_string!(i18n, inbox.decline_busy)),
        ("subject", tu_string!(i18n, inbox.decline_subject)),
        ("language", tu_string!(i18n, inbox.decline_language)),
    ];
    view! {
        <Menu
            id="offer-decline"
            label=tu_string!(i18n, inbox.decline)
            text=tu_string!(i18n, inbox.decline).to_owned()
            kind=ButtonKind::Quiet
            size=ButtonSize::Small
            testid="offer-decline"
        >
            {reasons
                .map(|(name, words)| view! {
                    <MenuItem
                        label=words
                        on_press=move |()| decline_offer(&place, Some(words))
                        testid=format!("decline-{name}")
                    />
                })
                .collect_view()}
            <MenuSeparator />
            <MenuItem
                label=tu_string!(i18n, inbox.decline_plain)
                keys="Shift+Y"
                on_press=move |()| decline_offer(&place, None)
                testid="decline-plain"
            />
        </Menu>
    }
}

/// Why the bot has let go, and on which channel.
fn about(i18n: words::Texts, card: &Card) -> String {
    let reason = card.handoff_reason.map(|reason| words::reason(i18n, reason).to_owned());
    reason.into_iter().chain([card.channel_name.clone()]).collect::<Vec<_>>().join(" · ")
}
