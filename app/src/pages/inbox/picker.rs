//! Choosing a template and filling it in: in the composer, and where a conversation is begun.

use std::time::Duration;

use contract::id::ChannelId;
use contract::message::{MediaKind, Template};
use contract::picker::{Place, Slot, TemplateCard, TemplateQuery, TemplateShelf};
use contract::template::{TemplateCategory, TemplateStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::wasm_split;

use super::markup::Marked;
use super::words::Texts;
use crate::calls;
use crate::i18n::{tu_string, use_i18n};
use crate::pages::later::{Later, Part};
use crate::ui::{Badge, Button, ButtonKind, ButtonSize, Icon, IconName, Tone};

/// How long the typing has to rest before it is looked for.
const REST: Duration = Duration::from_millis(200);

/// What is looked for, what was found, and what is filled in.
#[derive(Clone, Copy)]
pub struct Picking {
    channel: Signal<Option<ChannelId>>,
    words: RwSignal<String>,
    language: RwSignal<String>,
    category: RwSignal<Option<TemplateCategory>>,
    shelf: RwSignal<Option<TemplateShelf>>,
    failed: RwSignal<bool>,
    chosen: RwSignal<Option<TemplateCard>>,
    values: RwSignal<Vec<String>>,
    whole: RwSignal<Option<Template>>,
    asked: StoredValue<u32>,
}

impl Picking {
    /// Picks among the templates of a channel. Nothing is loaded until the picker is shown.
    pub fn new(channel: Signal<Option<ChannelId>>) -> Picking {
        Picking {
            channel,
            words: RwSignal::new(String::new()),
            language: RwSignal::new(String::new()),
            category: RwSignal::new(None),
            shelf: RwSignal::new(None),
            failed: RwSignal::new(false),
            chosen: RwSignal::new(None),
            values: RwSignal::new(Vec::new()),
            whole: RwSignal::new(None),
            asked: StoredValue::new(0),
        }
    }

    /// The template as it is filled in, if nothing is missing.
    pub fn whole(self) -> Option<Template> {
        self.whole.get()
    }

    /// Back to the list.
    pub fn clear(self) {
        self.chosen.set(None);
        self.values.set(Vec::new());
        self.whole.set(None);
    }

    fn choose(self, card: TemplateCard) {
        self.values.set(vec![String::new(); card.slots.len()]);
        self.chosen.set(Some(card));
    }

    /// Looks again whenever what is looked for changes.
    fn follow(self) {
        Effect::new(move |before: Option<()>| {
            self.channel.track();
            self.language.track();
            self.category.track();
            self.words.track();
            let asked = self.asked.try_update_value(|asked| {
                *asked += 1;
                *asked
            });
            let look = move || {
                if self.asked.try_get_value() == asked {
                    self.load(0);
                }
            };
            match before {
                None => look(),
                Some(()) => set_timeout(look, REST),
            }
        });
        Effect::new(move |before: Option<()>| {
            self.channel.track();
            if before.is_some() {
                self.clear();
                self.language.set(String::new());
            }
        });
        Effect::new(move |_| {
            let filled = |card: &TemplateCard| {
                self.values.with(|values| card.complete(values).then(|| card.fill(values)))
            };
            self.whole.set(self.chosen.with(|card| card.as_ref().and_then(filled)));
        });
    }

    /// Loads a page and puts it behind what is here, or in its place.
    fn load(self, skip: u32) {
        let Some(channel) = self.channel.try_get_untracked().flatten() else { return };
        let query = TemplateQuery {
            channel: Some(channel),
            words: self.words.get_untracked(),
            language: self.language.get_untracked(),
            category: self.category.get_untracked(),
            skip,
            ..TemplateQuery::default()
        };
        let asked = self.asked.get_value();
        spawn_local(async move {
            let answer = calls::templates(query).await;
            if self.asked.try_get_value() != Some(asked) {
                return;
            }
            self.failed.set(answer.is_err());
            let Ok(mut found) = answer else { return };
            self.shelf.update(|shelf| {
                if let (Some(known), true) = (shelf.take(), skip > 0) {
                    found.templates.splice(0..0, known.templates);
                }
                *shelf = Some(found);
            });
        });
    }
}

/// The list, or the template that is chosen with what is to be filled in.
#[component]
pub fn Picker(picking: Picking) -> impl IntoView {
    view! { <Later part=move || picker(picking) /> }
}

#[wasm_split(later, wasm_split_path = leptos::wasm_split, fallible)]
fn picker(picking: Picking) -> Part {
    picking.follow();
    let shown = move || match picking.chosen.get() {
        Some(card) => view! { <Filling picking=picking card=card /> }.into_any(),
        None => view! { <Choosing picking=picking /> }.into_any(),
    };
    Ok(shown.into_any())
}

#[component]
fn Choosing(picking: Picking) -> impl IntoView {
    let i18n = use_i18n();
    let languages = Memo::new(move |_| {
        picking.shelf.with(|shelf| shelf.as_ref().map(|shelf| shelf.languages.clone()).unwrap_or_default())
    });
    let option = move |language: String| {
        let selected = picking.language.get_untracked() == language;
        view! { <option value=language.clone() selected=selected>{language.clone()}</option> }
    };
    let purpose = move |category: TemplateCategory| {
        view! {
            <option
                value=category.as_str()
                selected=picking.category.get_untracked() == Some(category)
            >{category_word(i18n, category)}</option>
        }
    };
    view! {
        <div class="picker" data-testid="template-picker">
            <div class="picker__filters">
                <input
                    class="field__control line__grow"
                    type="search"
                    aria-label=tu_string!(i18n, inbox.find_template)
                    placeholder=tu_string!(i18n, inbox.find_template)
                    data-testid="template-search"
                    prop:value=picking.words.get_untracked()
                    on:input=move |event| picking.words.set(event_target_value(&event))
                />
                <select
                    class="field__control"
                    aria-label=tu_string!(i18n, inbox.language)
                    data-testid="template-language"
                    on:change=move |event| picking.language.set(event_target_value(&event))
                >
                    <option value="">{tu_string!(i18n, inbox.any_language)}</option>
                    {move || languages.get().into_iter().map(option).collect_view()}
                </select>
                <select
                    class="field__control"
                    aria-label=tu_string!(i18n, inbox.category)
                    data-testid="template-category"
                    on:change=move |event| {
                        picking.category.set(TemplateCategory::parse(&event_target_value(&event)));
                    }
                >
                    <option value="">{tu_string!(i18n, inbox.any_category)}</option>
                    {TemplateCategory::ALL.into_iter().map(purpose).collect_view()}
                </select>
            </div>
            <div class="picker__list scroll">
                {move || picking.shelf.get().map(|shelf| list(i18n, picking, shelf))}
                <Show when=move || picking.failed.get()>
                    <p class="picker__none" role="alert">
                        {tu_string!(i18n, inbox.templates_failed)} " "
                        <Button size=ButtonSize::Small on_press=move || picking.load(0)>
                            {tu_string!(i18n, common.retry)}
                        </Button>
                    </p>
                </Show>
            </div>
        </div>
    }
}

fn list(i18n: Texts, picking: Picking, shelf: TemplateShelf) -> AnyView {
    if shelf.templates.is_empty() {
        return view! { <p class="picker__none">{tu_string!(i18n, inbox.no_templates)}</p> }.into_any();
    }
    let loaded = u32::try_from(shelf.templates.len()).unwrap_or(u32::MAX);
    let rows = shelf.templates.into_iter().map(|card| row(i18n, picking, card)).collect_view();
    view! {
        {rows}
        {shelf
            .more
            .then(|| {
                view! {
                    <Button kind=ButtonKind::Ghost on_press=move || picking.load(loaded)>
                        {tu_string!(i18n, inbox.more)}
                    </Button>
                }
            })}
    }
    .into_any()
}

fn row(i18n: Texts, picking: Picking, card: TemplateCard) -> AnyView {
    let usable = card.status == TemplateStatus::Approved;
    let (name, language, body) = (card.name.clone(), card.language.clone(), card.body.clone());
    let standing = (!usable).then(|| standing(i18n, card.status));
    let purpose = card.category.map(|category| category_word(i18n, category));
    let why = card.reason.clone();
    view! {
        <button
            class="picker__row"
            type="button"
            data-testid="template"
            data-name=name.clone()
            title=why
            aria-disabled=(!usable).then_some("true")
            on:click=move |_| {
                if usable {
                    picking.choose(card.clone());
                }
            }
        >
            <span class="picker__name">
                <strong class="truncate">{name.clone()}</strong>
                <Badge>{language}</Badge>
                {purpose.map(|purpose| view! { <Badge>{purpose}</Badge> })}
                {standing.map(|standing| view! { <Badge tone=Tone::Caution>{standing}</Badge> })}
            </span>
            <span class="picker__body" dir="auto">{body}</span>
        </button>
    }
    .into_any()
}

/// The template that is chosen: a field for each thing to fill in, and beside them what the customer will read.
#[component]
fn Filling(picking: Picking, card: TemplateCard) -> impl IntoView {
    let i18n = use_i18n();
    let wanted = picking.language.get_untracked();
    let other = (!wanted.is_empty() && wanted != card.language).then(|| {
        tu_string!(i18n, inbox.other_language, wanted = wanted, language = card.language.clone()).to_string()
    });
    let preview = {
        let card = card.clone();
        Memo::new(move |_| picking.values.with(|values| card.text(values)))
    };
    let field = move |(at, slot): (usize, Slot)| {
        let label = label(i18n, &slot);
        let kind = if matches!(slot.place, Place::File(_)) { "url" } else { "text" };
        view! {
            <label class="picker__field">
                <span class="field__label">{label}</span>
                <input
                    class="field__control"
                    type=kind
                    dir="auto"
                    placeholder=slot.sample
                    data-testid="template-value"
                    prop:value=picking.values.with_untracked(|values| values.get(at).cloned().unwrap_or_default())
                    on:input=move |event| {
                        picking.values.update(|values| {
                            if let Some(value) = values.get_mut(at) {
                                *value = event_target_value(&event);
                            }
                        });
                    }
                />
            </label>
        }
    };
    view! {
        <div class="picker picker--filling" data-testid="template-filling">
            <div class="picker__filters">
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    icon=IconName::ArrowLeft
                    label=tu_string!(i18n, inbox.other_template)
                    on_press=move || picking.clear()
                />
                <strong class="truncate">{card.name.clone()}</strong>
                <Badge>{card.language.clone()}</Badge>
            </div>
            {other.map(|other| view! { <p class="picker__note"><Icon name=IconName::Info /> {other}</p> })}
            <div class="picker__fields">{card.slots.into_iter().enumerate().map(field).collect_view()}</div>
            <div class="picker__preview" data-testid="template-preview" aria-label=tu_string!(i18n, inbox.preview)>
                {move || view! { <Marked text=preview.get() /> }}
                {card.footer.map(|footer| view! { <p class="part__footer" dir="auto">{footer}</p> })}
                {(!card.buttons.is_empty())
                    .then(|| {
                        let choice = |label| view! { <span class="choices__choice" dir="auto">{label}</span> };
                        view! { <span class="choices">{card.buttons.into_iter().map(choice).collect_view()}</span> }
                    })}
            </div>
        </div>
    }
}

/// What a field is for.
fn label(i18n: Texts, slot: &Slot) -> String {
    let name = slot.name.clone();
    match slot.place {
        Place::Header => tu_string!(i18n, inbox.slot_header, name = name).to_string(),
        Place::Body => tu_string!(i18n, inbox.slot_body, name = name).to_string(),
        Place::File(kind) => {
            let kind = match kind {
                MediaKind::Video => tu_string!(i18n, inbox.media_video),
                MediaKind::Document => tu_string!(i18n, inbox.media_document),
                _ => tu_string!(i18n, inbox.media_image),
            };
            tu_string!(i18n, inbox.slot_file, kind = kind).to_string()
        }
        Place::Link(index) => tu_string!(i18n, inbox.slot_link, number = index + 1).to_string(),
        Place::Code(index) => tu_string!(i18n, inbox.slot_code, number = index + 1).to_string(),
    }
}

/// What a template is for.
fn category_word(i18n: Texts, category: TemplateCategory) -> &'static str {
    match category {
        TemplateCategory::Marketing => tu_string!(i18n, inbox.category_marketing),
        TemplateCategory::Utility => tu_string!(i18n, inbox.category_utility),
        TemplateCategory::Authentication => tu_string!(i18n, inbox.category_authentication),
    }
}

/// Where a template that cannot be sent stands.
fn standing(i18n: Texts, status: TemplateStatus) -> &'static str {
    match status {
        TemplateStatus::Pending => tu_string!(i18n, inbox.template_pending),
        TemplateStatus::Rejected => tu_string!(i18n, inbox.template_rejected),
        TemplateStatus::Paused => tu_string!(i18n, inbox.template_paused),
        _ => tu_string!(i18n, inbox.template_unusable),
    }
}
