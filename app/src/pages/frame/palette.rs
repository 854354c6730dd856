//! One box for everything: type a few letters of what you want to do, or of whom you look for.

use contract::id::ConversationId;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;

use super::commands::{ALL, Command};
use super::help::keys_view;
use super::{Place, use_place};
use crate::i18n::{tu_string, use_i18n};
use crate::live::{browser, keys};
use crate::pages::later::{Later, Part};
use crate::ui::{Avatar, AvatarSize, Dialog, Icon, IconName, letters, order};

/// The palette.
#[component]
pub fn Palette() -> impl IntoView {
    let i18n = use_i18n();
    let place = use_place();
    Effect::new(move |_| {
        if !place.palette.get() {
            place.wanted.set(String::new());
        }
    });
    view! {
        <div class="palette-place">
            <Dialog
                open=place.palette
                title=tu_string!(i18n, inbox.palette)
                close=tu_string!(i18n, common.close)
                testid="palette"
            >
                <Later part=search />
            </Dialog>
        </div>
    }
}

/// Keys while the palette is open. Until its field is there and has the focus, what is typed is put into it, and
/// nothing of it is a key of the page.
pub(super) fn early(place: &Place, press: &keys::Press) -> bool {
    let shown = keys::dialog_open();
    if shown && browser::focus_is_on("[data-testid=palette-input]") {
        return false;
    }
    if !shown && press.word == "escape" {
        place.palette.set(false);
        return true;
    }
    let letter = press.word.strip_prefix("shift+").unwrap_or(&press.word);
    // In the dialog, the space bar presses the button that has the focus.
    if letter.chars().count() == 1 && !(shown && letter == " ") {
        place.wanted.update(|wanted| wanted.push_str(letter));
        return true;
    }
    !shown
}

#[derive(Clone)]
enum Found {
    Command(&'static Command),
    Conversation(ConversationId, String, String),
}

impl Found {
    fn id(&self) -> String {
        match self {
            Found::Command(command) => format!("palette-{}", command.id),
            Found::Conversation(id, ..) => format!("palette-{id}"),
        }
    }
}

#[wasm_split(later, wasm_split_path = leptos::wasm_split, fallible)]
fn search() -> Part {
    Ok(view! { <Search /> }.into_any())
}

#[component]
fn Search() -> impl IntoView {
    let i18n = use_i18n();
    let place = use_place();
    let words = place.wanted;
    let at = RwSignal::new(0_usize);
    let input = NodeRef::<html::Input>::new();
    let found = Memo::new_with_compare(
        move |_| find(&place, &words.read(), |command| (command.title)(i18n)),
        |_, _| true,
    );
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            request_animation_frame(move || drop(input.focus()));
        }
    });
    let run = move |index: usize| {
        let chosen = found.with_untracked(|found| found.get(index).cloned());
        place.palette.set(false);
        match chosen {
            // The dialog gives the focus back first, so that the command may move it.
            Some(Found::Command(command)) => request_animation_frame(move || (command.run)(&place)),
            Some(Found::Conversation(id, ..)) => place.open(id),
            None => {}
        }
    };
    let keys = move |event: leptos::ev::KeyboardEvent| {
        let last = found.with_untracked(|found| found.len().saturating_sub(1));
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1).min(last)),
            "ArrowUp" => at.update(|at| *at = at.saturating_sub(1)),
            "Enter" if !event.is_composing() => run(at.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    let active = move || found.with(|found| found.get(at.get()).map(Found::id));
    view! {
        <div class="palette">
            <input
                class="palette__input"
                node_ref=input
                type="text"
                role="combobox"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-activedescendant=active
                aria-label=tu_string!(i18n, inbox.palette)
                placeholder=tu_string!(i18n, inbox.palette_hint)
                autocomplete="off"
                spellcheck="false"
                data-testid="palette-input"
                prop:value=move || words.get()
                on:input=move |event| {
                    words.set(event_target_value(&event));
                    at.set(0);
                }
                on:keydown=keys
            />
            <div class="palette__list" id="palette-list" role="listbox" aria-label=tu_string!(i18n, inbox.palette)>
                {move || {
                    found
                        .get()
                        .into_iter()
                        .enumerate()
                        .map(|(index, entry)| entry_view(entry, index, at, move || run(index), i18n))
                        .collect_view()
                }}
                <Show when=move || found.with(Vec::is_empty)>
                    <p class="palette__none">{tu_string!(i18n, inbox.palette_none)}</p>
                </Show>
            </div>
        </div>
    }
}

