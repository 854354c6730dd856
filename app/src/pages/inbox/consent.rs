//! What a customer wishes about being written to first, and recording that they agree.

use contract::command::Command;
use contract::consent::{ConsentScope, ConsentState, ConsentView};
use contract::id::{ConversationId, MessageId};
use contract::message::Author;
use contract::thread::Thread;
use leptos::prelude::*;

use super::dialogs::Foot;
use super::words::Texts;
use crate::i18n::{tu_string, use_i18n};
use crate::live::use_live;
use crate::pages::frame::{Ask, use_place};
use crate::ui::{Ago, AgoStyle, Badge, Button, ButtonSize, Choice, IconName, Select, TextArea, Tone};

/// What they wish, in the details.
#[component]
pub fn Consents(list: Vec<ConsentView>) -> impl IntoView {
    let i18n = use_i18n();
    let place = use_place();
    let entry = move |wish: ConsentView| {
        let (tone, text) = wish_words(i18n, wish.scope, wish.state);
        view! {
            <li class="line line--wrap" title=wish.wording>
                <Badge tone=tone>{text}</Badge>
                <Ago at=wish.at.0 style=AgoStyle::Short />
            </li>
        }
    };
    view! {
        <section class="side-part" data-testid="consents">
            <h4>{tu_string!(i18n, inbox.consent)}</h4>
            {list.is_empty().then(|| view! { <p class="faint small">{tu_string!(i18n, inbox.consent_none)}</p> })}
            <ul class="side-list">{list.into_iter().map(entry).collect_view()}</ul>
            <Button
                size=ButtonSize::Small
                icon=IconName::Check
                on_press=move || place.ask.set(Some(Ask::Agree))
                attr:data-testid="agree"
            >
                {tu_string!(i18n, inbox.do_agree)}
            </Button>
        </section>
    }
}

/// A wish, in words.
pub fn wish_words(i18n: Texts, scope: ConsentScope, state: ConsentState) -> (Tone, &'static str) {
    match (state, scope) {
        (ConsentState::OptedIn, ConsentScope::All) => (Tone::Positive, tu_string!(i18n, inbox.agreed_all)),
        (ConsentState::OptedIn, ConsentScope::Marketing) => {
            (Tone::Positive, tu_string!(i18n, inbox.agreed_marketing))
        }
        (ConsentState::OptedOut, ConsentScope::All) => (Tone::Negative, tu_string!(i18n, inbox.stopped_all)),
        (ConsentState::OptedOut, ConsentScope::Marketing) => {
            (Tone::Negative, tu_string!(i18n, inbox.stopped_marketing))
        }
    }
}

/// The last message of the customer, which is what proves that they agree.
fn proof(thread: &Thread) -> Option<(MessageId, String)> {
    let theirs = |message: &&contract::message::Message| {
        message.author == Author::Contact && message.conversation == thread.card.id
    };
    let last = thread.messages.iter().rev().find(theirs)?;
    Some((last.id, last.body.words().unwrap_or_default().to_owned()))
}

/// To what they agree, and with which message.
#[component]
pub fn Agree(id: ConversationId) -> impl IntoView {
    let i18n = use_i18n();
    let place = use_place();
    let live = use_live();
    let found = live.thread(id).with_untracked(|slot| slot.ready().and_then(|thread| proof(&thread.thread)));
    let scope = RwSignal::new(ConsentScope::All);
    let wording = RwSignal::new(String::new());
    let Some((message, said)) = found else {
        return view! { <p class="soft">{tu_string!(i18n, inbox.agree_no_message)}</p> }.into_any();
    };
    let ready = move || wording.with(|text| !text.trim().is_empty());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if untrack(ready) {
            let wording = wording.get_untracked().trim().to_owned();
            live.ask(id, Command::Agree { message, scope: scope.get_untracked(), wording });
            place.ask.set(None);
        }
    };
    let choices = vec![
        Choice::new(ConsentScope::All.as_str(), tu_string!(i18n, inbox.scope_all)),
        Choice::new(ConsentScope::Marketing.as_str(), tu_string!(i18n, inbox.scope_marketing)),
    ];
    view! {
        <form class="stack" on:submit=submit>
            <p class="soft">{tu_string!(i18n, inbox.agree_proof)}</p>
            <blockquote class="said__quoted" dir="auto">{said}</blockquote>
            <Select
                name="scope"
                id="agree-scope"
                label=tu_string!(i18n, inbox.agree_scope)
                choices=choices
                value=Signal::derive(move || scope.get().as_str().to_owned())
                on_choose=move |chosen: String| {
                    scope.set(ConsentScope::parse(&chosen).unwrap_or(ConsentScope::All));
                }
            />
            <TextArea
                name="wording"
                id="agree-wording"
                label=tu_string!(i18n, inbox.agree_wording)
                hint=tu_string!(i18n, inbox.agree_hint)
                value=wording
                testid="agree-wording"
            />
            <Foot
                label=tu_string!(i18n, inbox.do_agree)
                ready=Signal::derive(ready)
                testid="agree-submit"
            />
        </form>
    }
    .into_any()
}
