//! `bean-update OLD NEW`: may NEW replace OLD in a running program? The same comparison as in the loader, with every symbol and
//! version taken as used, because there is no process to ask.
//!
//! `--relax` and `--force` accept more, see [`luci::update::Difference::relaxed_at`]; the reasons are told all the same.
//!
//! Exit status: 0 accepted, 1 refused, 2 a file cannot be read.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bean::answer::{Judged, judge};
use bean::{Answer, Input, Level, Outcome};
use clap::Parser;

/// Says whether a new version of a library may replace the old one in a running program, and why not
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// The library as the program has it
    old: PathBuf,
    /// The library that is to replace it
    new: PathBuf,
    /// Accept more: 0 nothing; 1 where the code does not show that a variable without name is still the same; 2 also other initial
    /// values, other constructors, locks and pointers into the library's own data; 3 also other virtual functions, moved variables
    /// without names and pointers to something else. Never other sizes, another layout of memory, or missing symbols
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=3), verbatim_doc_comment)]
    relax: u8,
    /// Accept what the loader applies with -F: as --relax 2
    #[arg(long)]
    force: bool,
    /// One JSON document instead of text
    #[arg(long)]
    json: bool,
}

impl Cli {
    fn level(&self) -> Level {
        Level { relax: self.relax, force: self.force }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let judged = judge_files(&cli.old, &cli.new);
    let answer = match &judged {
        Ok(judged) => Answer::judged_at(&cli.old, &cli.new, judged, cli.level()),
        Err(error) => Answer::unreadable(&cli.old, &cli.new, Some(error.clone())),
    };
    let printed = match judged {
        _ if cli.json => print_json(&answer),
        Ok(judged) => print_text(&judged, answer.verdict),
        Err(error) => {
            eprintln!("bean-update: {error}");
            Ok(())
        }
    };
    match printed {
        Ok(()) => ExitCode::from(answer.verdict.exit_status()),
        Err(error) => {
            eprintln!("bean-update: the answer cannot be written: {error}");
            ExitCode::from(Outcome::Unreadable.exit_status())
        }
    }
}

fn judge_files(old: &Path, new: &Path) -> Result<Judged, String> {
    let (old, new) = (Input::read(old)?, Input::read(new)?);
    let (old_view, new_view) = (old.view()?, new.view()?);
    Ok(judge(&old.object(&old_view), &old_view, &new_view))
}

fn print_json(answer: &Answer) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, answer)?;
    writeln!(out)
}

/// A line for each reason, or what else a program may have against it.
fn print_text(Judged { verdict, hazards }: &Judged, outcome: Outcome) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if verdict.is_accepted() {
        writeln!(out, "{verdict}")?;
        return hazards.reasons.iter().try_for_each(|hazard| writeln!(out, "refused in some programs: {hazard}"));
    }
    if outcome == Outcome::Accepted {
        writeln!(out, "{}: the new version is accepted although:", verdict.object)?;
    }
    for reason in &verdict.reasons {
        writeln!(out, "{reason}")?;
    }
    match verdict.omitted {
        0 => Ok(()),
        1 => writeln!(out, "{}: one more reason", verdict.object),
        more => writeln!(out, "{}: {more} more reasons", verdict.object),
    }
}
