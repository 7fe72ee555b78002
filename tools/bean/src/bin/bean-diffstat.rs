//! `bean-diffstat OLD NEW`: how much of a library has changed, as JSON.
//!
//! Exit status: 0, or 2 when a file cannot be read.

use std::path::PathBuf;
use std::process::ExitCode;

use bean::answer::judge;
use bean::diff::{Statistics, diff};
use bean::output::{self, Ending};
use bean::{Answer, Input};
use clap::Parser;
use luci::code::{Analysis, Comparison, Pairing};
use serde::Serialize;

/// Counts what has changed between two versions of a library, as one JSON document
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// The library as it was
    old: PathBuf,
    /// The library as it is
    new: PathBuf,
    /// Count functions that depend on changed ones separately
    #[arg(short = 'D', long)]
    dependencies: bool,
}

#[derive(Serialize)]
struct Document {
    #[serde(flatten)]
    statistics: Statistics,
    /// The answer of `bean-update`.
    update: Answer,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    output::end("bean-diffstat", run(&cli))
}

fn run(cli: &Cli) -> Ending {
    let (old, new) = (Input::read(&cli.old)?, Input::read(&cli.new)?);
    let (old_view, new_view) = (old.view()?, new.view()?);
    let (old_code, new_code) = (Analysis::new(&old_view), Analysis::new(&new_view));
    let pairing = Pairing::new(&old_code, &new_code);
    let mut comparison = Comparison::new(&old_code, &new_code, &pairing);
    if cli.dependencies {
        comparison.follow_dependencies();
    }
    let judged = judge(&old.object(&old_view), &old_view, &new_view);
    let update = Answer::judged(&cli.old, &cli.new, &judged);
    output::print_json(&Document { statistics: Statistics::of(&diff(&comparison)), update })?;
    Ok(true)
}
