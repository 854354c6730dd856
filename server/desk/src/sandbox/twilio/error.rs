//! Errors, in Twilio's words and shape.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use contract::template::TemplateStatus;
use serde_json::json;

use crate::sandbox::failure::{Failure, Trouble, Unfit};
use crate::sandbox::field::Wrong;
use crate::sandbox::refusal::{self, Words};

pub(super) type Refusal = refusal::Refusal<TwilioError>;
pub(super) type Result<T> = std::result::Result<T, Refusal>;

/// A refusal of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TwilioError {
    pub code: u32,
    pub message: String,
}

impl TwilioError {
    pub(super) fn new(code: u32, message: impl Into<String>) -> TwilioError {
        TwilioError { code, message: message.into() }
    }

    pub(super) fn unauthorised() -> TwilioError {
        TwilioError::new(20003, "Authenticate")
    }

    pub(super) fn missing(path: &str) -> TwilioError {
        TwilioError::new(20404, format!("The requested resource {path} was not found"))
    }
}

impl Words for TwilioError {
    fn of(trouble: &Trouble) -> TwilioError {
        let on_purpose = "The sandbox was told to refuse this.";
        match trouble {
            Trouble::Throttled => TwilioError::new(20429, "Too Many Requests"),
            Trouble::OnPurpose(0) => TwilioError::new(63010, on_purpose),
            Trouble::OnPurpose(code) => TwilioError::new(*code, on_purpose),
            Trouble::ToItself => TwilioError::new(63031, "Channel message cannot have same From and To"),
            Trouble::NoSuchMessage | Trouble::NoSuchFile => TwilioError::missing("of this message"),
            Trouble::SameId | Trouble::Broken | Trouble::Store(_) => TwilioError::unavailable(),
        }
    }

    fn wrong(wrong: Wrong) -> TwilioError {
        match wrong {
            Wrong::Missing(path) => TwilioError::new(20001, format!("Missing required parameter {path}")),
            Wrong::Value(path, must) => TwilioError::new(20001, format!("Parameter {path} {must}")),
        }
    }

    fn unavailable() -> TwilioError {
        TwilioError::new(20503, "Service Unavailable")
    }

    fn answer(self) -> Response {
        let status = match self.code {
            20003 => StatusCode::UNAUTHORIZED,
            20404 => StatusCode::NOT_FOUND,
            14107 | 20429 => StatusCode::TOO_MANY_REQUESTS,
            20500 => StatusCode::INTERNAL_SERVER_ERROR,
            20503 => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": status.as_u16(),
        });
        (status, Json(body)).into_response()
    }
}

/// Why something does not arrive: the word of the status, Twilio's code and what it says.
pub(super) fn told(failure: &Failure) -> (&'static str, u32, &'static str) {
    match failure {
        Failure::Unreachable => ("undelivered", 63024, "Invalid message recipient"),
        Failure::Window => (
            "failed",
            63016,
            "Failed to send freeform message because you are outside the allowed window. If you are using \
             WhatsApp, please use a Message Template.",
        ),
        Failure::File(_) => ("failed", 63019, "Media failed to download"),
        Failure::Template(Unfit::Unknown) => {
            ("failed", 63027, "Template does not exist for a language and locale")
        }
        Failure::Template(Unfit::Variables(_)) => (
            "failed",
            63028,
            "Number of parameters provided does not match the expected number of parameters",
        ),
        Failure::Template(Unfit::Status(TemplateStatus::Paused)) => ("failed", 63041, "Template paused"),
        Failure::Template(Unfit::Status(TemplateStatus::Disabled)) => ("failed", 63042, "Template disabled"),
        Failure::Template(Unfit::Status(_)) => ("failed", 63040, "Template rejected"),
    }
}
