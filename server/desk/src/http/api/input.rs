//! Reading what is asked. What is not understood is refused with its place.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use http::header;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::once::too_large;
use crate::http::error::{Code, Problem};

/// A body of JSON. Where there is none, it is an empty object.
pub(super) struct Input<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Input<T>, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let json = kind.is_none_or(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            kind == "application/json" || kind.ends_with("+json")
        });
        let bytes =
            Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
                http::StatusCode::PAYLOAD_TOO_LARGE => too_large(),
                _ => Problem::with(Code::BadRequest, "The body did not arrive whole."),
            })?;
        if !json && !bytes.is_empty() {
            let why = "Send JSON, with `Content-Type: application/json`.";
            return Err(Problem::with(Code::UnsupportedMediaType, why));
        }
        read(if bytes.is_empty() { b"{}" } else { &bytes }).map(Input)
    }
}

/// Reads JSON.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = match error.path().to_string() {
            path if path == "." || path == "?" => String::new(),
            path => path,
        };
        let why = error.into_inner();
        if why.is_syntax() || why.is_eof() {
            return Problem::with(Code::BadRequest, format!("The body is not JSON: {why}."));
        }
        // serde_json ends its words with the place in the text, which says less than the path.
        let said = why.to_string();
        Problem::at(&path, said.split(" at line ").next().unwrap_or_default())
    })?;
    reader.end().map_err(|why| Problem::with(Code::BadRequest, format!("The body is not JSON: {why}.")))?;
    Ok(value)
}

/// What stands after the question mark.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(asked)| Asked(asked)).map_err(|rejection| {
            let said = rejection.body_text();
            Problem::at("", said.rsplit("string: ").next().unwrap_or_default())
        })
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read is asked")]
    struct Row {
        title: String,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read is asked")]
    struct Menu {
        rows: Vec<Row>,
    }

    fn wrong(text: &str) -> Problem {
        read::<Menu>(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let problem = wrong(r#"{"rows":[{"title":"a"},{"title":7}]}"#);
        assert_eq!(
            (problem.code, &problem.more["errors"][0]["path"]),
            (Code::Invalid, &"rows[1].title".into())
        );
        let problem = wrong(r#"{"rows":[{"title":"a","colour":"red"}]}"#);
        assert!(
            problem.detail.is_some_and(|why| why.contains("rows[0].colour") && why.contains("unknown field"))
        );
        for broken in ["{", r#"{"rows":[]}x"#, "", "rows"] {
            assert_eq!(wrong(broken).code, Code::BadRequest, "{broken}");
        }
    }
}
