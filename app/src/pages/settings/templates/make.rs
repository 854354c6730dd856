//! Making a template: its parts, what it will look like, and what is wrong before anything is sent.

use contract::id::ConnectionId;
use contract::settings::SettingsChange;
use contract::template::{TemplateButtonInfo, TemplateCategory, TemplateDraft, TemplateHeader, TemplateInfo};
use leptos::prelude::*;

use super::super::load::Loaded;
use super::super::submit::{FormError, Submission};
use super::list::purpose;
use crate::i18n::{tu_string, use_i18n};
use crate::pages::inbox::markup::Marked;
use crate::pages::inbox::words::Texts;
use crate::ui::{Button, ButtonKind, Choice, Field, Select, TextArea, ToastKind, use_toasts};

/// The longest text, in characters.
const BODY: usize = 1_024;
/// The longest line above and below it.
const LINE: usize = 60;
/// The longest label of a button.
const LABEL: usize = 25;
/// Quick replies that can be typed here.
const REPLIES: usize = 3;

/// What is typed.
#[derive(Clone, Copy)]
struct Draft {
    name: RwSignal<String>,
    language: RwSignal<String>,
    category: RwSignal<TemplateCategory>,
    header: RwSignal<String>,
    body: RwSignal<String>,
    footer: RwSignal<String>,
    replies: RwSignal<String>,
    link_label: RwSignal<String>,
    link: RwSignal<String>,
    samples: RwSignal<Vec<(String, String)>>,
}

impl Draft {
    fn new() -> Draft {
        let text = || RwSignal::new(String::new());
        Draft {
            name: text(),
            language: RwSignal::new("en_US".to_owned()),
            category: RwSignal::new(TemplateCategory::Utility),
            header: text(),
            body: text(),
            footer: text(),
            replies: text(),
            link_label: text(),
            link: text(),
            samples: RwSignal::new(Vec::new()),
        }
    }

    /// The draft as it would be sent.
    fn whole(self) -> TemplateDraft {
        let trimmed = |text: RwSignal<String>| text.with(|text| text.trim().to_owned());
        let some = |text: RwSignal<String>| Some(trimmed(text)).filter(|text| !text.is_empty());
        let replies = trimmed(self.replies);
        let replies = replies.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut buttons: Vec<_> =
            replies.map(|text| TemplateButtonInfo::QuickReply { text: text.to_owned() }).collect();
        if let (Some(text), Some(url)) = (some(self.link_label), some(self.link)) {
            buttons.push(TemplateButtonInfo::Url { text, url });
        }
        let mut draft = TemplateDraft {
            name: trimmed(self.name),
            language: trimmed(self.language),
            category: self.category.get(),
            header: some(self.header).map(|text| TemplateHeader::Text { text }),
            body: trimmed(self.body),
            footer: some(self.footer),
            buttons,
            samples: Vec::new(),
        };
        let wanted = wanted(&draft);
        draft.samples = self
            .samples
            .with(|samples| wanted.into_iter().map(|key| (key.clone(), sample_of(samples, &key))).collect());
        draft
    }
}

fn sample_of(samples: &[(String, String)], key: &str) -> String {
    samples.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// The keys of the samples that a draft needs.
fn wanted(draft: &TemplateDraft) -> Vec<String> {
    let mut keys = Vec::new();
    if let Some(TemplateHeader::Text { text }) = &draft.header
        && !TemplateInfo::variables(text).is_empty()
    {
        keys.push("header".to_owned());
    }
    keys.extend(TemplateInfo::variables(&draft.body));
    for (index, button) in draft.buttons.iter().enumerate() {
        if matches!(button, TemplateButtonInfo::Url { url, .. } if !TemplateInfo::variables(url).is_empty()) {
            keys.push(format!("button:{index}"));
        }
    }
    keys
}

/// What is wrong with a draft at first sight. The provider's own rules are asked on the server.
fn wrong(i18n: Texts, draft: &TemplateDraft) -> Option<&'static str> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let long = |text: Option<&str>, most: usize| text.is_some_and(|text| text.chars().count() > most);
    let header = match &draft.header {
        Some(TemplateHeader::Text { text }) => Some(text.as_str()),
        _ => None,
    };
    if draft.name.is_empty() || !draft.name.bytes().all(fits) {
        return Some(tu_string!(i18n, settings.wrong_name));
    }
    if draft.body.is_empty() || long(Some(&draft.body), BODY) {
        return Some(tu_string!(i18n, settings.wrong_body));
    }
    if draft.body.starts_with("{{") || draft.body.ends_with("}}") {
        return Some(tu_string!(i18n, settings.wrong_edges));
    }
    if long(header, LINE) || long(draft.footer.as_deref(), LINE) {
        return Some(tu_string!(i18n, settings.wrong_line));
    }
    if draft.buttons.iter().any(|button| long(Some(button.label()), LABEL))
        || draft.buttons.len() > REPLIES + 1
    {
        return Some(tu_string!(i18n, settings.wrong_buttons));
    }
    let empty = |(_, value): &(String, String)| value.trim().is_empty();
    draft.samples.iter().any(empty).then(|| tu_string!(i18n, settings.wrong_samples))
}

