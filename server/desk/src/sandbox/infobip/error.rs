//! Errors, in Infobip's words and shape.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::sandbox::failure::{Failure, Trouble, Unfit};
use crate::sandbox::field::Wrong;
use crate::sandbox::refusal::{self, Words};

pub(super) type Refusal = refusal::Refusal<InfobipError>;
pub(super) type Result<T> = std::result::Result<T, Refusal>;

/// A refusal of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InfobipError {
    pub code: u16,
    pub text: String,
    /// What is wrong with which field.
    pub fields: Vec<(String, String)>,
}

impl InfobipError {
    pub(super) fn new(code: u16, text: &str) -> InfobipError {
        InfobipError { code, text: text.to_owned(), fields: Vec::new() }
    }

    /// Something is not what it must be.
    pub(super) fn field(path: &str, must: &str) -> InfobipError {
        let fields = vec![(path.to_owned(), must.to_owned())];
        InfobipError { fields, ..InfobipError::new(400, "Bad request") }
    }

    pub(super) fn unauthorised() -> InfobipError {
        InfobipError::new(401, "Invalid login details")
    }

    pub(super) fn missing() -> InfobipError {
        InfobipError::new(404, "Not found")
    }
}

impl From<Wrong> for InfobipError {
    fn from(wrong: Wrong) -> InfobipError {
        match wrong {
            Wrong::Missing(path) => InfobipError::field(&path, "must not be null"),
            Wrong::Value(path, must) => InfobipError::field(&path, &must),
        }
    }
}

impl Words for InfobipError {
    fn of(trouble: &Trouble) -> InfobipError {
        let on_purpose = "The sandbox was told to refuse this.";
        match trouble {
            Trouble::Throttled => InfobipError::new(429, "Too many requests"),
            Trouble::OnPurpose(code) => {
                let code = u16::try_from(*code).ok().filter(|code| (400..600).contains(code));
                InfobipError::new(code.unwrap_or(500), on_purpose)
            }
            Trouble::ToItself => InfobipError::field("to", "must not be the sender"),
            Trouble::NoSuchMessage | Trouble::NoSuchFile => InfobipError::missing(),
            Trouble::SameId | Trouble::Broken | Trouble::Store(_) => InfobipError::unavailable(),
        }
    }

    fn wrong(wrong: Wrong) -> InfobipError {
        wrong.into()
    }

    fn unavailable() -> InfobipError {
        InfobipError::new(503, "Service unavailable")
    }

    fn answer(self) -> Response {
        let id = match self.code {
            400 => "BAD_REQUEST",
            401 => "UNAUTHORIZED",
            403 => "FORBIDDEN",
            404 => "NOT_FOUND",
            429 => "TOO_MANY_REQUESTS",
            _ => "GENERAL_ERROR",
        };
        let mut exception = json!({ "messageId": id, "text": self.text });
        if !self.fields.is_empty() {
            let fields: Map<String, Value> =
                self.fields.into_iter().map(|(path, must)| (path, json!([must]))).collect();
            exception["validationErrors"] = Value::Object(fields);
        }
        let status = StatusCode::from_u16(self.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(json!({ "requestError": { "serviceException": exception } }))).into_response()
    }
}

/// Why something does not arrive, as a report has it: the status and the error.
pub(super) fn reported(failure: &Failure) -> (Value, Value) {
    let (id, name, text, group) = match failure {
        Failure::Unreachable => (7002, "EC_UNKNOWN_USER", "Unknown user".to_owned(), (2, "USER_ERRORS")),
        Failure::Window => (7010, "EC_NO_SESSION", "No session".to_owned(), (1, "HANDSET_ERRORS")),
        Failure::File(why) => {
            (7013, "EC_MEDIA_HOSTING_ERROR", format!("Media hosting error: {why}"), (3, "OPERATOR_ERRORS"))
        }
        Failure::Template(Unfit::Variables(what)) => {
            (7008, "EC_INVALID_TEMPLATE_ARGS", what.clone(), (2, "USER_ERRORS"))
        }
        Failure::Template(Unfit::Unknown) => {
            (7009, "EC_INVALID_TEMPLATE", "Invalid template".to_owned(), (2, "USER_ERRORS"))
        }
        Failure::Template(Unfit::Status(status)) => (
            7037,
            "EC_TEMPLATE_NOT_AVAILABLE",
            format!("Template not available: {}", status.as_str()),
            (2, "USER_ERRORS"),
        ),
    };
    let permanent = !matches!(id, 7013 | 7037);
    let status = json!({
        "id": 9,
        "groupId": 2,
        "groupName": "UNDELIVERABLE",
        "name": "UNDELIVERABLE_NOT_DELIVERED",
        "description": "Undeliverable Not Delivered",
    });
    let error = json!({
        "id": id, "name": name, "description": text, "groupId": group.0, "groupName": group.1,
        "permanent": permanent,
    });
    (status, error)
}
