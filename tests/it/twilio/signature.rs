//! Who is calling: the signature over our address and the form behind it.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desk::channels::twilio::Twilio;
use desk::channels::{Account, Provider, Receipt};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::{FORM, account};
use crate::protocol::{self, json_fixtures};

const ADDRESS: &str = "https://desk.example/webhooks/twilio/7?delivery=d-1";
const BODY: &str = "SmsMessageSid=SM01&NumMedia=0&ToCity=&ProfileName=Nils+Br%C3%A4nn&SmsSid=SM01&WaId=46701112233&\
    SmsStatus=received&Body=Hej%21+100%25+%2B+%F0%9F%98%80&To=whatsapp%3A%2B14155238886&MessageSid=SM01&\
    AccountSid=AC01&From=whatsapp%3A%2B46701112233&New=%20%20";

/// What is signed of a form, found another way than the desk finds it.
fn pairs(body: &str) -> BTreeSet<(String, String)> {
    let url = Url::parse(&format!("http://x/?{body}")).unwrap();
    url.query_pairs().map(|(key, value)| (key.into_owned(), value.into_owned())).collect()
}

fn mac(token: &str, text: &str) -> String {
    let mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).unwrap().chain_update(text);
    STANDARD.encode(mac.finalize().into_bytes())
}

fn signed(token: &str, url: &str, body: &str) -> String {
    let behind: String = pairs(body).into_iter().map(|(key, value)| key + &value).collect();
    mac(token, &format!("{url}{behind}"))
}

fn headers(content_type: &str, signature: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_str(content_type).unwrap());
    headers.insert("x-twilio-signature", HeaderValue::from_bytes(signature).unwrap());
    headers
}

fn genuine(url: &str, headers: &HeaderMap, body: &[u8], account: &Account) -> bool {
    protocol::genuine_at(&Twilio, (url, headers, body), account, Timestamp::now())
}

/// Whether a form is taken for genuine.
fn form(url: &str, signature: &str, body: &str, account: &Account) -> bool {
    genuine(url, &headers(FORM, signature.as_bytes()), body.as_bytes(), account)
}

fn tokens(tokens: &[&str]) -> Account {
    account(&[("auth_token", tokens)])
}

/// A vector of the fixtures: its address, type, body and signature, and its token.
fn vector(fixture: &Value) -> (&str, &str, String, &str, Account) {
    let text = |key: &str| fixture[key].as_str();
    let body = text("raw_body").map_or_else(
        || {
            let params = fixture["params"].as_object().unwrap().iter();
            let pairs = params.map(|(key, value)| (key.as_str(), value.as_str().unwrap()));
            let url = Url::parse_with_params("http://x/", pairs).unwrap();
            url.query().unwrap().to_owned()
        },
        str::to_owned,
    );
    let kind = text("content_type").unwrap_or(FORM);
    let signature = text("x_twilio_signature").unwrap();
    (text("request_url").unwrap(), kind, body, signature, tokens(&[text("auth_token").unwrap()]))
}

/// Whether we take the vectors of a fixture for genuine, in their order. They say themselves what is right.
pub fn of_fixture(fixture: &Value) -> Vec<bool> {
    let all = fixture.as_array().map_or(std::slice::from_ref(fixture), Vec::as_slice);
    let taken = |fixture: &Value| {
        let (url, kind, body, signature, account) = vector(fixture);
        let taken = genuine(url, &headers(kind, signature.as_bytes()), body.as_bytes(), &account);
        assert_eq!(Some(taken), fixture["valid"].as_bool(), "{fixture:#}");
        taken
    };
    all.iter().map(taken).collect()
}

/// A small generator, so that every run changes the same things.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// Changes one thing so that the result differs.
fn changed(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    let at = dice.below(bytes.len());
    match dice.below(4) {
        0 => changed[at] ^= 1 << dice.below(8),
        1 => drop(changed.remove(at)),
        2 => changed.insert(at, b' '),
        _ => changed.truncate(at),
    }
    changed
}

