//! Beginning a conversation: from which number, to whom, with which template.

use contract::id::{ChannelId, ClientId};
use contract::picker::{LineChoice, Recipient, Start, TemplateQuery};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::wasm_split;

use super::picker::{Picker, Picking};
use crate::calls::{self, CallError};
use crate::i18n::{tu_string, use_i18n};
use crate::live::browser;
use crate::pages::frame::{Ask, use_place};
use crate::pages::later::{Later, Part};
use crate::ui::{Button, ButtonKind, Choice, Dialog, DialogSize, Field, FieldKind, Icon, IconName, Select};

/// The dialog.
#[component]
pub fn Compose() -> impl IntoView {
    let i18n = use_i18n();
    let place = use_place();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(place.ask.get() == Some(Ask::Compose)));
    Effect::new(move |_| {
        if !open.get() && place.ask.get_untracked() == Some(Ask::Compose) {
            place.ask.set(None);
        }
    });
    view! {
        <Dialog
            open=open
            title=tu_string!(i18n, inbox.do_compose)
            close=tu_string!(i18n, common.close)
            size=DialogSize::Wide
            testid="compose-dialog"
        >
            <Later part=form />
        </Dialog>
    }
}

#[wasm_split(later, wasm_split_path = leptos::wasm_split, fallible)]
fn form() -> Part {
    Ok(view! { <Form /> }.into_any())
}

#[component]
fn Form() -> impl IntoView {
    let i18n = use_i18n();
    let place = use_place();
    let lines = RwSignal::new(Vec::<LineChoice>::new());
    let channel = RwSignal::new(None::<ChannelId>);
    let number = RwSignal::new(String::new());
    let picking = Picking::new(channel.into());
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<String>);
    // One key until there is an answer: sent twice, it is begun once.
    let key = StoredValue::new(None::<ClientId>);
    spawn_local(async move {
        // From the number of the conversation on the screen, as far as there is one.
        let here = place.conversation.get_untracked().and_then(|id| place.live.card(id));
        let here = here.map(|card| card.with_untracked(|card| card.channel));
        let Ok(shelf) = calls::templates(TemplateQuery::default()).await else { return };
        let mut channels = shelf.lines.iter().map(|line| line.channel);
        let first = channels.clone().find(|line| Some(*line) == here).or_else(|| channels.next());
        if channel.try_set(first).is_none() {
            lines.set(shelf.lines);
        }
    });
    let ready = move || channel.get().is_some() && number.with(|text| !text.trim().is_empty());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (Some(channel), Some(template)) = (channel.get_untracked(), untrack(|| picking.whole())) else {
            return;
        };
        if busy.get_untracked() || !untrack(ready) {
            return;
        }
        busy.set(true);
        let id = key.get_value().unwrap_or_else(browser::fresh_id);
        key.set_value(Some(id));
        let to = Recipient::Address(number.get_untracked().trim().to_owned());
        spawn_local(async move {
            let answer = calls::start(Start { id, channel, to, template }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(started) => {
                    place.ask.set(None);
                    place.go(format!("/inbox/mine/{}", started.conversation));
                }
                Err(CallError::Command(refusal)) => {
                    key.set_value(None);
                    wrong.set(Some(refusal.message));
                }
                Err(_) => wrong.set(Some(tu_string!(i18n, inbox.offline_text).to_owned())),
            }
        });
    };
    let choices = Signal::derive(move || {
        let choice = |line: LineChoice| {
            let number = line.number.map(|number| format!(" · {number}")).unwrap_or_default();
            Choice::new(line.channel.to_string(), line.name + &number)
        };
        lines.get().into_iter().map(choice).collect::<Vec<_>>()
    });
    view! {
        <form class="stack" on:submit=send>
            <Select
                name="channel"
                id="compose-channel"
                label=tu_string!(i18n, inbox.channel)
                choices=choices
                value=Signal::derive(move || channel.get().map(|id| id.to_string()).unwrap_or_default())
                on_choose=move |chosen: String| channel.set(chosen.parse().ok())
                testid="compose-channel"
            />
            <Field
                name="number"
                id="compose-number"
                label=tu_string!(i18n, inbox.to_number)
                hint=tu_string!(i18n, inbox.to_number_hint)
                kind=FieldKind::Phone
                value=number
                autocomplete="off"
                testid="compose-number"
            />
            <Picker picking=picking />
            {move || {
                wrong
                    .get()
                    .map(|text| {
                        view! {
                            <p class="notice notice--negative" role="alert" data-testid="compose-error">
                                <Icon name=IconName::Alert />
                                <span>{text}</span>
                            </p>
                        }
                    })
            }}
            <div class="dialog__foot">
                <Button kind=ButtonKind::Quiet on_press=move || place.ask.set(None)>
                    {tu_string!(i18n, common.cancel)}
                </Button>
                <Button
                    kind=ButtonKind::Primary
                    submit=true
                    busy=busy
                    disabled=Signal::derive(move || !ready() || picking.whole().is_none())
                    attr:data-testid="compose-send"
                >
                    {tu_string!(i18n, inbox.send_template)}
                </Button>
            </div>
        </form>
    }
}
