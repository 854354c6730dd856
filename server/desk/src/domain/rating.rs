//! Customers say how it was, from 1 to 5.

use contract::Body;
use contract::message::{Choice, Section};

/// How an answer's id begins.
const ID: &str = "rating:";
/// What can be said, the best first.
const SCORES: [(i16, &str); 5] = [(5, "5 ★★★★★"), (4, "4 ★★★★"), (3, "3 ★★★"), (2, "2 ★★"), (1, "1 ★")];

/// The question, as a menu.
pub fn menu(text: &str) -> Body {
    let row = |(score, title): (i16, &str)| Choice {
        id: format!("{ID}{score}"),
        title: title.to_owned(),
        description: None,
    };
    Body::List {
        text: text.to_owned(),
        header: None,
        footer: None,
        button: "1 – 5".to_owned(),
        sections: vec![Section { title: None, rows: SCORES.into_iter().map(row).collect() }],
    }
}

/// The question where the channel carries no menus: the customer types the number.
pub fn plain(text: &str) -> Body {
    Body::text(format!("{text}\n\n1 – 5"))
}

/// The score that a message is, where that is all that it says.
pub fn score(body: &Body) -> Option<i16> {
    let said = match body {
        Body::ListReply { id, .. } | Body::ButtonReply { id, .. } => id.strip_prefix(ID)?,
        Body::Text { text } => text.trim(),
        _ => return None,
    };
    SCORES.into_iter().map(|(score, _)| score).find(|score| score.to_string() == said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_row_or_a_number_and_nothing_beside_it() {
        let Body::List { sections, .. } = menu("How was it?") else { panic!() };
        for row in &sections[0].rows {
            let reply = Body::ListReply { id: row.id.clone(), title: row.title.clone(), description: None };
            let score = score(&reply).expect("a score");
            assert!(row.title.starts_with(&score.to_string()) && row.title.chars().count() <= 24);
        }
        assert_eq!(score(&Body::text(" 4\n")), Some(4));
        for said in ["0", "6", "45", "4 apples", "four", "", "-1", "4.5", "+4"] {
            assert_eq!(score(&Body::text(said)), None, "{said}");
        }
        let other = Body::ButtonReply { id: "4".to_owned(), title: "4".to_owned() };
        assert_eq!(score(&other), None, "a button of somebody else's");
    }
}
