//! Keys: what was pressed, as one word, on any keyboard.
//!
//! A word is `j`, `shift+e`, `mod+k` (Ctrl, or ⌘ on a Mac), `?`, `escape`, or a chain such as `g i`.

use leptos::ev;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use super::browser;
use crate::ui::letters;

const OFF: &str = "baton.letters";
const CHAIN_MS: u64 = 1200;

/// A key press that a screen may answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// The word of the key or of the whole chain.
    pub word: String,
    /// Whether it came out of a field in which people write.
    pub writing: bool,
}

/// Whether single letters are commands, as this person has chosen.
pub fn letters_on() -> bool {
    browser::kept(OFF).as_deref() != Some("off")
}

/// Lets single letters be commands, or not.
pub fn set_letters(on: bool) {
    if on {
        browser::forget(OFF);
    } else {
        browser::keep(OFF, "off");
    }
}

/// Calls `answer` for every key press, until the owner is gone; what it answers with `true` is used up. `chains` says
/// whether a chain can begin just now.
pub fn listen(chains: impl Fn() -> bool + 'static, answer: impl Fn(&Press) -> bool + 'static) {
    let chain = StoredValue::new(false);
    let handle = window_event_listener(ev::keydown, move |event| {
        let Some(key) = word(&event) else { return };
        let writing = in_field(&event);
        if key == "g" && !writing && !chain.get_value() && chains() {
            chain.set_value(true);
            let end = move || {
                chain.try_set_value(false);
            };
            set_timeout(end, Duration::from_millis(CHAIN_MS));
            return;
        }
        let chained = chain.get_value() && !writing;
        chain.set_value(false);
        let word = if chained { format!("g {key}") } else { key };
        if answer(&Press { word, writing }) {
            event.prevent_default();
            event.stop_propagation();
        }
    });
    on_cleanup(move || handle.remove());
}

/// The word of one key press; none for keys that are only held, and while a character is being composed.
pub fn word(event: &KeyboardEvent) -> Option<String> {
    if event.is_composing() || event.default_prevented() {
        return None;
    }
    let key = event.key();
    if matches!(key.as_str(), "Shift" | "Control" | "Alt" | "Meta" | "Dead" | "Process" | "AltGraph") {
        return None;
    }
    let mut word = String::new();
    if event.ctrl_key() || event.meta_key() {
        word.push_str("mod+");
    }
    if event.alt_key() {
        word.push_str("alt+");
    }
    let plain = letter(&key, &event.code());
    if event.shift_key() && (plain.len() > 1 || plain.chars().all(|c| c.is_ascii_alphabetic())) {
        word.push_str("shift+");
    }
    word.push_str(&plain);
    Some(word)
}

/// The key in small letters; a letter of another alphabet becomes the Latin one on the same key.
fn letter(key: &str, code: &str) -> String {
    let foreign = key.chars().count() == 1 && !key.is_ascii();
    match code.strip_prefix("Key") {
        Some(latin) if foreign && latin.len() == 1 => latin.to_ascii_lowercase(),
        _ => letters::lower(key),
    }
}

/// Whether a key press is part of writing.
fn in_field(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "TEXTAREA" | "SELECT")
            || (element.tag_name() == "INPUT"
                && !matches!(
                    element.get_attribute("type").as_deref(),
                    Some("checkbox" | "radio" | "button" | "submit")
                ))
            || element.has_attribute("contenteditable")
    })
}

/// Whether a dialog is open: then the page's own keys rest.
pub fn dialog_open() -> bool {
    browser::find("dialog[open]").is_some()
}

#[cfg(test)]
mod tests {
    use super::letter;

    #[test]
    fn letters_of_other_alphabets_fall_back_to_the_key_they_lie_on() {
        assert_eq!(letter("j", "KeyJ"), "j");
        assert_eq!(letter("о", "KeyJ"), "j");
        assert_eq!(letter("ת", "Comma"), "ת");
        assert_eq!(letter("?", "Slash"), "?");
        assert_eq!(letter("ArrowDown", "ArrowDown"), "arrowdown");
    }
}
