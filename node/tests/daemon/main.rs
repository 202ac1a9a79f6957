//! Whole nodes in temporary folders, over loopback, with ports chosen by the system.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a failed test")]

mod checking;
mod control;
mod federation;
mod process;
mod serving;
mod support;
