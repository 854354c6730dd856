//! What answers and codes mean: every code of the reference, and what decides where there is none.

use desk::channels::twilio::{Twilio, fault_of};
use desk::channels::{Answer, Class, Outcome, Provider};
use serde_json::{Value, json};

use super::rich::answer;

/// The table of the reference, class by class.
const CLASSES: &[(Class, &[i64])] = &[
    (Class::Window, &[63_016]),
    (Class::Throttle, &[63_017, 20_429, 14_107, 30_001, 21_611]),
    (
        Class::Auth,
        &[
            63_001, 63_002, 63_007, 63_008, 63_020, 63_022, 63_112, 21_212, 21_606, 21_703, 21_704, 30_002,
            20_005, 20_003, 20_006,
        ],
    ),
    (
        Class::Retry,
        &[
            63_018, 63_009, 63_010, 63_011, 63_012, 63_023, 30_008, 63_019, 63_037, 63_025, 30_003, 20_500,
            20_503,
        ],
    ),
    (
        Class::Permanent,
        &[
            63_003, 63_024, 63_032, 63_033, 63_014, 63_049, 63_005, 63_006, 63_013, 63_021, 63_026, 63_030,
            63_015, 63_034, 11_751, 63_027, 63_028, 63_029, 63_040, 63_041, 63_042, 63_031, 63_038, 21_211,
            21_614, 21_421, 21_612, 21_408, 21_610, 21_617, 21_619, 21_654, 21_655, 21_656, 21_620, 21_623,
            30_004, 30_005, 30_006, 30_007, 20_404, 11_200, 11_205, 11_210, 11_237, 12_300, 57_012,
        ],
    ),
];

#[test]
fn every_code_of_the_reference_has_its_class_and_its_words() {
    for (class, codes) in CLASSES {
        for code in *codes {
            let fault = fault_of(Some(*code), None, None);
            assert_eq!(fault.class, *class, "{code}");
            assert_eq!(fault.code, code.to_string());
            assert_ne!(fault.reason, "Twilio gave no reason", "{code} has words of its own");
        }
    }
    assert_eq!(CLASSES.iter().map(|(_, codes)| codes.len()).sum::<usize>(), 81);
}

#[test]
fn twilios_own_words_come_before_ours() {
    assert_eq!(fault_of(Some(63_016), Some("Outside."), None).reason, "Outside.");
    assert!(fault_of(Some(63_016), Some("  "), None).reason.contains("24 hours"));
}

fn outcome(status: u16, body: Value) -> Outcome {
    Twilio.outcome(&answer(status, body))
}

fn class(outcome: Outcome) -> Class {
    match outcome {
        Outcome::Refused(fault) => fault.class,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_message_with_an_id_is_taken_and_one_with_an_error_is_not() {
    let taken = outcome(201, json!({ "sid": "SM1", "status": "queued", "error_code": null }));
    assert_eq!(taken, Outcome::Accepted { id: "SM1".to_owned(), address: None });
    let refused = outcome(201, json!({ "sid": "SM1", "status": "failed", "error_code": 63016 }));
    assert_eq!(class(refused), Class::Window);
    assert_eq!(
        outcome(200, json!({ "success": true })),
        Outcome::Accepted { id: String::new(), address: None }
    );
}

#[test]
fn what_may_have_been_sent_is_not_sent_again() {
    let unknown = |outcome| matches!(outcome, Outcome::Unknown { .. });
    assert!(unknown(outcome(200, json!({}))));
    assert!(unknown(outcome(200, json!({ "success": false }))));
    let page = Answer { status: 200, retry_after: None, body: "<html>Hello</html>".into() };
    assert!(unknown(Twilio.outcome(&page)));
    for (status, code) in [(500, 20_500), (503, 20_503), (502, 0), (504, 99_999)] {
        assert!(unknown(outcome(status, json!({ "code": code }))), "{status} {code}");
    }
    assert!(unknown(outcome(502, Value::Null)));
    assert_eq!(class(outcome(500, json!({ "code": 21_211 }))), Class::Permanent, "a clear word");
}

#[test]
fn a_call_that_came_too_fast_may_be_made_again() {
    let wait = Some(std::time::Duration::from_secs(7));
    let body = json!({ "code": 20429, "message": "Too Many Requests" }).to_string();
    let told = Twilio.outcome(&Answer { status: 429, retry_after: wait, body: body.into_bytes().into() });
    let Outcome::Refused(fault) = told else { panic!("{told:?}") };
    assert_eq!((fault.class, fault.retry_after), (Class::Throttle, wait));
    assert_eq!(class(outcome(429, Value::Null)), Class::Throttle);
    assert_eq!(class(outcome(401, Value::Null)), Class::Auth);
    assert_eq!(class(outcome(404, Value::Null)), Class::Permanent);
    assert_eq!(class(outcome(302, Value::Null)), Class::Permanent);
}
