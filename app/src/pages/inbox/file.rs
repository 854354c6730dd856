//! A file in a bubble: a picture, a player, or something to save; while it is on its way, a place for it; and when
//! it could not be had, why.

use contract::command::Command;
use contract::file::is_shown;
use contract::id::{ConversationId, FileId, MessageId};
use contract::message::{Media, MediaKind, Stored};
use leptos::prelude::*;

use super::body::labelled;
use super::markup::Marked;
use super::words::{self, Texts};
use crate::i18n::tu_string;
use crate::live::use_live;
use crate::ui::{Button, ButtonKind, ButtonSize, Icon, IconName};

/// The message that something is the content of.
#[derive(Clone, Copy)]
pub struct Of {
    /// Its conversation.
    pub conversation: ConversationId,
    /// The message.
    pub message: MessageId,
}

/// A file and the text beside it.
pub(super) fn file_view(i18n: Texts, mut media: Media, of: Of) -> AnyView {
    let caption = media.caption.take().map(|caption| view! { <Marked text=caption /> });
    let shown = match (media.file, media.stored.take()) {
        (Some(file), Some(stored)) => ready(i18n, file, &stored, &media),
        _ => absent(i18n, media, of),
    };
    view! { {shown} {caption} }.into_any()
}

/// The icon of a kind of files.
pub(super) fn icon(kind: MediaKind) -> IconName {
    match kind {
        MediaKind::Image => IconName::Image,
        MediaKind::Video => IconName::Video,
        MediaKind::Audio | MediaKind::Voice => IconName::Mic,
        MediaKind::Document => IconName::Document,
        MediaKind::Sticker => IconName::Smile,
    }
}

fn ready(i18n: Texts, file: FileId, stored: &Stored, media: &Media) -> AnyView {
    let address = format!("/files/{file}");
    let kind = words::media(i18n, media.kind);
    let name = media.file_name.clone().unwrap_or_else(|| kind.to_owned());
    match (media.kind, stored.thumbnail) {
        (MediaKind::Image | MediaKind::Sticker, Some((width, height))) => {
            let sticker = media.kind == MediaKind::Sticker;
            view! {
                <a
                    class="picture"
                    class:picture--sticker=sticker
                    href=address.clone()
                    target="_blank"
                    rel="noopener noreferrer"
                    title=tu_string!(i18n, inbox.file_open)
                    data-testid="picture"
                >
                    <img src=format!("{address}/thumbnail") alt=name width=width height=height loading="lazy" />
                </a>
            }
            .into_any()
        }
        (MediaKind::Video, _) if is_shown(&stored.mime) => {
            view! { <video class="film" src=address controls preload="metadata" aria-label=name></video> }
                .into_any()
        }
        (MediaKind::Audio | MediaKind::Voice, _) if is_shown(&stored.mime) => {
            let spoken = (media.kind == MediaKind::Voice).then(|| {
                view! {
                    <p class="line small soft" data-testid="voice">
                        <Icon name=icon(MediaKind::Voice) />
                        <span>{kind}</span>
                    </p>
                }
            });
            view! {
                {spoken}
                <audio class="sound" src=address controls preload="none" aria-label=name></audio>
            }
            .into_any()
        }
        _ => {
            let size = words::size(i18n, u64::try_from(stored.size).unwrap_or(0));
            let download = name.clone();
            let save = tu_string!(i18n, inbox.file_save, name = name.clone()).to_string();
            view! {
                <a class="chip" href=address download=download title=save data-testid="document">
                    {labelled(icon(media.kind), name, Some(size))}
                </a>
            }
            .into_any()
        }
    }
}

/// A file that is not here: on its way, or not to be had.
fn absent(i18n: Texts, media: Media, of: Of) -> AnyView {
    let kind = words::media(i18n, media.kind).to_owned();
    let coming = media.file.is_some() && media.unavailable.is_none();
    let again = media.file.is_some();
    let (first, more) = match media.file_name {
        Some(name) => (name, Some(kind)),
        None => (kind, None),
    };
    let more = if coming { Some(tu_string!(i18n, inbox.file_coming).to_owned()) } else { more };
    let missing = media.unavailable.map(|why| {
        view! {
            <p class="part__missing" dir="auto" data-testid="file-missing">
                {why}
            </p>
            {again.then(|| fetch_again(i18n, of))}
        }
    });
    view! {
        <div class:part-coming=coming data-testid=coming.then_some("file-coming")>
            {labelled(icon(media.kind), first, more)}
        </div>
        {missing}
    }
    .into_any()
}

fn fetch_again(i18n: Texts, of: Of) -> AnyView {
    let live = use_live();
    let press = move || {
        live.ask(of.conversation, Command::FetchAgain { message: of.message });
    };
    view! {
        <Button
            kind=ButtonKind::Ghost
            size=ButtonSize::Small
            on_press=Callback::new(move |()| press())
            attr:data-testid="fetch-again"
        >
            <Icon name=IconName::Refresh />
            {tu_string!(i18n, inbox.retry)}
        </Button>
    }
    .into_any()
}
