//! Operators, one by one.

use contract::Time;
use contract::rules::{Kind, Takes, Value};
use proptest::prelude::*;

use super::*;

fn ask(key: &str, (found, before): (&Value, &Value), wanted: &Value) -> Result<bool, String> {
    let pattern = match wanted {
        Value::Text(text) if find(key).unwrap().takes == Takes::Pattern => Some(compile(text).unwrap()),
        _ => None,
    };
    let now = Time(100_000);
    (find(key).unwrap().test)(&Compared {
        found,
        before,
        wanted,
        pattern: pattern.as_ref(),
        now,
        worked: None,
    })
}

fn is(key: &str, found: &Value, wanted: &Value) -> bool {
    ask(key, (found, &Value::Nothing), wanted).unwrap()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn texts(texts: &[&str]) -> Value {
    Value::Texts(texts.iter().map(|text| (*text).to_owned()).collect())
}

#[test]
fn text_is_compared_as_people_mean_it() {
    let said = text("  I want my MONEY back ");
    assert!(is("equals", &said, &text("i want my money back")));
    assert!(
        is("contains", &said, &texts(&["refund", "money"])) && !is("contains", &said, &texts(&["refund"]))
    );
    assert!(is("starts_with", &said, &text("i want")) && !is("starts_with", &said, &text("want")));
    assert!(is("matches", &said, &text(r"^\s*i want\b.*\bback\s*$")));
    assert!(is("in", &said, &texts(&["hello", "I want my money back"])));
    assert!(is("not_in", &said, &texts(&["hello"])));
    assert!(!is("contains", &said, &text("")), "nothing is in everything, which nobody means");
    assert!(
        is("contains", &texts(&["vip", "Gold"]), &text("gold"))
            && !is("contains", &texts(&["vipers"]), &text("vip"))
    );
}

#[test]
fn a_moment_is_so_long_ago() {
    for (ago, within) in [(-5, true), (0, true), (60, true), (61, false)] {
        let at = Value::Number(100_000 - ago * 1000);
        assert_eq!(is("within_last", &at, &Value::Number(60)), within, "{ago}");
        assert_eq!(is("older_than", &at, &Value::Number(60)), !within, "{ago}");
    }
}

#[test]
fn a_moment_is_so_long_ago_in_working_time() {
    let at = Value::Number(100_000 - 60 * 1000);
    let ask = |key: &str, worked: Option<i64>, seconds: i64| {
        let (wanted, before) = (Value::Number(seconds), Value::Nothing);
        let compared = Compared {
            found: &at,
            before: &before,
            wanted: &wanted,
            pattern: None,
            now: Time(100_000),
            worked,
        };
        (find(key).unwrap().test)(&compared).unwrap()
    };
    // A minute has passed, of which people have worked ten seconds.
    assert!(ask("older_than_working", Some(10), 9) && !ask("older_than_working", Some(10), 10));
    assert!(ask("within_last_working", Some(10), 10) && !ask("within_last_working", Some(10), 9));
    assert!(ask("older_than_working", None, 59) && !ask("older_than_working", None, 60), "it is always open");
}

#[test]
fn what_something_was_before_is_asked() {
    let (was, is_now) = (text("waiting"), text("assigned"));
    let changed = |key: &str, wanted: &Value| ask(key, (&is_now, &was), wanted).unwrap();
    assert!(changed("changed", &Value::Nothing));
    assert!(changed("changed_from", &was) && !changed("changed_from", &is_now));
    assert!(changed("changed_to", &is_now) && !changed("changed_to", &was));
    assert!(!ask("changed_to", (&is_now, &is_now), &is_now).unwrap(), "it is so, and was so before");
    assert!(!ask("changed", (&Value::Nothing, &texts(&[])), &Value::Nothing).unwrap(), "nothing is nothing");
}

#[test]
fn a_pattern_is_bounded() {
    assert!(compile(&"a".repeat(LONGEST_PATTERN + 1)).unwrap_err().contains("longer"));
    assert!(compile("((((a{100}){100}){100}){100})").unwrap_err().contains("large"));
    assert!(compile("(").unwrap_err().contains("unclosed"));
    // What takes others for ever is matched at once.
    let evil = compile("^(a+)+$").unwrap();
    assert!(!evil.is_match(&format!("{}b", "a".repeat(100_000))));
}

#[test]
fn what_is_not_known_equals_nothing() {
    for operator in all() {
        let wanted = match operator.takes {
            Takes::Nothing => Value::Nothing,
            Takes::One | Takes::Many if operator.kinds == [Kind::Number] => Value::Number(1),
            Takes::Seconds => Value::Number(1),
            Takes::Two => Value::Numbers(vec![1, 2]),
            Takes::One | Takes::Many | Takes::Pattern => text("x"),
        };
        let holds = ask(operator.key, (&Value::Nothing, &Value::Nothing), &wanted).unwrap();
        assert_eq!(holds, operator.key.starts_with("not_"), "{}", operator.key);
    }
}

proptest! {
    #[test]
    fn an_operator_and_its_opposite_never_agree(found in "[a-c ]{0,4}", wanted in "[a-c ]{1,3}") {
        for (one, other) in [("equals", "not_equals"), ("in", "not_in"), ("contains", "not_contains"), ("set", "not_set")] {
            let (found, wanted) = (text(&found), text(&wanted));
            prop_assert_ne!(is(one, &found, &wanted), is(other, &found, &wanted), "{}", one);
        }
    }

    #[test]
    fn a_number_is_less_equal_or_more(found: i64, wanted: i64) {
        let (found, wanted) = (Value::Number(found), Value::Number(wanted));
        let held = ["less", "equals", "greater"].into_iter().filter(|key| is(key, &found, &wanted)).count();
        prop_assert_eq!(held, 1);
    }

    #[test]
    fn a_moment_is_within_a_span_or_older(ago in -100..100_i64, span in 1..100_i64, share in 0..=100_i64) {
        let at = Value::Number(100_000_000 - ago * 1000);
        let (wanted, before) = (Value::Number(span), Value::Nothing);
        let worked = Some(ago.max(0) * share / 100);
        let compared =
            Compared { found: &at, before: &before, wanted: &wanted, pattern: None, now: Time(100_000_000), worked };
        let ask = |key: &str| (find(key).unwrap().test)(&compared).unwrap();
        prop_assert_ne!(ask("within_last"), ask("older_than"));
        prop_assert_ne!(ask("within_last_working"), ask("older_than_working"));
        // Working time is never longer than time.
        prop_assert!(!ask("older_than_working") || ask("older_than"));
    }

    #[test]
    fn what_has_changed_was_something_else(found in "[a-b]?", before in "[a-b]?", wanted in "[a-b]") {
        let value = |said: &str| if said.is_empty() { Value::Nothing } else { text(said) };
        let (found, before, wanted) = (value(&found), value(&before), value(&wanted));
        let ask = |key: &str| ask(key, (&found, &before), &wanted).unwrap();
        prop_assert_eq!(ask("changed"), found != before);
        prop_assert_eq!(ask("changed_to"), found != before && found == wanted);
        prop_assert_eq!(ask("changed_from"), found != before && before == wanted);
    }

    #[test]
    fn both_ends_are_between(from in -50..50_i64, length in 0..50_i64, found in -100..100_i64) {
        let ends = Value::Numbers(vec![from, from + length]);
        prop_assert_eq!(is("between", &Value::Number(found), &ends), found >= from && found <= from + length);
        prop_assert!(is("between", &Value::Number(from), &ends) && is("between", &Value::Number(from + length), &ends));
    }

    #[test]
    fn a_text_of_another_kind_is_no_panic(found in any::<i64>(), wanted in ".{0,20}") {
        for operator in all() {
            let pattern = compile(&wanted).ok();
            let (found, wanted) = (Value::Number(found), text(&wanted));
            let compared = Compared { found: &found, before: &wanted, wanted: &wanted, pattern: pattern.as_ref(), now: Time(0), worked: Some(1) };
            drop((operator.test)(&compared));
        }
    }
}
