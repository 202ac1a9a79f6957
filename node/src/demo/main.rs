//! `cargo demo`: a federation of five offices on one machine, each its own process, store, keys and
//! pages, with work on every desk.
//!
//! Reading order: `federation` and `work` (what there is), `folder` (where), `ceremony`, `nodes`,
//! `lay` with `browser` (how), `table` (what is printed). It uses the command `mohar`, the daemon
//! and the pages, and no door that an office of its own would not have.

mod browser;
mod ceremony;
mod documents;
mod federation;
mod folder;
mod lay;
mod nodes;
mod progress;
mod table;
mod work;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use clap::Parser;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use self::ceremony::{Ceremony, programs};
use self::federation::OFFICES;
use self::folder::{Folder, Marker};
use self::nodes::Nodes;
use self::progress::Progress;
use self::table::{Table, start_by_hand};
use self::work::Work;

/// Between two looks at the processes.
const LOOK: Duration = Duration::from_millis(500);

/// Runs a federation of five offices on this machine, with work on every desk
///
/// The first start founds the offices and lays the work, which takes about a minute; later starts
/// take up what is there. Ctrl-C stops all offices.
#[derive(Parser)]
#[command(name = "demo", version)]
struct Args {
    /// Folder of the demonstration
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    data: PathBuf,
    /// Port of the first office's pages; the others follow, nodes talk 4000 below [default: 8181]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(5024..=65531))]
    base_port: Option<u16>,
    /// Remove what an earlier demonstration left in the folder, and begin anew
    #[arg(long)]
    fresh: bool,
    /// Lay every .txt, .pdf, .png and .jpg of this folder as dak on the desks, at most 200
    #[arg(long, value_name = "DIR")]
    papers: Option<PathBuf>,
    /// Print the table as JSON on stdout
    #[arg(long)]
    json: bool,
    /// Stop everything and end as soon as all is ready
    #[arg(long)]
    exit_when_ready: bool,
}

fn main() -> ExitCode {
    let ran = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Into::into);
    match ran.and_then(|runtime| runtime.block_on(run(Args::parse_from(arguments())))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nobody left to tell when stderr is gone.
            let _ = writeln!(io::stderr().lock(), "demo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The alias ends in `--`, so that `cargo demo --fresh` works; who writes it again means the same.
fn arguments() -> impl Iterator<Item = std::ffi::OsString> {
    std::env::args_os().enumerate().filter(|(at, word)| *at != 1 || word != "--").map(|(_, word)| word)
}

async fn run(args: Args) -> anyhow::Result<()> {
    let mut signals = Signals::new()?;
    let say = Arc::new(Progress::start());
    let (folder, marker) = Folder::open(&args.data, args.fresh, args.base_port, |text| say.step(text))?;
    marker.check_ports()?;
    let [mohar, node] = programs(["mohar", "mohar-node"], &say)?;
    let nodes = Arc::new(Nodes::new(node));
    let work =
        Preparation { folder: Arc::new(folder), nodes: Arc::clone(&nodes), say: Arc::clone(&say), mohar };
    let folder = Arc::clone(&work.folder);

    let (done, ready) = oneshot::channel();
    let papers = args.papers.clone();
    // A thread that nobody waits for: on a signal the nodes are stopped, and its work fails.
    std::thread::spawn(move || {
        let _ = done.send(work.prepare(marker, papers));
    });
    let table = tokio::select! {
        table = ready => Some(table.context("the preparation ended early")?),
        () = signals.any() => None,
    };
    let ended = match table {
        Some(Ok(table)) => match print(&table, args.json) {
            Ok(()) if !args.exit_when_ready => {
                watch(&nodes, &folder, &say, &mut signals).await;
                Ok(())
            }
            printed => printed,
        },
        Some(Err(error)) => Err(error),
        None => Err(anyhow!("stopped before all was ready; `cargo demo` takes it up again")),
    };
    say.step("Stopping the offices.");
    nodes.stop();
    say.step("All offices have stopped.");
    ended
}

/// What the preparing thread has.
struct Preparation {
    folder: Arc<Folder>,
    nodes: Arc<Nodes>,
    say: Arc<Progress>,
    mohar: PathBuf,
}

impl Preparation {
    fn prepare(&self, mut marker: Marker, papers: Option<PathBuf>) -> anyhow::Result<Table> {
        let (folder, nodes, say) = (&*self.folder, &*self.nodes, &*self.say);
        if marker.ready {
            for office in &OFFICES {
                nodes.start(folder, office.key, marker.ports(office.key))?;
            }
            say.step("The five offices run again.");
        } else {
            let ceremony = Ceremony::new(self.mohar.clone(), folder, nodes, say);
            ceremony.found(&mut marker)?;
            ceremony.staff(&marker)?;
            lay::lay(&marker, &Work::read()?, say)?;
        }
        if let Some(dir) = papers {
            documents::lay(&marker, &dir, say)?;
        }
        marker.ready = true;
        folder.write_marker(&marker)?;
        say.step("Ready.");
        Ok(Table::of(folder, &marker, nodes, &self.mohar))
    }
}

/// Says which offices have ended by themselves, until a signal comes.
async fn watch(nodes: &Nodes, folder: &Folder, say: &Progress, signals: &mut Signals) {
    loop {
        tokio::select! {
            () = signals.any() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        for ended in nodes.ended() {
            let (key, status) = (ended.key, ended.status);
            say.step(&format!(
                "{key} has ended ({status}); its log is {}. Start it again, in another terminal, with:\n  {}",
                folder.log(key).display(),
                start_by_hand(folder, nodes, key)
            ));
        }
    }
}

fn print(table: &Table, json: bool) -> anyhow::Result<()> {
    let text = if json { serde_json::to_string(table)? + "\n" } else { table.to_text() };
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    Ok(stdout.flush()?)
}

/// What asks the demonstration to stop: Ctrl-C, a service manager, a closed terminal.
struct Signals([Signal; 3]);

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self([
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ]))
    }

    async fn any(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}
