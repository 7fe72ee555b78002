//! `bean-compare DIR…`: finds all versions of each library in folders and judges every pair.
//!
//! Exit status: 0, or 2 when something cannot be read or written.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use bean::output::{self, Ending};
use bean::{matrix, versions};
use clap::Parser;

/// Finds all versions of each library (files with the same soname) in folders and shows which may replace which in a running program:
/// `+' accepted, `f' refused but --force would apply it, `-' refused
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Only libraries whose soname contains this
    #[arg(long, value_name = "TEXT")]
    library: Option<String>,
    /// Show the first reason of each refusal
    #[arg(short, long)]
    verbose: bool,
    /// Write a page with all reasons, too
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write a drawing, too
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// One JSON document instead of text
    #[arg(long)]
    json: bool,
    /// How many pairs are judged at once [default: as many as there are processors]
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    output::end("bean-compare", run(&cli))
}

fn run(cli: &Cli) -> Ending {
    let mut libraries = versions::find(&cli.folders)?;
    let is_wanted = |soname: &str| cli.library.as_deref().is_none_or(|text| soname.contains(text));
    libraries.retain(|library| library.versions.len() > 1 && is_wanted(&library.soname));
    if libraries.is_empty() {
        let folders: Vec<String> = cli.folders.iter().map(|folder| folder.display().to_string()).collect();
        return Err(format!("{}: no library is there in two versions", folders.join(", ")));
    }
    let jobs = cli.jobs.or_else(|| thread::available_parallelism().ok().map(usize::from)).unwrap_or(1);
    let bar = Bar { all: matrix::pairs(&libraries), is_shown: io::stderr().is_terminal() };
    let matrices = matrix::judge(&libraries, jobs, &|done| bar.show(done))?;
    bar.clear();
    if let Some(path) = &cli.html {
        write(path, &matrix::html(&matrices))?;
    }
    if let Some(path) = &cli.svg {
        write(path, &matrix::svg(&matrices))?;
    }
    if cli.json {
        output::print_json(&matrices)?;
    } else {
        output::print(|out| matrices.iter().try_for_each(|matrix| writeln!(out, "{}", matrix.text(cli.verbose))))?;
    }
    Ok(true)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: cannot be written: {error}", path.display()))
}

/// The progress on a terminal.
struct Bar {
    all: usize,
    is_shown: bool,
}

impl Bar {
    const WIDTH: usize = 40;

    fn show(&self, done: usize) {
        if self.is_shown {
            let filled = "#".repeat(Self::WIDTH * done / self.all.max(1));
            // a terminal that is gone is no reason to stop
            let _ = write!(io::stderr(), "\r[{filled:<40}] {done}/{}", self.all);
        }
    }

    fn clear(&self) {
        if self.is_shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
