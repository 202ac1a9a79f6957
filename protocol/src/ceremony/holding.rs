//! What a node holds of another office, in one disk file: what the ceremony after a fire needs, on a
//! machine without any link. Acts prove themselves; the rest is sealed, signed, or public.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::CeremonyFile;
use crate::ceremony::PeerAddress;
use crate::id::OfficeId;
use crate::log::tree::Head;
use crate::machine::Package;
use crate::records::{Records, Role, StoreFault};
use crate::registry::Registry;

/// What one node holds of an office: `*.holding`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Holding {
    /// The office.
    #[n(0)]
    pub office: OfficeId,
    /// Charter and dossiers as this node knows them.
    #[n(1)]
    pub package: Package,
    /// The head up to which this node holds every leaf and every content; of no leaves if it is no mirror.
    #[n(2)]
    pub held: Head,
    /// The largest size of a head that this node has cosigned.
    #[n(3)]
    pub seen_to: u64,
    /// Escrows of the office's sealing secrets, with the number of the incarnation.
    #[n(4)]
    pub escrows: Vec<(u32, ByteVec)>,
    /// The directory as last published; empty if it is not here.
    #[n(5)]
    pub names: ByteVec,
    /// Where this node is reached.
    #[n(6)]
    pub peers: Vec<PeerAddress>,
}

impl CeremonyFile for Holding {
    const FIRST_LINE: &'static str = "mohar/holding/1";
}

impl Holding {
    /// Collects what the records hold of an office.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn collect(
        records: &Records<'_>,
        registry: &Registry,
        office: OfficeId,
        package: Package,
        peers: Vec<PeerAddress>,
    ) -> Result<Self, StoreFault> {
        let held = records.cosigned(&office, Role::Mirror)?;
        let held = held.map_or(Head::empty(), |(size, root)| Head { size, root });
        let seen = records.cosigned(&office, Role::Witness)?.map_or(0, |(size, _)| size);
        let (mut escrows, mut names) = (Vec::new(), Vec::new());
        if let Ok(register) = registry.office(&office) {
            for (number, wraps) in register.escrows() {
                escrows.extend(records.content_bytes(&wraps.root)?.map(|bytes| (number, bytes.into())));
            }
            if let Some((_, snapshot)) = register.directory() {
                names = records.content_bytes(&snapshot.root)?.unwrap_or_default();
            }
        }
        let seen_to = seen.max(held.size);
        Ok(Self { office, package, held, seen_to, escrows, names: names.into(), peers })
    }
}
