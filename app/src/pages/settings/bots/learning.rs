//! What a bot did not understand or let go of, and answers to it.

use contract::bots::{AnswerTo, BotChange, BotScreen, BotShown, Group, LearningPage, Teachable};
use contract::id::BotId;
use contract::settings::SettingsChange;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::super::load::{Loaded, once};
use super::super::open_while;
use super::super::submit::{FormError, Submission};
use super::{BotHead, conversation, page, reason_words, shown};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{
    Ago, Badge, Button, ButtonKind, ButtonSize, Choice, Dialog, Empty, Field, IconName, Select, Switch,
    TextArea, ToastKind, Tone, use_toasts,
};

/// How many days are looked at where the address does not say.
const DAYS: i32 = 7;

/// The screen.
#[component]
pub(super) fn BotLearning(id: BotId) -> impl IntoView {
    let query = use_query_map();
    let days = Memo::new(move |_| {
        query.with(|query| query.get("days").and_then(|days| days.parse().ok()).unwrap_or(DAYS))
    });
    move || view! { <Screen id=id days=days.get() /> }
}

/// What is asked on this screen.
#[derive(Clone, Copy)]
struct Asked {
    id: BotId,
    loaded: Loaded,
    submission: Submission,
    /// The group that gets an answer.
    answering: RwSignal<Option<Group>>,
    /// The bots that can learn it.
    teachable: RwSignal<Vec<Teachable>>,
    hidden: RwSignal<bool>,
}

#[component]
fn Screen(id: BotId, days: i32) -> impl IntoView {
    let i18n = use_i18n();
    let asked = Asked {
        id,
        loaded: once(page(BotScreen::Learning { bot: id, days })),
        submission: Submission::new(),
        answering: RwSignal::new(None),
        teachable: RwSignal::new(Vec::new()),
        hidden: RwSignal::new(false),
    };
    let view = move |shown| match shown {
        BotShown::Learning(page) => Some(view! { <Page asked=asked page=page /> }.into_any()),
        _ => None,
    };
    view! {
        <Title text=tu_string!(i18n, bots.learning) />
        {shown(asked.loaded, view)}
        <Dialog
            open=open_while(asked.answering)
            title=tu_string!(i18n, bots.add_answer)
            close=tu_string!(i18n, settings.close)
            testid="add-answer-dialog"
        >
            <AddAnswer asked=asked />
        </Dialog>
    }
}

#[component]
fn Page(asked: Asked, page: LearningPage) -> impl IntoView {
    let i18n = use_i18n();
    let editable = page.teachable.first().is_some_and(|bot| bot.bot == asked.id);
    asked.teachable.set(page.teachable);
    let none = page.groups.is_empty();
    let any_hidden = page.groups.iter().any(|group| group.hidden);
    let groups = StoredValue::new(page.groups);
    let rows = move || {
        let all = asked.hidden.get();
        groups.with_value(|groups| {
            let seen = groups.iter().filter(|group| all || !group.hidden).cloned();
            seen.map(|group| view! { <OneGroup asked=asked group=group /> }).collect_view()
        })
    };
    view! {
        <BotHead id=asked.id name=page.name editable=editable />
        <p class="soft small">{tu_string!(i18n, bots.learning_text)}</p>
        {page.more.then(|| view! { <p class="notice">{tu_string!(i18n, bots.learning_more)}</p> })}
        <FormError text=asked.submission.general() />
        <section class="card" data-testid="learning">
            <div class="filters">
                <Days id=asked.id days=page.days />
                {any_hidden
                    .then(|| view! {
                        <Switch
                            label=tu_string!(i18n, bots.show_hidden)
                            on=asked.hidden
                            on_turn=move |on| asked.hidden.set(on)
                            testid="show-hidden"
                        />
                    })}
            </div>
            {if none {
                view! {
                    <Empty
                        icon=IconName::CheckCircle
                        title=tu_string!(i18n, bots.nothing_to_learn)
                        text=tu_string!(i18n, bots.nothing_to_learn_text)
                    />
                }
                    .into_any()
            } else {
                view! { <ul>{rows}</ul> }.into_any()
            }}
        </section>
    }
}

#[component]
fn Days(id: BotId, days: i32) -> impl IntoView {
    let i18n = use_i18n();
    let navigate = StoredValue::new(use_navigate());
    let choices: Vec<Choice> = [1, 7, 30, 90]
        .into_iter()
        .map(|days: i32| {
            Choice::new(days.to_string(), tu_string!(i18n, bots.last_days, days = days).to_string())
        })
        .collect();
    let go = move |days: String| {
        let to = format!("/settings/bots/{id}/learning?days={days}");
        navigate.with_value(|navigate| navigate(&to, NavigateOptions::default()));
    };
    view! {
        <Select
            name="days"
            label=tu_string!(i18n, bots.days)
            bare=true
            choices=choices
            value=days.to_string()
            on_choose=go
            testid="days"
        />
    }
}

