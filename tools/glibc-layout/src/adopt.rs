//! Adds an installed libc that the loader does not know to the records.

use std::path::Path;

use anyhow::{Context, Result};

use crate::check;
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
    if let Ok(known) = installed.record()
        && installed.is_listed()
        && check::differences(&layout, known)?.1.is_empty()
    {
        println!("{libc} is known already, as {}", known.builds.replace(' ', ", "));
        return Ok(());
    }
    let kept: Vec<Record> = record::read_all(folder)?.into_iter().map(|(_, record)| record).collect();
    let nearest = match like {
        Some(name) => Nearest::named(name, &kept)?,
        None => Nearest::of(&layout, &kept)?,
    };
    let like = nearest.build();
    if is_taken(&Record::of(&layout, like)?, &kept) {
        layout.build += &format!("-{}", installed.libc.build_id_text().get(..ID_DIGITS).unwrap_or("other"));
    }
    let record = Record::of(&layout, like)?;
    let tunables = tunables::complete(&record.content.tunables, &installed, folder)?;
    let name = layout.name();
    records::add(vec![record], folder)?;
    let (file, _) = record::read_all(folder)?
        .into_iter()
        .find(|(_, record)| record.builds.contains(&name))
        .with_context(|| format!("{name} is not in {}", folder.display()))?;
    println!("{libc} is now {name} in {}", file.display());
    println!("{}", nearest.sentence(&layout.glibc));
    if !tunables.is_empty() {
        println!("new in tunables.toml: {}", tunables.join(", "));
    }
    println!("next: `make` builds the loader with it (`make install` puts it into place)");
    Ok(())
}

/// Whether another build with another layout has the name of this one.
fn is_taken(new: &Record, kept: &[Record]) -> bool {
    let is_other = |old: &Record| !old.same_content(new) && !old.build_ids.iter().any(|id| new.build_ids.contains(id));
    kept.iter().any(|old| new.builds.iter().any(|name| old.builds.contains(name)) && is_other(old))
}
