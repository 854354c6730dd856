//! Errors, in Braze's words and shape.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::failure::Trouble;
use crate::sandbox::field::Wrong;
use crate::sandbox::refusal::{self, Words};

pub(super) type Refusal = refusal::Refusal<BrazeError>;
pub(super) type Result<T> = std::result::Result<T, Refusal>;

/// A refusal of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BrazeError {
    pub code: u16,
    pub message: String,
}

impl BrazeError {
    pub(super) fn new(code: u16, message: impl Into<String>) -> BrazeError {
        BrazeError { code, message: message.into() }
    }

    pub(super) fn invalid(message: impl Into<String>) -> BrazeError {
        BrazeError::new(400, message)
    }
}

impl From<Wrong> for BrazeError {
    fn from(wrong: Wrong) -> BrazeError {
        match wrong {
            Wrong::Missing(path) => BrazeError::invalid(format!("The {path} parameter is missing.")),
            Wrong::Value(path, must) => BrazeError::invalid(format!("The {path} parameter {must}.")),
        }
    }
}

impl Words for BrazeError {
    fn of(trouble: &Trouble) -> BrazeError {
        match trouble {
            Trouble::Throttled => BrazeError::new(429, "Rate limited"),
            Trouble::OnPurpose(code) => {
                let code = u16::try_from(*code).ok().filter(|code| (400..600).contains(code));
                BrazeError::new(code.unwrap_or(500), "The sandbox was told to refuse this.")
            }
            Trouble::ToItself | Trouble::NoSuchMessage | Trouble::NoSuchFile | Trouble::SameId => {
                BrazeError::invalid("The message is not valid.")
            }
            Trouble::Broken | Trouble::Store(_) => BrazeError::unavailable(),
        }
    }

    fn wrong(wrong: Wrong) -> BrazeError {
        wrong.into()
    }

    fn unavailable() -> BrazeError {
        BrazeError::new(503, "Service Unavailable")
    }

    fn answer(self) -> Response {
        let left = if self.code == 429 { "0" } else { "249999" };
        answer(self.code, left, &json!({ "message": self.message }))
    }
}

/// How many seconds a throttle lasts here; at Braze it is up to an hour, and nobody who tries it out waits so long.
const THROTTLED_S: i64 = 2;

/// An answer with what is left of the rate, which is counted anew every hour.
pub(super) fn answer(code: u16, left: &'static str, body: &Value) -> Response {
    let now = Timestamp::now().as_second();
    let reset = if code == 429 { now + THROTTLED_S } else { now / 3600 * 3600 + 3600 };
    let headers = [
        ("x-ratelimit-limit", "250000".to_owned()),
        ("x-ratelimit-remaining", left.to_owned()),
        ("x-ratelimit-reset", reset.to_string()),
    ];
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, headers, Json(body)).into_response()
}