fn entry_view(
    entry: Found,
    index: usize,
    at: RwSignal<usize>,
    run: impl Fn() + 'static,
    i18n: crate::pages::inbox::words::Texts,
) -> AnyView {
    let id = entry.id();
    let inner = match entry {
        Found::Command(command) => view! {
            <Icon name=if command.about { IconName::Chat } else { IconName::Command } />
            <span class="palette__words">{(command.title)(i18n)}</span>
            {keys_view(command)}
        }
        .into_any(),
        Found::Conversation(_, name, channel) => view! {
            <Avatar name=name.clone() size=AvatarSize::Tiny />
            <span class="palette__words"><bdi>{name}</bdi></span>
            <span class="faint small">{channel}</span>
        }
        .into_any(),
    };
    view! {
        <div
            class="palette__entry"
            id=id
            role="option"
            aria-selected=move || (at.get() == index).to_string()
            on:mousemove=move |_| {
                if at.get_untracked() != index {
                    at.set(index);
                }
            }
            on:click=move |_| run()
        >
            {inner}
        </div>
    }
    .into_any()
}

/// Commands that can be done now, those of the conversation first, then the conversations that are loaded.
fn find(place: &Place, words: &str, title: impl Fn(&Command) -> &'static str) -> Vec<Found> {
    let wanted = letters::lower(words);
    let mut commands: Vec<(i32, &'static Command)> = ALL
        .iter()
        .filter(|command| command.id != "palette" && command.id != "panes" && (command.when)(place))
        .filter_map(|command| Some((fits(&letters::lower(title(command)), &wanted)?, command)))
        .collect();
    order::by_key(&mut commands, |(rank, command)| (*rank, !command.about));
    // Letters in order fit by chance: they count only where nothing fits better.
    if commands.first().is_some_and(|(rank, _)| *rank < SCATTERED) {
        commands.retain(|(rank, _)| *rank < SCATTERED);
    }
    let mut found: Vec<Found> = commands.into_iter().map(|(_, command)| Found::Command(command)).collect();
    if !wanted.is_empty() {
        let people = place.live.known_cards().into_iter().filter(|card| {
            fits(&letters::lower(&card.contact_name), &wanted).is_some() || card.address.contains(&wanted)
        });
        found.extend(
            people.take(8).map(|card| Found::Conversation(card.id, card.contact_name, card.channel_name)),
        );
    }
    found
}

/// The worst fit: the letters are there, in order, and no more.
const SCATTERED: i32 = 3;

/// How well a text fits what was typed: 0 at its beginning, then at a word's, then anywhere, then its letters
/// in order.
fn fits(text: &str, wanted: &str) -> Option<i32> {
    if text.starts_with(wanted) {
        return Some(0);
    }
    if text.split_whitespace().any(|word| word.starts_with(wanted)) {
        return Some(1);
    }
    if text.contains(wanted) {
        return Some(2);
    }
    let mut letters = text.chars();
    wanted
        .chars()
        .filter(|c| !c.is_whitespace())
        .all(|c| letters.any(|other| other == c))
        .then_some(SCATTERED)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn the_beginning_fits_best_and_letters_in_order_fit_last() {
        assert_eq!(fits("take it", "ta"), Some(0));
        assert_eq!(fits("take it", "it"), Some(1));
        assert_eq!(fits("take it", "ke"), Some(2));
        assert_eq!(fits("take it", "tit"), Some(3));
        assert_eq!(fits("take it", "x"), None);
    }
}
