//! One thread: who it is with, what was said, and where to write.

use contract::id::ConversationId;
use leptos::html;
use leptos::prelude::*;

use super::actions::Header;
use super::bubble::BubbleView;
use super::composer::Composer;
use super::handoff_card::HandoffCard;
use super::line::LineView;
use super::{Failure, words};
use crate::calls::CallError;
use crate::i18n::{tu_string, use_i18n};
use crate::live::{BubbleKey, Item, Live, Slot, browser, use_live};
use crate::ui::{Ago, AgoStyle, Button, ButtonKind, Icon, IconName, Shape, Skeleton};

/// How near to the end, in pixels, the thread follows what comes in.
const FOLLOW: i32 = 80;
/// How near to the beginning, in pixels, the page before it is asked for.
const NEAR_START: i32 = 400;

#[derive(Clone, PartialEq)]
enum State {
    Loading,
    Failed(CallError),
    Ready,
}

/// The thread's pane.
#[component]
pub fn Thread(id: ConversationId) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let slot = live.thread(id);
    let state = Memo::new(move |_| {
        slot.with(|slot| match slot {
            Slot::Empty | Slot::Loading => State::Loading,
            Slot::Failed(error) => State::Failed(error.clone()),
            Slot::Ready(_) => State::Ready,
        })
    });
    move || match state.get() {
        State::Loading => view! {
            <div class="thread-loading late">
                <Skeleton label=tu_string!(i18n, inbox.loading) shape=Shape::Lines count=6 />
            </div>
        }
        .into_any(),
        State::Failed(error) => {
            view! { <Failure error=error retry=Callback::new(move |()| live.ensure_thread(id)) /> }.into_any()
        }
        State::Ready => view! {
            <Header id=id />
            <HandoffCard id=id />
            <Scroll id=id />
            <Composer id=id />
        }
        .into_any(),
    }
}

/// What the scrolling part knows of itself.
#[derive(Clone, Copy)]
struct Scrolling {
    id: ConversationId,
    live: Live,
    node: NodeRef<html::Div>,
    /// Whether the end is in sight.
    at_end: RwSignal<bool>,
    /// Messages below what is in sight.
    below: RwSignal<u32>,
}

#[component]
fn Scroll(id: ConversationId) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let slot = live.thread(id);
    let items = {
        let slot = slot.clone();
        Memo::new(move |_| {
            slot.with(|slot| {
                slot.ready().map(|thread| thread.items(|at| live.clock.day(at))).unwrap_or_default()
            })
        })
    };
    let name = Memo::new(move |_| live.card(id).map(|card| card.get().contact_name).unwrap_or_default());
    let scrolling =
        Scrolling { id, live, node: NodeRef::new(), at_end: RwSignal::new(true), below: RwSignal::new(0) };
    scrolling.follow(items);
    let start = move || {
        slot.with(|slot| slot.ready().map(|thread| (thread.thread.before.is_some(), thread.loading_earlier)))
    };
    view! {
        <div class="thread">
            <div
                class="thread__scroll scroll"
                node_ref=scrolling.node
                role="log"
                aria-live="off"
                aria-label=move || tu_string!(i18n, inbox.thread_with, name = name.get()).to_string()
                tabindex="0"
                data-testid="thread"
                on:scroll=move |_| scrolling.scrolled()
            >
                <div class="thread__inner">
                    {move || match start() {
                        Some((true, loading)) => view! {
                            <div class="thread__earlier">
                                <Button
                                    kind=ButtonKind::Ghost
                                    busy=Signal::stored(loading)
                                    on_press=move || scrolling.earlier()
                                >
                                    {tu_string!(i18n, inbox.earlier)}
                                </Button>
                            </div>
                        }
                        .into_any(),
                        _ => view! { <p class="thread__begin">{tu_string!(i18n, inbox.beginning)}</p> }.into_any(),
                    }}
                    <For each=move || items.get() key=item_key let:item>
                        {item_view(i18n, id, item)}
                    </For>
                    <Company id=id />
                </div>
            </div>
            <Show when=move || !scrolling.at_end.get()>
                <button
                    class="thread__pill"
                    type="button"
                    data-testid="to-end"
                    on:click=move |_| scrolling.to_end()
                >
                    <Icon name=IconName::ArrowDown />
                    {move || match scrolling.below.get() {
                        0 => tu_string!(i18n, inbox.to_end).to_owned(),
                        1 => tu_string!(i18n, inbox.new_one).to_owned(),
                        count => tu_string!(i18n, inbox.new_many, count = count).to_string(),
                    }}
                </button>
            </Show>
            <Announcer />
        </div>
    }
}

