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
    (find(key).unwrap().test)(&Compared { found, before, wanted, pattern: pattern.as_ref(), now })
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
            let compared = Compared { found: &found, before: &wanted, wanted: &wanted, pattern: pattern.as_ref(), now: Time(0) };
            drop((operator.test)(&compared));
        }
    }
}
