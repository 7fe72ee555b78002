//! `elfo-setinterp`: prints or sets the interpreter of a program, in place.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use elfo::input::{self, complain, finish, path_text, print, text};
use elfo::interp::{self, How, replace::Target};

const TOOL: &str = "elfo-setinterp";

/// Prints the interpreter of a program (PT_INTERP), or sets it in place
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// The program; a symbolic link is followed
    file: PathBuf,
    /// The new interpreter; without it the present one is printed
    path: Option<OsString>,
    /// Also change programs that are setuid, have file capabilities or hard links, and grow those that something is appended to
    #[arg(long)]
    force: bool,
    /// Say where the path went
    #[arg(short, long)]
    verbose: bool,
}

fn main() -> ExitCode {
    finish(TOOL, run(&Cli::parse()).map(|()| ExitCode::SUCCESS))
}

fn run(cli: &Cli) -> Result<()> {
    let name = || path_text(&cli.file);
    match &cli.path {
        None => {
            let path = interp::current(&input::read(&cli.file)?).with_context(name)?;
            print(&format!("{}\n", text(&path)))
        }
        Some(path) => set(cli, path.as_bytes(), &name()),
    }
}

fn set(cli: &Cli, path: &[u8], name: &str) -> Result<()> {
    // opened before it is read, so that a change in between is noticed
    let target = Target::open(&cli.file, cli.force).with_context(|| name.to_string())?;
    let bytes = input::read(&cli.file)?;
    let change = interp::change(&bytes, path, cli.force).with_context(|| name.to_string())?;
    if change.how != How::Unchanged {
        for lost in target.replace(&change.bytes).with_context(|| name.to_string())? {
            complain(TOOL, &format!("{name}: {lost}"));
        }
    }
    if !Path::new(input::path_of(path)).is_file() {
        complain(TOOL, &format!("{name}: note that there is no file {}", text(path)));
    }
    if cli.verbose {
        print(&format!("{name}: {}\n", change.how.sentence()))?;
    }
    Ok(())
}