impl Scrolling {
    /// Stays at the end when news comes in there, and counts what comes in out of sight.
    fn follow(self, items: Memo<Vec<Item>>) {
        let bubbles =
            move |items: &[Item]| items.iter().filter(|item| matches!(item, Item::Bubble(_))).count();
        Effect::new(move |before: Option<(usize, Option<Item>)>| {
            let (count, last) = items.with(|items| (bubbles(items), items.last().cloned()));
            let follows = self.at_end.get_untracked();
            match &before {
                None => request_animation_frame(move || self.open_at()),
                Some((_, last_before)) if *last_before != last && (follows || self.own(last.as_ref())) => {
                    request_animation_frame(move || self.to_end());
                }
                Some((count_before, last_before)) if *last_before != last => {
                    let more = u32::try_from(count.saturating_sub(*count_before)).unwrap_or(0);
                    self.below.update(|below| *below += more);
                }
                Some(_) => {}
            }
            (count, last)
        });
        // A message that grows or a composer that opens must not push the end out of sight.
        Effect::new(move |_| {
            if let Some(node) = self.node.get() {
                let observer = browser::on_resize(&node, move || {
                    if self.at_end.try_get_untracked() == Some(true)
                        && let Some(node) = self.node.try_get_untracked().flatten()
                    {
                        browser::scroll_to_end(&node);
                    }
                });
                on_cleanup(move || drop(observer));
            }
        });
    }

    /// Whether a line was just written here.
    fn own(&self, item: Option<&Item>) -> bool {
        let Some(Item::Bubble(key @ BubbleKey::Client(_))) = item else { return false };
        self.live
            .thread(self.id)
            .with_untracked(|slot| slot.ready().is_some_and(|thread| thread.pending.contains(key)))
    }

    /// Where the thread opens: at the first message that nobody has read, else at the end.
    fn open_at(self) {
        if !browser::into_middle(".thread__unread") {
            self.to_end();
        }
        self.scrolled();
    }

    fn to_end(self) {
        if let Some(node) = self.node.try_get_untracked().flatten() {
            browser::scroll_to_end(&node);
            self.below.set(0);
            self.at_end.set(true);
            self.read();
        }
    }

    fn scrolled(self) {
        let Some(node) = self.node.try_get_untracked().flatten() else { return };
        let at_end = browser::to_end(&node) <= FOLLOW;
        if self.at_end.get_untracked() != at_end {
            self.at_end.set(at_end);
        }
        if at_end {
            self.below.set(0);
            self.read();
        }
        if node.scroll_top() < NEAR_START {
            self.earlier();
        }
    }

    /// Puts the page before it in front; what is in sight stays where it is.
    fn earlier(self) {
        let Some(node) = self.node.try_get_untracked().flatten() else { return };
        let from_end = node.scroll_height() - node.scroll_top();
        self.live.earlier(self.id, move || {
            request_animation_frame(move || {
                if let Some(node) = self.node.try_get_untracked().flatten() {
                    node.set_scroll_top(node.scroll_height() - from_end);
                }
            });
        });
    }

    /// What is in sight has been read, if somebody looks.
    fn read(&self) {
        self.live.mark_read(self.id);
    }
}

fn item_key(item: &Item) -> String {
    match item {
        Item::Day(day, _) => format!("d{day}"),
        Item::Unread => "unread".to_owned(),
        Item::Line(conversation, seq) => format!("l{conversation}{seq}"),
        Item::Bubble(BubbleKey::Client(id)) => format!("c{id}"),
        Item::Bubble(BubbleKey::Message(id)) => format!("m{id}"),
    }
}

fn item_view(i18n: words::Texts, id: ConversationId, item: Item) -> AnyView {
    match item {
        Item::Day(_, at) => view! {
            <div class="thread__day">
                <span>
                    <Ago at=at.0 style=AgoStyle::Day />
                </span>
            </div>
        }
        .into_any(),
        Item::Unread => view! {
            <div class="thread__unread">
                <span>{tu_string!(i18n, inbox.unread_from_here)}</span>
            </div>
        }
        .into_any(),
        Item::Line(conversation, seq) => {
            view! { <LineView id=id conversation=conversation seq=seq /> }.into_any()
        }
        Item::Bubble(key) => view! { <BubbleView id=id bubble=key /> }.into_any(),
    }
}

/// Colleagues who look at this or answer it.
#[component]
fn Company(id: ConversationId) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let text = move || {
        let names: Vec<String> =
            live.company(id).into_iter().filter(|(_, typing)| *typing).map(|(name, _)| name).collect();
        (!names.is_empty()).then(|| tu_string!(i18n, inbox.is_replying, name = names.join(", ")).to_string())
    };
    move || {
        text().map(|text| {
            view! {
                <p class="thread__typing" data-testid="replying">
                    <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>
                    {text}
                </p>
            }
        })
    }
}

/// Reads out what customers write, at most every two seconds.
#[component]
fn Announcer() -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let said = RwSignal::new(String::new());
    Effect::new(move |_| {
        if live.arrivals.with(Vec::is_empty) {
            return;
        }
        set_timeout(
            move || {
                let Some(arrivals) = live.arrivals.try_update(std::mem::take) else { return };
                let text = match arrivals.as_slice() {
                    [] => return,
                    [(name, text)] => tu_string!(i18n, inbox.said, name = name, text = text).to_string(),
                    [(name, _), ..] => {
                        tu_string!(i18n, inbox.said_many, count = arrivals.len(), name = name).to_string()
                    }
                };
                drop(said.try_set(text));
            },
            std::time::Duration::from_secs(2),
        );
    });
    view! {
        <div class="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
            {move || said.get()}
        </div>
    }
}
