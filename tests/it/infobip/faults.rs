//! What answers and reports mean, and what to do about each.

use std::time::Duration;

use desk::channels::infobip::{Infobip, fault_of};
use desk::channels::{Answer, Class, Item, Outcome, Provider, Status, StatusWord};
use serde_json::{Value, json};

use super::answer;
use crate::protocol::parse;

/// Every error of the reference's table, with its class there (channels reference, errors).
const ERRORS: &[(&[i64], Class)] = &[
    (&[7001, 7004, 7005, 7011, 7019, 7034, 7038, 7081, 7083, 7084], Class::Auth),
    (&[7002, 7003, 7006, 7007, 7008, 7009, 7015, 7018, 7020, 7021, 7022, 7023, 7025], Class::Permanent),
    (&[7026, 7027, 7029, 7030, 7031, 7032, 7033, 7052, 7102, 7201, 7281], Class::Permanent),
    (&[4098, 4100, 4101, 4103, 4104], Class::Permanent),
    (&[7010], Class::Window),
    (&[7012, 7013, 7014, 7024, 7036, 7037, 7050, 7051, 7080, 7082, 2048, 502], Class::Retry),
    (&[7016, 7017], Class::Throttle),
];

#[test]
fn every_error_has_its_class_whatever_it_says_of_itself() {
    for (ids, class) in ERRORS {
        for id in *ids {
            for permanent in [json!(true), json!(false), json!(null)] {
                let fault = fault_of(&json!({ "id": id, "name": "EC_X", "permanent": permanent }));
                assert_eq!((fault.class, fault.code), (*class, id.to_string()), "{id}");
            }
        }
    }
    assert_eq!(fault_of(&json!({ "id": 7999, "permanent": true })).class, Class::Permanent);
    assert_eq!(fault_of(&json!({ "id": 7999, "permanent": false })).class, Class::Retry);
    assert_eq!(fault_of(&json!(null)).class, Class::Permanent);
}

#[test]
fn a_reason_says_what_can_be_done_where_infobip_does_not() {
    let reason = |id: i64| fault_of(&json!({ "id": id, "description": "No." })).reason;
    assert!(reason(7029).starts_with("No. The customer's security code has changed"), "{}", reason(7029));
    assert!(reason(4103).contains("try again in an hour"));
    assert_eq!(reason(7002), "No.");
}

/// The one status of a report.
fn report(status: &Value, error: &Value) -> Option<Status> {
    let item = json!({ "messageId": "baton-1", "to": "385919998888", "status": status, "error": error });
    let items = parse(&Infobip, None, json!({ "results": [item] }).to_string().as_bytes()).unwrap();
    match items.into_iter().next().unwrap() {
        Item::Status(status) => Some(*status),
        Item::Ignored { reason, .. } => {
            assert_eq!(reason, "unknown_status");
            None
        }
        other => panic!("{other:?}"),
    }
}

fn word(status: &Value) -> Option<StatusWord> {
    report(status, &json!({ "id": 0, "name": "NO_ERROR" })).map(|status| status.word)
}

/// Every status of the reference: its group's number, its group's name, its own numbers and what it means.
const STATUSES: &[(i64, &str, &[i64], StatusWord)] = &[
    (1, "PENDING", &[3, 7, 26], StatusWord::Sent),
    (3, "DELIVERED", &[5], StatusWord::Delivered),
    (3, "DELIVERED", &[2], StatusWord::Sent),
    (2, "UNDELIVERABLE", &[4, 9, 31], StatusWord::Failed),
    (4, "EXPIRED", &[15, 29, 87], StatusWord::Failed),
    (
        5,
        "REJECTED",
        &[6, 8, 10, 11, 12, 13, 14, 17, 18, 19, 20, 21, 24, 25, 51, 52, 87, 99, 100],
        StatusWord::Failed,
    ),
];

