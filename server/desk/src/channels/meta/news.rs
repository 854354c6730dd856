//! What the desk does about news: templates that stand elsewhere, numbers that do better or worse, accounts that may
//! not send any more.

use contract::template::TemplateCategory;
use serde_json::Value;

use super::templates::status;
use crate::channels::News;
use crate::channels::json::{filled, list};

/// Messages a second after an upgrade of a number's throughput.
const UPGRADED: u32 = 1_000;

/// What news of a field asks the desk to do.
pub(super) fn of(field: &str, value: &Value) -> Option<News> {
    match field {
        "message_template_status_update" => Some(of_status(value)),
        "message_template_quality_update" => Some(template(value, |news| {
            news.quality = filled(value, "new_quality_score");
        })),
        "template_category_update" => Some(template(value, |news| {
            news.category = category(value, "new_category");
        })),
        // It holds other words now: the list has them.
        "message_template_components_update" => Some(template(value, |_| {})),
        "phone_number_quality_update" => Some(of_number(value)),
        "account_update" => of_account(value),
        _ => None,
    }
}

/// What has changed of a template.
#[derive(Default)]
struct Changed {
    status: Option<contract::template::TemplateStatus>,
    category: Option<TemplateCategory>,
    quality: Option<String>,
    reason: Option<String>,
}

fn template(value: &Value, change: impl FnOnce(&mut Changed)) -> News {
    let mut changed = Changed::default();
    change(&mut changed);
    News::Template {
        name: filled(value, "message_template_name"),
        language: filled(value, "message_template_language"),
        status: changed.status,
        category: changed.category,
        quality: changed.quality,
        reason: changed.reason,
    }
}

fn category(value: &Value, key: &str) -> Option<TemplateCategory> {
    filled(value, key).and_then(|word| TemplateCategory::parse(&word))
}

/// `FLAGGED` is a warning and `UNARCHIVED` says not where it stands: neither moves it by itself.
fn of_status(value: &Value) -> News {
    template(value, |news| {
        let event = filled(value, "event").unwrap_or_default();
        if !["FLAGGED", "UNARCHIVED", ""].contains(&event.as_str()) {
            news.status = Some(status(&event));
        }
        news.category = category(value, "message_template_category");
        news.reason = why(value, &event);
    })
}

/// Why a template stands where it does: the most telling words that are there.
fn why(value: &Value, event: &str) -> Option<String> {
    let of = |object: &str, key: &str| value.get(object).and_then(|object| filled(object, key));
    let rejected =
        of("rejection_info", "reason").map(|reason| match of("rejection_info", "recommendation") {
            Some(advice) => format!("{reason} {advice}"),
            None => reason,
        });
    let disabled =
        of("disable_info", "disable_date").map(|date| format!("{event}: to be disabled on {date}"));
    let word = || filled(value, "reason").filter(|word| word != "NONE");
    rejected.or_else(|| of("other_info", "description")).or(disabled).or_else(word)
}

/// `FLAGGED` means that customers rate the number low, `UNFLAGGED` that they no longer do.
fn of_number(value: &Value) -> News {
    let event = filled(value, "event").unwrap_or_default();
    News::Health {
        rate: (event == "THROUGHPUT_UPGRADE").then_some(UPGRADED),
        messaging_limit: filled(value, "current_limit"),
        quality: ["FLAGGED", "UNFLAGGED"].contains(&event.as_str()).then_some(event),
    }
}

fn of_account(value: &Value) -> Option<News> {
    let event = filled(value, "event")?;
    match event.as_str() {
        "DISABLED_UPDATE" => of_ban(value.get("ban_info")?),
        "ACCOUNT_RESTRICTION" => of_restriction(list(value, "restriction_info")),
        "ACCOUNT_DELETED" => Some(News::Stopped("The WhatsApp Business account was deleted.".to_owned())),
        "ACCOUNT_OFFBOARDED" => Some(News::Stopped(
            "The number was taken out of the WhatsApp Business platform, in the phone's app.".to_owned(),
        )),
        "ACCOUNT_RECONNECTED" => Some(News::Resumed),
        _ => None,
    }
}

/// `SCHEDULE_FOR_DISABLE` is a warning with a date.
fn of_ban(ban: &Value) -> Option<News> {
    match filled(ban, "waba_ban_state")?.as_str() {
        "DISABLE" => {
            let since = filled(ban, "waba_ban_date").map(|date| format!(" on {date}")).unwrap_or_default();
            Some(News::Stopped(format!("Meta has disabled the WhatsApp Business account{since}.")))
        }
        "REINSTATE" => Some(News::Resumed),
        _ => None,
    }
}

/// Where answers to customers are restricted, nothing goes any more. Where only writing first is, answers still go,
/// and the limit says so.
fn of_restriction(restrictions: &[Value]) -> Option<News> {
    let kinds: Vec<_> = restrictions.iter().filter_map(|one| filled(one, "restriction_type")).collect();
    let named = |word: &str| kinds.iter().find(|kind| kind.contains(word));
    if named("CUSTOMER_INITIATED_MESSAGING").is_some() {
        return Some(News::Stopped(
            "Meta restricts the account: it may not answer customers for now.".to_owned(),
        ));
    }
    named("BIZ_INITIATED_MESSAGING").map(|kind| News::Health {
        quality: None,
        messaging_limit: Some(kind.clone()),
        rate: None,
    })
}
