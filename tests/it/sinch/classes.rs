//! What every failure means.

use std::time::Duration;

use desk::channels::sinch::{Sinch, reported};
use desk::channels::{Answer, Class, Outcome, Provider};
use serde_json::{Value, json};

fn answer(status: u16, body: &Value) -> Answer {
    Answer { status, retry_after: None, body: body.to_string().into_bytes().into() }
}

fn class(code: &str) -> Class {
    reported(&json!({ "code": code, "description": "Something", "sub_code": "UNSPECIFIED_SUB_CODE" })).class
}

#[test]
fn every_code_of_a_delivery_report_has_its_class() {
    let classes: [(Class, &[&str]); 5] = [
        (Class::Window, &["OUTSIDE_ALLOWED_SENDING_WINDOW"]),
        (Class::Throttle, &["RATE_LIMITED"]),
        (
            Class::Retry,
            &[
                "INTERNAL_ERROR",
                "CHANNEL_FAILURE",
                "DELIVERY_TIMED_OUT",
                "DELIVERY_REPORT_TIME_OUT",
                "MESSAGE_EXPIRED",
                "UNKNOWN",
                "MEDIA_NOT_REACHABLE",
            ],
        ),
        (
            Class::Permanent,
            &[
                "RECIPIENT_INVALID_CHANNEL_IDENTITY",
                "RECIPIENT_NOT_REACHABLE",
                "RECIPIENT_NOT_OPTED_IN",
                "CONTACT_NOT_FOUND",
                "NO_CHANNEL_IDENTITY_FOR_CONTACT",
                "NO_CHANNELS_LEFT",
                "NO_PROFILE_AVAILABLE",
                "MEDIA_TYPE_UNSUPPORTED",
                "MEDIA_TOO_LARGE",
                "MESSAGE_SPLIT_REQUIRED",
                "BAD_REQUEST",
                "UNSUPPORTED_OPERATION",
                "DELIVERY_REJECTED_DUE_TO_POLICY",
                "CHANNEL_REJECT",
                "TEMPLATE_NOT_FOUND",
                "TEMPLATE_INSUFFICIENT_PARAMETERS",
                "TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION",
                "SOMETHING_NEW",
                "",
            ],
        ),
        (
            Class::Auth,
            &[
                "CHANNEL_BAD_CONFIGURATION",
                "CHANNEL_CONFIGURATION_MISSING",
                "UNKNOWN_APP",
                "NO_PERMISSION",
                "INACTIVE_CREDENTIAL",
            ],
        ),
    ];
    for (expected, codes) in classes {
        for code in codes {
            assert_eq!(class(code), expected, "{code}");
        }
    }
}

#[test]
fn whatsapps_own_number_and_the_sub_code_say_it_better() {
    let class = |sub_code: &str, channel_code: Value| {
        let reason = json!({ "code": "CHANNEL_FAILURE", "sub_code": sub_code, "channel_code": channel_code });
        reported(&reason).class
    };
    assert_eq!(class("UNSPECIFIED_SUB_CODE", json!("131047")), Class::Window);
    assert_eq!(class("UNSPECIFIED_SUB_CODE", json!(131_056)), Class::Pair);
    assert_eq!(class("INACTIVE_SENDER", json!("131026")), Class::Permanent);
    assert_eq!(class("INACTIVE_SENDER", Value::Null), Class::Auth);
    assert_eq!(class("ATTACHMENT_REJECTED", json!("a channel code")), Class::Permanent);
    assert_eq!(class("MEDIA_TYPE_UNDETERMINED", json!("999999")), Class::Permanent);
    assert_eq!(class("UNSPECIFIED_SUB_CODE", json!("999999")), Class::Retry);
}

#[test]
fn every_http_status_has_its_class_and_those_of_a_wrong_setting_a_hint() {
    let refused = |status: u16| {
        let body = json!({ "error": { "code": status, "message": "No.", "status": "WORD", "details": [] } });
        match Sinch.outcome(&answer(status, &body)) {
            Outcome::Refused(fault) => fault,
            other => panic!("{other:?}"),
        }
    };
    let classes = [
        (302, Class::Permanent),
        (400, Class::Permanent),
        (401, Class::Auth),
        (403, Class::Auth),
        (404, Class::Permanent),
        (429, Class::Throttle),
        (500, Class::Retry),
        (501, Class::Retry),
        (502, Class::Retry),
        (503, Class::Retry),
    ];
    for (status, expected) in classes {
        let fault = refused(status);
        assert_eq!((fault.class, fault.code.as_str()), (expected, "WORD"), "{status}");
        assert_eq!(fault.reason.len() > "No.".len(), [401, 403, 404].contains(&status), "{}", fault.reason);
    }
    assert!(refused(404).reason.contains("region"));
}

#[test]
fn an_answer_is_taken_by_its_id_and_unknown_without_one() {
    let outcome = |status: u16, body: Value| Sinch.outcome(&answer(status, &body));
    let taken = |id: &str| Outcome::Accepted { id: id.to_owned(), address: None };
    assert_eq!(outcome(200, json!({ "message_id": "01HOUT", "accepted_time": "x" })), taken("01HOUT"));
    assert_eq!(outcome(201, json!({ "event_id": "01HEVENT" })), taken("01HEVENT"));
    for body in [json!({}), json!("<html>"), json!({ "message_id": "" }), json!(null)] {
        assert!(matches!(outcome(200, body), Outcome::Unknown { .. }));
    }
    assert!(matches!(outcome(200, json!({ "error": { "message": "No" } })), Outcome::Refused(_)));
    assert!(matches!(outcome(500, json!("<html>")), Outcome::Refused(fault) if fault.class == Class::Retry));
}

#[test]
fn a_pause_that_sinch_asks_for_is_kept() {
    let pause = Some(Duration::from_secs(7));
    let answer = Answer { retry_after: pause, ..answer(429, &json!({})) };
    assert!(matches!(Sinch.outcome(&answer), Outcome::Refused(fault) if fault.retry_after == pause));
}
