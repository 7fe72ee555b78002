//! Makes the records in `glibc-compat/` from layouts that were read from debug information.

mod behaviour;
mod layout;
mod record;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};

use crate::layout::Layout;
use crate::record::Record;

#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Adds builds to the records
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
    /// Says which builds the records are for
    List {
        /// Folder of the records
        records: PathBuf,
    },
    /// Compares the records with what the layouts give
    Check {
        /// Layout files (JSON)
        #[arg(required = true)]
        layouts: Vec<PathBuf>,
        /// Folder of the records
        #[arg(long)]
        records: PathBuf,
    },
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Record { layouts, out, like } => add(&layouts, &out, like.as_deref()),
        Command::List { records } => list(&records),
        Command::Check { layouts, records } => check(&layouts, &records),
    }
}

/// A build goes into the record with its content, or becomes a new one; a record that has lost its last build is removed.
fn add(layouts: &[PathBuf], out: &Path, like: Option<&str>) -> Result<()> {
    fs::create_dir_all(out)?;
    let (old_files, mut records): (Vec<PathBuf>, Vec<Record>) = record::read_all(out)?.into_iter().unzip();
    for path in layouts {
        let new = read(path, like)?;
        for old in &mut records {
            old.builds.retain(|build| !new.builds.contains(build));
            old.build_ids.retain(|id| !new.build_ids.contains(id));
        }
        match records.iter_mut().find(|old| old.same_content(&new)) {
            Some(old) => old.merge(new),
            None => records.push(new),
        }
    }
    for path in old_files {
        fs::remove_file(&path).with_context(|| path.display().to_string())?;
    }
    let named = records.iter().filter_map(|record| Some((record, record.file_name()?)));
    for (record, name) in named.clone() {
        record.write(&out.join(name))?;
    }
    println!("{} records for {} builds", named.count(), records.iter().map(|record| record.builds.len()).sum::<usize>());
    Ok(())
}

fn list(folder: &Path) -> Result<()> {
    for (path, record) in record::read_all(folder)? {
        println!(
            "{:<24} {:<30} {}",
            path.file_name().unwrap_or_default().display(),
            record.builds.join(" "),
            record.build_ids.join(" ")
        );
    }
    Ok(())
}

/// A build may be in its record because it behaves like another build there.
fn check(layouts: &[PathBuf], folder: &Path) -> Result<()> {
    let records = record::read_all(folder)?;
    for path in layouts {
        let expected = read(path, None)?;
        let build = &expected.builds[0];
        let (file, found) = records
            .iter()
            .find(|(_, record)| record.builds.contains(build))
            .with_context(|| format!("no record names the build {build}"))?;
        let mut same = found.same_content(&expected);
        for like in found.builds.iter().filter(|like| *like != build) {
            same = same || found.same_content(&read(path, Some(like))?);
        }
        ensure!(same, "{} differs from {}", file.display(), path.display());
        ensure!(expected.build_ids.iter().all(|id| found.build_ids.contains(id)), "{} lacks a build ID", file.display());
    }
    println!("{} layouts agree with the records", layouts.len());
    Ok(())
}

fn read(path: &Path, like: Option<&str>) -> Result<Record> {
    let read = || -> Result<Record> {
        let layout: Layout = serde_json::from_str(&fs::read_to_string(path)?)?;
        Record::of(&layout, like)
    };
    read().with_context(|| path.display().to_string())
}
