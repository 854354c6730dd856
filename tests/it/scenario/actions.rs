//! What people at the desk do, and which call it becomes at each provider: the table of desk actions of the channel
//! reference.

use contract::capability::{Degree, Feature};
use contract::message::{CardEntry, Choice, ContactCard, Flow, Location, Media, Section};
use contract::template::{TemplateCategory, TemplateDraft};
use contract::{Body, Command, MessageId, RefusalCode};
use desk::errands::Ended;
use futures::future::join_all;
use tests::shelf::filled;
use tests::until;

use super::line::Line;
use super::matrix::column;
use super::scene::{Scene, Where};
use super::{calls, story};

const DOCUMENT: &[u8] = include_bytes!("../../../server/desk/src/sandbox/files/document.pdf");
const VOICE: &[u8] = include_bytes!("../../../server/desk/src/sandbox/files/voice.ogg");
/// The beginning of a sound as MP3.
const SOUND: &[u8] = b"ID3\x03\0\0\0\0\0\0\xff\xfb\x90\0";

/// What somebody does, the feature that it takes, and for each provider the calls that it becomes and, behind the
/// arrow, what Ana has on her phone. `–`: it is refused with a reason, or nothing is sent.
#[rustfmt::skip]
const ACTIONS: [(&str, Option<Feature>, [&str; 5]); 19] = [
    ("text", None, ["text → text", "Body → text", "text_message → text", "text → text", "trigger → text"]),
    ("quote", Some(Feature::Quote), ["text + context → text + quote", "Body → text + Re:", "text_message → text", "text + context → text + quote", "trigger → text"]),
    ("picture", Some(Feature::MediaOut), ["upload, image → image", "MediaUrl → image", "media_message → image", "image → image", "text_image_response_message → image"]),
    ("document", Some(Feature::MediaOut), ["upload, document → document", "MediaUrl → document", "media_message → document", "document → document", "trigger → text"]),
    ("voice", Some(Feature::MediaOut), ["upload, audio voice → voice", "MediaUrl → voice", "media_message → voice", "audio voice → voice", "trigger → text"]),
    ("sound", Some(Feature::MediaOut), ["upload, audio → audio", "MediaUrl → audio", "media_message → audio", "audio → audio", "trigger → text"]),
    ("choices", Some(Feature::Buttons), ["button → buttons", "Content quick-reply, ContentSid → buttons", "choice text_message → buttons", "interactive/buttons → buttons", "quick_reply_response_message → buttons"]),
    ("menu", Some(Feature::List), ["list → list", "Content list-picker, ContentSid → list", "list_message → list", "interactive/list → list", "list_response_message → list"]),
    ("link", Some(Feature::LinkButton), ["cta_url → link_button", "Content call-to-action, ContentSid → link_button", "choice url_message → link_button", "interactive/url-button → link_button", "trigger → text"]),
    ("place", Some(Feature::Location), ["location → location", "PersistentAction → location", "location_message → location", "location → location", "trigger → text"]),
    ("ask for the place", Some(Feature::LocationRequest), ["location_request_message → location_request", "–", "choice share_location_message → location_request", "interactive/location-request → location_request", "–"]),
    ("card", Some(Feature::Contacts), ["contacts → contacts", "Body → text", "contact_info_message → contacts", "contact → contacts", "trigger → text"]),
    ("ask for the number", Some(Feature::ContactRequest), ["request_contact_info → contact_request", "–", "–", "interactive/request-contact-info → contact_request", "trigger → text"]),
    ("form", Some(Feature::Form), ["flow → flow", "–", "channel_specific_message → flow", "interactive/flow → flow", "flow_response_message → flow"]),
    ("template", Some(Feature::Template), ["template → template", "ContentSid → template", "template_message → template", "template → template", "template_message → template"]),
    ("make a template", Some(Feature::TemplateCreate), ["template draft → taken", "Content text, submit → taken", "–", "template draft → taken", "–"]),
    ("reaction", Some(Feature::Reaction), ["reaction → 👍", "–", "–", "–", "–"]),
    ("typing", Some(Feature::Typing), ["read + typing_indicator → typing, read", "Typing → typing, read", "composing_event → typing", "events → typing", "–"]),
    ("reading", Some(Feature::MarkRead), ["read → read", "–", "–", "read → read", "–"]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_do_becomes_each_providers_own_call() {
    acted(Where::Inside).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_do_becomes_each_providers_own_call_at_a_desk_without_stand_ins() {
    acted(Where::Apart).await;
}

async fn acted(place: Where) {
    let scene = Scene::open(place).await;
    join_all(scene.lines().into_iter().map(everything)).await;
}

/// Every action on a line, one after the other.
async fn everything(line: Line<'_>) {
    line.begin().await;
    for (action, feature, row) in ACTIONS {
        let mark = line.scene.tap.mark();
        let happened = happens(&line, action).await;
        let calls: Vec<String> =
            line.calls(mark).iter().filter_map(|call| calls::name(line.word, call)).collect();
        let cell = match calls.is_empty() {
            true => "–".to_owned(),
            false => format!("{} → {happened}", calls.join(", ")),
        };
        assert_eq!(cell, row[column(line.word)], "{}: {action}", line.word);
        match feature.map(|feature| line.degree(feature)) {
            Some(Degree::Native) => assert_ne!(cell, "–", "{}: {action} is declared", line.word),
            // Where nothing can be quoted, the words go without it.
            Some(Degree::Missing) if action == "quote" => assert!(!cell.contains("quote"), "{}", line.word),
            Some(Degree::Missing) => assert_eq!(cell, "–", "{}: {action} is declared as missing", line.word),
            Some(Degree::Replaced) | None => {}
        }
    }
}

/// Does it, and says what Ana sees of it.
async fn happens(line: &Line<'_>, action: &str) -> String {
    match action {
        "quote" => quote(line).await,
        "reaction" => react(line).await,
        "reading" => read(line).await,
        "typing" => typing(line).await,
        "picture" => file(line, "dog.jpg", story::PICTURE).await,
        "document" => file(line, "a.pdf", DOCUMENT).await,
        "voice" => file(line, "a.mp3", VOICE).await,
        "sound" => file(line, "a.ogg", SOUND).await,
        "template" => template(line).await,
        "make a template" => make_a_template(line).await,
        _ => sent(line, body(action), None).await,
    }
}

/// Sends something, and says what arrives; nothing where it is refused.
async fn sent(line: &Line<'_>, body: Body, quoted: Option<MessageId>) -> String {
    let before = line.got().await;
    let sent = match line.try_reply(body, quoted).await {
        Ok(sent) => sent,
        Err(refusal) => {
            assert_eq!(refusal.code, RefusalCode::NotCarried, "{}: {}", line.word, refusal.message);
            assert!(refusal.message.ends_with('.'), "{}: {}", line.word, refusal.message);
            return String::new();
        }
    };
    line.until_state(sent, line.arrived()).await;
    let shown = line.until_got(before + 1).await.pop().unwrap();
    let quotes = if shown.quoted.is_some() { " + quote" } else { "" };
    let re = if shown.body.words().is_some_and(|words| words.starts_with("Re:")) { " + Re:" } else { "" };
    format!("{}{quotes}{re}", shown.body.kind())
}

async fn quote(line: &Line<'_>) -> String {
    let message = line.until_wrote(1).await[0].id;
    sent(line, Body::text("As you say"), Some(message)).await
}

async fn file(line: &Line<'_>, name: &str, bytes: &[u8]) -> String {
    let media = line.upload(name, bytes).await;
    sent(line, Body::Media(Media { file: media.file, ..Media::of(media.kind) }), None).await
}

async fn template(line: &Line<'_>) -> String {
    if line.has(Feature::TemplateList) {
        line.until_templates().await;
    }
    sent(line, Body::Template(filled("order_update", &["Ana", "1001"])), None).await
}

/// Submits a draft as the settings do.
async fn make_a_template(line: &Line<'_>) -> String {
    let Some(templates) = line.provider.templates() else { return String::new() };
    let draft = TemplateDraft {
        name: "visit_us".to_owned(),
        language: "en_US".to_owned(),
        category: TemplateCategory::Utility,
        header: None,
        body: "We open at 9.".to_owned(),
        footer: None,
        buttons: Vec::new(),
        samples: Vec::new(),
    };
    match line.errand(&|via| templates.submit(via, &draft)).await {
        Ok(answer) => {
            let id = templates.submitted(&answer);
            assert!(id.is_ok_and(|id| !id.is_empty()), "{}", line.word);
            "taken".to_owned()
        }
        Err(Ended::NotCarried(why)) => {
            assert!(why.ends_with('.'), "{why}");
            String::new()
        }
        Err(ended) => panic!("{}: {ended}", line.word),
    }
}

async fn react(line: &Line<'_>) -> String {
    let hers = line.writes("This one").await;
    let message = line.until_words("This one").await;
    let epoch = line.card().await.epoch;
    let done = line.command(Command::React { epoch, message, emoji: "👍".to_owned() }).await;
    if let Err(refusal) = done {
        assert_eq!(refusal.code, RefusalCode::NotCarried, "{}: {}", line.word, refusal.message);
    } else {
        let left = format!(
            "select count(*) from deliveries where channel_id = '{}' and state in ('queued', 'sending')",
            line.channel
        );
        until("the reaction is settled", || async {
            (line.scene.database.number(&left).await == 0).then_some(())
        })
        .await;
    }
    line.shown(&hers).await.reactions.iter().map(|reaction| reaction.emoji.clone()).collect()
}

async fn typing(line: &Line<'_>) -> String {
    let hers = line.writes("Are you typing?").await;
    line.until_words("Are you typing?").await;
    line.command(Command::Typing { reply: true }).await.unwrap();
    line.until_typing().await;
    let typing = if line.phone().await.typing { "typing" } else { "" };
    let read = if line.shown(&hers).await.status == "read" { ", read" } else { "" };
    format!("{typing}{read}")
}

async fn read(line: &Line<'_>) -> String {
    let hers = line.writes("One more thing").await;
    line.until_words("One more thing").await;
    until(&format!("{}: it has arrived", line.word), || async {
        (line.shown(&hers).await.status != "sent").then_some(())
    })
    .await;
    line.command(Command::Read { seq: line.card().await.seq }).await.unwrap();
    if line.has(Feature::MarkRead) {
        until(&format!("{}: it is shown as read", line.word), || async {
            (line.shown(&hers).await.status == "read").then_some(())
        })
        .await;
    }
    line.shown(&hers).await.status
}

fn body(action: &str) -> Body {
    let choice = |id: &str| Choice { id: id.to_owned(), title: format!("Choice {id}"), description: None };
    let text = "What is it?".to_owned();
    let entry = |value: &str| CardEntry { value: value.to_owned(), ..CardEntry::default() };
    match action {
        "text" => Body::text("Hello"),
        "choices" => {
            Body::Buttons { text, header: None, footer: None, buttons: vec![choice("a"), choice("b")] }
        }
        "menu" => {
            let sections =
                vec![Section { title: Some("Rows".to_owned()), rows: vec![choice("c"), choice("d")] }];
            Body::List { text, header: None, footer: None, button: "Menu".to_owned(), sections }
        }
        "link" => Body::LinkButton {
            text,
            header: None,
            footer: None,
            label: "Open".to_owned(),
            url: "https://shop.example/".to_owned(),
        },
        "place" => Body::Location(Location {
            latitude: 1.5,
            longitude: 2.5,
            name: Some("Shop".to_owned()),
            address: None,
            url: None,
        }),
        "ask for the place" => Body::LocationRequest { text },
        "ask for the number" => Body::ContactRequest { text },
        "card" => Body::Contacts {
            cards: vec![ContactCard {
                name: "Tom Becker".to_owned(),
                phones: vec![entry("+447700900123")],
                ..ContactCard::default()
            }],
        },
        "form" => Body::Flow(Flow {
            text,
            header: None,
            footer: None,
            flow_id: "314".to_owned(),
            label: "Fill in".to_owned(),
            token: None,
            screen: Some("FIRST".to_owned()),
        }),
        other => panic!("{other} is not in the table"),
    }
}
