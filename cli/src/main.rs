//! `mohar`: found a state, open offices, look after nodes, and check what they say.
//!
//! Reading order: `args` (what can be typed), `commands` (one file for each), `output`, `error`
//! and `exit` (what comes back), `connect` (a running node), `clock` (time and randomness). This
//! command holds no rules: those are in `mohar-protocol`.

mod address;
mod admin;
mod admin_login;
mod args;
mod authority;
mod clock;
mod commands;
mod connect;
mod disk;
mod error;
mod exit;
mod fingerprint;
mod keyfile;
mod kit;
mod output;
mod password;
mod registry;
mod tiles;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Args;

fn main() -> ExitCode {
    // Wrong usage ends here with 2, help and version with 0.
    let args = Args::parse();
    let output = args.output();
    let exit = match commands::run(args.command, output) {
        Ok(exit) => exit,
        Err(failure) => failure.report(output.json),
    };
    exit.into()
}
