//! `elfo-lookup`: finds symbols as the loader does, and says how.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use elfo::input::{complain, finish, path_text, print, print_json, text};
use elfo::lookup::{self, Answer};
use elfo::scope::{Files, Scope};
use luci::link::resolve::Class;
use serde::Serialize;

const TOOL: &str = "elfo-lookup";

/// Looks symbols up as the loader does; the exit status is 1 when one is not found
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// A program or a library
    file: PathBuf,
    /// NAME or NAME@VERSION
    #[arg(required = true)]
    names: Vec<OsString>,
    /// Search the file and everything it needs, breadth first, as the started program does
    #[arg(short, long)]
    all: bool,
    /// Directories that are searched for libraries first [default: $LD_LIBRARY_PATH]
    #[arg(long)]
    library_path: Option<OsString>,
    /// Without a version the newest definition counts, as for dlsym(3), instead of the oldest, as for a relocation
    #[arg(long)]
    dlsym: bool,
    /// Do not tell the steps
    #[arg(short, long)]
    quiet: bool,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    file: String,
    /// The objects in the order in which they are searched.
    scope: Vec<String>,
    missing: Vec<String>,
    answers: Vec<Answer>,
}

fn main() -> ExitCode {
    finish(TOOL, run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<ExitCode> {
    let files = if cli.all {
        let path = cli.library_path.clone().or_else(|| std::env::var_os("LD_LIBRARY_PATH")).unwrap_or_default();
        Files::with_dependencies(&cli.file, path.as_bytes())?
    } else {
        Files::single(&cli.file)?
    };
    let scope = Scope::new(&files);
    let class = if cli.dlsym { Class::PLT | Class::NEWEST } else { Class::PLT };
    let answers: Vec<Answer> = cli.names.iter().map(|name| lookup::answer(&files, &scope, name.as_bytes(), class)).collect();
    let all_found = answers.iter().all(|answer| answer.found.is_some());
    if cli.json {
        let order = scope.world.list(&scope.order).map(|object| text(&object.current.path)).collect();
        let missing = files.missing.clone();
        print_json(&Document { file: path_text(&cli.file), scope: order, missing, answers })?;
    } else {
        answers.iter().try_for_each(|answer| print(&answer.to_text(!cli.quiet)))?;
    }
    files.missing.iter().for_each(|sentence| complain(TOOL, sentence));
    Ok(if all_found { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
