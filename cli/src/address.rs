//! Addresses of nodes, as people type them and as `node.toml` wants them. Nothing is resolved or
//! dialled here.

use std::net::SocketAddr;

use data_encoding::HEXLOWER_PERMISSIVE;
use mohar_protocol::ceremony::PeerAddress;
use mohar_protocol::keys::PublicKey;

/// Characters of a multiaddress: a DNS name of 253 and some framing.
const CHARS_MAX: usize = 300;

/// Reads a multiaddress (`/ip4/10.1.2.3/tcp/4001`) or an `ip:port`, which becomes one.
///
/// # Errors
/// Says what is expected.
pub fn parse(text: &str) -> Result<String, String> {
    if let Ok(socket) = text.parse::<SocketAddr>() {
        let family = if socket.is_ipv4() { "ip4" } else { "ip6" };
        return Ok(format!("/{family}/{}/tcp/{}", socket.ip(), socket.port()));
    }
    // The same characters need no escaping in TOML.
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/.:-_".contains(c);
    if text.starts_with('/') && text.len() <= CHARS_MAX && text.chars().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err("expected ip:port or a multiaddress such as /ip4/10.1.2.3/tcp/4001".to_owned())
    }
}

/// Reads `<transport key, 64 hexadecimal digits>@<address>`.
///
/// # Errors
/// Says which half is wrong.
pub fn parse_peer(text: &str) -> Result<PeerAddress, String> {
    let (key, address) = text.split_once('@').ok_or("expected <transport key>@<address>")?;
    let bytes = HEXLOWER_PERMISSIVE.decode(key.as_bytes()).map_err(|e| e.to_string())?;
    let transport = PublicKey::from_bytes(&bytes).map_err(|e| e.to_string())?;
    Ok(PeerAddress { transport, addresses: vec![parse(address)?] })
}

/// Whether an address means "every interface here", which nobody else can dial.
pub fn is_wildcard(address: &str) -> bool {
    ["/ip4/0.0.0.0/", "/ip6/::/"].iter().any(|any| address.starts_with(any))
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_ip_and_port_become_a_multiaddress() {
        assert_eq!(super::parse("10.1.2.3:4001").as_deref(), Ok("/ip4/10.1.2.3/tcp/4001"));
        assert_eq!(super::parse("[::1]:4001").as_deref(), Ok("/ip6/::1/tcp/4001"));
        assert_eq!(super::parse("/dns4/indore.example/tcp/1").as_deref(), Ok("/dns4/indore.example/tcp/1"));
    }

    #[test]
    fn an_address_cannot_smuggle_a_setting_into_node_toml() {
        assert!(super::parse("/ip4/1.2.3.4/tcp/1\"]\n[web]").is_err());
        assert!(super::parse("indore").is_err());
    }
}
