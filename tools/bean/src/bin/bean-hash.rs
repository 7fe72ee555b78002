//! `bean-hash FILE…`: hashes of functions and data objects that do not change when these move.
//!
//! Exit status: 0, or 2 when a file cannot be read.

use std::path::PathBuf;
use std::process::ExitCode;

use bean::Input;
use bean::hashes::Hashes;
use bean::output::{self, Ending};
use clap::Parser;
use luci::code::Analysis;

/// Prints hashes of each function and each named data object: internal (its own bytes without anything that depends on a place)
/// and external (what it refers to), and one of the whole file
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// Libraries or programs
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The hash of each whole file only
    #[arg(short, long)]
    summary: bool,
    /// Take names from the separate debug files below ROOT
    #[arg(long, value_name = "ROOT", num_args = 0..=1, require_equals = true, default_missing_value = "/")]
    dbgsym: Option<PathBuf>,
    /// One JSON document instead of text
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    output::end("bean-hash", run(&cli))
}

fn run(cli: &Cli) -> Ending {
    let mut all = Vec::with_capacity(cli.files.len());
    for file in &cli.files {
        let input = Input::read_with_debug(file, cli.dbgsym.as_deref())?;
        let view = input.view()?;
        let mut hashes = Hashes::of(file.display().to_string(), &Analysis::new(&view));
        if cli.summary {
            hashes.functions.clear();
            hashes.data.clear();
        }
        all.push(hashes);
    }
    if cli.json {
        output::print_json(&all)?;
    } else {
        print(&all)?;
    }
    Ok(true)
}

fn print(all: &[Hashes]) -> Result<(), String> {
    output::print(|out| {
        for hashes in all {
            writeln!(out, "{:016x}  {}", hashes.hash, hashes.file)?;
            for function in &hashes.functions {
                let bean::hashes::FunctionHash { name, address, size, internal, external } = function;
                writeln!(out, "  {internal:016x} {external:016x} {address:>8x} {size:>7} {name}")?;
            }
            for data in &hashes.data {
                let bean::hashes::DataHash { name, address, size, internal, external } = data;
                writeln!(out, "  {internal:016x} {external:016x} {address:>8x} {size:>7} {name} (data)")?;
            }
        }
        Ok(())
    })
}
