//! What the command tells the program that called it.

use std::process::ExitCode;

/// How a command ended. Scripts rely on the numbers; they never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// 0: done, or checked and found good.
    Good = 0,
    /// 1: checked, and the answer is no: something is bad or was refused.
    Bad = 1,
    /// 2: could not be done or checked: wrong usage, no running node, an unreadable path.
    CouldNot = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
