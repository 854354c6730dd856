use contract::capability::TextUnit;
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::{from_agent, split};

const UNITS: [TextUnit; 2] = [TextUnit::CodePoint, TextUnit::Utf16];

/// The parts without their numbers, each of which must be right.
fn without_numbers(parts: &[String]) -> Vec<&str> {
    let count = parts.len();
    let numbered = count > 2 && parts[0].ends_with(&format!(" (1/{count})"));
    let strip = |(part, at): (&String, usize)| match numbered {
        true => part.strip_suffix(&format!(" ({at}/{count})")).unwrap().len(),
        false => part.len(),
    };
    parts.iter().zip(1..).map(|pair| &pair.0[..strip(pair)]).collect()
}

/// Where in the text every part stands. Between them there is white space only.
fn places(text: &str, parts: &[&str]) -> Vec<(usize, usize)> {
    let mut at = 0;
    let mut places = Vec::new();
    for part in parts {
        let gap = text[at..].find(part).unwrap_or_else(|| panic!("{part:?} is not in {:?}", &text[at..]));
        assert!(text[at..at + gap].trim().is_empty(), "{:?} is lost", &text[at..at + gap]);
        places.push((at + gap, at + gap + part.len()));
        at += gap + part.len();
    }
    assert!(text[at..].trim().is_empty(), "{:?} is lost", &text[at..]);
    places
}

#[test]
fn what_fits_stays_as_it_is_and_nothing_gives_nothing() {
    assert_eq!(split("  Hej \n", 10, TextUnit::CodePoint), ["  Hej \n"]);
    assert!(split("", 10, TextUnit::CodePoint).is_empty());
    assert!(split(&" \n".repeat(40), 10, TextUnit::Utf16).is_empty());
}

#[test]
fn a_text_is_cut_at_the_best_place_there_is() {
    let cut = |text: &str, most| split(text, most, TextUnit::CodePoint);
    assert_eq!(cut("One two.\n\nThree four five", 18), ["One two.", "Three four five"]);
    assert_eq!(cut("One two. Three\nfour five", 18), ["One two. Three", "four five"]);
    assert_eq!(cut("One two. Three four five", 18), ["One two.", "Three four five"]);
    assert_eq!(cut("He said “stop!” Then he left", 20), ["He said “stop!”", "Then he left"]);
    assert_eq!(cut("One two three four", 14), ["One two three", "four"]);
    assert_eq!(cut("Onetwothreefour", 10), ["Onetwothre", "efour"]);
    assert_eq!(cut("今日は。明日は晴れ。", 6), ["今日は。", "明日は晴れ。"]);
    assert_eq!(cut("A\n\nB is much longer", 14), ["A\n\nB is much", "longer"], "hardly anything in it");
}

#[test]
fn parts_are_numbered_when_there_are_more_than_two() {
    let text = "alpha beta gamma delta epsilon zeta eta theta iota kappa";
    assert_eq!(
        split(text, 30, TextUnit::CodePoint),
        ["alpha beta gamma delta epsilon", "zeta eta theta iota kappa"]
    );
    let parts = split(text, 25, TextUnit::CodePoint);
    assert_eq!(
        parts,
        ["alpha beta gamma (1/4)", "delta epsilon zeta (2/4)", "eta theta iota (3/4)", "kappa (4/4)"]
    );
    assert_eq!(split("abcdefghij", 4, TextUnit::CodePoint), ["abcd", "efgh", "ij"], "no room for a number");
    let many = split(&"word ".repeat(1_000), 60, TextUnit::CodePoint);
    assert!(many.len() > 99 && many[0].ends_with(&format!(" (1/{})", many.len())));
    assert!(many.iter().all(|part| part.chars().count() <= 60));
}

#[test]
fn a_web_address_is_not_cut_unless_it_is_longer_than_a_part() {
    let text = "Follow your parcel here: https://example.org/track/1234567890?lang=sv (valid today)";
    for most in 46..80 {
        let parts = split(text, most, TextUnit::Utf16);
        let whole = |part: &String| part.contains("https://example.org/track/1234567890?lang=sv");
        assert!(parts.iter().any(whole), "{most}: {parts:?}");
    }
    let long = format!("https://example.org/{}", "a".repeat(100));
    let parts = split(&long, 50, TextUnit::CodePoint);
    assert_eq!(without_numbers(&parts).concat(), long);
}

