//! What a name and a mail address look like. The same for the first run and for the people an admin adds.

/// Whether a text can be a name: 1 to 120 characters, none of them a control character.
pub fn is_name(text: &str) -> bool {
    (1..=120).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// Whether a text can be a mail address. Only a mail that arrives would prove it.
pub fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '@';
    !local.is_empty() && !host.is_empty() && text.len() <= 254 && !local.contains(odd) && !host.contains(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_what_they_look_like() {
        assert!(is_name("Ada") && !is_name("") && !is_name("a\u{0}b") && !is_name(&"a".repeat(121)));
        assert!(is_email("ada@example.org") && is_email("ada@localhost"));
        for odd in ["ada", "@example.org", "ada@", "a da@example.org", "a@b@c", "ada@exa\nmple"] {
            assert!(!is_email(odd), "{odd}");
        }
    }
}
