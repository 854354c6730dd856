//! What bots say, in a form that the customer's channel carries.
//!
//! Markdown and HTML become WhatsApp's own markup. Choices are buttons if they can be, else a menu, else a text with
//! numbers, of which the customer types one. A file that cannot go becomes its address. Nothing empty goes out.

use contract::Body;
use contract::message::{Choice, Media, Section};

use crate::channels::text;

/// Choices that can be buttons.
pub(super) const BUTTONS: usize = 3;
/// Choices of a menu, at most.
const ROWS: usize = 10;
/// Characters of a row's title and of its second line, at most.
const ROW_TITLE: usize = 24;
const ROW_DESCRIPTION: usize = 72;
/// The label of a menu that has none.
const MENU: &str = "Choose";

/// What goes out for one thing that a bot says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fitted {
    /// The messages, in order.
    pub messages: Vec<Body>,
    /// What was offered under numbers, in their order.
    pub offered: Vec<Choice>,
}

/// Fits what a bot says to a channel, by whether it carries a message.
pub fn fit(body: Body, carries: &dyn Fn(&Body) -> bool) -> Fitted {
    let Some(body) = tidy(body) else { return Fitted::default() };
    match choices(&body) {
        Some(("", _)) => in_numbers(&body),
        Some(_) => chosen(body, carries),
        None => Fitted { messages: plain(body, carries), offered: Vec::new() },
    }
}

/// What a customer who types a number, or the words of a choice, has chosen.
pub fn typed(offered: &[Choice], body: &Body) -> Option<Body> {
    let Body::Text { text } = body else { return None };
    let text = text.trim();
    let number = text.trim_end_matches(['.', ')']).parse::<usize>().ok();
    let by_number = number.and_then(|number| offered.get(number.checked_sub(1)?));
    let chosen = by_number.or_else(|| offered.iter().find(|choice| same(&choice.title, text)))?;
    Some(Body::ListReply { id: chosen.id.clone(), title: chosen.title.clone(), description: None })
}

fn same(title: &str, text: &str) -> bool {
    title.trim().to_lowercase() == text.to_lowercase()
}

/// A menu in one section.
pub(super) fn menu(text: String, rows: Vec<Choice>, button: Option<String>) -> Body {
    let button = button.filter(|label| !label.trim().is_empty()).unwrap_or_else(|| MENU.to_owned());
    Body::List { text, header: None, footer: None, button, sections: vec![Section { title: None, rows }] }
}

/// Words as WhatsApp has them; none where nothing is left.
fn tidy(body: Body) -> Option<Body> {
    let words = |text: &str| text::from_agent(&text::to_whatsapp(text)).map(str::to_owned);
    Some(match body {
        Body::Text { text } => Body::Text { text: words(&text)? },
        Body::Buttons { text, header, footer, buttons } => {
            Body::Buttons { text: words(&text).unwrap_or_default(), header, footer, buttons }
        }
        Body::List { text, header, footer, button, sections } => {
            Body::List { text: words(&text).unwrap_or_default(), header, footer, button, sections }
        }
        Body::LinkButton { text, header, footer, label, url } => {
            Body::LinkButton { text: words(&text)?, header, footer, label, url }
        }
        Body::Media(media) => {
            let caption = media.caption.as_deref().and_then(words);
            Body::Media(Media { caption, ..media })
        }
        other => other,
    })
}

/// The text and the choices of a body that has any.
fn choices(body: &Body) -> Option<(&str, Vec<Choice>)> {
    match body {
        Body::Buttons { text, buttons, .. } => Some((text, buttons.clone())),
        Body::List { text, sections, .. } => {
            Some((text, sections.iter().flat_map(|section| section.rows.clone()).collect()))
        }
        _ => None,
    }
}

/// The first form of choices that the channel carries.
fn chosen(body: Body, carries: &dyn Fn(&Body) -> bool) -> Fitted {
    let whole = |body: Body| Fitted { messages: vec![body], offered: Vec::new() };
    if carries(&body) {
        return whole(body);
    }
    let Some((text, all)) = choices(&body) else { return whole(body) };
    if (1..=ROWS).contains(&all.len()) {
        let rows = all.iter().map(row).collect();
        let menu = menu(text.to_owned(), rows, label(&body));
        if carries(&menu) {
            return whole(menu);
        }
    }
    in_numbers(&body)
}

/// A title that is too long for a row is cut, and stands in the second line.
fn row(choice: &Choice) -> Choice {
    if choice.title.chars().count() <= ROW_TITLE {
        return choice.clone();
    }
    let cut = |text: &str, most: usize| match text.chars().count() > most {
        true => format!("{}…", text.chars().take(most - 1).collect::<String>().trim_end()),
        false => text.to_owned(),
    };
    let description = Some(cut(&choice.title, ROW_DESCRIPTION));
    Choice { id: choice.id.clone(), title: cut(&choice.title, ROW_TITLE), description }
}

fn label(body: &Body) -> Option<String> {
    match body {
        Body::List { button, .. } if button.chars().count() <= 20 => Some(button.clone()),
        _ => None,
    }
}

