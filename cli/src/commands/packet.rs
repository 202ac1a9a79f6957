//! `mohar packet`: two offices without a line exchange packets on a stick or by mail.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use data_encoding::BASE64;
use mohar_protocol::control::{Request, Response};
use mohar_protocol::id::OfficeId;
use mohar_protocol::limits::PACKET_BYTES_MAX;
use mohar_protocol::packet::Packet as File;
use mohar_protocol::refusal::Refusal;
use serde_json::{Value, json};

use crate::connect::{Node, unexpected};
use crate::disk::{self, Access};
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::output::Output;

/// End of the name of a packet.
const EXTENSION: &str = "packet";

/// Packets read from one folder in one go.
const PACKETS_MAX: usize = 256;

/// Carry files to an office that no line reaches, on a stick or as an attachment
///
/// A file reaches the other office after two packets there and one back; with a fourth packet the
/// sender sees that it has been received. What is in a packet stays sealed for whoever carries it.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum Packet {
    Export(Export),
    Import(Import),
}

const EXAMPLES: &str = "\
Examples:
  mohar packet export --data /var/lib/mohar --for mp/indore/depalpur /media/stick
  mohar packet import --data /var/lib/mohar /media/stick";

/// Write a packet with everything that waits for an office
///
/// Writing changes nothing: a packet that is lost is simply written again.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Export {
    /// Data folder of the running node
    #[arg(long)]
    data: PathBuf,
    /// The other office: its path, or its id of 64 hexadecimal digits
    #[arg(long = "for", value_name = "OFFICE")]
    office: String,
    /// Folder to write into, such as that of a stick
    dir: PathBuf,
}

/// Take in the packets of a folder, and write the answers into it
///
/// Packets for other offices are left alone. Taking one in twice, or in any order, does no harm.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Import {
    /// Data folder of the running node
    #[arg(long)]
    data: PathBuf,
    /// Folder with packets
    dir: PathBuf,
}

impl Packet {
    /// Runs the command.
    ///
    /// # Errors
    /// A node that does not answer, an unknown office, a folder that cannot be read or written.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        match self {
            Self::Export(export) => export.run(output),
            Self::Import(import) => import.run(output),
        }
    }
}

impl Export {
    fn run(self, output: Output) -> Result<Exit, Failure> {
        let mut node = Node::open(&self.data)?;
        let to = office(&mut node, &self.office)?;
        let answer =
            node.ask(&Request::PacketExport { to }).hint("`mohar status` shows the other offices.")?;
        let packet = Written::of(answer)?;
        let path = packet.write(&self.dir)?;
        output.line(format!("packet {} for {}", path.display(), packet.path))?;
        output.line(match packet.owed {
            0 => "nothing waits for that office".to_owned(),
            owed => format!("{owed} messages for it, {} bytes in all", packet.bytes.len()),
        })?;
        output.json(&json!({
            "packet": path, "for": packet.path, "owed": packet.owed, "bytes": packet.bytes.len(),
        }))?;
        Ok(Exit::Good)
    }
}

impl Import {
    fn run(self, output: Output) -> Result<Exit, Failure> {
        let mut node = Node::open(&self.data)?;
        let (mut all, mut exit) = (Vec::new(), Exit::Good);
        for path in packets(&self.dir)? {
            let bytes = read(&path)?;
            let (said, good) = self.take(&mut node, &path, &bytes, output)?;
            all.push(said);
            if !good {
                exit = Exit::Bad;
            }
        }
        if all.is_empty() {
            output.line(format!("no packets in {}", self.dir.display()))?;
        }
        output.json(&Value::Array(all))?;
        Ok(exit)
    }

    /// Takes in one packet; what to say of it, and whether it was a packet as it should be.
    fn take(
        &self,
        node: &mut Node,
        path: &Path,
        bytes: &[u8],
        output: Output,
    ) -> Result<(Value, bool), Failure> {
        let name = path.display();
        let answer = match node.ask(&Request::PacketImport { packet: BASE64.encode(bytes) }) {
            Err(failure) if failure.is_refusal(Refusal::PacketNotHere) => {
                output.line(format!("{name}: for another office, left alone"))?;
                return Ok((json!({ "packet": path, "refused": Refusal::PacketNotHere.code() }), true));
            }
            Err(failure) => match refusal_of(&failure) {
                Some(refusal) => {
                    output.line(format!("{name}: {refusal}"))?;
                    return Ok((json!({ "packet": path, "refused": refusal.code() }), false));
                }
                None => return Err(failure),
            },
            Ok(answer) => Written::of(answer)?,
        };
        output.line(format!("{name}: from {}, {} messages taken in", answer.path, answer.taken))?;
        for (code, count) in &answer.refused {
            output.line(format!("  {count} not taken in: {code}"))?;
        }
        let back = if answer.owed > 0 { Some(answer.write(&self.dir)?) } else { None };
        output.line(match &back {
            Some(back) => format!("  carry back: {}", back.display()),
            None => "  nothing has to be carried back".to_owned(),
        })?;
        let said = json!({
            "packet": path, "from": answer.path, "taken": answer.taken, "not_taken": answer.refused,
            "answer": back,
        });
        Ok((said, true))
    }
}

/// What the node answered.
struct Written {
    path: String,
    taken: u64,
    refused: std::collections::BTreeMap<String, u64>,
    owed: u64,
    bytes: Vec<u8>,
}

impl Written {
    fn of(answer: Response) -> Result<Self, Failure> {
        match answer {
            Response::Packet { path, taken, refused, owed, base64, .. } => {
                let bytes = BASE64.decode(base64.as_bytes()).context("the node's answer is not base64")?;
                Ok(Self { path, taken, refused, owed, bytes })
            }
            _ => Err(unexpected()),
        }
    }

    /// Writes the packet under a name that says for whom it is; the same packet has the same name.
    fn write(&self, dir: &Path) -> Result<PathBuf, Failure> {
        let packet = File::parse(&self.bytes).map_err(|refusal| Failure::usage(refusal.to_string()))?;
        let digest = packet.header().digest.to_string();
        let name = format!("for-{}-{}.{EXTENSION}", self.path.replace('/', "-"), &digest[..12]);
        let path = dir.join(name);
        if !path.exists() {
            disk::write_new(&path, &self.bytes, Access::Public)?;
        }
        Ok(path)
    }
}

/// The refusal behind a failure, if the node said no.
fn refusal_of(failure: &Failure) -> Option<Refusal> {
    Refusal::ALL.iter().copied().find(|refusal| failure.is_refusal(*refusal))
}

/// An office by its path or its id.
fn office(node: &mut Node, text: &str) -> Result<OfficeId, Failure> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let status = node.status()?;
    let found = status.others.iter().find(|other| other.path == text);
    found.map(|other| other.office).ok_or_else(|| {
        Failure::usage(format!("this node knows no office {text}")).hint("`mohar status` lists them.")
    })
}

/// Packets of a folder, in the order of their names.
fn packets(dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(dir).with_context(|| format!("cannot read the folder {}", dir.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == EXTENSION));
    paths.sort_unstable();
    paths.truncate(PACKETS_MAX);
    Ok(paths)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let length = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    if length > PACKET_BYTES_MAX as u64 {
        return Err(Failure::usage(format!("{}: {}", path.display(), Refusal::PacketTooLarge)));
    }
    Ok(fs::read(path).with_context(|| format!("cannot read {}", path.display()))?)
}
