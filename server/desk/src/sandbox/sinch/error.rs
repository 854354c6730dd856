//! Errors, in Sinch's words and shape.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use contract::template::TemplateStatus;
use serde_json::{Value, json};

use crate::sandbox::failure::{Failure, Trouble, Unfit};
use crate::sandbox::field::Wrong;
use crate::sandbox::refusal::{self, Words};

pub(super) type Refusal = refusal::Refusal<SinchError>;
pub(super) type Result<T> = std::result::Result<T, Refusal>;

/// A refusal of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SinchError {
    pub code: u16,
    pub message: String,
}

impl SinchError {
    pub(super) fn new(code: u16, message: impl Into<String>) -> SinchError {
        SinchError { code, message: message.into() }
    }

    pub(super) fn invalid(message: impl Into<String>) -> SinchError {
        SinchError::new(400, message)
    }

    pub(super) fn unauthorised() -> SinchError {
        SinchError::new(401, "Request had invalid authentication credentials")
    }

    pub(super) fn missing(what: &str) -> SinchError {
        SinchError::new(404, format!("{what} not found"))
    }
}

impl Words for SinchError {
    fn of(trouble: &Trouble) -> SinchError {
        let on_purpose = "The sandbox was told to refuse this.";
        match trouble {
            Trouble::Throttled => SinchError::new(429, "rate limit"),
            Trouble::OnPurpose(code) => {
                let code = u16::try_from(*code).ok().filter(|code| (400..600).contains(code));
                SinchError::new(code.unwrap_or(500), on_purpose)
            }
            Trouble::ToItself => SinchError::invalid("Sender and recipient are the same"),
            Trouble::NoSuchMessage => SinchError::missing("message"),
            Trouble::NoSuchFile => SinchError::missing("media"),
            Trouble::SameId | Trouble::Broken | Trouble::Store(_) => SinchError::unavailable(),
        }
    }

    fn wrong(wrong: Wrong) -> SinchError {
        match wrong {
            Wrong::Missing(path) => SinchError::invalid(format!("{path} is required")),
            Wrong::Value(path, must) => SinchError::invalid(format!("{path} {must}")),
        }
    }

    fn unavailable() -> SinchError {
        SinchError::new(503, "The service is currently unavailable")
    }

    fn answer(self) -> Response {
        let status = match self.code {
            400 => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            _ => "INTERNAL",
        };
        let error = json!({ "code": self.code, "message": self.message, "status": status, "details": [] });
        let code = StatusCode::from_u16(self.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (code, Json(json!({ "error": error }))).into_response()
    }
}

/// Why something does not arrive, as a delivery report has it.
pub(super) fn reason(failure: &Failure) -> Value {
    let (code, channel, text) = match failure {
        Failure::Unreachable => ("RECIPIENT_NOT_REACHABLE", "131026", "Message Undeliverable.".to_owned()),
        Failure::Window => (
            "OUTSIDE_ALLOWED_SENDING_WINDOW",
            "131047",
            "The underlying channel reported: Message failed to send because more than 24 hours have passed since \
             the customer last replied to this number."
                .to_owned(),
        ),
        Failure::File(why) => ("MEDIA_NOT_REACHABLE", "", format!("The media cannot be had: {why}.")),
        Failure::Template(Unfit::Unknown) => ("TEMPLATE_NOT_FOUND", "132001", "Template not found.".to_owned()),
        Failure::Template(Unfit::Variables(what)) => {
            ("TEMPLATE_INSUFFICIENT_PARAMETERS", "132000", what.clone())
        }
        Failure::Template(Unfit::Status(TemplateStatus::Paused)) => {
            ("CHANNEL_REJECT", "132015", "The underlying channel reported: Template is Paused.".to_owned())
        }
        Failure::Template(Unfit::Status(_)) => {
            ("TEMPLATE_NOT_FOUND", "132001", "The template is not approved.".to_owned())
        }
    };
    let mut reason = json!({ "code": code, "description": text, "sub_code": "UNSPECIFIED_SUB_CODE" });
    if !channel.is_empty() {
        reason["channel_code"] = json!(channel);
    }
    reason
}
