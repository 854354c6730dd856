//! Where a request comes from on the network. `X-Forwarded-For` is believed only as far as proxies that we know
//! have written it: everything further left could be anybody's invention.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use http::HeaderMap;
use http::request::Parts;

use crate::Desk;

/// The client's network address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl<S> FromRequestParts<S> for ClientAddress
where
    S: Send + Sync,
    Desk: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<ClientAddress, Infallible> {
        let desk = Desk::from_ref(state);
        // Requests that come over no network at all share one address, and so one limit.
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        Ok(ClientAddress(client_address(peer, &parts.headers, &desk.config.trusted_proxies)))
    }
}

/// The client's address: the last one that is not a trusted proxy's, counted from us outwards.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|proxy| proxy.to_canonical() == address);
    let mut client = peer.to_canonical();
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .collect();
    for hop in forwarded.into_iter().rev() {
        if !is_trusted(client) {
            break;
        }
        match parse(hop.trim()) {
            Some(address) => client = address,
            None => break,
        }
    }
    client
}

/// An address with or without a port, as different proxies write it.
fn parse(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn client(peer: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(value));
        }
        let trusted: Vec<IpAddr> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_header_from_a_stranger_is_not_believed() {
        assert_eq!(client("198.51.100.7", &["192.0.2.1"], &[]), "198.51.100.7");
        assert_eq!(client("198.51.100.7", &["192.0.2.1"], &["10.0.0.1"]), "198.51.100.7");
    }

    #[test]
    fn behind_a_trusted_proxy_the_last_hop_that_it_saw_counts() {
        assert_eq!(client("10.0.0.1", &["192.0.2.1"], &["10.0.0.1"]), "192.0.2.1");
        assert_eq!(client("10.0.0.1", &["203.0.113.9, 192.0.2.1"], &["10.0.0.1"]), "192.0.2.1");
        assert_eq!(
            client("10.0.0.1", &["203.0.113.9", "192.0.2.1, 10.0.0.2"], &["10.0.0.1", "10.0.0.2"]),
            "192.0.2.1"
        );
        assert_eq!(client("10.0.0.1", &[], &["10.0.0.1"]), "10.0.0.1");
    }

    #[test]
    fn addresses_are_read_as_proxies_write_them_and_nonsense_ends_the_chain() {
        assert_eq!(client("::ffff:10.0.0.1", &["192.0.2.1:5050"], &["10.0.0.1"]), "192.0.2.1");
        assert_eq!(client("10.0.0.1", &["[2001:db8::1]:5050"], &["10.0.0.1"]), "2001:db8::1");
        assert_eq!(client("10.0.0.1", &["[2001:db8::1]"], &["10.0.0.1"]), "2001:db8::1");
        assert_eq!(client("10.0.0.1", &["192.0.2.1, unknown"], &["10.0.0.1"]), "10.0.0.1");
    }
}
