//! One file for each command.

pub mod bundle;
pub mod charge;
pub mod charter;
pub mod check;
pub mod found;
pub mod join;
pub mod kit;
pub mod log;
pub mod matter;
pub mod office;
pub mod officer;
pub mod packet;
pub mod post;
pub mod search;
pub mod status;
pub mod verify;

use crate::args::Command;
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::Output;

/// Runs a command.
///
/// # Errors
/// The [`Failure`] to report.
pub fn run(command: Command, output: Output) -> Result<Exit, Failure> {
    match command {
        Command::Found(found) => found.run(output),
        Command::Charter(charter) => charter.run(output),
        Command::Office(office) => office.run(output),
        Command::Join(join) => join.run(output),
        Command::Kit(kit) => kit.run(output),
        Command::Post(post) => post.run(output),
        Command::Officer(officer) => officer.run(output),
        Command::Charge(charge) => charge.run(output),
        Command::Status(status) => status.run(output),
        Command::Log(log) => log.run(output),
        Command::Matter(matter) => matter.run(output),
        Command::Bundle(bundle) => bundle.run(output),
        Command::Packet(packet) => packet.run(output),
        Command::Verify(verify) => verify.run(output),
        Command::Check(check) => check.run(output),
        Command::Search(search) => search.run(output),
    }
}
