//! A round picture made of initials, in a colour that stays the same for the same key.

use leptos::prelude::*;

use super::icon::{Icon, IconName};
use super::letters;

/// How large an avatar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AvatarSize {
    /// 18 pixels: in a line of text.
    Tiny,
    /// 24 pixels.
    Small,
    /// 32 pixels.
    #[default]
    Regular,
    /// 40 pixels.
    Large,
    /// 56 pixels.
    Huge,
}

impl AvatarSize {
    fn class(self) -> &'static str {
        match self {
            AvatarSize::Tiny => " avatar--tiny",
            AvatarSize::Small => " avatar--small",
            AvatarSize::Regular => "",
            AvatarSize::Large => " avatar--large",
            AvatarSize::Huge => " avatar--huge",
        }
    }
}

/// The picture of somebody or something. Decoration: the name stands beside it. `key` decides the colour
/// (the name, if absent), `icon` stands in place of the initials, the children are a sign in its corner.
#[component]
pub fn Avatar(
    #[prop(into)] name: Signal<String>,
    #[prop(optional, into)] key: MaybeProp<String>,
    #[prop(optional, into)] icon: MaybeProp<IconName>,
    #[prop(optional)] size: AvatarSize,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let class = move || {
        let hue = key.get().map_or_else(|| hue(&name.read()), |key| hue(&key));
        let square = if icon.get().is_some() { " avatar--square" } else { "" };
        format!("avatar{} avatar--hue-{hue}{square}", size.class())
    };
    view! {
        <span class=class aria-hidden="true">
            {move || match icon.get() {
                Some(icon) => view! { <Icon name=icon /> }.into_any(),
                None => initials(&name.read()).into_any(),
            }}
            {children.map(|children| view! { <span class="avatar__sign">{children()}</span> })}
        </span>
    }
}

/// One of twelve colours, the same for the same text for ever (FNV-1a).
fn hue(text: &str) -> u32 {
    let hash =
        text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash >> 8) % 12
}

/// The first letters of the first and the last word; of a number, its last two digits.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphabetic()));
    match (words.next(), words.next_back()) {
        (Some(first), Some(last)) => letters::upper(&String::from_iter([first, last])),
        (Some(first), None) => letters::upper(&first.to_string()),
        (None, _) => {
            let digits: Vec<char> = name.chars().filter(char::is_ascii_digit).collect();
            let start = digits.len().saturating_sub(2);
            if digits.is_empty() { "?".to_owned() } else { digits.iter().skip(start).collect() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_come_from_the_outer_words_or_the_last_digits() {
        assert_eq!(initials("Ana María de la Cruz"), "AC");
        assert_eq!(initials("zoë"), "Z");
        assert_eq!(initials("+49 151 234567"), "67");
        assert_eq!(initials("  "), "?");
    }
}