/// The choices as a text with numbers.
fn in_numbers(body: &Body) -> Fitted {
    let Some((text, all)) = choices(body) else { return Fitted::default() };
    let lines = all.iter().enumerate().map(|(at, choice)| {
        let description = choice.description.as_deref().filter(|description| !description.trim().is_empty());
        let more = description.map(|description| format!(" – {description}")).unwrap_or_default();
        format!("{}. {}{more}", at + 1, choice.title)
    });
    let lines = lines.collect::<Vec<_>>().join("\n");
    let text = [text, &lines].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    match text.is_empty() {
        true => Fitted::default(),
        false => Fitted { messages: vec![Body::text(text)], offered: all },
    }
}

/// A body without choices, in the first form that the channel carries. What none carries stays, so that it is refused
/// with the channel's own reason.
fn plain(body: Body, carries: &dyn Fn(&Body) -> bool) -> Vec<Body> {
    // A text that is too long goes in several parts.
    if matches!(body, Body::Text { .. }) || carries(&body) {
        return vec![body];
    }
    match &body {
        Body::Media(media) => {
            let bare = Body::Media(Media { caption: None, ..media.clone() });
            match (&media.caption, &media.link) {
                (Some(caption), _) if carries(&bare) => vec![bare, Body::text(caption.clone())],
                (caption, Some(link)) => vec![Body::text(lines(&[caption.as_deref(), Some(link)]))],
                _ => vec![body],
            }
        }
        Body::LinkButton { text, url, .. } => vec![Body::text(lines(&[Some(text), Some(url)]))],
        Body::Location(place) => {
            let map = format!("https://maps.google.com/?q={},{}", place.latitude, place.longitude);
            vec![Body::text(lines(&[place.name.as_deref(), place.address.as_deref(), Some(&map)]))]
        }
        Body::LocationRequest { text } | Body::ContactRequest { text } => vec![Body::text(text.clone())],
        _ => vec![body],
    }
}

fn lines(parts: &[Option<&str>]) -> String {
    parts.iter().flatten().copied().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use contract::message::MediaKind;

    use super::*;
    use crate::bots::speech::{choose, file};
    use crate::channels::Provider;
    use crate::channels::meta::Meta;

    fn choice(id: &str, title: &str) -> Choice {
        Choice { id: id.into(), title: title.into(), description: None }
    }

    fn over_meta(body: Body) -> Fitted {
        fit(body, &|body| Meta.carries(body).is_ok())
    }

    fn many(count: usize) -> Vec<Choice> {
        (1..=count).map(|n| choice(&format!("c{n}"), &format!("Choice {n}"))).collect()
    }

    #[test]
    fn choices_are_buttons_then_a_menu_then_numbers() {
        let kind = |count| over_meta(choose("Which?".into(), many(count), None)).messages[0].kind();
        assert_eq!(
            (kind(1), kind(3), kind(4), kind(10), kind(11)),
            ("buttons", "buttons", "list", "list", "text")
        );
        let text = "Which?\n\n1. Choice 1\n2. Choice 2";
        let none = fit(choose("Which?".into(), many(2), None), &|body| body.kind() == "text");
        assert_eq!((none.messages, none.offered.len()), (vec![Body::text(text)], 2));
    }

    #[test]
    fn a_label_that_is_too_long_for_a_button_stands_whole_in_a_menu() {
        let long = "I would like to talk to billing";
        let fitted = over_meta(choose("Which?".into(), vec![choice("a", long), choice("b", "No")], None));
        let Body::List { sections, .. } = &fitted.messages[0] else { panic!("{fitted:?}") };
        assert_eq!(sections[0].rows[0].title, "I would like to talk to…");
        assert_eq!(sections[0].rows[0].description.as_deref(), Some(long));
    }

    #[test]
    fn what_buttons_cannot_tell_apart_is_numbered() {
        let fitted = over_meta(choose("Which?".into(), vec![choice("x", "One"), choice("x", "Two")], None));
        assert_eq!(fitted.messages, [Body::text("Which?\n\n1. One\n2. Two")]);
        let nothing_above = over_meta(choose(String::new(), many(2), None));
        assert_eq!(nothing_above.messages, [Body::text("1. Choice 1\n2. Choice 2")]);
    }

    #[test]
    fn a_number_or_a_label_that_is_typed_is_a_choice() {
        let offered = many(2);
        let id = |text: &str| match typed(&offered, &Body::text(text)) {
            Some(Body::ListReply { id, .. }) => Some(id),
            _ => None,
        };
        assert_eq!(id(" 2. ").as_deref(), Some("c2"));
        assert_eq!(id("choice 1").as_deref(), Some("c1"));
        assert_eq!((id("3"), id("0"), id("two"), id("")), (None, None, None, None));
        assert_eq!(typed(&[], &Body::text("1")), None);
    }

    #[test]
    fn words_become_whatsapps_and_nothing_empty_goes_out() {
        assert_eq!(over_meta(Body::text("**Hi** <b>you</b>")).messages, [Body::text("*Hi* *you*")]);
        assert!(over_meta(Body::text(" \n ")).messages.is_empty());
        assert!(over_meta(Body::text("<p></p>")).messages.is_empty());
    }

    #[test]
    fn a_file_that_cannot_go_becomes_its_address() {
        let picture = file(MediaKind::Image, "https://shop.example/a.png", Some("A map".into()));
        assert_eq!(over_meta(picture.clone()).messages.len(), 1);
        let in_words = fit(picture, &|body| body.kind() == "text");
        assert_eq!(in_words.messages, [Body::text("A map\nhttps://shop.example/a.png")]);
        assert_eq!(file(MediaKind::Image, "file:///etc/passwd", None), Body::text("file:///etc/passwd"));
    }
}
