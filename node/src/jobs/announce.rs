//! Keeps the published directories true: where the node is reached, and names whose publication a
//! crash or a full queue has prevented.

use std::time::Duration;

use mohar_protocol::refusal::Refusal;
use tokio::sync::watch;

use crate::ledger::Ledger;
use crate::ledger::names;

/// After a new address, further ones are awaited this long, so that they are published at once.
const SETTLE: Duration = Duration::from_secs(1);

/// A refused publication is tried again after this time.
const AGAIN: Duration = Duration::from_secs(10);

/// What could not be published when it was changed is looked for this often.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Addresses in one directory: every interface of an office machine, and room.
const ADDRESSES_MAX: usize = 16;

/// Publishes at the start and whenever the addresses have changed. `announce` replaces what the
/// network found out.
pub async fn run(
    ledger: Ledger,
    announce: Vec<String>,
    mut listening: watch::Receiver<Vec<String>>,
) -> &'static str {
    loop {
        let found = listening.borrow_and_update().clone();
        let addresses = if announce.is_empty() { reachable(found) } else { announce.clone() };
        while let Err(refusal) = publish(&ledger, &addresses).await {
            tracing::warn!(code = refusal.code(), "the directory could not be published; trying again");
            tokio::time::sleep(AGAIN).await;
        }
        match tokio::time::timeout(LOOK_AGAIN, listening.changed()).await {
            Err(_) => {}
            Ok(Ok(())) => tokio::time::sleep(SETTLE).await,
            Ok(Err(_)) => return "the watch over addresses",
        }
    }
}

async fn publish(ledger: &Ledger, addresses: &[String]) -> Result<(), Refusal> {
    let registry = ledger.registry();
    // An office whose dossier has not been taken in yet has nothing to publish.
    for register in ledger.hosted().iter().filter_map(|office| registry.office(office).ok()) {
        let office = register.id();
        if names::own(ledger, &office)?.addresses != addresses {
            names::change(ledger, office, |names| names.addresses = addresses.to_vec()).await?;
        }
        names::publish(ledger, &office).await?;
    }
    Ok(())
}

/// An address of the machine itself helps nobody else, unless there is no other.
fn reachable(found: Vec<String>) -> Vec<String> {
    let is_own = |address: &String| address.starts_with("/ip4/127.") || address.starts_with("/ip6/::1/");
    let (own, mut others): (Vec<_>, Vec<_>) = found.into_iter().partition(is_own);
    if others.is_empty() {
        others = own;
    }
    others.truncate(ADDRESSES_MAX);
    others
}

#[cfg(test)]
mod tests {
    use super::reachable;

    #[test]
    fn loopback_is_published_only_when_there_is_nothing_else() {
        let text = |addresses: &[&str]| addresses.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>();
        let (own, lan) = ("/ip4/127.0.0.1/tcp/4001", "/ip4/10.1.2.3/tcp/4001");
        assert_eq!(reachable(text(&[own, lan])), text(&[lan]));
        assert_eq!(reachable(text(&[own])), text(&[own]));
    }
}