/// The form.
#[component]
pub(super) fn Make(connection: ConnectionId, open: RwSignal<bool>, loaded: Loaded) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let submission = Submission::new();
    let draft = Draft::new();
    let whole = Memo::new(move |_| draft.whole());
    let problem = Memo::new(move |_| whole.with(|draft| wrong(i18n, draft)));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if problem.get_untracked().is_some() {
            return;
        }
        let change = SettingsChange::SubmitTemplate { connection, draft: whole.get_untracked() };
        submission.send(change, move || {
            open.set(false);
            loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, settings.template_submitted));
        });
    };
    view! {
        <form class="stack" on:submit=send>
            <Parts draft=draft />
            <Samples draft=draft whole=whole />
            <Preview whole=whole />
            {move || problem.get().map(|why| view! { <p class="faint small" role="status">{why}</p> })}
            <FormError text=submission.general() />
            <div class="dialog__foot">
                <Button kind=ButtonKind::Quiet on_press=move || open.set(false)>
                    {tu_string!(i18n, settings.cancel)}
                </Button>
                <Button
                    kind=ButtonKind::Primary
                    submit=true
                    busy=submission.busy
                    disabled=Signal::derive(move || problem.get().is_some())
                    attr:data-testid="submit-template"
                >
                    {tu_string!(i18n, settings.submit_template)}
                </Button>
            </div>
        </form>
    }
}

#[component]
fn Parts(draft: Draft) -> impl IntoView {
    let i18n = use_i18n();
    let field = move |name: &'static str, label: &'static str, value: RwSignal<String>| {
        view! { <Field name=name id=format!("draft-{name}") label=label value=value autocomplete="off" testid=format!("draft-{name}") /> }
    };
    let categories: Vec<_> = [TemplateCategory::Utility, TemplateCategory::Marketing]
        .map(|category| Choice::new(category.as_str(), purpose(i18n, category)))
        .into();
    view! {
        {field("name", tu_string!(i18n, settings.template_name), draft.name)}
        {field("language", tu_string!(i18n, settings.template_language), draft.language)}
        <Select
            name="category"
            id="draft-category"
            label=tu_string!(i18n, settings.category)
            choices=categories
            value=Signal::derive(move || draft.category.get().as_str().to_owned())
            on_choose=move |chosen: String| {
                if let Some(category) = TemplateCategory::parse(&chosen) {
                    draft.category.set(category);
                }
            }
        />
        {field("header", tu_string!(i18n, settings.template_header), draft.header)}
        <TextArea
            name="body"
            id="draft-body"
            label=tu_string!(i18n, settings.template_text)
            hint=tu_string!(i18n, settings.template_text_hint)
            value=draft.body
            testid="draft-body"
        />
        {field("footer", tu_string!(i18n, settings.template_footer), draft.footer)}
        <TextArea
            name="replies"
            id="draft-replies"
            label=tu_string!(i18n, settings.template_replies)
            hint=tu_string!(i18n, settings.template_replies_hint)
            value=draft.replies
        />
        {field("link-label", tu_string!(i18n, settings.template_link_label), draft.link_label)}
        {field("link", tu_string!(i18n, settings.template_link), draft.link)}
    }
}

/// A sample for each variable.
#[component]
fn Samples(draft: Draft, whole: Memo<TemplateDraft>) -> impl IntoView {
    let i18n = use_i18n();
    let keys = Memo::new(move |_| whole.with(wanted));
    let field = move |key: String| {
        let label = tu_string!(i18n, settings.sample_of, name = key.clone()).to_string();
        let known = draft.samples.with_untracked(|samples| sample_of(samples, &key));
        view! {
            <label class="field">
                <span class="field__label">{label}</span>
                <input
                    class="field__control"
                    type="text"
                    data-testid="draft-sample"
                    value=known
                    on:input=move |event| {
                        let value = event_target_value(&event);
                        draft.samples.update(|samples| {
                            samples.retain(|(known, _)| *known != key);
                            samples.push((key.clone(), value));
                        });
                    }
                />
            </label>
        }
    };
    move || keys.get().into_iter().map(field).collect_view()
}

#[component]
fn Preview(whole: Memo<TemplateDraft>) -> impl IntoView {
    let i18n = use_i18n();
    let text = move || {
        whole.with(|draft| {
            let header = match &draft.header {
                Some(TemplateHeader::Text { text }) => Some(text.clone()),
                _ => None,
            };
            let sample =
                |key: &str| Some(sample_of(&draft.samples, key)).filter(|value| !value.trim().is_empty());
            TemplateInfo::read_out(
                header.map(|text| TemplateInfo::filled(&text, |_| sample("header"))),
                TemplateInfo::filled(&draft.body, sample),
            )
        })
    };
    let buttons = move || {
        whole.with(|draft| draft.buttons.iter().map(|button| button.label().to_owned()).collect::<Vec<_>>())
    };
    view! {
        <div class="template-preview" role="group" aria-label=tu_string!(i18n, settings.preview)>
            {move || view! { <Marked text=text() /> }}
            {move || whole.with(|draft| draft.footer.clone()).map(|footer| view! { <p class="faint small">{footer}</p> })}
            {move || {
                buttons()
                    .into_iter()
                    .map(|label| view! { <span class="template-preview__button">{label}</span> })
                    .collect_view()
            }}
        </div>
    }
}
