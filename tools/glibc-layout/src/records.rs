//! The folder of the records, `glibc-compat/`: adding builds to it, listing it, comparing it with layouts.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::layout::Layout;
use crate::record::{self, Record};

/// What the names of builds mean, and what a list cannot show.
const LEGEND: &str = "vanilla is the tag of the release, branchtip the end of its release branch; other names are packages of
distributions. A libc that is not listed is recognised if it has one of the layouts: glibc-layout check tells.";

/// Adds the builds of layout files.
pub fn add_files(layouts: &[PathBuf], folder: &Path, like: Option<&str>) -> Result<()> {
    let new: Result<Vec<Record>> = layouts.iter().map(|path| read(path, like)).collect();
    let (records, builds) = add(new?, folder)?;
    println!("{records} records for {builds} builds");
    Ok(())
}

/// A build goes into the record with its content, or becomes a new one; a record that has lost its last build is removed.
/// Returns the numbers of records and builds.
pub fn add(new: Vec<Record>, folder: &Path) -> Result<(usize, usize)> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let (old_files, mut records): (Vec<PathBuf>, Vec<Record>) = record::read_all(folder)?.into_iter().unzip();
    for new in new {
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
        record.write(&folder.join(name))?;
    }
    Ok((named.count(), records.iter().map(|record| record.builds.len()).sum()))
}

/// Version and builds of each record; below it the build IDs by which it is found at once, if asked for.
pub fn list(folder: &Path, with_ids: bool) -> Result<()> {
    let records = record::read_all(folder)?;
    ensure!(!records.is_empty(), "{} holds no records", folder.display());
    println!("glibc    builds with one layout");
    for (_, record) in &records {
        println!("{:<8} {}", record.version, record.builds.join(" "));
        for id in record.build_ids.iter().filter(|_| with_ids) {
            println!("         {id}");
        }
    }
    let builds: usize = records.iter().map(|(_, record)| record.builds.len()).sum();
    println!("{} layouts of {builds} builds. {LEGEND}", records.len());
    Ok(())
}

/// Compares the records with layout files. A build may be in its record because it behaves like another build there.
pub fn compare(layouts: &[PathBuf], folder: &Path) -> Result<()> {
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
