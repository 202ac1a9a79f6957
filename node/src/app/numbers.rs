//! Our own numbers: `<office code>/<serial>/<year>` for files, `<office code>/<head>/<serial>/<year>` under a head, `आवक <serial>/<year>` for dak.
//!
//! A serial is durable before it is used, so a number is never given twice; a power cut between
//! the two leaves a gap. Numbers are given offline and never asked for elsewhere.

use jiff::tz::Offset;
use mohar_protocol::id::{MatterId, OfficeId};
use mohar_protocol::records::{Records, StoreFault};
use mohar_protocol::time::Timestamp;

use crate::app::{App, Trouble};
use crate::store::tables;

/// Numbers that a burnt node may have given after its last mirrored act: a day of a busy district
/// without any link.
const UNSEEN_NUMBERS: u64 = 1_000;

/// What counts its matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Series<'a> {
    /// Letters that come in.
    Dak,
    /// Files.
    Files {
        /// The code of a head; may be empty.
        head: &'a str,
    },
}

impl App {
    /// The next number of an office in the year of the Indian calendar day.
    pub(super) async fn next_number(
        &self,
        office: &OfficeId,
        series: Series<'_>,
        now: Timestamp,
    ) -> Result<String, Trouble> {
        let year = indian_year(now);
        let _one_at_a_time = self.numbers.lock().await;
        let serial = self.next_serial(row(office, series, year), self.floor(office)).await?;
        self.number(office, series, &serial.to_string(), year)
    }

    /// The number of the next copy of a dak: that of the original with a serial of its own, so that
    /// copies use up no inward numbers.
    pub(super) async fn next_copy_number(&self, id: &MatterId, number: &str) -> Result<String, Trouble> {
        let _one_at_a_time = self.numbers.lock().await;
        let serial = self.next_serial(format!("serial/copy/{id}").into_bytes(), 0).await?;
        Ok(format!("{number} प्रति-{serial}"))
    }

    /// Counts a series up, which begins above `floor`; the caller holds the lock of the numbers.
    async fn next_serial(&self, row: Vec<u8>, floor: u64) -> Result<u64, Trouble> {
        let serial = {
            let snapshot = self.snapshot();
            let last = Records::new(&snapshot).get(tables::META, &row)?;
            last.map_or_else(|| Ok(floor), |bytes| read(&bytes))? + 1
        };
        self.ledger.write(vec![(tables::META, row, Some(serial.to_be_bytes().to_vec()))]).await?;
        Ok(serial)
    }

    /// Below the first number of a series. After a fire the last number is not known any more: the new
    /// node begins above every act that anybody saw, with room for those that nobody saw.
    fn floor(&self, office: &OfficeId) -> u64 {
        let registry = self.ledger.registry();
        let present = registry.office(office).ok().and_then(|register| register.incarnation());
        present.filter(|present| present.number > 1).map_or(0, |present| present.lost_to + UNSEEN_NUMBERS)
    }

    /// The series from which the next file of an office gets its number.
    ///
    /// # Errors
    /// [`mohar_protocol::refusal::Refusal::OfficeUnknown`].
    pub fn series(&self, office: &OfficeId, now: Timestamp) -> Result<String, Trouble> {
        self.number(office, Series::Files { head: "" }, "…", indian_year(now))
    }

    fn number(
        &self,
        office: &OfficeId,
        series: Series<'_>,
        serial: &str,
        year: i16,
    ) -> Result<String, Trouble> {
        let registry = self.ledger.registry();
        Ok(match series {
            Series::Dak => format!("आवक {serial}/{year}"),
            Series::Files { head: "" } => format!("{}/{serial}/{year}", registry.office(office)?.code()),
            Series::Files { head } => format!("{}/{head}/{serial}/{year}", registry.office(office)?.code()),
        })
    }
}

fn row(office: &OfficeId, series: Series<'_>, year: i16) -> Vec<u8> {
    match series {
        Series::Dak => format!("serial/dak/{office}/{year}"),
        Series::Files { head: "" } => format!("serial/file/{office}/{year}"),
        Series::Files { head } => format!("serial/file/{office}/{year}/{head}"),
    }
    .into_bytes()
}

fn read(bytes: &[u8]) -> Result<u64, StoreFault> {
    bytes.try_into().map(u64::from_be_bytes).map_err(|_| StoreFault::damaged("a serial"))
}

/// The year on an Indian calendar at a moment.
fn indian_year(now: Timestamp) -> i16 {
    indian(now).year()
}

/// The day on an Indian calendar at a moment, `yyyy-mm-dd`.
pub fn indian_day(now: Timestamp) -> String {
    indian(now).date().to_string()
}

/// The Indian calendar and clock (+05:30) at a moment.
fn indian(now: Timestamp) -> jiff::civil::DateTime {
    let ms = i64::try_from(now.0).unwrap_or(i64::MAX);
    let at = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::MAX);
    let ist = Offset::from_seconds(19_800).expect("five and a half hours is within every bound of an offset");
    ist.to_datetime(at)
}
