//! Click to chat: the link, the code and the snippet with which customers begin to write to a number.

use contract::connection::{ClickToChat, SettingsTask, TaskDone};
use contract::id::ChannelId;
use leptos::prelude::*;

use super::super::open_while;
use super::super::submit::{FormError, Submission};
use super::Desk;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, CopyLine, Dialog, DialogSize, IconName, TextArea};

/// The dialog.
#[component]
pub(super) fn Click(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    let open = open_while(desk.linking);
    view! {
        <Dialog
            open=open
            title=tu_string!(i18n, settings.click_to_chat)
            close=tu_string!(i18n, settings.close)
            size=DialogSize::Wide
            testid="click-to-chat-dialog"
        >
            {move || desk.linking.get().map(|channel| view! { <Form channel=channel /> })}
        </Dialog>
    }
}

#[component]
fn Form(channel: ChannelId) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let text = RwSignal::new(String::new());
    let made = RwSignal::new(None::<ClickToChat>);
    let make = move || {
        let task = SettingsTask::ClickToChat { channel, text: text.get_untracked() };
        submission.run(task, move |done| {
            if let TaskDone::Click(click) = done {
                made.set(Some(click));
            }
        });
    };
    Effect::new(move |_| make());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        make();
    };
    view! {
        <form class="stack" on:submit=send>
            <TextArea
                name="text"
                id="click-text"
                label=tu_string!(i18n, settings.prefilled_text)
                note=tu_string!(i18n, settings.optional)
                hint=tu_string!(i18n, settings.prefilled_text_hint)
                value=text
                error=submission.error("text")
                rows=2
            />
            <FormError text=submission.general() />
            <div>
                <Button icon=IconName::Refresh submit=true busy=submission.busy attr:data-testid="submit">
                    {tu_string!(i18n, settings.make_link)}
                </Button>
            </div>
        </form>
        {move || made.get().map(|click| view! { <Made click=click /> })}
    }
}

#[component]
fn Made(click: ClickToChat) -> impl IntoView {
    let i18n = use_i18n();
    let ClickToChat { link, size, path, snippet } = click;
    let edges = format!("0 0 {size} {size}");
    view! {
        <div class="click" data-testid="click-to-chat">
            <svg class="click__code" viewBox=edges role="img" aria-label=tu_string!(i18n, settings.qr_code)>
                <path d=path></path>
            </svg>
            <dl class="facts click__facts">
                <dt>{tu_string!(i18n, settings.link)}</dt>
                <dd>
                    <CopyLine
                        text=link
                        label=tu_string!(i18n, settings.copy)
                        done=tu_string!(i18n, settings.copied)
                        testid="click-link"
                    />
                </dd>
                <dt>{tu_string!(i18n, settings.snippet)}</dt>
                <dd>
                    <CopyLine
                        text=snippet
                        label=tu_string!(i18n, settings.copy)
                        done=tu_string!(i18n, settings.copied)
                        testid="click-snippet"
                    />
                </dd>
            </dl>
        </div>
    }
}
