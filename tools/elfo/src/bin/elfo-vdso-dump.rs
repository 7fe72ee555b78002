//! `elfo-vdso-dump`: shows the vDSO of this machine, or writes it to a file.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use clap::Parser;
use elfo::dump::{self, Parts};
use elfo::input::{complain, finish, path_text, plain, print, print_json};
use elfo::vdso;

const TOOL: &str = "elfo-vdso-dump";

/// Shows the vDSO of this machine as elfo-dump does, or writes its image to a file
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// Write the image to this file
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    finish(TOOL, run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<ExitCode> {
    let bytes = vdso::image()?;
    if let Some(path) = &cli.output {
        fs::write(path, &bytes).map_err(plain).with_context(|| path_text(path))?;
        if !cli.json {
            print(&format!("{}: {} bytes\n", path_text(path), bytes.len()))?;
            return Ok(ExitCode::SUCCESS);
        }
    }
    let document = dump::document("[vdso]", &bytes, Parts::all()).map_err(|what| anyhow!("[vdso]: {what}"))?;
    if cli.json {
        print_json(&document)?;
    } else {
        print(&document.to_text())?;
    }
    document.problems.iter().for_each(|problem| complain(TOOL, &format!("[vdso]: {problem}")));
    Ok(if document.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
