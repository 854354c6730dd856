//! Everything that can be done by key, in one list. The palette, the help and the tips are made from it.

use contract::command::Command as Deed;
use contract::conversation::Stage;
use leptos::prelude::*;

use super::deeds::{
    accept_offer, act, always, can_return, can_take, decline_offer, free_enter, in_inbox, next_pane,
    not_resolved, offered, open, resolve_and_next, step, to_composer, to_list, with_card, write,
};
use super::{Ask, Place, palette};
use crate::i18n::tu_string;
use crate::live::{browser, keys};
use crate::pages::inbox::words::Texts;

/// Something that can be done by key.
pub struct Command {
    /// Its name in programs and tests.
    pub id: &'static str,
    /// Its name for people.
    pub title: fn(Texts) -> &'static str,
    /// Its keys; the first one is shown.
    pub keys: &'static [&'static str],
    /// Whether it works while writing.
    pub anywhere: bool,
    /// Whether it is about the conversation on the screen.
    pub about: bool,
    /// Whether it can be done now.
    pub when: fn(&Place) -> bool,
    /// Does it.
    pub run: fn(&Place),
}

/// The keys of a command, for `aria-keyshortcuts`.
pub fn keys_of(id: &str) -> String {
    let keys = ALL.iter().find(|command| command.id == id).map_or(&[][..], |command| command.keys);
    keys.iter().map(|keys| keys.to_ascii_uppercase()).collect::<Vec<_>>().join(" ")
}

/// Every command.
pub static ALL: &[Command] = &[
    Command {
        id: "palette",
        title: |t| tu_string!(t, inbox.do_palette),
        keys: &["mod+k"],
        anywhere: true,
        about: false,
        when: always,
        run: |p| p.palette.update(|open| *open = !*open),
    },
    Command {
        id: "help",
        title: |t| tu_string!(t, inbox.do_help),
        keys: &["?", "mod+/"],
        anywhere: false,
        about: false,
        when: always,
        run: |p| p.help.set(true),
    },
    Command {
        id: "next",
        title: |t| tu_string!(t, inbox.do_next),
        keys: &["j", "mod+alt+arrowdown"],
        anywhere: false,
        about: false,
        when: in_inbox,
        run: |p| step(p, 1),
    },
    Command {
        id: "previous",
        title: |t| tu_string!(t, inbox.do_previous),
        keys: &["k", "mod+alt+arrowup"],
        anywhere: false,
        about: false,
        when: in_inbox,
        run: |p| step(p, -1),
    },
    Command {
        id: "compose",
        title: |t| tu_string!(t, inbox.do_compose),
        keys: &["shift+n"],
        anywhere: false,
        about: false,
        when: in_inbox,
        run: |p| p.ask.set(Some(Ask::Compose)),
    },
    Command {
        id: "agree",
        title: |t| tu_string!(t, inbox.do_agree),
        keys: &[],
        anywhere: false,
        about: true,
        when: open,
        run: |p| p.ask.set(Some(Ask::Agree)),
    },
    Command {
        id: "write",
        title: |t| tu_string!(t, inbox.do_write),
        keys: &["enter"],
        anywhere: false,
        about: true,
        when: free_enter,
        run: to_composer,
    },
    Command {
        id: "reply",
        title: |t| tu_string!(t, inbox.do_reply),
        keys: &["r"],
        anywhere: false,
        about: true,
        when: open,
        run: |p| write(p, false),
    },
    Command {
        id: "note",
        title: |t| tu_string!(t, inbox.do_note),
        keys: &["n"],
        anywhere: false,
        about: true,
        when: open,
        run: |p| write(p, true),
    },
    Command {
        id: "take",
        title: |t| tu_string!(t, inbox.do_take),
        keys: &["c"],
        anywhere: false,
        about: true,
        when: |p| with_card(p, |card| can_take(p, card)),
        run: |p| act(p, |card| Deed::Take { epoch: card.epoch }),
    },
    Command {
        id: "accept",
        title: |t| tu_string!(t, inbox.do_accept),
        keys: &["y"],
        anywhere: false,
        about: false,
        when: offered,
        run: accept_offer,
    },
    Command {
        id: "decline",
        title: |t| tu_string!(t, inbox.do_decline),
        keys: &["shift+y"],
        anywhere: false,
        about: false,
        when: offered,
        run: |place| decline_offer(place, None),
    },
    Command {
        id: "return",
        title: |t| tu_string!(t, inbox.do_return),
        keys: &["b"],
        anywhere: false,
        about: true,
        when: |p| with_card(p, can_return),
        run: |p| p.ask.set(Some(Ask::ReturnToBot)),
    },
    Command {
        id: "transfer",
        title: |t| tu_string!(t, inbox.do_transfer),
        keys: &["t", "a"],
        anywhere: false,
        about: true,
        when: |p| with_card(p, not_resolved),
        run: |p| p.ask.set(Some(Ask::Transfer)),
    },
    Command {
        id: "resolve",
        title: |t| tu_string!(t, inbox.do_resolve),
        keys: &["e"],
        anywhere: false,
        about: true,
        when: |p| with_card(p, not_resolved),
        run: |p| act(p, |card| Deed::Resolve { epoch: card.epoch }),
    },
    Command {
        id: "resolve-next",
        title: |t| tu_string!(t, inbox.do_resolve_next),
        keys: &["shift+e"],
        anywhere: false,
        about: true,
        when: |p| with_card(p, not_resolved),
        run: resolve_and_next,
    },
    Command {
        id: "reopen",
        title: |t| tu_string!(t, inbox.do_reopen),
        keys: &[],
        anywhere: false,
        about: true,
        when: |p| with_card(p, |card| card.stage == Stage::Resolved),
        run: |p| act(p, |_| Deed::Reopen),
    },
    Command {
        id: "snooze",
        title: |t| tu_string!(t, inbox.do_snooze),
        keys: &["h"],
        anywhere: false,
        about: true,
        when: |p| with_card(p, not_resolved),
        run: |p| p.ask.set(Some(Ask::Snooze)),
    },
    Command {
        id: "label",
        title: |t| tu_string!(t, inbox.do_label),
        keys: &["l"],
        anywhere: false,
        about: true,
        when: open,
        run: |p| p.ask.set(Some(Ask::Label)),
    },
    Command {
        id: "priority",
        title: |t| tu_string!(t, inbox.do_priority),
        keys: &["p"],
        anywhere: false,
        about: true,
        when: open,
        run: |p| p.ask.set(Some(Ask::Priority)),
    },
    Command {
        id: "details",
        title: |t| tu_string!(t, inbox.do_details),
        keys: &["i"],
        anywhere: false,
        about: true,
        when: open,
        run: |p| p.toggle_details(),
    },
    Command {
        id: "list",
        title: |t| tu_string!(t, inbox.do_list),
        keys: &["u", "/"],
        anywhere: false,
        about: false,
        when: in_inbox,
        run: |p| to_list(p),
    },
    Command {
        id: "go-mine",
        title: |t| tu_string!(t, inbox.do_go_mine),
        keys: &["g i"],
        anywhere: false,
        about: false,
        when: always,
        run: |p| p.go("/inbox/mine"),
    },
    Command {
        id: "go-waiting",
        title: |t| tu_string!(t, inbox.do_go_waiting),
        keys: &["g w"],
        anywhere: false,
        about: false,
        when: always,
        run: |p| p.go("/inbox/waiting"),
    },
    Command {
        id: "go-all",
        title: |t| tu_string!(t, inbox.do_go_all),
        keys: &["g a"],
        anywhere: false,
        about: false,
        when: always,
        run: |p| p.go("/inbox/all"),
    },
    Command {
        id: "go-bot",
        title: |t| tu_string!(t, inbox.do_go_bot),
        keys: &["g b"],
        anywhere: false,
        about: false,
        when: always,
        run: |p| p.go("/inbox/bot"),
    },
    Command {
        id: "go-sandbox",
        title: |t| tu_string!(t, inbox.do_go_sandbox),
        keys: &["g s"],
        anywhere: false,
        about: false,
        when: |p| p.me.with_untracked(|me| me.as_ref().is_some_and(|me| me.sandbox)),
        run: |p| p.go("/sandbox"),
    },
    Command {
        id: "go-settings",
        title: |t| tu_string!(t, inbox.do_go_settings),
        keys: &["g ,"],
        anywhere: false,
        about: false,
        when: always,
        run: |p| p.go("/settings/account"),
    },
    Command {
        id: "panes",
        title: |t| tu_string!(t, inbox.do_panes),
        keys: &["f6", "shift+f6"],
        anywhere: true,
        about: false,
        when: always,
        run: |_| next_pane(),
    },
];