/// Whether two bodies are the same form, written in another way (`%3a` for `%3A`).
fn same_form(one: &[u8], other: &[u8]) -> bool {
    match (std::str::from_utf8(one), std::str::from_utf8(other)) {
        (Ok(one), Ok(other)) => pairs(one) == pairs(other),
        _ => false,
    }
}

#[test]
fn no_changed_body_header_or_address_is_accepted() {
    let account = tokens(&["new token", "old token"]);
    let signature = signed("old token", ADDRESS, BODY);
    assert!(form(ADDRESS, &signature, BODY, &account));
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut tried = 0;
    for turn in 0..12_000 {
        let (mut url, mut header, mut body) =
            (ADDRESS.as_bytes().to_vec(), signature.clone().into_bytes(), BODY.as_bytes().to_vec());
        match turn % 3 {
            0 => url = changed(&url, &mut dice),
            1 => header = changed(&header, &mut dice),
            _ => body = changed(&body, &mut dice),
        }
        // What is no header or no address at all never gets this far.
        let (Ok(url), Ok(value)) = (String::from_utf8(url), HeaderValue::from_bytes(&header)) else {
            continue;
        };
        if turn % 3 == 2 && same_form(&body, BODY.as_bytes()) && body.contains(&b'=') {
            continue;
        }
        let mut headers = headers(FORM, b"");
        headers.insert("x-twilio-signature", value);
        assert!(!genuine(&url, &headers, &body, &account), "turn {turn}: {url} {header:?} {body:?}");
        tried += 1;
    }
    assert!(tried > 10_000, "{tried}");
}

#[test]
fn no_changed_vector_of_the_fixtures_is_accepted() {
    let Some(fixtures) = json_fixtures("twilio") else { return };
    let mut dice = Dice(42);
    let vectors = fixtures.iter().filter(|(name, _)| name.starts_with("sig_"));
    let vectors =
        vectors.flat_map(|(_, fixture)| fixture.as_array().cloned().unwrap_or(vec![fixture.clone()]));
    for fixture in vectors.filter(|fixture| fixture["valid"] == true) {
        let (url, kind, body, signature, account) = vector(&fixture);
        let headers = headers(kind, signature.as_bytes());
        assert!(genuine(url, &headers, body.as_bytes(), &account));
        for _ in 0..1_000 {
            let other = changed(body.as_bytes(), &mut dice);
            let same = kind == FORM && same_form(&other, body.as_bytes());
            assert!(same || !genuine(url, &headers, &other, &account), "{other:?}");
            // Where only another port was signed, any port of ours would do.
            if fixture["signed_url"].as_str().is_some_and(|signed| signed != url) {
                continue;
            }
            let Ok(other) = String::from_utf8(changed(url.as_bytes(), &mut dice)) else { continue };
            assert!(!genuine(&other, &headers, body.as_bytes(), &account), "{other}");
        }
        assert!(!genuine(url, &headers, body.as_bytes(), &tokens(&["123456"])));
    }
}

#[test]
fn both_tokens_hold_while_one_is_being_replaced() {
    let rotated = tokens(&["second", "first"]);
    for token in ["first", "second"] {
        assert!(form(ADDRESS, &signed(token, ADDRESS, BODY), BODY, &rotated), "{token}");
    }
    assert!(!form(ADDRESS, &signed("third", ADDRESS, BODY), BODY, &rotated));
}

#[test]
fn without_a_token_nothing_is_genuine() {
    let signature = signed("", ADDRESS, BODY);
    for empty in [tokens(&[]), tokens(&[""]), protocol::account("https://api.twilio.com", &[])] {
        assert!(!form(ADDRESS, &signature, BODY, &empty));
    }
}

#[test]
fn the_secret_of_an_api_key_signs_nothing() {
    let account =
        account(&[("api_key_sid", &["SK1"]), ("api_key_secret", &["key"]), ("auth_token", &["token"])]);
    assert!(!form(ADDRESS, &signed("key", ADDRESS, BODY), BODY, &account));
    assert!(form(ADDRESS, &signed("token", ADDRESS, BODY), BODY, &account));
}