#[test]
fn a_status_is_read_by_its_group_or_by_itself() {
    for (group, name, ids, expected) in STATUSES {
        for id in *ids {
            for status in [
                json!({ "groupId": group, "groupName": name, "id": id }),
                json!({ "groupId": group, "id": id }),
                json!({ "groupName": name, "id": id }),
                json!({ "groupId": group.to_string(), "id": id.to_string() }),
                json!({ "id": id }),
            ] {
                assert_eq!(word(&status), Some(*expected), "{status}");
            }
        }
    }
    assert_eq!(word(&json!({ "groupId": 0, "groupName": "ACCEPTED" })), Some(StatusWord::Sent));
    assert_eq!(word(&json!({ "groupName": "OK" })), Some(StatusWord::Sent));
    assert_eq!(word(&json!({ "groupId": 3 })), Some(StatusWord::Delivered));
    assert_eq!(word(&json!({ "name": "EXPIRED_SIGNALS_BLOCKED" })), Some(StatusWord::Failed));
    assert_eq!(word(&json!({ "groupName": "SEEN_FROM_SPACE", "groupId": 17 })), None);
}

#[test]
fn a_failure_without_an_error_goes_by_its_status() {
    let fault = |id: i64, name: &str| {
        let status = json!({ "groupId": 5, "id": id, "name": name, "description": "Rejected" });
        report(&status, &json!({ "id": 0, "name": "NO_ERROR" })).unwrap().fault.unwrap()
    };
    let credits = fault(12, "REJECTED_NOT_ENOUGH_CREDITS");
    assert_eq!((credits.class, credits.code.as_str()), (Class::Auth, "REJECTED_NOT_ENOUGH_CREDITS"));
    assert_eq!(fault(17, "REJECTED_PREPAID_PACKAGE_EXPIRED").class, Class::Auth);
    assert_eq!(fault(21, "REJECTED_SYSTEM_ERROR").class, Class::Retry);
    assert_eq!(fault(10, "REJECTED_DND").class, Class::Permanent);
    let bare = report(&json!({ "groupId": 5 }), &json!(null)).unwrap().fault.unwrap();
    assert_eq!((bare.class, bare.code.as_str()), (Class::Permanent, ""));
}

#[test]
fn what_infobip_had_before_counts_as_sent() {
    for (status, error) in [
        (json!({ "groupId": 5, "id": 23, "name": "REJECTED_DUPLICATE_MESSAGE_ID" }), json!(null)),
        (json!({ "groupId": 5, "name": "REJECTED_DUPLICATE_MESSAGE_ID" }), json!({ "id": 0 })),
        (json!({ "groupId": 5, "id": 6 }), json!({ "id": 7280, "permanent": true })),
        (json!({ "groupId": 5 }), json!({ "name": "EC_DUPLICATE_REQUEST" })),
    ] {
        let found = report(&status, &error).unwrap();
        assert_eq!((found.word, found.fault), (StatusWord::Sent, None), "{status} {error}");
        let body = json!({ "messageId": "baton-1", "to": "385919998888", "status": status, "error": error });
        let accepted =
            Outcome::Accepted { id: "baton-1".to_owned(), address: Some("385919998888".to_owned()) };
        assert_eq!(Infobip.outcome(&answer(200, &body)), accepted);
        let nameless = json!({ "status": status, "error": error });
        let accepted = Outcome::Accepted { id: String::new(), address: None };
        assert_eq!(Infobip.outcome(&answer(200, &nameless)), accepted);
    }
    for id in ["7280", "REJECTED_DUPLICATE_MESSAGE_ID", "EC_DUPLICATE_REQUEST"] {
        let body = json!({ "requestError": { "serviceException": { "messageId": id, "text": "Again" } } });
        assert!(matches!(Infobip.outcome(&answer(400, &body)), Outcome::Accepted { .. }), "{id}");
    }
}

#[test]
fn a_send_that_is_refused_at_once_is_refused() {
    let status =
        json!({ "groupId": 5, "groupName": "REJECTED", "id": 12, "name": "REJECTED_NOT_ENOUGH_CREDITS" });
    let message = json!({ "to": "385919998888", "messageId": "baton-1", "status": status });
    for body in [message.clone(), json!({ "messages": [message] })] {
        let Outcome::Refused(fault) = Infobip.outcome(&answer(200, &body)) else { panic!("{body}") };
        assert_eq!(fault.class, Class::Auth);
    }
}

