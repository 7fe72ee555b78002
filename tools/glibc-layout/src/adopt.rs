//! Adds an installed libc that the loader does not know to the records.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::installed::{Installed, Target};
use crate::nearest::Nearest;
use crate::read;
use crate::record::{self, Record};
use crate::records;
use crate::tunables;

/// Digits of the build ID in the name of a build whose name another layout has.
const ID_DIGITS: usize = 8;

pub fn adopt(target: &Target, folder: &Path, like: Option<&str>) -> Result<()> {
    let installed = Installed::find(target)?;
    let libc = installed.libc.path.display();
    let mut layout = read::layout(&installed)?;
    let kept: Vec<Record> = record::read_all(folder)?.into_iter().map(|(_, record)| record).collect();
    let nearest = match like {
        Some(name) => Nearest::named(name, &kept)?,
        None => Nearest::of(&layout, &kept)?,
    };
    let mut record = Record::of(&layout, nearest.build())?;
    if let Some(old) = kept.iter().find(|old| old.same_content(&record) && lists(old, &record)) {
        println!("{libc} has its record already, that of {}", old.builds.join(", "));
    } else {
        if is_taken(&record, &kept) {
            layout.build += &format!("-{}", installed.libc.build_id_text().get(..ID_DIGITS).unwrap_or("other"));
            record = Record::of(&layout, nearest.build())?;
        }
        let tunables = tunables::complete(&record.content.tunables, &installed, folder)?;
        let name = layout.name();
        println!("{libc} is now {name} in {}", add(record, &name, folder)?.display());
        println!("{}", nearest.sentence(&layout.glibc));
        if !tunables.is_empty() {
            println!("new in tunables.toml: {}", tunables.join(", "));
        }
    }
    println!("next: `make` builds the loader with it (`make install` puts it into place)");
    Ok(())
}

/// Adds a record and returns the file that names the build.
fn add(record: Record, name: &String, folder: &Path) -> Result<PathBuf> {
    records::add(vec![record], folder)?;
    let mut files = record::read_all(folder)?.into_iter();
    let found = files.find(|(_, record)| record.builds.contains(name));
    found.map(|(file, _)| file).with_context(|| format!("{name} is not in {}", folder.display()))
}

/// Whether the build IDs of a new record are all in an old one; without any, whether its builds are.
fn lists(old: &Record, new: &Record) -> bool {
    let has_builds = || new.builds.iter().all(|build| old.builds.contains(build));
    new.build_ids.iter().all(|id| old.build_ids.contains(id)) && (!new.build_ids.is_empty() || has_builds())
}

/// Whether another build with another layout has the name of this one.
fn is_taken(new: &Record, kept: &[Record]) -> bool {
    let is_other = |old: &Record| !old.same_content(new) && !old.build_ids.iter().any(|id| new.build_ids.contains(id));
    kept.iter().any(|old| new.builds.iter().any(|name| old.builds.contains(name)) && is_other(old))
}