/// Answers keys until the frame is left.
pub fn listen(place: Place) {
    let chains = move || !place.palette.get_untracked();
    Effect::new(move |_| keys::listen(chains, move |press| answer(&place, press)));
}

fn answer(place: &Place, press: &keys::Press) -> bool {
    if place.palette.get_untracked() && press.word != "mod+k" {
        return palette::early(place, press);
    }
    if keys::dialog_open() && press.word != "mod+k" {
        return false;
    }
    if press.word == "escape" {
        place.about_to_write.set(false);
        return escape(place, press.writing);
    }
    if place.about_to_write.get_untracked() && press.word.chars().count() == 1 {
        // Only while the thread is on its way: once the composer is there, or nothing is open, keys are keys.
        let on_its_way =
            place.conversation.get_untracked().is_some() && browser::find("[data-testid=composer]").is_none();
        if on_its_way {
            return true;
        }
        place.about_to_write.set(false);
    }
    let single = press.word.split('+').all(|part| part == "shift" || part.chars().count() == 1)
        || press.word.starts_with("g ");
    if single && !keys::letters_on() {
        return false;
    }
    let Some(command) = ALL.iter().find(|command| command.keys.contains(&press.word.as_str())) else {
        return false;
    };
    let fits = command.anywhere || !press.writing || press.word.starts_with("mod+alt+");
    if !fits || !(command.when)(place) {
        return false;
    }
    (command.run)(place);
    true
}

/// Out of the field, then out of the drawer, then out of the thread.
fn escape(place: &Place, writing: bool) -> bool {
    if writing {
        browser::blur();
        if place.conversation.get_untracked().is_some() {
            to_list(place);
        }
        return true;
    }
    if !browser::wide() && place.details.get_untracked() == Some(true) {
        place.details.set(Some(false));
        return true;
    }
    if let (Some(view), Some(_)) = (place.view.get_untracked(), place.conversation.get_untracked()) {
        place.go(format!("/inbox/{}", view.as_str()));
        return true;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn no_two_commands_share_a_key_or_a_name() {
        let mut keys: Vec<_> = ALL.iter().flat_map(|command| command.keys).collect();
        let mut ids: Vec<_> = ALL.iter().map(|command| command.id).collect();
        let (all_keys, all_ids) = (keys.len(), ids.len());
        keys.sort();
        keys.dedup();
        ids.sort();
        ids.dedup();
        assert_eq!((keys.len(), ids.len()), (all_keys, all_ids));
    }
}
