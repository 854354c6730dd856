//! The calls that send something: `messages:send`, and `events:send` for typing.

use contract::Body;
use contract::message::{CardEntry, Choice, ContactCard, Flow, Location, Media, Parameter, Section};
use http::Method;
use serde_json::{Map, Value, json};

use super::access;
use super::limits::{self, headed};
use super::template;
use crate::channels::limits::refused;
use crate::channels::{Content, NotCarried, Outgoing, Recipient, Step, Via, What, phone};

/// Longest `message_metadata`.
const METADATA: usize = 1_024;
/// Longest address for callbacks.
const CALLBACK: usize = 742;
/// Where a request for a place would lead on a channel that has no such thing. Sinch wants one, also for WhatsApp,
/// which has.
const MAP: &str = "https://maps.google.com";

/// Builds the call. A quote is left out: Sinch has none for what is sent, and the message matters more.
pub(super) fn call(via: &Via<'_>, outgoing: &Outgoing) -> Result<Step, NotCarried> {
    let mut request = json!({ "app_id": access::app(via)?, "recipient": recipient(&outgoing.to)? });
    let verb = match &outgoing.what {
        What::Message { body, .. } => {
            limits::carries(body)?;
            request["message"] = content(body)?;
            marked(&mut request, via, outgoing)?;
            "messages:send"
        }
        What::Typing { .. } => {
            request["event"] = json!({ "composing_event": {} });
            "events:send"
        }
        What::Reaction { .. } => return refused("Sinch sends no reactions."),
        What::Read { .. } => return refused("Sinch's Conversation API sends no read marks."),
    };
    let url = format!("{}/{verb}", access::project(via.account)?);
    let content = Content::Bytes("application/json", request.to_string().into_bytes());
    access::with_token(via, Method::POST, url, content)
}

/// What comes back in the delivery reports, and where they go: to this connection, whatever other webhooks the app
/// has. An address that is too long for Sinch is left out; the app's webhook gets the reports then.
fn marked(request: &mut Value, via: &Via<'_>, outgoing: &Outgoing) -> Result<(), NotCarried> {
    if let Some(opaque) = &outgoing.opaque {
        if opaque.chars().count() > METADATA {
            return refused(format!("The mark of this send is longer than {METADATA} characters."));
        }
        request["message_metadata"] = json!(opaque);
    }
    if let Some(callback) = via.callback.filter(|callback| callback.len() <= CALLBACK) {
        request["callback_url"] = json!(callback);
    }
    Ok(())
}

/// Somebody by their WhatsApp identity (a number's digits or a user id), else by Sinch's id of the contact.
fn recipient(to: &Recipient) -> Result<Value, NotCarried> {
    let known = [&to.phone, &to.user_id].into_iter().flatten();
    let identity = known.into_iter().find_map(|address| match phone::is_user_id(address) {
        true => Some(address.clone()),
        false => phone::normalise(address),
    });
    if let Some(identity) = identity {
        let identities = json!([{ "channel": "WHATSAPP", "identity": identity }]);
        return Ok(json!({ "identified_by": { "channel_identities": identities } }));
    }
    match to.external_id.as_deref().filter(|id| !id.trim().is_empty()) {
        Some(id) => Ok(json!({ "contact_id": id })),
        None => refused("This customer has neither a phone number nor a WhatsApp user ID."),
    }
}

/// The object under `message`.
fn content(body: &Body) -> Result<Value, NotCarried> {
    match body {
        Body::Text { text } => Ok(json!({ "text_message": words(text) })),
        Body::Media(media) => Ok(json!({ "media_message": file(media)? })),
        Body::Location(place) => Ok(json!({ "location_message": location(place) })),
        Body::Contacts { cards } => match cards.as_slice() {
            [card] => Ok(json!({ "contact_info_message": contact(card) })),
            _ => refused("Sinch sends one contact card a message. Send each as a message of its own."),
        },
        Body::Flow(flow) => Ok(form(flow)),
        Body::Template(filled) => {
            let files = filled.header.iter().filter_map(|parameter| match parameter {
                Parameter::Media(media) => Some(media),
                _ => None,
            });
            files.map(address).collect::<Result<Vec<_>, _>>()?;
            Ok(json!({ "template_message": template::object(filled) }))
        }
        body => interactive(body),
    }
}

fn words(text: &str) -> Value {
    json!({ "text": text })
}

/// The public address of a file.
fn address(media: &Media) -> Result<&str, NotCarried> {
    match media.link.as_deref() {
        Some(link) => Ok(link),
        None => refused(
            "Sinch fetches files from the desk, and this desk has no public address. An admin can set one.",
        ),
    }
}

