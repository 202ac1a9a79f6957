//! `mohar-node`: the daemon of one office. Reads the command line, starts, waits, stops.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use mohar_node::config::{Config, EXAMPLE};
use mohar_node::{observe, run, shutdown};

/// The daemon of one office.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// The data folder; settings are in node.toml inside it.
    #[arg(long, value_name = "FOLDER", required_unless_present = "print_config")]
    data: Option<PathBuf>,
    /// Prints the documented settings and ends.
    #[arg(long)]
    print_config: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    serve(Args::parse()).await.unwrap_or_else(|error| {
        // One line, whether or not the log has been started.
        let _ = writeln!(io::stderr(), "mohar-node: {error:#}");
        ExitCode::FAILURE
    })
}

async fn serve(args: Args) -> anyhow::Result<ExitCode> {
    let Some(data) = args.data.filter(|_| !args.print_config) else {
        io::stdout().write_all(EXAMPLE.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    };
    let config = Config::load(&data)?;
    observe::start(&config.log);
    let mut running = run::start(config).await.context("the node could not start")?;
    shutdown::ready();
    let ended = shutdown::asked(&mut running).await;
    running.stop().await;
    Ok(ended)
}
