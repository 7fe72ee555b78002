//! Everything about the records in `glibc-compat/`: makes them from debug files of a libc, says whether one fits an installed
//! libc, lists them.
//!
//! The way of a libc: [`installed`] finds its files, [`debug_files`] their debug files, [`debug_info`] and [`structures`] read
//! those into a [`layout`], [`record`] takes from it what the loader needs, [`records`] keeps that. [`check`] and [`adopt`] are
//! what a user asks for.

mod adopt;
mod behaviour;
mod check;
mod debug_files;
mod debug_info;
mod distribution;
mod installed;
mod layout;
mod library;
mod nearest;
mod read;
mod record;
mod records;
mod root;
mod structures;
mod tunables;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::installed::{Installed, Target};

/// Where the records are in the sources this tool was built from.
const RECORDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../glibc-compat");

#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Adds the libc of this system, or of another tree, to the records, from its debug files
    Adopt {
        #[command(flatten)]
        target: Target,
        /// Folder of the records; without it glibc-compat/ in the sources this tool was built from
        #[arg(long, value_name = "DIR")]
        records: Option<PathBuf>,
        /// A build whose behaviour this one has, such as 2.36-debian; without it the nearest known layout decides
        #[arg(long, value_name = "BUILD")]
        like: Option<String>,
    },
    /// Says whether the loader knows the libc of this system, or of another tree: exit status 0 yes, 1 no, 2 cannot be told
    Check {
        #[command(flatten)]
        target: Target,
    },
    /// Says which builds of glibc the records are for
    List {
        /// Folder of the records; without it glibc-compat/ in the sources this tool was built from
        #[arg(value_name = "DIR")]
        records: Option<PathBuf>,
        /// Also the build IDs
        #[arg(long)]
        ids: bool,
    },
    /// Writes the layout that the debug files of an installed libc show, as JSON
    Layout {
        #[command(flatten)]
        target: Target,
    },
    /// Adds builds to the records, from layout files
    Record {
        /// Layout files (JSON)
        #[arg(required = true)]
        layouts: Vec<PathBuf>,
        /// Folder of the records
        #[arg(long)]
        out: PathBuf,
        /// A build whose behaviour these builds have, such as 2.36-debian; without it the version decides
        #[arg(long)]
        like: Option<String>,
    },
    /// Compares the records with what layout files give
    Compare {
        /// Layout files (JSON)
        #[arg(required = true)]
        layouts: Vec<PathBuf>,
        /// Folder of the records; without it glibc-compat/ in the sources this tool was built from
        #[arg(long, value_name = "DIR")]
        records: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(status) => status,
        Err(error) => {
            eprintln!("glibc-layout: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Check { target } => return Ok(check::check(&target)),
        Command::Adopt { target, records, like } => adopt::adopt(&target, &folder(records)?, like.as_deref())?,
        Command::List { records, ids } => records::list(&folder(records)?, ids)?,
        Command::Layout { target } => print!("{}", read::layout(&Installed::find(&target)?)?.to_json()?),
        Command::Record { layouts, out, like } => records::add_files(&layouts, &out, like.as_deref())?,
        Command::Compare { layouts, records } => records::compare(&layouts, &folder(records)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The folder of the records: the one that the user names, or that of the sources.
fn folder(named: Option<PathBuf>) -> Result<PathBuf> {
    let missing = |path: &Path| format!("{} cannot be read; name glibc-compat/ of the loader's sources", path.display());
    let path = named.unwrap_or_else(|| PathBuf::from(RECORDS));
    path.canonicalize().with_context(|| missing(&path))
}
