//! `elfo-dynamic-dump`: the dynamic section as the loader decodes it, of a file or of all objects of a process.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use elfo::input::{complain, finish, print, print_json};
use elfo::process;

const TOOL: &str = "elfo-dynamic-dump";

/// Shows the dynamic section as the loader decodes it
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// A file, or the number of a process (`./123` is a file)
    what: OsString,
    /// One JSON document: a list of objects
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    finish(TOOL, run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<ExitCode> {
    let pid = cli.what.to_str().filter(|what| !what.is_empty() && what.bytes().all(|byte| byte.is_ascii_digit()));
    let (objects, problems) = match pid {
        Some(pid) => process::of_process(pid)?,
        None => (vec![process::of_file(Path::new(&cli.what))?], Vec::new()),
    };
    if cli.json {
        print_json(&objects)?;
    } else {
        print(&objects.iter().map(|object| object.to_text()).collect::<Vec<_>>().join("\n"))?;
    }
    problems.iter().for_each(|problem| complain(TOOL, problem));
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
