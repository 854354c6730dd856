//! What Infobip's numbers mean: errors, statuses and the groups of statuses.

use serde_json::Value;

use crate::channels::Class;
use crate::channels::json::{filled, integer};

/// The same id of a message once more, as an error.
pub(super) const DUPLICATE: i64 = 7_280;
/// The same, as a status.
pub(super) const DUPLICATE_STATUS: i64 = 23;

/// Every error that is known, in order, with what to do about it. Infobip says of each whether it is permanent;
/// the table goes before that, for 7080 and 7082 pass although they claim not to, and 7010 is the customer's window.
const CODES: &[(i64, Class)] = &[
    (502, Class::Retry),
    (2_048, Class::Retry),
    (4_098, Class::Permanent),
    (4_100, Class::Permanent),
    (4_101, Class::Permanent),
    // Twenty messages, or six of the same words, an hour: what can be done, `advice` says.
    (4_103, Class::Permanent),
    (4_104, Class::Permanent),
    (7_001, Class::Auth),
    (7_002, Class::Permanent),
    (7_003, Class::Permanent),
    (7_004, Class::Auth),
    (7_005, Class::Auth),
    (7_006, Class::Permanent),
    (7_007, Class::Permanent),
    (7_008, Class::Permanent),
    (7_009, Class::Permanent),
    (7_010, Class::Window),
    (7_011, Class::Auth),
    (7_012, Class::Retry),
    (7_013, Class::Retry),
    (7_014, Class::Retry),
    (7_015, Class::Permanent),
    (7_016, Class::Throttle),
    (7_017, Class::Throttle),
    (7_018, Class::Permanent),
    (7_019, Class::Auth),
    (7_020, Class::Permanent),
    (7_021, Class::Permanent),
    (7_022, Class::Permanent),
    (7_023, Class::Permanent),
    (7_024, Class::Retry),
    (7_025, Class::Permanent),
    (7_026, Class::Permanent),
    (7_027, Class::Permanent),
    (7_029, Class::Permanent),
    (7_030, Class::Permanent),
    (7_031, Class::Permanent),
    (7_032, Class::Permanent),
    (7_033, Class::Permanent),
    (7_034, Class::Auth),
    // A request to call the customer, which the desk never sends: nothing to try again.
    (7_035, Class::Permanent),
    (7_036, Class::Retry),
    (7_037, Class::Retry),
    (7_038, Class::Auth),
    (7_050, Class::Retry),
    (7_051, Class::Retry),
    (7_052, Class::Permanent),
    (7_080, Class::Retry),
    (7_081, Class::Auth),
    (7_082, Class::Retry),
    (7_083, Class::Auth),
    (7_084, Class::Auth),
    (7_102, Class::Permanent),
    (7_201, Class::Permanent),
    // Counted as sent before this is asked: see [`super::fault::is_duplicate`].
    (DUPLICATE, Class::Permanent),
    (7_281, Class::Permanent),
];

/// How far a message is, in Infobip's words for groups of statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// On its way.
    Taken,
    /// On the phone.
    Delivered,
    /// It will not arrive.
    Failed,
}

