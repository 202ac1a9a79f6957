//! What an auditor runs, offline and trusting nothing but the id of the state: the audit of a
//! whole office log and of the bundle of one matter.
//!
//! Reading order: `finding` (what can be found), `report` (what comes out), `judge` (what is
//! asked of every act and checkpoint), `log_directory` and `bundle` (the two audits), `matters`
//! (files as far as one log tells). The rules are those of [`crate::registry`],
//! [`crate::custody`] and [`crate::log`]: there is no second copy of any rule here.
//!
//! This module never trusts a summary, a count or a claim in its input.

pub mod bundle;
pub mod finding;
mod judge;
pub mod log_directory;
mod matters;
pub mod report;

pub use self::bundle::{Bundle, verify_bundle};
pub use self::finding::{Finding, Weight};
pub use self::log_directory::{LogDirectory, verify_log};
pub use self::report::{Report, Verdict};
