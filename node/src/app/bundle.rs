//! The proof bundle of one matter, for someone outside to verify. Contents stay sealed.

use mohar_protocol::audit::bundle::{NotCollected, collect};
use mohar_protocol::ceremony::to_file;
use mohar_protocol::id::MatterId;

use crate::app::reading::Reader;
use crate::app::{App, Officer, Trouble};

impl App {
    /// The bundle of a matter that the officer may see. Blocks.
    ///
    /// # Errors
    /// [`mohar_protocol::refusal::Refusal::MatterUnknown`], and those of the collecting.
    pub fn bundle(&self, officer: &Officer, id: &MatterId) -> Result<Vec<u8>, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        reader.visible(&officer.holder(), id)?;
        let storage = self.ledger.storage_key();
        match collect(&reader.records, &self.ledger.registry(), storage, *id, false) {
            Ok(bundle) => Ok(to_file(&bundle)),
            Err(NotCollected::Refused(refusal)) => Err(refusal.into()),
            Err(NotCollected::Fault(fault)) => Err(fault.into()),
        }
    }
}
