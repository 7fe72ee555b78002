//! `bean-update OLD NEW`: may NEW replace OLD in a running program? The same comparison as in the loader, with every symbol and
//! version taken as used, because there is no process to ask.
//!
//! Exit status: 0 accepted, 1 refused, 2 a file cannot be read.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bean::hazards::hazards;
use bean::{Answer, Input, Outcome};
use clap::Parser;
use luci::update::{Usage, Verdict, compare};

/// Says whether a new version of a library may replace the old one in a running program, and why not
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// The library as the program has it
    old: PathBuf,
    /// The library that is to replace it
    new: PathBuf,
    /// One JSON document instead of text
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let judged = judge(&cli.old, &cli.new);
    let answer = match &judged {
        Ok((verdict, hazards)) => Answer::judged(&cli.old, &cli.new, verdict, hazards),
        Err(error) => Answer::unreadable(&cli.old, &cli.new, Some(error.clone())),
    };
    let printed = match judged {
        _ if cli.json => print_json(&answer),
        Ok((verdict, hazards)) => print_text(&verdict, &hazards),
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

/// The verdict on the files, and what a running program may have against it.
fn judge(old: &Path, new: &Path) -> Result<(Verdict, Verdict), String> {
    let (old, new) = (Input::read(old)?, Input::read(new)?);
    let (old_view, new_view) = (old.view()?, new.view()?);
    let object = old.object(&old_view);
    let verdict = compare(&object, &old_view, &new_view, &Usage::everything());
    Ok((verdict, hazards(&object, &old_view, &new_view)))
}

fn print_json(answer: &Answer) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, answer)?;
    writeln!(out)
}

/// A line for each reason, or what else a program may have against it.
fn print_text(verdict: &Verdict, hazards: &Verdict) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if verdict.is_accepted() {
        writeln!(out, "{verdict}")?;
        return hazards.reasons.iter().try_for_each(|hazard| writeln!(out, "refused in some programs: {hazard}"));
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
