//! The phones at hand.

use contract::sandbox::PhoneCard;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::handset::Handset;
use crate::calls;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{
    Avatar, Button, ButtonKind, ButtonSize, Choice, Count, Dialog, Field, FieldKind, IconName, Select, Tone,
};

/// The list of phones, and the line that they write to.
#[component]
pub(super) fn PhoneList(handset: Handset) -> impl IntoView {
    let i18n = use_i18n();
    let adding = RwSignal::new(false);
    let navigate = use_navigate();
    let lines = Signal::derive(move || {
        handset
            .lines()
            .into_iter()
            .map(|line| Choice::new(line.provider_channel, line.name))
            .collect::<Vec<_>>()
    });
    let choose_line = move |line: String| {
        let phone = handset.number.get_untracked().unwrap_or_default();
        navigate(&address(&phone, Some(&line)), NavigateOptions::default());
    };
    view! {
        <nav class="phones" aria-label=tu_string!(i18n, sandbox.phones)>
            <header class="phones__head">
                <h1 class="phones__title">{tu_string!(i18n, sandbox.title)}</h1>
                <Button
                    kind=ButtonKind::Ghost
                    icon=IconName::Plus
                    label=tu_string!(i18n, sandbox.add_phone)
                    on_press=move || adding.set(true)
                    attr:data-testid="add-phone"
                />
            </header>
            <p class="phones__text">{tu_string!(i18n, sandbox.text)}</p>
            <ul class="phones__list">
                <For each=move || handset.phones() key=|phone| (phone.number.clone(), phone.name.clone(), phone.unread) let:phone>
                    {row(handset, phone)}
                </For>
            </ul>
            <div class="phones__line">
                <Select
                    name="line"
                    label=tu_string!(i18n, sandbox.writes_to)
                    choices=lines
                    value=Signal::derive(move || handset.line.get().unwrap_or_default())
                    on_choose=choose_line
                    testid="phone-line"
                />
            </div>
        </nav>
        <AddPhone handset=handset open=adding />
    }
}

fn row(handset: Handset, phone: PhoneCard) -> impl IntoView {
    let number = phone.number.clone();
    let here = Memo::new(move |_| handset.number.get().as_deref() == Some(number.as_str()));
    let PhoneCard { number, name, unread } = phone;
    let (hook, key) = (number.clone(), number.clone());
    let shown = (name.clone(), written(&number));
    let href = move || address(&number, handset.line.get().as_deref());
    view! {
        <li>
            <a
                href=href
                class="phones__row"
                data-testid="phone-row"
                data-number=hook
                aria-current=move || here.get().then_some("true")
            >
                <Avatar name=name key=key />
                <span class="phones__who">
                    <bdi class="phones__name">{shown.0}</bdi>
                    <span class="phones__number">{shown.1}</span>
                </span>
                <Count value=i64::from(unread) tone=Tone::Loud />
            </a>
        </li>
    }
}

/// A number with its plus; ids that are no numbers stay as they are.
fn written(number: &str) -> String {
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    if digits { format!("+{number}") } else { number.to_owned() }
}

fn address(phone: &str, line: Option<&str>) -> String {
    line.map_or_else(
        || format!("/sandbox?phone={phone}"),
        |line| format!("/sandbox?phone={phone}&line={}", escaped(line)),
    )
}

/// A provider's id in an address: some begin with a plus, which would be read as a space.
fn escaped(id: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let part = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    id.bytes().map(part).collect()
}

#[component]
fn AddPhone(handset: Handset, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let (name, number) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (busy, problem) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let navigate = StoredValue::new(use_navigate());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let digits: String = number.get_untracked().chars().filter(char::is_ascii_digit).collect();
        let name_now = name.get_untracked().trim().to_owned();
        busy.set(true);
        spawn_local(async move {
            let added = calls::add_phone(name_now, Some(digits).filter(|digits| !digits.is_empty())).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match added {
                Ok(phone) => {
                    open.set(false);
                    problem.set(None);
                    name.set(String::new());
                    number.set(String::new());
                    handset.look_for_phones();
                    let to = address(&phone.number, handset.line.get_untracked().as_deref());
                    navigate.with_value(|navigate| navigate(&to, NavigateOptions::default()));
                }
                Err(error) => problem.set(Some(error.to_string())),
            }
        });
    };
    view! {
        <Dialog
            open=open
            title=tu_string!(i18n, sandbox.add_phone)
            close=tu_string!(i18n, sandbox.close)
            testid="add-phone-dialog"
        >
            <form class="stack" on:submit=send>
                <Field
                    name="name"
                    id="phone-name"
                    label=tu_string!(i18n, sandbox.name)
                    hint=tu_string!(i18n, sandbox.name_hint)
                    value=name
                    error=problem
                    required=true
                    autocomplete="off"
                />
                <Field
                    name="number"
                    id="phone-number"
                    label=tu_string!(i18n, sandbox.number)
                    note=tu_string!(i18n, sandbox.optional)
                    hint=tu_string!(i18n, sandbox.number_hint)
                    kind=FieldKind::Phone
                    value=number
                    autocomplete="off"
                />
                <div class="dialog__foot">
                    <Button on_press=move || open.set(false)>{tu_string!(i18n, sandbox.cancel)}</Button>
                    <Button
                        kind=ButtonKind::Primary
                        size=ButtonSize::Regular
                        submit=true
                        busy=busy
                        attr:data-testid="submit"
                    >
                        {tu_string!(i18n, sandbox.add_phone)}
                    </Button>
                </div>
            </form>
        </Dialog>
    }
}
