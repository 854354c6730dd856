//! Which keywords a text holds: whole words, in the same order, whatever their case and accents.

use super::definition::{Definition, Entry};

/// The words of a text, folded: lower case, without accents or apostrophes. Scripts that do not put spaces
/// between words give one word for each character, so that a phrase is found inside a sentence.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            // An accent that stands by itself, after its letter; the apostrophe of "what's".
            '\u{300}'..='\u{36f}' | '\'' | '\u{2019}' => {}
            c if is_unspaced(c) => {
                finish(&mut word, &mut words);
                words.push(c.to_string());
            }
            c if c.is_alphanumeric() => push_bare(c, &mut word),
            _ => finish(&mut word, &mut words),
        }
    }
    finish(&mut word, &mut words);
    words
}

/// The entry that a text asks for: the one with the longest keyword in it, the first of several.
pub fn entry<'a>(definition: &'a Definition, text: &str) -> Option<&'a Entry> {
    found(definition, text).map(|(entry, _)| entry)
}

/// The same, with the keyword.
pub fn found<'a>(definition: &'a Definition, text: &str) -> Option<(&'a Entry, &'a str)> {
    let said = words(text);
    let mut best: Option<(usize, &Entry, &str)> = None;
    for entry in &definition.entries {
        let (length, keyword) = longest(&entry.keywords, &said);
        if length > best.map_or(0, |(length, ..)| length) {
            best = Some((length, entry, keyword));
        }
    }
    best.map(|(_, entry, keyword)| (entry, keyword))
}

/// Whether a text holds one of these keywords.
pub fn holds(text: &str, keywords: &[String]) -> bool {
    longest(keywords, &words(text)).0 > 0
}

/// The longest of these keywords that was said, with its length in characters; 0 if none was.
fn longest<'a>(keywords: &'a [String], said: &[String]) -> (usize, &'a str) {
    let mut best = (0, "");
    for keyword in keywords {
        let parts = words(keyword);
        let is_said = !parts.is_empty() && said.windows(parts.len()).any(|window| window == parts.as_slice());
        let length = parts.iter().map(|word| word.chars().count()).sum();
        if is_said && length > best.0 {
            best = (length, keyword.as_str());
        }
    }
    best
}

fn finish(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// Thai to Lao, Myanmar, Khmer, kana, Chinese characters.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e01}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The letter without its accent: the Latin letters of the European languages and Vietnamese. Folding is for
/// meeting the customer halfway, so letters that are not here are simply kept.
fn push_bare(c: char, word: &mut String) {
    let bare = match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ'..='ặ' => "a",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ'..='ệ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ỉ'..='ị' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ọ'..='ợ' => "o",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ụ'..='ự' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' | 'ỳ'..='ỹ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        'þ' => "th",
        other => return word.push(other),
    };
    word.push_str(bare);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(keyword: &str, text: &str) -> bool {
        holds(text, &[keyword.to_owned()])
    }

    #[test]
    fn case_and_accents_do_not_matter() {
        assert!(found("horário", "Qual o HORARIO?"));
        assert!(found("offnungszeiten", "ÖFFNUNGSZEITEN bitte"));
        assert!(found("café", "cafe\u{301}"));
        assert!(found("straße", "STRASSE"));
        assert!(found("giờ mở cửa", "gio mo cua"));
        assert!(found("İstanbul", "istanbul"));
    }

    #[test]
    fn a_keyword_is_found_as_a_whole_word_only() {
        assert!(!found("open", "I opened it"));
        assert!(!found("agent", "reagents"));
        assert!(found("open", "open?"));
        assert!(found("open", "are you (open) today"));
    }

    #[test]
    fn a_phrase_is_found_in_its_order_whatever_stands_between_its_words() {
        assert!(found("opening hours", "Your  opening-hours, please"));
        assert!(!found("opening hours", "hours of opening"));
        assert!(!found("opening hours", "opening your hours"));
    }

    #[test]
    fn an_apostrophe_may_be_left_out_or_curly() {
        assert!(found("where's my order", "Where’s my order"));
        assert!(found("where's my order", "wheres my order"));
    }

    #[test]
    fn a_phrase_without_spaces_is_found_inside_a_sentence() {
        assert!(found("営業時間", "明日の営業時間は?"));
        assert!(!found("営業時間", "営業は時間通り"));
    }

    #[test]
    fn an_empty_keyword_is_never_found() {
        assert!(!found("", "anything"));
        assert!(!found("?!", "anything?!"));
        assert!(!found("word", ""));
    }
}
