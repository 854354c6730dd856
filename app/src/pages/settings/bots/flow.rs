//! The editor of a built-in bot, with a phone beside it that talks to what is edited. Of another kind there is the phone
//! alone.
//!
//! | file | what is in it |
//! |---|---|
//! | `state` | what is edited, and keeping it |
//! | `index` | the parts of a flow, to choose one |
//! | `common` | greeting, other texts |
//! | `entry` | one entry and its steps |
//! | `step` | one step |
//! | `said` | a text with its choices |
//! | `languages`, `hours` | what they say |
//! | `fields` | fields bound to a place in the definition |
//! | `publish` | going live, throwing away, importing |

use contract::bots::{BotScreen, BotShown, FlowPage};
use contract::id::BotId;
use leptos::prelude::*;
use leptos_meta::Title;

use super::super::load::once;
use super::phone::Phone;
use super::{BotHead, page, shown};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Icon, IconName};

mod common_texts;
mod entry;
mod fields;
mod hours;
mod index;
mod languages;
mod publish;
mod said;
mod state;
mod step;

use state::{Editor, Part};

pub(super) use state::Editor as Editing;

/// The screen.
#[component]
pub(super) fn BotFlow(id: BotId) -> impl IntoView {
    let i18n = use_i18n();
    let view = move |shown| match shown {
        BotShown::Flow(page) => Some(match page.definition.is_some() {
            true => view! { <Edited page=*page /> }.into_any(),
            false => view! { <Talked page=*page /> }.into_any(),
        }),
        _ => None,
    };
    view! {
        <Title text=tu_string!(i18n, bots.edit) />
        {shown(once(page(BotScreen::Flow(id))), view)}
    }
}

/// A bot that is not edited here: the phone alone.
#[component]
fn Talked(page: FlowPage) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <BotHead id=page.id name=page.name editable=false />
        <p class="soft small">{tu_string!(i18n, bots.phone_calls)}</p>
        <Phone id=page.id editor=None />
    }
}

#[component]
fn Edited(page: FlowPage) -> impl IntoView {
    let i18n = use_i18n();
    let (id, name) = (page.id, page.name.clone());
    let unreadable = page.unreadable.clone();
    let is_old = page.draft.as_ref().is_some_and(|draft| draft.base != page.version);
    let editor = Editor::begin(page);
    view! {
        <BotHead id=id name=name editable=true>
            <publish::Deeds editor=editor />
        </BotHead>
        {unreadable
            .map(|why| view! {
                <p class="notice notice--caution">
                    <Icon name=IconName::Alert />
                    <span>{tu_string!(i18n, bots.unreadable)} " " <span class="mono small">{why}</span></span>
                </p>
            })}
        {is_old
            .then(|| view! {
                <p class="notice notice--caution" data-testid="old-base">
                    <Icon name=IconName::Info />
                    <span>{tu_string!(i18n, bots.old_base)}</span>
                </p>
            })}
        <publish::Conflict editor=editor />
        <publish::Findings editor=editor />
        <div class="flow" data-testid="flow-editor">
            <index::Index editor=editor />
            <div class="flow__part">
                {move || {
                    editor.shape.track();
                    match editor.part.get() {
                        Part::Greeting => view! { <common_texts::Greeting editor=editor /> }.into_any(),
                        Part::Texts => view! { <common_texts::Texts editor=editor /> }.into_any(),
                        Part::Languages => view! { <languages::Languages editor=editor /> }.into_any(),
                        Part::Hours => view! { <hours::OpeningHours editor=editor /> }.into_any(),
                        Part::Entry(at) => view! { <entry::OneEntry editor=editor at=at /> }.into_any(),
                    }
                }}
            </div>
            <Phone id=id editor=Some(editor) />
        </div>
    }
}
