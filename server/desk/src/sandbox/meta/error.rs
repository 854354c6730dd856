//! Errors, in the words and the shape of the Graph API.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use contract::template::TemplateStatus;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::sandbox::failure::{Failure, Trouble, Unfit};
use crate::sandbox::field::Wrong;
use crate::sandbox::refusal::Words;

/// Where Meta explains its codes.
const HELP: &str =
    "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes/";

/// A refusal of a call, or a failure that a status reports later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphError {
    /// Meta's code.
    pub code: u32,
    /// The older, finer code, where a client may still look at it.
    pub subcode: Option<u32>,
    /// What is wrong this time.
    pub details: String,
}

impl GraphError {
    /// An error with its details.
    pub fn new(code: u32, details: impl Into<String>) -> GraphError {
        GraphError { code, subcode: None, details: details.into() }
    }

    /// Something that must be there is not.
    pub fn missing(path: &str) -> GraphError {
        GraphError::new(131008, format!("Parameter '{}' is required.", bracketed(path)))
    }

    /// Something is not what it must be.
    pub fn value(path: &str, must: &str) -> GraphError {
        GraphError::new(131009, format!("Parameter '{}' {must}.", bracketed(path)))
    }

    /// No object with this id, or not for this token.
    pub fn unknown_object(id: &str) -> GraphError {
        let details = format!(
            "Unsupported post request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
             permissions, or does not support this operation."
        );
        GraphError { code: 100, subcode: Some(33), details }
    }

    /// As it stands in a status with the word `failed`.
    pub fn in_status(&self) -> Value {
        json!({
            "code": self.code,
            "title": title(self.code),
            "message": title(self.code),
            "error_data": { "details": self.details },
            "href": HELP,
        })
    }
}

/// A path as Meta writes it: `interactive['action']['sections'][0]`.
fn bracketed(path: &str) -> String {
    let mut parts = path.split('.');
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (key, place) = part.split_at(part.find('[').unwrap_or(part.len()));
        written.push_str(&format!("['{key}']{place}"));
    }
    written
}

impl Words for GraphError {
    fn of(trouble: &Trouble) -> GraphError {
        match trouble {
            Trouble::Throttled => GraphError::new(130429, ON_PURPOSE),
            Trouble::OnPurpose(0) => GraphError::new(131000, ON_PURPOSE),
            Trouble::OnPurpose(code) => GraphError::new(*code, ON_PURPOSE),
            Trouble::ToItself => GraphError::new(131021, "Sender and recipient must be different."),
            Trouble::NoSuchMessage => {
                GraphError::value("reaction.message_id", "is not a message of this number")
            }
            Trouble::NoSuchFile => {
                GraphError::new(131009, "The id of the media object is none of this account's.")
            }
            Trouble::SameId => GraphError::new(131009, "There is a message with this id already."),
            Trouble::Broken | Trouble::Store(_) => GraphError::unavailable(),
        }
    }

    fn wrong(wrong: Wrong) -> GraphError {
        wrong.into()
    }

    fn unavailable() -> GraphError {
        GraphError::new(2, "The service is temporarily unavailable.")
    }

    fn answer(self) -> Response {
        // Meta puts the details of the general codes into the message itself.
        let message = match self.code {
            100 | 190 => self.details.clone(),
            code => format!("(#{code}) {}", title(code)),
        };
        let mut error = json!({
            "message": message,
            "type": "OAuthException",
            "code": self.code,
            "error_data": { "messaging_product": "whatsapp", "details": self.details },
            "fbtrace_id": format!("A{}", Uuid::new_v4().simple()),
        });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        if transient(self.code) {
            error["is_transient"] = json!(true);
        }
        (status(self.code), Json(json!({ "error": error }))).into_response()
    }
}

impl From<Wrong> for GraphError {
    fn from(wrong: Wrong) -> GraphError {
        match wrong {
            Wrong::Missing(path) => GraphError::missing(&path),
            Wrong::Value(path, must) => GraphError::value(&path, &must),
        }
    }
}

impl From<Unfit> for GraphError {
    fn from(unfit: Unfit) -> GraphError {
        match unfit {
            Unfit::Unknown => GraphError::new(132001, "The template does not exist in this translation."),
            Unfit::Variables(what) => GraphError::new(132000, what),
            Unfit::Status(TemplateStatus::Paused) => {
                GraphError::new(132015, "The template is paused because customers did not like it.")
            }
            Unfit::Status(_) => GraphError::new(132001, "The template is not approved in this translation."),
        }
    }
}

impl From<&Failure> for GraphError {
    fn from(failure: &Failure) -> GraphError {
        match failure {
            Failure::Unreachable => GraphError::new(131026, "Message Undeliverable."),
            Failure::Window => GraphError::new(
                131047,
                "Message failed to send because more than 24 hours have passed since the customer last \
                 replied to this number.",
            ),
            Failure::File(why) => GraphError::new(131053, format!("Media download failed: {why}.")),
            Failure::Template(unfit) => unfit.clone().into(),
        }
    }
}

/// What is said of a refusal on purpose.
const ON_PURPOSE: &str = "The sandbox was told to refuse this.";

/// The HTTP status of a code. Meta's do not say much; what matters is the code.
fn status(code: u32) -> StatusCode {
    match code {
        0 | 190 => StatusCode::UNAUTHORIZED,
        3 | 10 | 200..=299 | 368 | 131005 | 131031 => StatusCode::FORBIDDEN,
        613 => StatusCode::TOO_MANY_REQUESTS,
        1 | 2 | 131000 | 131016 | 133000 | 133004 => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

fn transient(code: u32) -> bool {
    matches!(code, 1 | 2 | 4 | 613 | 80007 | 130429 | 131000 | 131016 | 131056 | 131057)
}

/// What a code means.
fn title(code: u32) -> &'static str {
    match code {
        0 => "AuthException",
        1 => "API Unknown",
        2 => "API Service",
        3 => "API Method",
        4 => "API Too Many Calls",
        10 | 200..=299 => "Permission denied",
        100 => "Invalid parameter",
        190 => "Access token has expired",
        368 => "Temporarily blocked for policies violations",
        80007 => "Rate limit issues",
        130429 => "Rate limit hit",
        130472 => "User's number is part of an experiment",
        130497 => "Business account is restricted from messaging users in this country",
        131000 => "Something went wrong",
        131005 => "Access denied",
        131008 => "Required parameter is missing",
        131009 => "Parameter value is not valid",
        131016 => "Service unavailable",
        131021 => "Recipient cannot be sender",
        131026 => "Message undeliverable",
        131031 => "Business Account locked",
        131042 => "Business eligibility payment issue",
        131047 => "Re-engagement message",
        131048 => "Spam rate limit hit",
        131049 => "Meta chose not to deliver",
        131051 => "Unsupported message type",
        131053 => "Media upload error",
        131056 => "(Business Account, Consumer Account) pair rate limit hit",
        131057 => "Business Account is in maintenance mode",
        132000 => "Template Param Count Mismatch",
        132001 => "Template does not exist",
        132015 => "Template is Paused",
        132012 => "Template Parameter Format Mismatch",
        132018 => "Template Parameter Value Not Valid",
        133010 => "Phone number Not Registered",
        _ => "Something went wrong",
    }
}
