//! How the browser reads what the desk answers and what a page brings along: by one reader that is there once
//! (`contract::json`). Two would make the program that the browser loads a good deal larger.

use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::codec::Post;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, FormatType};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// JSON, read by that reader.
pub struct LeanEncoding;

/// The codec of the answers.
pub type Lean = Post<LeanEncoding>;

/// What a page is made of: fetched where the page is rendered, and brought along to the browser.
pub type Brought<T> = Resource<T, LeanEncoding>;

/// Fetches what a page is made of, and again whenever its source changes.
pub fn bring<S, T, F>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> F + Send + Sync + 'static,
) -> Brought<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = T> + Send + 'static,
{
    Resource::new_with_options(source, fetch, false)
}

impl ContentType for LeanEncoding {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for LeanEncoding {
    const FORMAT_TYPE: leptos::server_fn::Format = leptos::server_fn::Format::Text;
}

impl<T: Serialize> Encodes<T> for LeanEncoding {
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(value).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for LeanEncoding {
    type Error = contract::json::Unreadable;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        contract::json::read(std::str::from_utf8(&bytes).unwrap_or_default())
    }
}

impl<T: Serialize> Encoder<T> for LeanEncoding {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for LeanEncoding {
    type Error = contract::json::Unreadable;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        contract::json::read(text)
    }
}