/// Every status that is known, in order, with its group and, where it says that a message has failed without an
/// error beside it, what to do: money that is spent stops the number, an error of theirs passes.
const STATUSES: &[(i64, Group, Class)] = &[
    (OPERATOR, Group::Taken, Class::Permanent),
    (3, Group::Taken, Class::Permanent),
    (4, Group::Failed, Class::Permanent),
    (5, Group::Delivered, Class::Permanent),
    (6, Group::Failed, Class::Permanent),
    (7, Group::Taken, Class::Permanent),
    (8, Group::Failed, Class::Permanent),
    (9, Group::Failed, Class::Permanent),
    (10, Group::Failed, Class::Permanent),
    (11, Group::Failed, Class::Permanent),
    (12, Group::Failed, Class::Auth),
    (13, Group::Failed, Class::Permanent),
    (14, Group::Failed, Class::Permanent),
    (15, Group::Failed, Class::Permanent),
    (17, Group::Failed, Class::Auth),
    (18, Group::Failed, Class::Permanent),
    (19, Group::Failed, Class::Permanent),
    (20, Group::Failed, Class::Permanent),
    (21, Group::Failed, Class::Retry),
    (DUPLICATE_STATUS, Group::Failed, Class::Permanent),
    (24, Group::Failed, Class::Permanent),
    (25, Group::Failed, Class::Permanent),
    (26, Group::Taken, Class::Permanent),
    (29, Group::Failed, Class::Permanent),
    (31, Group::Failed, Class::Permanent),
    (51, Group::Failed, Class::Permanent),
    (52, Group::Failed, Class::Permanent),
    (87, Group::Failed, Class::Permanent),
    (99, Group::Failed, Class::Permanent),
    (100, Group::Failed, Class::Permanent),
];

/// Delivered to a network only: the phone does not have it yet.
const OPERATOR: i64 = 2;

/// The group: by its name, which is stable, else by its number, else by the status itself.
pub(super) fn group(status: &Value) -> Option<Group> {
    let (id, name) = (status.get("id").and_then(integer), filled(status, "name"));
    if id == Some(OPERATOR) || name.as_deref() == Some("DELIVERED_TO_OPERATOR") {
        return Some(Group::Taken);
    }
    let words = [filled(status, "groupName"), name];
    let named = words.iter().flatten().find_map(|word| group_of(word.split('_').next().unwrap_or_default()));
    named.or_else(|| match status.get("groupId").and_then(integer) {
        Some(0 | 1) => Some(Group::Taken),
        Some(3) => Some(Group::Delivered),
        Some(2 | 4 | 5) => Some(Group::Failed),
        _ => known_status(id?).map(|(group, _)| group),
    })
}

fn group_of(word: &str) -> Option<Group> {
    match word.to_ascii_uppercase().as_str() {
        "ACCEPTED" | "OK" | "PENDING" => Some(Group::Taken),
        "DELIVERED" => Some(Group::Delivered),
        "UNDELIVERABLE" | "EXPIRED" | "REJECTED" => Some(Group::Failed),
        _ => None,
    }
}

/// The group and the class of a status.
pub(super) fn known_status(id: i64) -> Option<(Group, Class)> {
    let at = STATUSES.binary_search_by_key(&id, |(id, ..)| *id).ok()?;
    Some((STATUSES[at].1, STATUSES[at].2))
}

/// What to do about an error.
pub(super) fn known_code(code: i64) -> Option<Class> {
    let at = CODES.binary_search_by_key(&code, |(code, _)| *code).ok()?;
    Some(CODES[at].1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_tables_are_in_order_and_name_no_number_twice() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(STATUSES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_status_is_known_by_any_of_its_words() {
        for (id, expected, _) in STATUSES {
            assert_eq!(group(&json!({ "id": id })), Some(*expected), "{id}");
        }
        assert_eq!(group(&json!({ "groupName": "DELIVERED" })), Some(Group::Delivered));
        assert_eq!(group(&json!({ "groupId": 3 })), Some(Group::Delivered));
        assert_eq!(group(&json!({ "groupId": "3", "id": "5" })), Some(Group::Delivered));
        assert_eq!(group(&json!({ "groupId": 3, "id": 2 })), Some(Group::Taken));
        assert_eq!(group(&json!({ "name": "DELIVERED_TO_OPERATOR" })), Some(Group::Taken));
        assert_eq!(group(&json!({ "name": "REJECTED_OF_LATER" })), Some(Group::Failed));
        assert_eq!(group(&json!({ "groupName": "OK", "groupId": 0 })), Some(Group::Taken));
        for unknown in
            [json!({}), json!(null), json!("DELIVERED"), json!({ "id": 4_000 }), json!({ "groupId": 9 })]
        {
            assert_eq!(group(&unknown), None, "{unknown}");
        }
    }
}
