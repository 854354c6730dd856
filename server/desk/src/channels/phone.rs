//! Who somebody is on WhatsApp: phone numbers, business-scoped user ids, and which is which.
//!
//! A field's name does not tell: a user id may stand where a number used to be, so the pattern decides.

/// Shortest and longest number that is kept. Longer than E.164 allows (15), so that an odd sender is not
/// lost; the provider is the judge of what can be dialled.
const DIGITS: std::ops::RangeInclusive<usize> = 4..=20;

/// Longest part behind the country of a user id.
const USER_ID_TAIL: usize = 128;

/// The normal form of a phone number: digits only, without `+`, spaces, a leading `00` or `whatsapp:`. None
/// for anything that is not a number with its country.
pub fn normalise(input: &str) -> Option<String> {
    let trimmed = input.trim();
    let lower = trimmed.get(..9).map(str::to_ascii_lowercase);
    let bare = if lower.as_deref() == Some("whatsapp:") { &trimmed[9..] } else { trimmed };
    let mut digits = String::new();
    for letter in bare.chars() {
        match letter {
            '0'..='9' => digits.push(letter),
            '+' if digits.is_empty() => {}
            ' ' | '-' | '(' | ')' | '.' | '/' | '\u{a0}' | '\u{202f}' | '\u{2011}' => {}
            // What a copied number often carries along: marks of writing direction.
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            _ => return None,
        }
    }
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    (DIGITS.contains(&digits.len()) && !digits.starts_with('0')).then(|| digits.to_owned())
}

/// Whether this is a business-scoped user id of either kind: `CC.…` or `CC.ENT.…`.
pub fn is_user_id(input: &str) -> bool {
    let Some((country, rest)) = input.split_once('.') else { return false };
    let tail = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=USER_ID_TAIL).contains(&tail.len())
        && tail.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether this is the user id of a family of businesses: `CC.ENT.…`.
pub fn is_parent_user_id(input: &str) -> bool {
    is_user_id(input) && input.get(3..7) == Some("ENT.")
}

/// The forms under which the same person's number may be known, the given one first. Brazil's ninth digit,
/// Argentina's `9` and Mexico's `1` come and go. For looking somebody up only: what is written to is the form
/// that came in.
pub fn lookup_variants(digits: &str) -> Vec<String> {
    let mut forms = vec![digits.to_owned()];
    forms.extend(other_form(digits));
    forms
}

/// Whether two numbers in normal form may be the same person's.
pub fn same(one: &str, other: &str) -> bool {
    one == other || other_form(one).as_deref() == Some(other)
}

fn other_form(digits: &str) -> Option<String> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (country, rest) = digits.split_at_checked(2)?;
    match (country, rest.len()) {
        // A mobile number of eight digits starts with 6 to 9; a landline has no ninth digit.
        ("55", 10) if matches!(rest.as_bytes()[2], b'6'..=b'9') => {
            Some(format!("55{}9{}", &rest[..2], &rest[2..]))
        }
        ("55", 11) if rest.as_bytes()[2] == b'9' && matches!(rest.as_bytes()[3], b'6'..=b'9') => {
            Some(format!("55{}{}", &rest[..2], &rest[3..]))
        }
        ("54", 10) => Some(format!("549{rest}")),
        ("54", 11) if rest.starts_with('9') => Some(format!("54{}", &rest[1..])),
        ("52", 10) => Some(format!("521{rest}")),
        ("52", 11) if rest.starts_with('1') => Some(format!("52{}", &rest[1..])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_normal_form() {
        for input in ["46731234567", "+46 73-123 45 67", "whatsapp:+46731234567", "0046 (73) 123.45.67"] {
            assert_eq!(normalise(input).as_deref(), Some("46731234567"), "{input}");
        }
        assert_eq!(normalise("\u{202a}+46 73 1234567\u{202c}").as_deref(), Some("46731234567"));
        assert_eq!(normalise("+250 788 123 200").as_deref(), Some("250788123200"));
    }

    #[test]
    fn what_is_no_number_is_none() {
        let inputs = ["", "+", "abc", "US.1349120", "<WHATSAPP_USER_PHONE_NUMBER>", "073 123 45 67", "123"];
        for input in inputs.into_iter().chain(["46+73", "٤٦٧٣١٢٣٤٥٦٧", "whatsapp:", "123456789012345678901"])
        {
            assert_eq!(normalise(input), None, "{input}");
        }
    }

    #[test]
    fn user_ids_are_told_by_their_pattern() {
        assert!(is_user_id("US.13491208655302741918") && !is_parent_user_id("US.13491208655302741918"));
        assert!(is_user_id("IN.ENT.11815799212886844830") && is_parent_user_id("IN.ENT.118"));
        assert!(is_user_id("DE.ENT") && !is_parent_user_id("DE.ENT"));
        for input in ["", "US.", "US.ENT.", "us.1", "USA.1", "US1", "+US.1", "US.1 2", "US.ENT.1.2", "ÅÄ.1"]
        {
            assert!(!is_user_id(input), "{input}");
        }
        assert!(!is_user_id(&format!("US.{}", "1".repeat(129))));
    }

    #[test]
    fn numbers_that_lose_a_digit_are_looked_up_both_ways() {
        let pairs = [
            ("554188887777", "5541988887777"),
            ("541155556666", "5491155556666"),
            ("525512345678", "5215512345678"),
        ];
        for (short, long) in pairs {
            assert_eq!(lookup_variants(short), [short, long]);
            assert_eq!(lookup_variants(long), [long, short]);
            assert!(same(short, long) && same(long, short));
        }
        assert_eq!(lookup_variants("46731234567"), ["46731234567"]);
        assert_eq!(lookup_variants("554133334444"), ["554133334444"], "a landline has no ninth digit");
        assert!(!same("46731234567", "46731234568"));
    }
}
