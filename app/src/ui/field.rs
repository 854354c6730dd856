//! Lines and boxes to type into, each with its label, its hint and its error.

use leptos::prelude::*;

use super::icon::{Icon, IconName};

/// What is typed into a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FieldKind {
    /// Text.
    #[default]
    Text,
    /// A secret: shown as dots.
    Password,
    /// A mail address.
    Email,
    /// A phone number.
    Phone,
    /// A web address.
    Url,
    /// A whole number that is not negative.
    Number,
    /// Words to look for.
    Search,
}

impl FieldKind {
    fn type_of(self) -> &'static str {
        match self {
            FieldKind::Text => "text",
            FieldKind::Password => "password",
            FieldKind::Email => "email",
            FieldKind::Phone => "tel",
            FieldKind::Url => "url",
            FieldKind::Number => "number",
            FieldKind::Search => "search",
        }
    }
}

/// A line to type into. `name` is the form's name of it; `id` must differ where a name occurs twice on a
/// page. Without `value` it is an ordinary field of a form. `note` stands beside the label ("optional").
#[component]
pub fn Field(
    #[prop(into)] name: String,
    #[prop(into)] label: Signal<String>,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional)] kind: FieldKind,
    #[prop(optional)] value: Option<RwSignal<String>>,
    #[prop(optional, into)] note: MaybeProp<String>,
    #[prop(optional, into)] hint: MaybeProp<String>,
    #[prop(optional, into)] error: MaybeProp<String>,
    #[prop(optional, into)] placeholder: MaybeProp<String>,
    /// What the browser may fill in (`current-password`, `off`, …).
    #[prop(optional, into)]
    autocomplete: Option<String>,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
    /// Hides the label from the eye.
    #[prop(optional)]
    bare: bool,
    #[prop(optional)] large: bool,
    /// Shows codes and keys in letters of one width.
    #[prop(optional)]
    mono: bool,
    #[prop(optional, into)] testid: Option<String>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| format!("field-{name}"));
    let about = describedby(&id, hint, error);
    let words = Words { id: id.clone(), label, note, hint, error };
    // What was typed before the page woke must not be wiped, so that only a change from outside is written.
    let node = NodeRef::<leptos::html::Input>::new();
    Effect::new(move |before: Option<()>| {
        let (Some(input), Some(value)) = (node.get(), value) else { return };
        let wanted = value.get();
        if before.is_none() && wanted.is_empty() {
            value.set(input.value());
        } else if input.value() != wanted {
            input.set_value(&wanted);
        }
    });
    let initial = value.map(|value| value.get_untracked());
    let plain = matches!(kind, FieldKind::Password | FieldKind::Email | FieldKind::Url) || mono;
    let input = view! {
        <input
            class="field__control"
            class:field__control--mono=mono
            id=id
            name=name
            type=kind.type_of()
            min=(kind == FieldKind::Number).then_some("0")
            inputmode=(kind == FieldKind::Number).then_some("numeric")
            autocomplete=autocomplete
            autocapitalize=plain.then_some("none")
            spellcheck=plain.then_some("false")
            required=required
            autofocus=autofocus
            placeholder=move || placeholder.get()
            aria-invalid=move || error.get().map(|_| "true")
            aria-describedby=about
            data-testid=testid
            value=initial
            node_ref=node
            on:input=move |event| {
                if let Some(value) = value {
                    value.set(event_target_value(&event));
                }
            }
        />
    };
    view! {
        <div class="field" class:field--bare=bare class:field--large=large>
            {words.above()}
            {input}
            {words.below()}
        </div>
    }
}

/// A box to type several lines into. It grows with them.
#[component]
pub fn TextArea(
    #[prop(into)] name: String,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional, into)] note: MaybeProp<String>,
    #[prop(optional, into)] hint: MaybeProp<String>,
    #[prop(optional, into)] error: MaybeProp<String>,
    #[prop(optional, into)] placeholder: MaybeProp<String>,
    #[prop(default = 3)] rows: u32,
    #[prop(optional)] required: bool,
    #[prop(optional)] bare: bool,
    #[prop(optional, into)] testid: Option<String>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| format!("field-{name}"));
    let about = describedby(&id, hint, error);
    let words = Words { id: id.clone(), label, note, hint, error };
    let node = NodeRef::<leptos::html::Textarea>::new();
    Effect::new(move |before: Option<()>| {
        let Some(area) = node.get() else { return };
        let wanted = value.get();
        if before.is_none() && wanted.is_empty() {
            value.set(area.value());
        } else if area.value() != wanted {
            area.set_value(&wanted);
        }
    });
    view! {
        <div class="field" class:field--bare=bare>
            {words.above()}
            <textarea
                class="field__control"
                id=id
                name=name
                rows=rows.to_string()
                required=required
                dir="auto"
                placeholder=move || placeholder.get()
                aria-invalid=move || error.get().map(|_| "true")
                aria-describedby=about
                data-testid=testid
                node_ref=node
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
            {words.below()}
        </div>
    }
}

/// What is wrong with a field, below it.
#[component]
pub fn Problem(#[prop(into)] id: String, #[prop(into)] text: MaybeProp<String>) -> impl IntoView {
    move || {
        text.get().map(|text| {
            view! {
                <p class="field__error" id=id.clone() role="alert">
                    <Icon name=IconName::Alert />
                    <span>{text}</span>
                </p>
            }
        })
    }
}

/// The ids of what is written about a field, for `aria-describedby`.
pub(super) fn describedby(
    id: &str,
    hint: MaybeProp<String>,
    error: MaybeProp<String>,
) -> impl Fn() -> Option<String> + Send + Sync + use<> {
    let id = id.to_owned();
    move || match (error.get().is_some(), hint.get().is_some()) {
        (true, true) => Some(format!("{id}-error {id}-hint")),
        (true, false) => Some(format!("{id}-error")),
        (false, true) => Some(format!("{id}-hint")),
        (false, false) => None,
    }
}

/// The words around a control.
pub(super) struct Words {
    pub(super) id: String,
    pub(super) label: Signal<String>,
    pub(super) note: MaybeProp<String>,
    pub(super) hint: MaybeProp<String>,
    pub(super) error: MaybeProp<String>,
}

impl Words {
    pub(super) fn above(&self) -> impl IntoView + use<> {
        let (label, note) = (self.label, self.note);
        view! {
            <label class="field__label" for=self.id.clone()>
                {move || label.get()}
                {move || note.get().map(|note| view! { <span class="field__optional">" · " {note}</span> })}
            </label>
        }
    }

    pub(super) fn below(&self) -> impl IntoView + use<> {
        let (id, hint) = (format!("{}-hint", self.id), self.hint);
        view! {
            <Problem id=format!("{}-error", self.id) text=self.error />
            {move || hint.get().map(|hint| view! { <p class="field__hint" id=id.clone()>{hint}</p> })}
        }
    }
}
