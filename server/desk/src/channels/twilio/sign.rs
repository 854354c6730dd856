//! Who is calling: `X-Twilio-Signature`, the base64 of HMAC-SHA1 over our address and what stands behind it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::header::CONTENT_TYPE;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::form::{self, digit};
use super::parse::{Kind, kind};
use crate::channels::{Account, Hook};

/// The header of the signature.
const HEADER: &str = "x-twilio-signature";
/// The parameter of the address with the digest of a body that is no form.
const DIGEST: &str = "bodySHA256";

/// Whether a webhook is signed by one of the auth tokens. The address is signed as Twilio has it, with or
/// without its port; every form of it is tried with every token, whichever holds.
pub(super) fn genuine(hook: &Hook<'_>, account: &Account) -> bool {
    let mut given = hook.headers.get_all(HEADER).iter();
    let (Some(header), None) = (given.next(), given.next()) else { return false };
    let Some(signature) = signature(header.as_bytes()) else { return false };
    let Some(behind) = behind(hook) else { return false };
    let addresses = addresses(hook.url);
    let known = account
        .active("auth_token")
        .filter(|token| !token.is_empty())
        .filter_map(|token| Hmac::<Sha1>::new_from_slice(token.as_bytes()).ok())
        .flat_map(|mac| addresses.iter().map(move |address| mac.clone().chain_update(address)))
        .fold(Choice::from(0), |known, mac| {
            let ours = mac.chain_update(&behind).finalize().into_bytes();
            known | ours.as_slice().ct_eq(signature.as_slice())
        });
    bool::from(known)
}

/// The 20 bytes of a header in exactly the form that Twilio gives it.
fn signature(header: &[u8]) -> Option<[u8; 20]> {
    let bytes = STANDARD.decode(header).ok()?;
    bytes.try_into().ok()
}

/// What is signed behind the address: of a form every pair, by the bytes of its key, each once; of JSON
/// nothing, because its digest stands in the address. None where a body is neither, or its digest another.
fn behind(hook: &Hook<'_>) -> Option<Vec<u8>> {
    match kind(hook.headers.get(CONTENT_TYPE)?.to_str().ok()?)? {
        Kind::Form => {
            let mut pairs = form::pairs(hook.body)?;
            pairs.sort_unstable();
            pairs.dedup();
            Some(pairs.into_iter().flat_map(|(key, value)| [key, value]).flatten().collect())
        }
        Kind::Json => {
            let told = digest(hook.url)?;
            bool::from(Sha256::digest(hook.body).as_slice().ct_eq(told.as_slice())).then(Vec::new)
        }
    }
}

/// The digest in the query of an address, if it is there once.
fn digest(url: &str) -> Option<[u8; 32]> {
    let (_, query) = url.split_once('?')?;
    let mut given = query.split('&').filter_map(|pair| pair.strip_prefix(DIGEST)?.strip_prefix('='));
    let (Some(hex), None) = (given.next(), given.next()) else { return None };
    if hex.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// The forms of an address that Twilio may have signed: as it is; with the port that its scheme implies, or
/// without it; and, where https goes to another port, without that.
fn addresses(url: &str) -> Vec<String> {
    let mut forms = vec![url.to_owned()];
    let Some((scheme, rest)) = url.split_once("://") else { return forms };
    let implied = match scheme {
        "https" => "443",
        "http" => "80",
        _ => return forms,
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    match port(authority) {
        (host, None) => forms.push(format!("{scheme}://{host}:{implied}{path}")),
        (host, Some(port)) if port == implied || scheme == "https" => {
            forms.push(format!("{scheme}://{host}{path}"));
        }
        (_, Some(_)) => {}
    }
    forms
}

/// The host of an authority, with who is named before it, and its port. A colon with anything but digits
/// behind it is one of a password, or of an address in brackets.
fn port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (host, Some(port))
        }
        _ => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_tried_with_and_without_its_port() {
        let forms = |url: &str| addresses(url)[1..].to_vec();
        assert_eq!(forms("https://a.example/b?c=1"), ["https://a.example:443/b?c=1"]);
        assert_eq!(forms("https://a.example:443/b"), ["https://a.example/b"]);
        assert_eq!(forms("https://a.example:8443/b"), ["https://a.example/b"]);
        assert_eq!(forms("http://a.example?c"), ["http://a.example:80?c"]);
        assert_eq!(forms("http://a.example:80"), ["http://a.example"]);
        assert_eq!(forms("http://a.example:1234/b"), [""; 0]);
        assert_eq!(forms("https://u:1@a.example/b:7"), ["https://u:1@a.example:443/b:7"]);
        assert_eq!(forms("https://[2001:db8::1]/b"), ["https://[2001:db8::1]:443/b"]);
        assert_eq!(forms("https://[2001:db8::1]:443/b"), ["https://[2001:db8::1]/b"]);
        assert_eq!(forms("ftp://a.example/"), [""; 0]);
        assert_eq!(forms("nothing"), [""; 0]);
    }

    #[test]
    fn the_digest_of_an_address_is_read_only_where_it_is_one() {
        let hex = "0a1f".repeat(16);
        let read = |query: String| digest(&format!("https://a.example/b{query}"));
        assert!(read(format!("?c=1&bodySHA256={hex}")).is_some());
        for query in [
            String::new(),
            format!("?bodysha256={hex}"),
            format!("?bodySHA256={}", &hex[2..]),
            format!("?bodySHA256={}zz", &hex[2..]),
            format!("?bodySHA256={hex}&bodySHA256={hex}"),
        ] {
            assert_eq!(read(query.clone()), None, "{query}");
        }
    }
}
