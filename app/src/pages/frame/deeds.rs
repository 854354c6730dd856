//! What the commands do, and when they can be done.

use contract::command::Command as Deed;
use contract::conversation::{Card, Owner, Stage};
use contract::id::{ConversationId, OfferId};
use leptos::prelude::*;

use super::Place;
use crate::live::browser;

/// At any time.
pub(super) fn always(_: &Place) -> bool {
    true
}

/// While the inbox is on the screen.
pub(super) fn in_inbox(place: &Place) -> bool {
    place.view.get_untracked().is_some()
}

/// While a conversation is on the screen.
pub(super) fn open(place: &Place) -> bool {
    with_card(place, |_| true)
}

/// Enter means "write" unless a button or link has the focus, which Enter presses.
pub(super) fn free_enter(place: &Place) -> bool {
    open(place) && !browser::focus_is_on("button, a:not([role=option]), summary, [role=menuitem], [role=tab]")
}

/// Whether a test holds for the conversation on the screen.
pub(super) fn with_card(place: &Place, test: impl FnOnce(&Card) -> bool) -> bool {
    let id = place.conversation.get_untracked();
    id.and_then(|id| place.live.card(id)).is_some_and(|card| card.with_untracked(test))
}

/// Asks the desk for something about the conversation on the screen.
pub(super) fn act(place: &Place, deed: impl FnOnce(&Card) -> Deed) {
    let Some(id) = place.conversation.get_untracked() else { return };
    if let Some(card) = place.live.card(id) {
        let deed = card.with_untracked(deed);
        place.live.ask(id, deed);
    }
}

/// While this person is asked to take a conversation.
pub(super) fn offered(place: &Place) -> bool {
    place.live.offered.with_untracked(Option::is_some)
}

/// Takes what this person is asked to take, and opens it.
pub(super) fn accept_offer(place: &Place) {
    if let Some(id) = answer_offer(place, |epoch, offer| Deed::Accept { epoch, offer }) {
        place.go(format!("/inbox/mine/{id}"));
    }
}

/// Leaves it to somebody else, and says why or not.
pub(super) fn decline_offer(place: &Place, reason: Option<&str>) {
    let reason = reason.map(str::to_owned);
    answer_offer(place, |epoch, offer| Deed::Decline { epoch, offer, reason });
}

fn answer_offer(place: &Place, deed: impl FnOnce(i64, OfferId) -> Deed) -> Option<ConversationId> {
    let id = place.live.offered.get_untracked()?;
    let (epoch, offer) = place.live.card(id)?.with_untracked(|card| Some((card.epoch, card.offer?.id)))?;
    place.live.ask(id, deed(epoch, offer));
    Some(id)
}

/// Whether this person could make a conversation theirs.
pub fn can_take(place: &Place, card: &Card) -> bool {
    let me = place.live.me.get_untracked();
    card.stage != Stage::Resolved && (card.owner.agent().is_none() || card.owner.agent() != me)
}

/// Whether a conversation may go back to its bot.
pub fn can_return(card: &Card) -> bool {
    not_resolved(card) && !matches!(card.owner, Owner::Bot(_))
}

/// While it is not resolved.
pub(super) fn not_resolved(card: &Card) -> bool {
    card.stage != Stage::Resolved
}

/// The next or the previous row of the list becomes the one on the screen.
pub fn step(place: &Place, by: i32) {
    let Some(view) = place.view.get_untracked() else { return };
    let open = place.conversation.get_untracked();
    let target = place.live.list(view).with_untracked(|slot| {
        let cards = &slot.ready()?.cards;
        let here = open.and_then(|open| cards.iter().position(|card| card.id == open));
        let at = match here {
            Some(at) => i32::try_from(at).ok()? + by,
            None if by > 0 => 0,
            None => return cards.last().map(|card| card.id),
        };
        cards.get(usize::try_from(at).ok()?).map(|card| card.id)
    });
    if let Some(target) = target {
        place.go(format!("/inbox/{}/{target}", view.as_str()));
        browser::into_sight(&format!("[data-conversation='{target}']"));
    }
}

/// Settles it and goes on.
pub(super) fn resolve_and_next(place: &Place) {
    act(place, |card| Deed::Resolve { epoch: card.epoch });
    step(place, 1);
}

/// Goes to the composer, to write a reply or a note.
pub(super) fn write(place: &Place, note: bool) {
    place.note.set(note);
    // From this very key press on: the next one may come before the next frame. Where the composer is not ready
    // for it yet, the frame will have it.
    to_composer(place);
    place.about_to_write.set(true);
    let place = *place;
    request_animation_frame(move || to_composer(&place));
}

/// Goes to the composer; if it is not there yet, as soon as it is.
pub(super) fn to_composer(place: &Place) {
    let there = browser::focus("[data-testid=composer]");
    place.about_to_write.set(!there);
}

/// Goes to the list.
pub(super) fn to_list(place: &Place) {
    browser::focus("[data-testid=inbox-list]");
    if let Some(id) = place.conversation.get_untracked() {
        browser::into_sight(&format!("[data-conversation='{id}']"));
    }
}

/// The focus goes round the panes: list, thread, composer, details.
pub(super) fn next_pane() {
    let stops = [
        ("list", "[data-testid=inbox-list]"),
        ("thread", "[data-testid=thread]"),
        ("composer", "[data-testid=composer]"),
        ("side", "[data-pane=side]"),
    ];
    let here = browser::focused_pane();
    let at = stops.iter().position(|(name, _)| Some(*name) == here.as_deref());
    let from = at.map_or(0, |at| at + 1);
    for turn in 0..stops.len() {
        if browser::focus(stops[(from + turn) % stops.len()].1) {
            return;
        }
    }
}
