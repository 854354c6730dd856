//! Words by which a customer says that they want no more messages. Only a message that is nothing else counts: "stop
//! by tomorrow" is an appointment.

/// The words, by language. Words that often mean something else on their own (cancel, end, quit) are not here: to a
/// shop they are about an order.
const WORDS: &[(&str, &[&str])] = &[
    ("ar", &["إيقاف", "ايقاف", "توقف", "إلغاء الاشتراك", "الغاء الاشتراك"]),
    ("da", &["stop", "afmeld", "meld mig fra"]),
    (
        "de",
        &[
            "stop",
            "stopp",
            "abmelden",
            "abbestellen",
            "keine werbung",
            "keine werbung mehr",
            "keine nachrichten mehr",
        ],
    ),
    ("en", &["stop", "stop all", "stopall", "unsubscribe", "opt out", "optout", "stop promotions"]),
    (
        "es",
        &[
            "stop",
            "baja",
            "alto",
            "darme de baja",
            "dar de baja",
            "cancelar suscripción",
            "cancelar suscripcion",
        ],
    ),
    ("fi", &["stop", "peruuta tilaus", "lopeta"]),
    ("fr", &["stop", "arrêt", "arret", "arrêter", "arreter", "désabonner", "desabonner", "me désabonner"]),
    ("he", &["הסר", "הסרה", "להסיר"]),
    ("hi", &["रोकें", "बंद करें", "सदस्यता समाप्त करें"]),
    ("id", &["stop", "berhenti", "berhenti berlangganan"]),
    ("it", &["stop", "ferma", "disiscrivimi", "cancellami", "annulla iscrizione"]),
    ("ja", &["停止", "配信停止", "ストップ"]),
    ("ko", &["중지", "수신거부", "수신 거부"]),
    ("nb", &["stopp", "avmeld", "meld meg av"]),
    ("nl", &["stop", "afmelden", "uitschrijven"]),
    ("pl", &["stop", "wypisz", "wypisz mnie", "rezygnuję", "rezygnuje"]),
    ("pt", &["stop", "parar", "sair", "descadastrar", "cancelar inscrição", "cancelar inscricao"]),
    ("ru", &["стоп", "отписаться", "отписка"]),
    ("sv", &["stopp", "stop", "avregistrera", "avsluta prenumeration"]),
    ("tr", &["dur", "durdur", "abonelikten çık", "abonelikten cik"]),
    ("uk", &["стоп", "відписатися", "відписка"]),
    ("vi", &["dừng", "hủy đăng ký", "huỷ đăng ký"]),
    ("zh", &["停止", "退订", "退訂", "取消订阅", "取消訂閱"]),
];

/// The longest message that is looked at, in bytes.
const LONGEST: usize = 120;

/// Whether a message is a word that stops messages, and nothing else. Case and punctuation do not count.
pub fn is_stop(message: &str) -> bool {
    if message.len() > LONGEST {
        return false;
    }
    let said = folded(message);
    !said.is_empty() && WORDS.iter().any(|(_, words)| words.iter().any(|word| folded(word) == said))
}

/// Letters and digits in lower case, words apart by one space. What stands on or below a letter stays.
fn folded(text: &str) -> String {
    let mut folded = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        // Turkish has an i with and one without a dot, and their capitals cross: for a word that stops, all are one.
        let letter = if letter == 'ı' { 'i' } else { letter };
        if letter == '\u{307}' {
            continue;
        }
        if letter.is_whitespace() {
            if !folded.is_empty() && !folded.ends_with(' ') {
                folded.push(' ');
            }
        } else if letter.is_alphanumeric() || is_mark(letter) {
            folded.push(letter);
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Marks that belong to the letter before them: combining ones, and the virama of Hindi.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{94d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_counts_alone_in_any_case_and_with_any_punctuation() {
        for (language, words) in WORDS {
            assert_eq!(language.len(), 2);
            for word in *words {
                assert!(is_stop(word), "{language}: {word}");
                assert!(is_stop(&format!(" «{}»!! \n", word.to_uppercase())), "{language}: {word}");
            }
        }
        assert!(is_stop("S.T.O.P.") && is_stop("Stop 🙏") && is_stop("opt-out") && is_stop("STOP   ALL"));
    }

    #[test]
    fn a_word_in_a_sentence_does_not_count() {
        let sentences = [
            "",
            "?!",
            "Please stop",
            "stop by tomorrow",
            "Can you stop the order?",
            "non-stop",
            "stopped",
            "don't stop",
            "cancel",
            "end",
            "Busstop",
            "bitte abmelden",
            "stop stop",
            "ne pas arrêter",
            "停止しないで",
        ];
        for sentence in sentences {
            assert!(!is_stop(sentence), "{sentence}");
        }
        assert!(!is_stop(&"stop ".repeat(40)));
    }

    #[test]
    fn the_languages_are_in_order_and_named_once() {
        assert!(WORDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
