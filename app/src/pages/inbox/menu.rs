//! What the menu of a thread holds.

use contract::person::Role;
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;

use crate::i18n::{tu_string, use_i18n};
use crate::pages::frame::{Ask, use_place};
use crate::pages::later::Part;
use crate::ui::{IconName, MenuItem, MenuSeparator};

/// The entries.
#[wasm_split(later, wasm_split_path = leptos::wasm_split, fallible)]
pub fn rest(resolved: Memo<bool>, returnable: Memo<bool>) -> Part {
    Ok(view! { <Entries resolved=resolved returnable=returnable /> }.into_any())
}

#[component]
fn Entries(resolved: Memo<bool>, returnable: Memo<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let place = use_place();
    let open = move |what: Ask| move || place.ask.set(Some(what));
    let admin = move || place.me.with(|me| me.as_ref().is_some_and(|me| me.role == Role::Admin));
    view! {
        <MenuItem
            label=tu_string!(i18n, inbox.do_label)
            icon=IconName::Tag
            keys="L"
            testid="action-label"
            on_press=open(Ask::Label)
        />
        <MenuItem
            label=tu_string!(i18n, inbox.do_priority)
            icon=IconName::Flag
            keys="P"
            testid="action-priority"
            on_press=open(Ask::Priority)
        />
        <MenuSeparator />
        <MenuItem
            label=tu_string!(i18n, inbox.do_transfer)
            icon=IconName::Transfer
            keys="T"
            disabled=resolved
            on_press=open(Ask::Transfer)
        />
        <MenuItem
            label=tu_string!(i18n, inbox.do_return)
            icon=IconName::Bot
            keys="B"
            disabled=Signal::derive(move || !returnable.get())
            on_press=open(Ask::ReturnToBot)
        />
        <MenuItem
            label=tu_string!(i18n, inbox.do_snooze)
            icon=IconName::AlarmClock
            keys="H"
            disabled=resolved
            on_press=open(Ask::Snooze)
        />
        <MenuSeparator />
        <Show when=admin>
            <MenuItem
                label=tu_string!(i18n, inbox.do_keep_test)
                icon=IconName::CheckCheck
                testid="action-keep-test"
                on_press=open(Ask::KeepTest)
            />
        </Show>
        <MenuItem
            label=tu_string!(i18n, inbox.do_details)
            icon=IconName::Panel
            keys="I"
            testid="action-details"
            on_press=move || place.toggle_details()
        />
    }
}
