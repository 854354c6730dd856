//! A file that is about to be sent: one a conversation, uploaded as soon as it is chosen, and there until it is
//! sent or removed, whatever else is on the screen meanwhile.

use std::cell::RefCell;
use std::collections::HashMap;

use contract::file::{Misfit, kind_of};
use contract::id::ConversationId;
use contract::message::{Media, MediaKind};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{ClipboardEvent, DragEvent, Event, File, FileList, FormData, ProgressEvent, XmlHttpRequest};

use super::state::Live;

/// A file about to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// As what it will be sent.
    pub kind: MediaKind,
    /// How far it is.
    pub stage: Stage,
}

/// How far a file is.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// On its way: so many percent.
    Sending(u8),
    /// At the desk, to be sent.
    Ready(Box<Media>),
    /// It may not be sent here.
    Misfit(Misfit),
    /// The desk did not take it: why, where it said so.
    Failed(Option<String>),
}

type Progress = Closure<dyn FnMut(ProgressEvent)>;

thread_local! {
    static UPLOADS: RefCell<HashMap<ConversationId, (XmlHttpRequest, Progress)>> = RefCell::default();
}

/// The file that was chosen in a field; the field is empty afterwards, so that the same one can be chosen again.
pub fn chosen(event: &Event) -> Option<File> {
    let field: web_sys::HtmlInputElement = event.target()?.dyn_into().ok()?;
    let file = first(field.files());
    field.set_value("");
    file
}

/// The file that was dropped.
pub fn dropped(event: &DragEvent) -> Option<File> {
    first(event.data_transfer()?.files())
}

/// The file that was pasted, if it was one.
pub fn pasted(event: &ClipboardEvent) -> Option<File> {
    first(event.clipboard_data()?.files())
}

fn first(files: Option<FileList>) -> Option<File> {
    files?.get(0)
}

#[wasm_split(later, wasm_split_path = leptos::wasm_split, fallible)]
fn begin(live: Live, id: ConversationId, file: File) -> Result<(), SplitLoaderError> {
    live.take_in(id, &file);
    Ok(())
}

impl Live {
    /// The file that is about to be sent in a conversation.
    pub fn attachment(&self, id: ConversationId) -> ArcRwSignal<Option<Attachment>> {
        self.entry(|store| store.attachments.entry(id).or_default().clone())
    }

    /// Uploads a file to be sent in a conversation, in the place of the one that was there.
    pub fn attach(&self, id: ConversationId, file: File) {
        let live = *self;
        spawn_local(async move {
            let (name, size) = (file.name(), file.size() as u64);
            if begin(live, id, file).await.is_err() {
                let (kind, stage) = (MediaKind::Document, Stage::Failed(None));
                live.attachment(id).set(Some(Attachment { name, size, kind, stage }));
            }
        });
    }

    fn take_in(&self, id: ConversationId, file: &File) {
        self.detach(id);
        let rules = self.thread(id).with_untracked(|slot| {
            slot.ready().map(|thread| thread.thread.sendable.rules.clone()).unwrap_or_default()
        });
        let size = file.size() as u64;
        let mut attachment =
            Attachment { name: file.name(), size, kind: MediaKind::Document, stage: Stage::Sending(0) };
        // Whether it is a voice message its bytes tell, which the desk looks at.
        match kind_of(&rules, (&file.type_(), false), size) {
            Ok(kind) => attachment.kind = kind,
            Err(misfit) => attachment.stage = Stage::Misfit(misfit),
        }
        let goes = attachment.stage == Stage::Sending(0);
        self.attachment(id).set(Some(attachment));
        if goes && self.upload(id, file).is_none() {
            self.move_on(id, Stage::Failed(None));
        }
    }

    /// Removes the file that is about to be sent; one that is on its way is not sent to its end.
    pub fn detach(&self, id: ConversationId) {
        let upload = UPLOADS.with_borrow_mut(|uploads| uploads.remove(&id));
        self.attachment(id).set(None);
        if let Some((request, _)) = upload {
            drop(request.abort());
        }
    }

    fn upload(&self, id: ConversationId, file: &File) -> Option<()> {
        let live = *self;
        let request = XmlHttpRequest::new().ok()?;
        request.open("POST", &format!("/files?conversation={id}")).ok()?;
        let form = FormData::new().ok()?;
        form.append_with_blob_and_filename("file", file, &file.name()).ok()?;
        let progress = Progress::new(move |event: ProgressEvent| {
            let percent = (event.loaded() * 100.0 / event.total().max(1.0)).min(99.0);
            live.move_on(id, Stage::Sending(percent as u8));
        });
        request.upload().ok()?.set_onprogress(Some(progress.as_ref().unchecked_ref()));
        let ended = {
            let request = request.clone();
            Closure::once_into_js(move || live.uploaded(id, &request))
        };
        request.set_onloadend(Some(ended.unchecked_ref()));
        request.send_with_opt_form_data(Some(&form)).ok()?;
        UPLOADS.with_borrow_mut(|uploads| uploads.insert(id, (request, progress)));
        Some(())
    }

    fn uploaded(&self, id: ConversationId, request: &XmlHttpRequest) {
        // One that was removed or replaced meanwhile is not this one any more.
        let mine = UPLOADS.with_borrow(|uploads| uploads.get(&id).is_some_and(|(known, _)| known == request));
        if !mine {
            return;
        }
        let done = UPLOADS.with_borrow_mut(|uploads| uploads.remove(&id));
        let text = request.response_text().ok().flatten().unwrap_or_default();
        let stage = match request.status() {
            Ok(200) => contract::json::read(&text).map_or(Stage::Failed(None), Stage::Ready),
            _ => Stage::Failed(detail(&text)),
        };
        self.move_on(id, stage);
        drop(done);
    }

    fn move_on(&self, id: ConversationId, stage: Stage) {
        self.attachment(id).update(|attachment| {
            if let Some(attachment) = attachment {
                if let Stage::Ready(media) = &stage {
                    attachment.kind = media.kind;
                }
                attachment.stage = stage;
            }
        });
    }
}

/// Why the desk did not take a file.
fn detail(problem: &str) -> Option<String> {
    let problem: serde_json::Value = serde_json::from_str(problem).ok()?;
    problem.get("detail")?.as_str().map(str::to_owned)
}