fn file(media: &Media) -> Result<Value, NotCarried> {
    let mut object = json!({ "url": address(media)? });
    if let Some(name) = limits::name_of(media) {
        object["filename_override"] = json!(name);
    }
    Ok(object)
}

/// A place. Sinch wants a title: its name, else its address, else where it is.
fn location(place: &Location) -> Value {
    let given = |part: &Option<String>| part.clone().filter(|part| !part.trim().is_empty());
    let title = given(&place.name)
        .or_else(|| given(&place.address))
        .unwrap_or_else(|| format!("{}, {}", place.latitude, place.longitude));
    let coordinates = json!({ "latitude": place.latitude, "longitude": place.longitude });
    let mut object = json!({ "title": title, "coordinates": coordinates });
    if let Some(address) = given(&place.address) {
        object["label"] = json!(address);
    }
    object
}

fn contact(card: &ContactCard) -> Value {
    let mut name = json!({ "full_name": card.name });
    for (key, part) in [("first_name", &card.first_name), ("last_name", &card.last_name)] {
        if let Some(part) = part {
            name[key] = json!(part);
        }
    }
    let mut object = json!({ "name": name });
    if let Some(company) = &card.company {
        object["organization"] = json!({ "company": company });
    }
    for (key, of_each, given) in [
        ("phone_numbers", "phone_number", &card.phones),
        ("email_addresses", "email_address", &card.emails),
        ("urls", "url", &card.urls),
    ] {
        if !given.is_empty() {
            object[key] = given.iter().map(|given| entry(of_each, given)).collect();
        }
    }
    object
}

fn entry(key: &str, given: &CardEntry) -> Value {
    let mut object = json!({ key: given.value });
    if let Some(label) = &given.label {
        object["type"] = json!(label);
    }
    object
}

fn interactive(body: &Body) -> Result<Value, NotCarried> {
    match body {
        Body::Buttons { text, header, footer, buttons } => {
            let choices = buttons.iter().map(button).collect();
            Ok(choice(headed(text, header.as_deref()), choices, footer.as_deref()))
        }
        Body::LinkButton { text, header, footer, label, url } => {
            let link = json!({ "url_message": { "title": label, "url": url } });
            Ok(choice(headed(text, header.as_deref()), vec![link], footer.as_deref()))
        }
        Body::LocationRequest { text } => {
            let share = json!({ "title": "Share location", "fallback_url": MAP });
            Ok(choice(text.clone(), vec![json!({ "share_location_message": share })], None))
        }
        Body::List { text, header, footer, button, sections } => {
            let sections: Vec<_> = sections.iter().map(section).collect();
            let mut properties = json!({ "menu": button });
            if let Some(header) = header {
                properties["whatsapp_header"] = json!(header);
            }
            let mut list = json!({ "title": text, "sections": sections, "message_properties": properties });
            if let Some(footer) = footer {
                list["description"] = json!(footer);
            }
            Ok(json!({ "list_message": list }))
        }
        _ => refused("Only customers can send this kind of message."),
    }
}

fn choice(text: String, choices: Vec<Value>, footer: Option<&str>) -> Value {
    let mut object = json!({ "text_message": words(&text), "choices": choices });
    if let Some(footer) = footer {
        object["message_properties"] = json!({ "whatsapp_footer": footer });
    }
    json!({ "choice_message": object })
}

fn button(button: &Choice) -> Value {
    json!({ "text_message": words(&button.title), "postback_data": button.id })
}

fn section(section: &Section) -> Value {
    let item = |row: &Choice| {
        let mut choice = json!({ "title": row.title, "postback_data": row.id });
        if let Some(description) = &row.description {
            choice["description"] = json!(description);
        }
        json!({ "choice": choice })
    };
    let mut object = json!({ "items": section.rows.iter().map(item).collect::<Vec<_>>() });
    if let Some(title) = &section.title {
        object["title"] = json!(title);
    }
    object
}

/// A form, which only WhatsApp has: it overrides the plain text beside it.
fn form(flow: &Flow) -> Value {
    let mut message = Map::new();
    let mut put = |key: &str, value: Value| drop(message.insert(key.to_owned(), value));
    put("flow_id", json!(flow.flow_id));
    put("flow_cta", json!(flow.label));
    put("body", words(&flow.text));
    if let Some(header) = &flow.header {
        put("header", json!({ "type": "text", "text": header }));
    }
    if let Some(footer) = &flow.footer {
        put("footer", words(footer));
    }
    if let Some(token) = &flow.token {
        put("flow_token", json!(token));
    }
    if let Some(screen) = &flow.screen {
        put("flow_action", json!("navigate"));
        put("flow_action_payload", json!({ "screen": screen }));
    }
    let specific = json!({ "WHATSAPP": { "message_type": "FLOWS", "message": message } });
    json!({ "text_message": words(&flow.text), "channel_specific_message": specific })
}
