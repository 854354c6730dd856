//! Taking a text elsewhere.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;

use super::button::{Button, ButtonKind, ButtonSize};
use super::icon::IconName;

/// A button that copies `text` and says so for two seconds. Without `shown` it is an icon called `label`.
#[component]
pub fn CopyButton(
    #[prop(into)] text: Signal<String>,
    /// What it is called ("Copy").
    #[prop(into)]
    label: Signal<String>,
    /// What it says afterwards ("Copied").
    #[prop(into)]
    done: Signal<String>,
    /// Shows the words beside the icon.
    #[prop(optional)]
    shown: bool,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let press = move || {
        copy_text(&text.get_untracked());
        copied.set(true);
        set_timeout(move || _ = copied.try_set(false), Duration::from_secs(2));
    };
    let icon = Signal::derive(move || if copied.get() { IconName::Check } else { IconName::Copy });
    let words = Signal::derive(move || if copied.get() { done.get() } else { label.get() });
    let button = if shown {
        view! {
            <Button kind=ButtonKind::Quiet size=ButtonSize::Small icon=icon on_press=press>
                {move || words.get()}
            </Button>
        }
        .into_any()
    } else {
        view! { <Button kind=ButtonKind::Ghost size=ButtonSize::Small icon=icon label=words on_press=press /> }
            .into_any()
    };
    view! {
        <span class:copy--done=move || copied.get()>
            {button}
            <span class="visually-hidden" role="status">
                {move || copied.get().then(|| done.get())}
            </span>
        </span>
    }
}

/// A text in one line with a button that copies it.
#[component]
pub fn CopyLine(
    #[prop(into)] text: Signal<String>,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] done: Signal<String>,
    #[prop(optional, into)] testid: Option<String>,
) -> impl IntoView {
    view! {
        <span class="copy">
            <span class="copy__text" data-testid=testid>
                {move || text.get()}
            </span>
            <CopyButton text=text label=label done=done />
        </span>
    }
}

/// Puts a text on the clipboard. Pages that are not served securely have no clipboard: those get the old way.
pub fn copy_text(text: &str) {
    let navigator = window().navigator();
    let modern =
        js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard")).is_ok_and(|it| !it.is_undefined());
    if modern {
        let written = navigator.clipboard().write_text(text);
        leptos::task::spawn_local(async move {
            drop(wasm_bindgen_futures::JsFuture::from(written).await);
        });
    } else {
        drop(copy_by_selection(text));
    }
}

fn copy_by_selection(text: &str) -> Result<(), JsValue> {
    let document = document();
    let before = document.active_element().and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok());
    let area = document.create_element("textarea")?.unchecked_into::<web_sys::HtmlTextAreaElement>();
    area.set_value(text);
    area.set_class_name("visually-hidden");
    document.body().ok_or(JsValue::NULL)?.append_child(&area)?;
    area.select();
    let command = js_sys::Reflect::get(&document, &JsValue::from_str("execCommand"))?;
    command.unchecked_into::<js_sys::Function>().call1(&document, &JsValue::from_str("copy"))?;
    area.remove();
    before.map_or(Ok(()), |element| element.focus())
}
