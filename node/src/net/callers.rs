//! Who calls from where: bounds for connections that have not said who they are.
//!
//! A handshake costs one key agreement and some kilobytes. One address may have a few in progress
//! and begin some more each second; the rest is closed before its first byte is read. A peer that is
//! turned away calls again later, and we call it too.
//!
//! It knows addresses only, never peers, and it keeps nothing about an address that has been quiet.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr};
use std::task::{Context, Poll};
use std::time::Duration;

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent,
    ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

use super::guard::Bucket;

/// Handshakes of one address in progress: a quarter of all, so that it takes more than one address to
/// keep everybody else out for the 10 s that a handshake may last.
const PENDING_MAX: usize = 32;

/// Calls of one address each second, and how many of them at once. A district behind one address has
/// about twenty offices, which call again 1 to 60 s apart.
const PER_SECOND: u64 = 8;
const BURST: Duration = Duration::from_secs(8);

/// Addresses remembered: 4,096 of about 100 bytes.
const ADDRESSES_MAX: usize = 4_096;

/// A call that was turned away.
#[derive(Debug, thiserror::Error)]
#[error("too many calls from this address")]
pub struct TurnedAway;

/// The part of the swarm that turns calls away.
#[derive(Default)]
pub struct Behaviour {
    pending: HashMap<ConnectionId, IpAddr>,
    callers: HashMap<IpAddr, Caller>,
}

struct Caller {
    pending: usize,
    calls: Bucket,
}

impl Behaviour {
    fn enter(&mut self, id: ConnectionId, from: &Multiaddr, now: Instant) -> Result<(), TurnedAway> {
        // Only TCP and QUIC are listened on, and both tell the address.
        let from = address(from).ok_or(TurnedAway)?;
        if self.callers.len() >= ADDRESSES_MAX {
            self.callers.retain(|_, caller| caller.pending > 0 || !caller.calls.is_full(now));
        }
        if self.callers.len() >= ADDRESSES_MAX && !self.callers.contains_key(&from) {
            return Err(TurnedAway);
        }
        let new = || Caller { pending: 0, calls: Bucket::new(PER_SECOND, BURST, now) };
        let caller = self.callers.entry(from).or_insert_with(new);
        if caller.pending >= PENDING_MAX || !caller.calls.affords(now) {
            return Err(TurnedAway);
        }
        caller.calls.charge(1, now);
        caller.pending += 1;
        self.pending.insert(id, from);
        Ok(())
    }

    fn leave(&mut self, id: ConnectionId) {
        let Some(from) = self.pending.remove(&id) else { return };
        if let Some(caller) = self.callers.get_mut(&from) {
            caller.pending -= 1;
        }
    }
}

/// The address that a call comes from; of IPv6 the network, for a host has as many as it likes.
fn address(from: &Multiaddr) -> Option<IpAddr> {
    from.iter().find_map(|part| match part {
        Protocol::Ip4(address) => Some(address.into()),
        Protocol::Ip6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Some(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
        }
        _ => None,
    })
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        id: ConnectionId,
        _: &Multiaddr,
        from: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.enter(id, from, Instant::now()).map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(event) => self.leave(event.connection_id),
            FromSwarm::ListenFailure(event) => self.leave(event.connection_id),
            _ => {}
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use libp2p::Multiaddr;
    use libp2p::swarm::ConnectionId;
    use tokio::time::Instant;

    use super::{ADDRESSES_MAX, BURST, Behaviour, PENDING_MAX, PER_SECOND};

    fn from(text: &str) -> Multiaddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_has_few_handshakes_in_progress_and_another_is_let_in() {
        let (mut callers, now) = (Behaviour::default(), Instant::now() + BURST);
        let (storm, other) = (from("/ip4/10.0.0.1/tcp/1"), from("/ip4/10.0.0.2/tcp/1"));
        let id = ConnectionId::new_unchecked;
        for call in 0..PENDING_MAX {
            callers.enter(id(call), &storm, now).unwrap();
        }
        assert!(callers.enter(id(900), &storm, now).is_err());
        callers.enter(id(901), &other, now).unwrap();
        callers.leave(id(0));
        callers.leave(id(0));
        callers.enter(id(902), &storm, now).unwrap();
        assert!(callers.enter(id(903), &storm, now).is_err(), "leaving twice frees one place");
    }

    #[test]
    fn calls_that_end_at_once_are_bounded_by_the_second_and_ipv6_by_its_network() {
        let (mut callers, now) = (Behaviour::default(), Instant::now() + BURST);
        let mut call = |host: u64, now| {
            let id = ConnectionId::new_unchecked(usize::try_from(host).unwrap());
            let taken = callers.enter(id, &from(&format!("/ip6/2001:db8::{:x}/tcp/1", host % 60_000)), now);
            callers.leave(id);
            taken.is_ok()
        };
        let taken = (1..1_000).filter(|host| call(*host, now)).count();
        assert_eq!(u64::try_from(taken).unwrap(), PER_SECOND * BURST.as_secs());
        let later = now + Duration::from_secs(1);
        let taken = (1..1_000).filter(|host| call(*host, later)).count();
        assert_eq!(u64::try_from(taken).unwrap(), PER_SECOND);
    }

    #[test]
    fn addresses_without_number_are_not_remembered_without_end() {
        let (mut callers, now) = (Behaviour::default(), Instant::now() + BURST);
        for number in 0..2 * ADDRESSES_MAX {
            let [.., a, b] = number.to_be_bytes();
            let id = ConnectionId::new_unchecked(number);
            let _ = callers.enter(id, &from(&format!("/ip4/10.1.{a}.{b}/tcp/1")), now);
            callers.leave(id);
        }
        assert!(callers.callers.len() <= ADDRESSES_MAX);
        let quiet = now + BURST;
        callers.enter(ConnectionId::new_unchecked(0), &from("/ip4/10.2.0.1/tcp/1"), quiet).unwrap();
        assert_eq!(callers.callers.len(), 1, "whoever was quiet is forgotten");
    }
}