#[component]
fn OneGroup(asked: Asked, group: Group) -> impl IntoView {
    let i18n = use_i18n();
    let (key, hidden) = (group.key.clone(), group.hidden);
    let whole = group.clone();
    let dismiss = move || {
        let change = BotChange::Dismiss { bot: asked.id, key: key.clone(), hidden: !hidden };
        asked.submission.send(SettingsChange::Bot(change), move || asked.loaded.again());
    };
    let links = group
        .conversations
        .iter()
        .enumerate()
        .map(|(at, id)| conversation(*id, format!("{} {}", tu_string!(i18n, bots.conversation), at + 1)))
        .collect_view();
    let reasons: Vec<String> = group.reasons.iter().map(|code| reason_words(code)).collect();
    view! {
        <li class="group" class:group--hidden=hidden data-testid="group">
            <div class="group__words">
                <p class="group__text" dir="auto">{group.text}</p>
                <p class="line line--wrap small">
                    {(group.misses > 0)
                        .then(|| view! {
                            <Badge tone=Tone::Negative>
                                {group.misses} " " {tu_string!(i18n, bots.misses)}
                            </Badge>
                        })}
                    {(group.handoffs > 0)
                        .then(|| view! {
                            <Badge tone=Tone::Caution>
                                {group.handoffs} " " {tu_string!(i18n, bots.handed_off)}
                            </Badge>
                        })}
                    {group
                        .known
                        .map(|entry| view! {
                            <Badge tone=Tone::Positive icon=IconName::Check>
                                {tu_string!(i18n, bots.known, entry = entry).to_string()}
                            </Badge>
                        })}
                    <span class="soft">{reasons.join(", ")}</span>
                    <span class="faint">{tu_string!(i18n, bots.last)} " " <Ago at=group.last_at.0 /></span>
                </p>
                <p class="line line--wrap small">{links}</p>
            </div>
            <div class="line line--wrap">
                <Button
                    size=ButtonSize::Small
                    icon=IconName::Plus
                    on_press=move || asked.answering.set(Some(whole.clone()))
                    attr:data-testid="add-answer"
                >
                    {tu_string!(i18n, bots.add_answer)}
                </Button>
                <Button kind=ButtonKind::Ghost size=ButtonSize::Small on_press=dismiss attr:data-testid="dismiss">
                    {if hidden { tu_string!(i18n, bots.show_again) } else { tu_string!(i18n, bots.hide) }}
                </Button>
            </div>
        </li>
    }
}

/// An answer for a group: a new one, or words more for an entry that is there.
#[component]
fn AddAnswer(asked: Asked) -> impl IntoView {
    let i18n = use_i18n();
    let (submission, toasts) = (Submission::new(), use_toasts());
    let text = asked.answering.get_untracked().map(|group| group.text).unwrap_or_default();
    let teachable = asked.teachable.get_untracked();
    let Some(first) = teachable.first() else {
        return view! { <p class="soft">{tu_string!(i18n, bots.no_teachable)}</p> }.into_any();
    };
    let bot = RwSignal::new(first.bot.to_string());
    let [entry, title, answer] = [(), (), ()].map(|()| RwSignal::new(String::new()));
    let keyword = RwSignal::new(text);
    let bots: Vec<Choice> =
        teachable.iter().map(|it| Choice::new(it.bot.to_string(), it.name.clone())).collect();
    let several = bots.len() > 1;
    let teachable = StoredValue::new(teachable);
    let entries = Signal::derive(move || {
        let chosen = bot.get();
        let of = teachable.with_value(|all| {
            all.iter()
                .find(|it| it.bot.to_string() == chosen)
                .map(|it| it.entries.clone())
                .unwrap_or_default()
        });
        let new = Choice::new("", tu_string!(i18n, bots.new_answer));
        std::iter::once(new)
            .chain(of.into_iter().map(|(id, title)| Choice::new(id, title)))
            .collect::<Vec<_>>()
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Ok(bot) = bot.get_untracked().parse::<BotId>() else { return };
        let to = match entry.get_untracked() {
            id if id.is_empty() => {
                AnswerTo::New { title: title.get_untracked(), text: answer.get_untracked() }
            }
            id => AnswerTo::Entry { id },
        };
        let change = BotChange::AddAnswer { bot, keyword: keyword.get_untracked(), to };
        submission.send(SettingsChange::Bot(change), move || {
            asked.answering.set(None);
            asked.loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, bots.answer_added));
        });
    };
    view! {
        <form class="stack" on:submit=send>
            <p class="soft small">{tu_string!(i18n, bots.answer_draft)}</p>
            <Field
                name="keyword"
                label=tu_string!(i18n, bots.answer_keyword)
                value=keyword
                error=submission.error("keyword")
                autocomplete="off"
            />
            {several
                .then(|| view! {
                    <Select
                        name="bot"
                        label=tu_string!(i18n, bots.answer_bot)
                        choices=bots
                        value=bot
                        on_choose=move |chosen| {
                            bot.set(chosen);
                            entry.set(String::new());
                        }
                        error=submission.error("bot")
                    />
                })}
            <Select
                name="entry"
                label=tu_string!(i18n, bots.answer_entry)
                choices=entries
                value=entry
                on_choose=move |chosen| entry.set(chosen)
                error=submission.error("entry")
                testid="answer-entry"
            />
            <Show when=move || entry.with(String::is_empty)>
                <Field
                    name="title"
                    id="answer-title"
                    label=tu_string!(i18n, bots.answer_title)
                    value=title
                    error=submission.error("title")
                    autocomplete="off"
                />
                <TextArea
                    name="text"
                    id="answer-text"
                    label=tu_string!(i18n, bots.answer_text)
                    value=answer
                    error=submission.error("text")
                />
            </Show>
            <FormError text=submission.general() />
            <div class="dialog__foot">
                <Button on_press=move || asked.answering.set(None)>{tu_string!(i18n, settings.cancel)}</Button>
                <Button kind=ButtonKind::Primary submit=true busy=submission.busy attr:data-testid="submit">
                    {tu_string!(i18n, bots.add_answer)}
                </Button>
            </div>
        </form>
    }
    .into_any()
}
