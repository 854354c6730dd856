//! The list of the templates, a page at a time.

use std::time::Duration;

use contract::picker::{TemplateCard, TemplateQuery, TemplateShelf};
use contract::settings::TemplateSource;
use contract::template::{TemplateCategory, TemplateStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::calls;
use crate::i18n::{tu_string, use_i18n};
use crate::pages::inbox::words::Texts;
use crate::ui::{Ago, Badge, Button, ButtonKind, Choice, Field, FieldKind, Select, Tone};

/// How long the typing has to rest before it is looked for.
const REST: Duration = Duration::from_millis(200);

/// What is looked for, and what was found.
#[derive(Clone, Copy)]
struct Looking {
    sources: RwSignal<Vec<TemplateSource>>,
    words: RwSignal<String>,
    connection: RwSignal<String>,
    status: RwSignal<String>,
    category: RwSignal<String>,
    shelf: RwSignal<Option<TemplateShelf>>,
    asked: StoredValue<u32>,
}

impl Looking {
    fn new(sources: RwSignal<Vec<TemplateSource>>) -> Looking {
        let looking = Looking {
            sources,
            words: RwSignal::new(String::new()),
            connection: RwSignal::new(String::new()),
            status: RwSignal::new(String::new()),
            category: RwSignal::new(String::new()),
            shelf: RwSignal::new(None),
            asked: StoredValue::new(0),
        };
        Effect::new(move |before: Option<()>| {
            // What was made or read meanwhile is looked for too.
            looking.sources.track();
            looking.words.track();
            looking.connection.track();
            looking.status.track();
            looking.category.track();
            match before {
                None => looking.look(0),
                Some(()) => set_timeout(move || looking.look(0), REST),
            }
        });
        looking
    }

    /// Loads a page and puts it behind what is here, or in its place.
    fn look(self, skip: u32) {
        let Some(asked) = self.asked.try_get_value().map(|asked| asked + 1) else { return };
        self.asked.set_value(asked);
        let query = TemplateQuery {
            words: self.words.get_untracked(),
            connection: self.connection.get_untracked().parse().ok(),
            status: TemplateStatus::parse(&self.status.get_untracked()),
            category: TemplateCategory::parse(&self.category.get_untracked()),
            skip,
            ..TemplateQuery::default()
        };
        spawn_local(async move {
            let answer = calls::templates(query).await;
            if self.asked.try_get_value() != Some(asked) {
                return;
            }
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

/// The list, with what narrows it.
#[component]
pub(super) fn List(sources: RwSignal<Vec<TemplateSource>>) -> impl IntoView {
    let i18n = use_i18n();
    let looking = Looking::new(sources);
    view! {
        <section class="card">
            <Filters looking=looking />
            {move || looking.shelf.get().map(|shelf| table(i18n, shelf, looking))}
        </section>
    }
}

#[component]
fn Filters(looking: Looking) -> impl IntoView {
    let i18n = use_i18n();
    let sources = move || {
        let all = Choice::new("", tu_string!(i18n, settings.all_connections));
        let named = looking.sources.get().into_iter();
        let named = named.map(|source| Choice::new(source.connection.to_string(), source.name));
        std::iter::once(all).chain(named).collect::<Vec<_>>()
    };
    let statuses = TemplateStatus::ALL.map(|status| Choice::new(status.as_str(), standing(i18n, status)));
    let statuses: Vec<_> =
        std::iter::once(Choice::new("", tu_string!(i18n, settings.any_status))).chain(statuses).collect();
    let categories =
        TemplateCategory::ALL.map(|category| Choice::new(category.as_str(), purpose(i18n, category)));
    let categories: Vec<_> =
        std::iter::once(Choice::new("", tu_string!(i18n, settings.any_category))).chain(categories).collect();
    view! {
        <header class="card__head card__head--filters">
            <Field
                name="words"
                id="template-words"
                label=tu_string!(i18n, settings.find_template)
                placeholder=tu_string!(i18n, settings.find_template)
                kind=FieldKind::Search
                bare=true
                value=looking.words
                testid="template-words"
            />
            <Select
                name="connection"
                id="template-connection"
                label=tu_string!(i18n, settings.connection)
                bare=true
                choices=Signal::derive(sources)
                value=looking.connection
                on_choose=move |chosen| looking.connection.set(chosen)
            />
            <Select
                name="status"
                id="template-status"
                label=tu_string!(i18n, settings.state)
                bare=true
                choices=statuses
                value=looking.status
                on_choose=move |chosen| looking.status.set(chosen)
            />
            <Select
                name="category"
                id="template-purpose"
                label=tu_string!(i18n, settings.category)
                bare=true
                choices=categories
                value=looking.category
                on_choose=move |chosen| looking.category.set(chosen)
            />
        </header>
    }
}

fn table(i18n: Texts, shelf: TemplateShelf, looking: Looking) -> impl IntoView {
    if shelf.templates.is_empty() {
        return view! { <p class="card__none faint">{tu_string!(i18n, settings.no_templates)}</p> }
            .into_any();
    }
    let loaded = u32::try_from(shelf.templates.len()).unwrap_or(u32::MAX);
    let rows = shelf.templates.into_iter().map(|card| row(i18n, card, looking.sources)).collect_view();
    view! {
        <div class="table-box">
            <table class="table table--stack">
                <thead>
                    <tr>
                        <th scope="col">{tu_string!(i18n, settings.template)}</th>
                        <th scope="col">{tu_string!(i18n, settings.category)}</th>
                        <th scope="col">{tu_string!(i18n, settings.state)}</th>
                        <th scope="col">{tu_string!(i18n, settings.quality)}</th>
                        <th scope="col">{tu_string!(i18n, settings.used)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {shelf
            .more
            .then(|| {
                view! {
                    <div class="card__none">
                        <Button kind=ButtonKind::Ghost on_press=move || looking.look(loaded)>
                            {tu_string!(i18n, settings.load_more)}
                        </Button>
                    </div>
                }
            })}
    }
    .into_any()
}

fn row(i18n: Texts, card: TemplateCard, sources: RwSignal<Vec<TemplateSource>>) -> impl IntoView {
    let connection = card.connection;
    let of = move || {
        sources.with(|sources| {
            let source = sources.iter().find(|source| source.connection == connection);
            source.map(|source| source.name.clone())
        })
    };
    let tone = match card.status {
        TemplateStatus::Approved => Tone::Positive,
        TemplateStatus::Rejected | TemplateStatus::Disabled => Tone::Negative,
        TemplateStatus::Paused => Tone::Caution,
        _ => Tone::Neutral,
    };
    // A label beside nothing would be read as a value.
    let quality = card.quality.is_some().then(|| tu_string!(i18n, settings.quality));
    let before = card.previous_category.map(|category| {
        view! {
            <div class="table__second">{tu_string!(i18n, settings.before)} " " {purpose(i18n, category)}</div>
        }
    });
    view! {
        <tr data-testid="template-row" data-name=card.name.clone()>
            <td>
                <div class="line line--wrap">
                    <span class="table__main mono">{card.name.clone()}</span>
                    <Badge>{card.language}</Badge>
                    <span class="table__second">{of}</span>
                </div>
                <div class="table__second template-body" dir="auto">{card.body}</div>
            </td>
            <td>
                {card.category.map(|category| purpose(i18n, category))}
                {before}
            </td>
            <td>
                <Badge tone=tone>{standing(i18n, card.status)}</Badge>
                {card.reason.map(|reason| view! { <div class="table__second">{reason}</div> })}
            </td>
            <td data-label=quality>{card.quality}</td>
            <td class="faint" data-label=tu_string!(i18n, settings.used)>
                <span class="tabular">{card.used}</span>
                {card.last_used_at.map(|at| view! { " · " <Ago at=at.0 /> })}
            </td>
        </tr>
    }
}

/// What a template is for.
pub(super) fn purpose(i18n: Texts, category: TemplateCategory) -> &'static str {
    match category {
        TemplateCategory::Marketing => tu_string!(i18n, settings.category_marketing),
        TemplateCategory::Utility => tu_string!(i18n, settings.category_utility),
        TemplateCategory::Authentication => tu_string!(i18n, settings.category_authentication),
    }
}

/// Where a template stands.
fn standing(i18n: Texts, status: TemplateStatus) -> &'static str {
    match status {
        TemplateStatus::Draft => tu_string!(i18n, settings.status_draft),
        TemplateStatus::Pending => tu_string!(i18n, settings.status_pending),
        TemplateStatus::Approved => tu_string!(i18n, settings.status_approved),
        TemplateStatus::Rejected => tu_string!(i18n, settings.status_rejected),
        TemplateStatus::Paused => tu_string!(i18n, settings.status_paused),
        TemplateStatus::Disabled => tu_string!(i18n, settings.status_disabled),
        TemplateStatus::Deleted => tu_string!(i18n, settings.status_deleted),
        TemplateStatus::Unknown => tu_string!(i18n, settings.status_unknown),
    }
}
