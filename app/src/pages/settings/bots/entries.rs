//! What a bot may answer from, for kinds that have a list of it.

use contract::bots::{BotChange, BotPage, FaqEntry};
use contract::settings::SettingsChange;
use leptos::prelude::*;

use super::super::load::Loaded;
use super::super::submit::{FormError, Submission};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonKind, ButtonSize, Field, IconName, TextArea, ToastKind, use_toasts};

/// An entry, as it is typed. The key stays while it is moved.
#[derive(Clone)]
struct Row {
    key: usize,
    id: String,
    title: RwSignal<String>,
    text: RwSignal<String>,
}

/// All of them, and what was wrong with them.
#[derive(Clone, Copy)]
struct Typed {
    rows: RwSignal<Vec<Row>>,
    next: RwSignal<usize>,
    submission: Submission,
}

impl Typed {
    fn new(entries: &[FaqEntry]) -> Typed {
        let typed =
            Typed { rows: RwSignal::new(Vec::new()), next: RwSignal::new(0), submission: Submission::new() };
        entries.iter().for_each(|entry| typed.add(entry));
        typed
    }

    fn add(self, entry: &FaqEntry) {
        let key = self.next.get_untracked();
        self.next.set(key + 1);
        let (title, text) = (RwSignal::new(entry.title.clone()), RwSignal::new(entry.text.clone()));
        self.rows.update(|rows| rows.push(Row { key, id: entry.id.clone(), title, text }));
    }

    fn place(self, key: usize) -> Option<usize> {
        self.rows.with(|rows| rows.iter().position(|row| row.key == key))
    }

    /// What was wrong is told by place, and holds no longer once something was moved.
    fn reshape(self, change: impl FnOnce(&mut Vec<Row>)) {
        self.submission.clear();
        self.rows.update(change);
    }

    fn entries(self) -> Vec<FaqEntry> {
        let entry = |row: &Row| FaqEntry {
            id: row.id.clone(),
            title: row.title.get_untracked(),
            text: row.text.get_untracked(),
        };
        self.rows.with_untracked(|rows| rows.iter().map(entry).collect())
    }

    fn error(self, key: usize, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            let at = self.place(key)?;
            self.submission.error(format!("entries.{at}.{field}")).get()
        })
    }
}

/// The card.
#[component]
pub(super) fn Entries(loaded: Loaded, page: BotPage) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let (bot, version) = (page.line.id, page.line.version);
    let typed = Typed::new(&page.entries);
    let submission = typed.submission;
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let change = BotChange::SetEntries { bot, version, entries: typed.entries() };
        submission.send(SettingsChange::Bot(change), move || {
            loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, bots.saved));
        });
    };
    let count = move || {
        let (count, most) = (typed.rows.with(Vec::len), FaqEntry::MOST);
        tu_string!(i18n, bots.faq_count, count = count, most = most).to_string()
    };
    let full = Signal::derive(move || typed.rows.with(|rows| rows.len() >= FaqEntry::MOST));
    view! {
        <section class="card" data-testid="bot-faq">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, bots.faq)}</h3>
                <span class="faint small tabular">{count}</span>
            </header>
            <form class="card__form card__form--wide" on:submit=send>
                <p class="soft small">{tu_string!(i18n, bots.faq_text)}</p>
                <Show when=move || typed.rows.with(Vec::is_empty)>
                    <p class="soft" data-testid="faq-none">{tu_string!(i18n, bots.faq_none)}</p>
                </Show>
                <ol class="faq">
                    <For each=move || typed.rows.get() key=|row| row.key let:row>
                        <Entry typed=typed row=row />
                    </For>
                </ol>
                <FormError text=submission.general() />
                <div class="line">
                    <Button
                        icon=IconName::Plus
                        disabled=full
                        on_press=move || typed.add(&FaqEntry::default())
                        attr:data-testid="add-faq"
                    >
                        {tu_string!(i18n, bots.add_entry)}
                    </Button>
                    <Button
                        kind=ButtonKind::Primary
                        submit=true
                        busy=submission.busy
                        attr:data-testid="save-faq"
                    >
                        {tu_string!(i18n, bots.save)}
                    </Button>
                </div>
            </form>
        </section>
    }
}

#[component]
fn Entry(typed: Typed, row: Row) -> impl IntoView {
    let i18n = use_i18n();
    let Row { key, id, title, text } = row;
    let swap = move |with: fn(usize) -> Option<usize>| {
        typed.reshape(|rows| {
            let at = rows.iter().position(|row| row.key == key);
            if let Some((at, to)) = at.and_then(|at| Some((at, with(at)?)))
                && to < rows.len()
            {
                rows.swap(at, to);
            }
        });
    };
    let first = Signal::derive(move || typed.place(key) == Some(0));
    let last = Signal::derive(move || typed.place(key).map(|at| at + 1) == Some(typed.rows.with(Vec::len)));
    view! {
        <li class="faq__entry" data-testid="faq-entry">
            <Field
                name="title"
                id=format!("faq-{key}-title")
                label=tu_string!(i18n, bots.faq_title)
                value=title
                error=typed.error(key, "title")
                autocomplete="off"
            />
            <TextArea
                name="text"
                id=format!("faq-{key}-text")
                label=tu_string!(i18n, bots.faq_answer)
                value=text
                error=typed.error(key, "text")
            />
            <div class="line faq__deeds">
                <span class="faint small mono line__grow truncate">{id}</span>
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    icon=IconName::ArrowUp
                    label=tu_string!(i18n, bots.up)
                    disabled=first
                    on_press=move || swap(|at| at.checked_sub(1))
                    attr:data-testid="faq-up"
                />
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    icon=IconName::ArrowDown
                    label=tu_string!(i18n, bots.down)
                    disabled=last
                    on_press=move || swap(|at| at.checked_add(1))
                    attr:data-testid="faq-down"
                />
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    icon=IconName::Trash
                    label=tu_string!(i18n, bots.remove_entry)
                    on_press=move || typed.reshape(|rows| rows.retain(|row| row.key != key))
                    attr:data-testid="faq-remove"
                />
            </div>
        </li>
    }
}
