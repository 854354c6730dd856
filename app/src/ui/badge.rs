//! Small marks: a word in a box, a number, a light.

use leptos::prelude::*;

use super::icon::{Icon, IconName};

/// What a mark's colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tone {
    /// Nothing.
    #[default]
    Neutral,
    /// Chosen, mine, in focus.
    Accent,
    /// Well.
    Positive,
    /// Soon a problem.
    Caution,
    /// A problem.
    Negative,
    /// Of another kind than the rest.
    Special,
    /// To be seen first: filled.
    Loud,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Tone::Neutral => "badge",
            Tone::Accent => "badge badge--accent",
            Tone::Positive => "badge badge--positive",
            Tone::Caution => "badge badge--caution",
            Tone::Negative => "badge badge--negative",
            Tone::Special => "badge badge--special",
            Tone::Loud => "badge badge--loud",
        }
    }
}

/// A word in a small box, with an icon before it if one is given.
#[component]
pub fn Badge(
    #[prop(optional, into)] tone: Signal<Tone>,
    #[prop(optional, into)] icon: MaybeProp<IconName>,
    children: Children,
) -> impl IntoView {
    view! {
        <span class=move || tone.get().class()>
            {move || icon.get().map(|name| view! { <Icon name=name /> })} {children()}
        </span>
    }
}

/// A number in a small round box: nothing for 0, `99+` for more. `label` says it in words.
#[component]
pub fn Count(
    #[prop(into)] value: Signal<i64>,
    #[prop(optional, into)] tone: Signal<Tone>,
    #[prop(optional, into)] label: MaybeProp<String>,
) -> impl IntoView {
    let text = move || if value.get() > 99 { "99+".to_owned() } else { value.get().to_string() };
    view! {
        <Show when=move || { value.get() > 0 }>
            <span class=move || format!("{} badge--count", tone.get().class()) title=move || label.get()>
                <span aria-hidden=move || label.get().map(|_| "true")>{text}</span>
                {move || label.get().map(|label| view! { <span class="visually-hidden">{label}</span> })}
            </span>
        </Show>
    }
}

/// What a light shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LampState {
    /// Nothing yet.
    #[default]
    Off,
    /// Waits for something to happen.
    Waiting,
    /// Well.
    Positive,
    /// Soon a problem.
    Caution,
    /// A problem.
    Negative,
}

/// A small light. Always beside words that say the same.
#[component]
pub fn Lamp(#[prop(into)] state: Signal<LampState>) -> impl IntoView {
    let class = move || match state.get() {
        LampState::Off => "lamp",
        LampState::Waiting => "lamp lamp--waiting",
        LampState::Positive => "lamp lamp--positive",
        LampState::Caution => "lamp lamp--caution",
        LampState::Negative => "lamp lamp--negative",
    };
    view! { <span class=class aria-hidden="true"></span> }
}
