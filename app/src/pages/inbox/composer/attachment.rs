//! The file that is about to be sent: where it is chosen, how far it is, and how it is removed.

use contract::file::{Misfit, Sendable};
use contract::id::ConversationId;
use contract::message::{Media, MediaKind};
use leptos::ev::{ClipboardEvent, DragEvent};
use leptos::prelude::*;

use super::Composing;
use crate::i18n::{tu_string, use_i18n};
use crate::live::drafts::Mode;
use crate::live::upload::{self, Attachment, Stage};
use crate::live::use_live;
use crate::pages::inbox::file::icon;
use crate::pages::inbox::words::{self, Texts};
use crate::ui::{Icon, IconName};

/// The button by which a file is chosen. Where none can be sent it says why.
#[component]
pub(super) fn Attach(id: ConversationId, sendable: Memo<Sendable>) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let refused = move || sendable.with(|sendable| sendable.refused.clone());
    let off = move || sendable.with(|sendable| sendable.rules.is_empty());
    view! {
        <label
            class="attach"
            class:attach--off=off
            title=move || refused().unwrap_or_else(|| tu_string!(i18n, inbox.attach).to_owned())
        >
            <Icon name=IconName::Paperclip />
            <input
                class="visually-hidden"
                type="file"
                data-testid="attach"
                aria-label=move || refused().unwrap_or_else(|| tu_string!(i18n, inbox.attach).to_owned())
                disabled=off
                on:change=move |event| {
                    if let Some(file) = upload::chosen(&event) {
                        live.attach(id, file);
                    }
                }
            />
        </label>
    }
}

/// The file, once it is chosen.
#[component]
pub(super) fn Chip(id: ConversationId, attachment: Memo<Option<Attachment>>) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    // The chip itself stays while the percentage moves.
    let shown = Memo::new(move |_| {
        attachment
            .with(|attachment| attachment.as_ref().map(|file| (file.name.clone(), file.size, file.kind)))
    });
    let state = move || attachment.with(|attachment| attachment.as_ref().map(|file| words_of(i18n, file)));
    let percent = move || {
        attachment.with(|attachment| match attachment.as_ref()?.stage {
            Stage::Sending(percent) => Some(percent),
            _ => None,
        })
    };
    let remove = move || match percent() {
        Some(_) => tu_string!(i18n, inbox.attach_cancel),
        None => tu_string!(i18n, inbox.attach_remove),
    };
    let trouble = move || {
        attachment.with(|attachment| {
            let stage = attachment.as_ref().map(|file| &file.stage);
            matches!(stage, Some(Stage::Misfit(_) | Stage::Failed(_)))
        })
    };
    move || {
        shown.get().map(|(name, size, kind)| {
            view! {
                <div class="attached" class:attached--off=trouble data-testid="attached">
                    <Icon name=icon(kind) />
                    <span class="attached__name" dir="auto">{name}</span>
                    <span class="attached__size">{words::size(i18n, size)}</span>
                    <span class="attached__state" role="status">{state}</span>
                    {move || percent().map(|percent| view! { <progress max="100" value=percent></progress> })}
                    <button
                        class="attached__remove"
                        type="button"
                        data-testid="detach"
                        title=remove
                        aria-label=remove
                        on:click=move |_| live.detach(id)
                    >
                        <Icon name=IconName::X />
                    </button>
                </div>
            }
        })
    }
}

/// How far a file is, or what is wrong with it.
fn words_of(i18n: Texts, file: &Attachment) -> String {
    match &file.stage {
        Stage::Ready(media) if media.kind == MediaKind::Voice => words::media(i18n, media.kind).to_owned(),
        Stage::Ready(_) => String::new(),
        Stage::Sending(percent) => tu_string!(i18n, inbox.attach_sending, percent = *percent).to_string(),
        Stage::Failed(why) => why.clone().unwrap_or_else(|| tu_string!(i18n, inbox.attach_failed).to_owned()),
        Stage::Misfit(Misfit::Empty) => tu_string!(i18n, inbox.attach_empty).to_owned(),
        Stage::Misfit(Misfit::Kind) => tu_string!(i18n, inbox.attach_kind).to_owned(),
        Stage::Misfit(Misfit::Type(types)) => {
            let types: Vec<&str> = types.iter().filter_map(|mime| mime.split('/').nth(1)).collect();
            tu_string!(i18n, inbox.attach_type, types = types.join(", ")).to_string()
        }
        Stage::Misfit(Misfit::Size(most)) => {
            tu_string!(i18n, inbox.attach_size, size = words::size(i18n, *most)).to_string()
        }
    }
}

/// The file, if it can go.
pub(super) fn ready(attachment: &Option<Attachment>) -> Option<Media> {
    match &attachment.as_ref()?.stage {
        Stage::Ready(media) => Some((**media).clone()),
        _ => None,
    }
}

impl Composing {
    /// Whether a file can be taken here now.
    fn takes_files(self) -> bool {
        self.mode.get_untracked() == Mode::Reply
            && !self.closed.get_untracked()
            && self.sendable.with_untracked(|sendable| !sendable.rules.is_empty())
    }

    /// Without this the browser would leave the page and open the file.
    pub(super) fn hold(self, event: &DragEvent) {
        event.prevent_default();
        self.over.set(self.takes_files());
    }

    pub(super) fn take_dropped(self, event: &DragEvent) {
        event.prevent_default();
        self.over.set(false);
        if let Some(file) = upload::dropped(event).filter(|_| self.takes_files()) {
            self.live.attach(self.id, file);
        }
    }

    /// A pasted picture is a file; pasted text stays text.
    pub(super) fn take_pasted(self, event: &ClipboardEvent) {
        if let Some(file) = upload::pasted(event).filter(|_| self.takes_files()) {
            event.prevent_default();
            self.live.attach(self.id, file);
        }
    }
}
