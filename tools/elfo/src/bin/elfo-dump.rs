//! `elfo-dump`: everything an ELF file says of itself.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::Parser;
use elfo::dump::{self, Parts};
use elfo::input::{self, complain, finish, path_text, print, print_json};

const TOOL: &str = "elfo-dump";

/// Shows what an ELF file says of itself; without switches everything
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// The file: a program, a library or an object file
    file: PathBuf,
    /// One JSON document
    #[arg(long)]
    json: bool,
    /// The file header
    #[arg(short = 'H', long)]
    header: bool,
    /// The interpreter
    #[arg(short, long)]
    interpreter: bool,
    /// Program headers
    #[arg(short = 'l', long)]
    segments: bool,
    /// Section headers
    #[arg(short = 'S', long)]
    sections: bool,
    /// The dynamic section
    #[arg(short, long)]
    dynamic: bool,
    /// Version definitions and needs
    #[arg(short = 'v', long)]
    versions: bool,
    /// Both symbol tables
    #[arg(short, long)]
    symbols: bool,
    /// Relocations
    #[arg(short, long)]
    relocations: bool,
    /// Notes
    #[arg(short, long)]
    notes: bool,
    /// Hash tables
    #[arg(short = 'x', long)]
    hash: bool,
}

fn main() -> ExitCode {
    finish(TOOL, run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<ExitCode> {
    let asked = Parts {
        header: cli.header,
        interpreter: cli.interpreter,
        segments: cli.segments,
        sections: cli.sections,
        dynamic: cli.dynamic,
        versions: cli.versions,
        symbols: cli.symbols,
        relocations: cli.relocations,
        notes: cli.notes,
        hash: cli.hash,
    };
    let name = path_text(&cli.file);
    let bytes = input::read(&cli.file)?;
    let parts = if asked.is_empty() { Parts::all() } else { asked };
    let document = dump::document(&name, &bytes, parts).map_err(|what| anyhow!("{name}: {what}"))?;
    if cli.json {
        print_json(&document)?;
    } else {
        print(&document.to_text())?;
    }
    document.problems.iter().for_each(|problem| complain(TOOL, &format!("{name}: {problem}")));
    Ok(if document.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
