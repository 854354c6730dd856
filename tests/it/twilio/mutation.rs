//! Whatever comes in, reading it never panics, and reading it twice gives the same.

use std::sync::OnceLock;

use desk::channels::twilio::{Twilio, fault_of};
use desk::channels::{Answer, Arrived, Call, Content, Known, Need, Provider, inspect};
use jiff::Timestamp;
use proptest::prelude::*;
use reqwest::{Method, Url};
use serde_json::json;

use super::own::forms;
use super::{account, via};
use crate::mutation;
use crate::protocol::{Payload, fixtures};

fn bodies() -> &'static [Vec<u8>] {
    static BODIES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    BODIES.get_or_init(|| {
        let theirs = fixtures("twilio").into_iter().flatten().filter_map(|(_, payload)| match payload {
            Payload::Form(form) => Some(form),
            Payload::Json(_) => None,
        });
        forms().into_iter().chain(theirs).collect()
    })
}

fn read(body: &[u8], query: &str, content_type: Option<&str>) {
    let arrived = Arrived { query, ..Arrived::body(body, content_type, Timestamp::now()) };
    let once = Twilio.parse(&arrived);
    assert_eq!(once, Twilio.parse(&arrived));
    if let Ok(items) = once {
        assert!(!items.is_empty(), "something came in");
        let shown = inspect::items(&items);
        assert!(!mutation::has_nul(&shown), "{shown}");
    }
}

/// Words that mean something here.
const WORDS: &[&str] = &[
    "whatsapp:US.1",
    "whatsapp:+14155238886",
    "whatsapp:",
    "failed",
    "received",
    "NaN",
    "{\"a\":[1,null],\"b\0\":\"\\u0000\"}",
    "{\"data\":{\"context\":{\"WaId\":7}}}",
];

/// Fields that mean something here, and any other.
fn field() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "MessageSid",
        "SmsSid",
        "MessageStatus",
        "SmsStatus",
        "From",
        "To",
        "WaId",
        "ExternalUserId",
        "ChannelMetadata",
        "ChannelPrefix",
        "MessagingServiceSid",
        "Body",
        "NumMedia",
        "MediaUrl0",
        "MediaUrl255",
        "MediaUrl256",
        "MediaContentType0",
        "MessageType",
        "ButtonText",
        "ButtonPayload",
        "ListId",
        "FlowData",
        "Latitude",
        "Longitude",
        "ErrorCode",
        "ErrorMessage",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => "[A-Za-z0-9]{1,12}"]
}

fn need(key: &str) -> Need {
    let call =
        Call { method: Method::GET, url: String::new(), headers: Vec::new(), content: Content::Nothing };
    Need { key: key.to_owned(), call }
}

/// Reads an answer as everything that it could be the answer to.
fn answered(answer: &Answer) {
    Twilio.outcome(answer);
    drop(Twilio.checked(answer));
    drop(Twilio.templates().unwrap().listed(answer));
    drop(Twilio.templates().unwrap().submitted(answer));
    drop(Twilio.backlog().unwrap().listed(answer, Timestamp::now()));
    for key in
        ["content:1", "quoted:SM1", "media:/a/Media.json#1", "media:#99999999999999999999", "account", ""]
    {
        drop(Twilio.learn(&need(key), answer));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_form_with_anything_in_any_field_does_not_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((field(), mutation::word(WORDS)), 1..6),
        gone in prop::option::of(any::<prop::sample::Index>()),
        query in ".{0,40}",
    ) {
        let body: &Vec<u8> = which.get(bodies());
        let body = String::from_utf8_lossy(body).into_owned();
        let url = Url::parse(&format!("http://x/?{body}")).unwrap();
        let mut pairs: Vec<(String, String)> =
            url.query_pairs().map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
        if let Some(gone) = gone {
            pairs.remove(gone.index(pairs.len()));
        }
        for (key, value) in changes {
            pairs.retain(|(known, _)| *known != key);
            pairs.push((key, value));
        }
        let url = Url::parse_with_params("http://x/", pairs).unwrap();
        read(url.query().unwrap().as_bytes(), &query, None);
    }

    #[test]
    fn a_form_with_broken_bytes_does_not_panic(bytes in mutation::broken(bodies().to_vec())) {
        read(&bytes, "", None);
    }

    #[test]
    fn bytes_that_are_no_payload_do_not_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        content_type in prop::option::of("[a-z/]{0,20}|application/json"),
    ) {
        read(&bytes, "", content_type.as_deref());
        answered(&Answer { status: 200, retry_after: None, body: bytes.into() });
    }

    #[test]
    fn an_answer_of_any_kind_does_not_panic(status in 100_u16..600, one in mutation::anything(WORDS), other in mutation::anything(WORDS)) {
        let bodies = [
            json!({ "code": one, "message": other, "error_code": one, "sid": other }),
            json!({ "messages": [one, { "sid": "SM1", "from": other, "to": "whatsapp:+14155238886",
                "num_media": one, "body": other, "date_sent": one }], "next_page_uri": other }),
            json!({ "contents": [{ "sid": "HX1", "friendly_name": "x", "types": { "twilio/text": one },
                "variables": other, "approval_requests": one }, other], "meta": other, "media_list": one }),
            one.clone(),
        ];
        for body in bodies {
            answered(&Answer { status, retry_after: None, body: body.to_string().into_bytes().into() });
        }
    }

    #[test]
    fn a_reason_is_short_and_holds_no_nul(code in any::<Option<i64>>(), words in ".{0,700}") {
        let told = fault_of(code, Some(&words), None);
        prop_assert!(told.reason.chars().count() <= 500 && !told.reason.contains('\0'));
    }

    #[test]
    fn a_file_with_any_address_does_not_panic(link in "(/|https?://|//)?[ -~]{0,30}(Media.json)?(#.{0,3})?") {
        let (account, known) = (account(&[]), Known::new());
        let media = contract::message::Media {
            link: Some(link),
            ..contract::message::Media::of(contract::message::MediaKind::Image)
        };
        drop(Twilio.fetch(&via(&account, &known), &media));
    }
}

#[test]
fn a_payload_without_end_is_malformed() {
    let deep = "[".repeat(100_000);
    assert!(crate::protocol::parse(&Twilio, None, deep.as_bytes()).is_err());
    let form = format!("MessageSid=SM1&From=whatsapp%3A%2B46701112233&To=whatsapp%3A%2B1415&FlowData={deep}");
    assert_eq!(crate::protocol::parse(&Twilio, None, form.as_bytes()).unwrap().len(), 1);
}
