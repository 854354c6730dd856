//! Forms (`application/x-www-form-urlencoded`): how Twilio writes webhooks and reads calls.

use url::form_urlencoded;

use crate::channels::Malformed;

/// The type of a form.
pub(super) const TYPE: &str = "application/x-www-form-urlencoded";

/// The pairs of a form in the order given, decoded to bytes: what is signed is the bytes, whether or not they
/// are text. None where there is no pair, or one without `=`: Twilio always writes it, and what is signed does
/// not tell where a key ends.
pub(super) fn pairs(form: &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let pair = |pair: &[u8]| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        (at > 0).then(|| (decoded(&pair[..at]), decoded(&pair[at + 1..])))
    };
    form.split(|byte| *byte == b'&').map(pair).collect()
}

/// `+` is a space and `%` with two digits is a byte; anything else stands for itself.
fn decoded(part: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part;
    while let [first, after @ ..] = rest {
        let (byte, taken) = match (first, after) {
            (b'+', _) => (b' ', 1),
            (b'%', [high, low, ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, 3),
                _ => (b'%', 1),
            },
            (byte, _) => (*byte, 1),
        };
        bytes.push(byte);
        rest = &rest[taken..];
    }
    bytes
}

/// A hexadecimal digit of either case.
pub(super) fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        b'A'..=b'F' => Some(letter - b'A' + 10),
        _ => None,
    }
}

/// The fields of a webhook as text, without NUL, which PostgreSQL does not take.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a body. White space behind it is none of Twilio's (a file's last line break).
    pub(super) fn read(body: &[u8]) -> Result<Form, Malformed> {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace('\0', "");
        let pairs = pairs(body.trim_ascii_end()).ok_or_else(|| Malformed("not a form".to_owned()))?;
        Ok(Form(pairs.into_iter().map(|(key, value)| (text(key), text(value))).collect()))
    }

    /// The value of a field, perhaps empty. A key that is repeated counts once.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The value of a field that says something.
    pub(super) fn filled(&self, key: &str) -> Option<String> {
        self.text(key).filter(|value| !value.trim().is_empty()).map(str::to_owned)
    }

    /// The value of the first of several fields that says something.
    pub(super) fn any(&self, keys: &[&str]) -> Option<String> {
        keys.iter().find_map(|key| self.filled(key))
    }

    /// The numbers behind a key, in order: `MediaUrl0`, `MediaUrl1`.
    pub(super) fn numbered(&self, key: &str) -> Vec<u8> {
        let number = |(name, _): &(String, String)| name.strip_prefix(key)?.parse().ok();
        let mut numbers: Vec<u8> = self.0.iter().filter_map(number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

/// Writes a form.
pub(super) fn written<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded_to_its_bytes() {
        let bytes = |key: &[u8], value: &[u8]| (key.to_vec(), value.to_vec());
        let read = pairs(b"a=1+2%2B%c3%A9&b=&c=%ff%zz%2&a==").unwrap();
        let expected = [
            bytes(b"a", "1 2+\u{e9}".as_bytes()),
            bytes(b"b", b""),
            bytes(b"c", b"\xff%zz%2"),
            bytes(b"a", b"="),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_no_form_is_none() {
        for body in ["", "a", "a=1&", "&a=1", "a=1&b", "=1", "{}"] {
            assert_eq!(pairs(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn numbers_behind_a_key_are_found_in_order() {
        let form = Form::read(b"MediaUrl10=c&MediaUrl2=b&MediaUrl=x&MediaUrl-1=x&MediaUrl2=b").unwrap();
        assert_eq!(form.numbered("MediaUrl"), [2, 10]);
    }
}