#[test]
fn a_missing_or_malformed_signature_is_refused() {
    let account = tokens(&["token"]);
    let good = signed("token", ADDRESS, BODY);
    let mut none = headers(FORM, b"");
    assert!(!genuine(ADDRESS, &none, BODY.as_bytes(), &account), "an empty one");
    none.remove("x-twilio-signature");
    assert!(!genuine(ADDRESS, &none, BODY.as_bytes(), &account), "none");
    let short = good.trim_end_matches('=').to_owned();
    for bad in [short, format!(" {good}"), format!("{good} "), format!("{good}="), good.to_lowercase()] {
        assert!(!form(ADDRESS, &bad, BODY, &account), "{bad}");
    }
    let mut twice = headers(FORM, good.as_bytes());
    twice.append("x-twilio-signature", HeaderValue::from_str(&good).unwrap());
    assert!(!genuine(ADDRESS, &twice, BODY.as_bytes(), &account), "two of them");
}

#[test]
fn the_address_counts_with_and_without_its_port_and_with_nothing_else() {
    let account = tokens(&["token"]);
    let taken = |ours: &str, theirs: &str| form(ours, &signed("token", theirs, BODY), BODY, &account);
    let (plain, port) = ("https://desk.example/w?a=%2F", "https://desk.example:443/w?a=%2F");
    assert!(taken(plain, plain) && taken(plain, port) && taken(port, plain) && taken(port, port));
    assert!(taken("https://desk.example:8443/w", "https://desk.example/w"));
    assert!(!taken("http://desk.example:8080/w", "http://desk.example/w"));
    for other in [
        "http://desk.example/w?a=%2F",
        "https://desk.example:80/w?a=%2F",
        "https://desk.example:8443/w?a=%2F",
        "https://other.example/w?a=%2F",
        "https://desk.example/w?a=/",
        "https://desk.example/w?a=%2f",
        "https://desk.example/w",
        "https://desk.example/w?a=%2F#rc=5",
    ] {
        assert!(!taken(plain, other), "{other}");
    }
}

#[test]
fn a_callback_without_a_body_digest_is_refused() {
    let account = tokens(&["token"]);
    let body = br#"{"a":1}"#;
    let taken =
        |url: &str, kind: &str| genuine(url, &headers(kind, mac("token", url).as_bytes()), body, &account);
    let hex: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
    let good = format!("https://desk.example/w?a=1&bodySHA256={hex}");
    assert!(taken(&good, "application/json") && taken(&good, "Application/JSON; charset=utf-8"));
    assert!(!taken("https://desk.example/w?a=1", "application/json"));
    assert!(!taken(&format!("{good}0"), "application/json"));
    assert!(!taken(&good, FORM), "what is no form");
    for kind in ["text/plain", "multipart/form-data", "", "application/jsonp"] {
        assert!(!taken(&good, kind), "{kind}");
    }
}

#[test]
fn a_form_that_says_nothing_or_hides_where_a_key_ends_is_refused() {
    let account = tokens(&["token"]);
    let taken = |body: &str| form(ADDRESS, &signed("token", ADDRESS, body), body, &account);
    assert!(taken("Body=Hi&To="));
    for body in ["", "BodyHi=&To", "Body=Hi&To", "Body=Hi&&To=", "=Hi"] {
        assert!(!taken(body), "{body}");
    }
    // The same string is signed; nobody but Twilio's own form gets through with it.
    assert_eq!(signed("token", ADDRESS, "NumMedia=0"), signed("token", ADDRESS, "NumMedia0"));
    assert!(!form(ADDRESS, &signed("token", ADDRESS, "NumMedia=0"), "NumMedia0", &account));
}

#[test]
fn bytes_that_are_no_text_are_signed_as_they_are() {
    let account = tokens(&["token"]);
    let replaced = signed("token", ADDRESS, "Body=%EF%BF%BD");
    assert!(form(ADDRESS, &replaced, "Body=%EF%BF%BD", &account));
    assert!(!form(ADDRESS, &replaced, "Body=%FF", &account), "a byte that would only be shown the same");
}

#[test]
fn our_answer_says_nothing_to_the_customer() {
    assert_eq!(Twilio.receipt(), Receipt { content_type: "text/xml", body: "<Response/>" });
}
