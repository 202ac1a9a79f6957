//! Whole nodes in temporary folders, over loopback, with ports chosen by the system.

mod checking;
mod control;
mod federation;
mod process;
mod serving;
mod support;