fn refused(status: u16, body: &Value) -> (Class, String, String) {
    match Infobip.outcome(&answer(status, body)) {
        Outcome::Refused(fault) => (fault.class, fault.code, fault.reason),
        other => panic!("{status} {body}: {other:?}"),
    }
}

#[test]
fn every_answer_of_http_has_its_class() {
    let class = |status: u16| refused(status, &json!(null)).0;
    assert_eq!([400, 404, 302, 409].map(class), [Class::Permanent; 4]);
    assert_eq!([401, 403].map(class), [Class::Auth; 2]);
    assert_eq!(class(429), Class::Throttle);
    assert_eq!([500, 502, 503, 504].map(class), [Class::Retry; 4]);
    let (_, code, reason) = refused(503, &json!(null));
    assert_eq!((code.as_str(), reason.as_str()), ("503", "Infobip answered 503 and gave no reason"));
}

#[test]
fn a_refusal_is_read_in_each_of_its_shapes() {
    let classic =
        json!({ "requestError": { "serviceException": { "messageId": "NOT_FOUND", "text": "Gone" } } });
    assert_eq!(refused(404, &classic), (Class::Permanent, "NOT_FOUND".to_owned(), "Gone".to_owned()));
    let policy = json!({ "requestError": { "policyException": { "messageId": "FORBIDDEN", "text": "No" } } });
    assert_eq!(refused(403, &policy), (Class::Auth, "FORBIDDEN".to_owned(), "No".to_owned()));
    let newer =
        json!({ "errorCode": "E429", "description": "Too many.", "action": "Wait.", "violations": [] });
    assert_eq!(refused(429, &newer), (Class::Throttle, "E429".to_owned(), "Too many.".to_owned()));
    let reading = json!({ "error": "Message not found" });
    assert_eq!(refused(400, &reading), (Class::Permanent, "400".to_owned(), "Message not found".to_owned()));
    let numbered =
        json!({ "requestError": { "serviceException": { "messageId": "7010", "text": "No session" } } });
    assert_eq!(refused(400, &numbered).0, Class::Window);
    assert_eq!(refused(200, &newer).0, Class::Permanent, "an error in spite of 200");
    let taken = json!({ "messageId": "baton-1", "errorCode": 0, "error": "none" });
    assert!(
        matches!(Infobip.outcome(&answer(200, &taken)), Outcome::Accepted { .. }),
        "an id counts for more"
    );
    let page = Answer { status: 502, retry_after: None, body: "<html>Bad gateway</html>".into() };
    assert!(matches!(Infobip.outcome(&page), Outcome::Refused(fault) if fault.class == Class::Retry));
}

#[test]
fn a_pause_that_is_asked_for_is_kept() {
    let body = json!({ "requestError": { "serviceException": { "messageId": "TOO_MANY_REQUESTS" } } });
    let pause = Some(Duration::from_secs(7));
    let answer = Answer { status: 429, retry_after: pause, body: body.to_string().into() };
    let Outcome::Refused(fault) = Infobip.outcome(&answer) else { panic!("it is refused") };
    assert_eq!((fault.class, fault.retry_after), (Class::Throttle, pause));
}

#[test]
fn what_was_taken_without_an_id_may_have_been_sent_or_not() {
    for body in
        [json!(null), json!({}), json!({ "messages": [] }), json!({ "to": "385919998888" }), json!([1])]
    {
        assert!(matches!(Infobip.outcome(&answer(200, &body)), Outcome::Unknown { .. }), "{body}");
    }
    let page = Answer { status: 200, retry_after: None, body: "<html>".into() };
    assert!(matches!(Infobip.outcome(&page), Outcome::Unknown { .. }));
    let read = Outcome::Accepted { id: String::new(), address: None };
    assert_eq!(Infobip.outcome(&answer(204, &json!(null))), read, "a mark of reading has no answer");
}

#[test]
fn a_recipient_by_user_id_is_known_by_it() {
    let body = json!({ "to": "CO.1776622120445919", "messageId": "baton-1", "status": { "groupId": 1 } });
    let expected =
        Outcome::Accepted { id: "baton-1".to_owned(), address: Some("CO.1776622120445919".to_owned()) };
    assert_eq!(Infobip.outcome(&answer(200, &body)), expected);
}
