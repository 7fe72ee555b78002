//! `bean-update-code OLD NEW`: could old code that is running be redirected to the new version?
//!
//! Exit status: 0 yes, 1 no, 2 a file cannot be read.

use std::path::PathBuf;
use std::process::ExitCode;

use bean::answer::judge;
use bean::output::{self, Ending};
use bean::redirect::{Redirection, Site, redirection};
use bean::{Answer, Input};
use clap::Parser;
use luci::code::{Analysis, Comparison, Pairing};
use luci::update::Verdict;
use serde::Serialize;

/// Says for each changed function whether its calls, addresses and entry in old code could be rewritten to lead to the new version.
/// Only what the files prove counts
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// The library as the program has it
    old: PathBuf,
    /// The library that is to replace it
    new: PathBuf,
    /// 1: references inside machine code and entries; 2: branches of loops, too
    #[arg(short = 'M', long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    mode: u8,
    /// One JSON document instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    /// Whether the update is accepted and all changed functions can be redirected.
    is_possible: bool,
    code: Redirection,
    /// The answer of `bean-update`.
    update: Answer,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    output::end("bean-update-code", run(&cli))
}

fn run(cli: &Cli) -> Ending {
    let (old, new) = (Input::read(&cli.old)?, Input::read(&cli.new)?);
    let (old_view, new_view) = (old.view()?, new.view()?);
    let (old_code, new_code) = (Analysis::new(&old_view), Analysis::new(&new_view));
    let pairing = Pairing::new(&old_code, &new_code);
    let code = redirection(&Comparison::new(&old_code, &new_code, &pairing), cli.mode);
    let judged = judge(&old.object(&old_view), &old_view, &new_view);
    let is_possible = code.is_possible && judged.verdict.is_accepted();
    if cli.json {
        output::print_json(&Document { is_possible, code, update: Answer::judged(&cli.old, &cli.new, &judged) })?;
    } else {
        print(&code, &judged.verdict)?;
    }
    Ok(is_possible)
}

fn print(code: &Redirection, verdict: &Verdict) -> Result<(), String> {
    output::print(|out| {
        for site in &code.functions {
            writeln!(out, "{}", line(site))?;
            for reason in &site.reasons {
                writeln!(out, "    {reason}")?;
            }
        }
        for reason in &code.reasons {
            writeln!(out, "{}: {reason}", verdict.object)?;
        }
        if !verdict.is_accepted() {
            writeln!(out, "{verdict}")?;
        }
        let possible = code.functions.iter().filter(|site| site.is_possible()).count();
        let all = code.functions.len();
        writeln!(out, "{}: {possible} of {all} changed functions can be redirected in mode {}", verdict.object, code.mode)
    })
}

fn line(site: &Site) -> String {
    let Site { name, address, size, state, references, pointers, loops, .. } = site;
    let word = if site.is_possible() { "yes" } else { "no " };
    let count = |number: usize, one: &str| if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") };
    let parts = [count(*references, "reference"), count(*pointers, "pointer"), count(*loops, "loop")];
    format!("{word} {name} at {address:#x} ({size} bytes, {state}): {}", parts.join(", "))
}