#[test]
fn a_family_and_a_flag_are_not_torn_apart() {
    let family = "👨‍👩‍👧‍👦";
    let text = family.repeat(10) + &"🇸🇪".repeat(10) + &"e\u{301}".repeat(20);
    for unit in UNITS {
        for part in without_numbers(&split(&text, 50, unit)) {
            assert!(
                part.graphemes(true).all(|cluster| [family, "🇸🇪", "e\u{301}"].contains(&cluster)),
                "{part}"
            );
        }
    }
    let tower = "a".to_owned() + &"\u{301}".repeat(50);
    assert_eq!(split(&tower, 20, TextUnit::CodePoint).len(), 3, "longer than a part by itself");
}

#[test]
fn an_agents_text_is_trimmed_and_nothing_is_not_sent() {
    assert_eq!(from_agent(" \u{feff}Hej  då\n"), Some("Hej  då"));
    for nothing in ["", " \n\t\u{a0}", "\u{200b}\u{2060}"] {
        assert_eq!(from_agent(nothing), None, "{nothing:?}");
    }
    assert_eq!(from_agent("👨‍👩‍👧"), Some("👨‍👩‍👧"), "joiners inside stay");
}

/// Text of everything that is hard to cut.
fn texts() -> impl Strategy<Value = String> {
    let bits = prop_oneof![
        4 => "[a-z]{1,12}",
        4 => Just(" ".to_owned()),
        1 => Just("\n".to_owned()),
        1 => Just("\r\n\r\n".to_owned()),
        1 => Just(". ".to_owned()),
        1 => Just("👩🏽‍💻".to_owned()),
        1 => Just("🇸🇪🇳🇴".to_owned()),
        1 => Just("e\u{301}\u{323}".to_owned()),
        1 => Just(" \u{301}".to_owned()),
        1 => Just("你好。".to_owned()),
        1 => "https://e[.]x/[a-z0-9?=&]{0,9}",
        1 => "\\PC{0,6}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(bits, 0..80).prop_map(|bits| bits.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parts_are_short_enough_never_empty_and_hold_everything(
        text in texts(),
        most in 30_usize..90,
        unit in prop::sample::select(&UNITS[..]),
    ) {
        let parts = split(&text, most, unit);
        prop_assert!(parts.iter().all(|part| unit.count(part) <= most && !part.trim().is_empty()));
        prop_assert_eq!(parts.is_empty(), text.trim().is_empty());
        let bare = without_numbers(&parts);
        let found = places(&text, &bare);
        let boundaries: Vec<usize> =
            text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
        let longest = text.graphemes(true).map(|cluster| unit.count(cluster)).max().unwrap_or(0);
        if longest <= most / 2 {
            let whole = found.iter().all(|(from, to)| boundaries.contains(from) && boundaries.contains(to));
            prop_assert!(whole, "{parts:?}");
        }
    }

    #[test]
    fn no_web_address_is_cut(
        words in prop::collection::vec(("[a-z]{1,9}", "https://[a-z]{1,9}[.]se/[a-z0-9/?=&-]{0,15}"), 1..20),
        most in 60_usize..120,
    ) {
        let text: String = words.iter().map(|(word, link)| format!("{word} {link}\n")).collect();
        let parts = split(&text, most, TextUnit::CodePoint);
        for (_, link) in words {
            prop_assert!(parts.iter().any(|part| part.contains(&link)), "{link} in {parts:?}");
        }
    }

    #[test]
    fn any_length_can_be_asked_for(text in "\\PC{0,60}", most in 0_usize..12) {
        for unit in UNITS {
            let parts = split(&text, most, unit);
            prop_assert!(parts.iter().all(|part| unit.count(part) <= most.max(2)), "{parts:?}");
            places(&text, &without_numbers(&parts));
        }
    }
}
