//! The build whose behaviour a libc has that nobody has described: of those of its version the one with the nearest layout.
//! What a distribution moves from one version into another is seen in the layout; the rest of a release branch comes with it.

use anyhow::{Context, Result, ensure};

use crate::behaviour::number;
use crate::check::described;
use crate::layout::Layout;
use crate::record::Record;

pub struct Nearest {
    /// Its name in `behaviour.toml`; without one the version decides.
    pub build: Option<String>,
    /// Equal places, and places there are.
    agreement: Option<(usize, usize)>,
}

impl Nearest {
    pub fn of(layout: &Layout, records: &[Record]) -> Result<Self> {
        let versions = records.iter().map(|record| number(&record.version));
        let (oldest, newest) = (versions.clone().min(), versions.max());
        ensure!(oldest <= Some(number(&layout.glibc)), "glibc {} is older than every one that is known", layout.glibc);
        let own = described(&Record::of(layout, None)?);
        let equal = |record: &&Record| described(record).iter().filter(|(name, place)| own.get(*name) == Some(*place)).count();
        let same_version = records.iter().filter(|record| record.version == layout.glibc);
        let Some(record) = same_version.max_by_key(equal) else {
            ensure!(newest < Some(number(&layout.glibc)), "no record is of glibc {}", layout.glibc);
            return Ok(Nearest { build: None, agreement: None });
        };
        let build = record.like.as_ref().or(record.builds.first()).cloned();
        Ok(Nearest { build, agreement: Some((equal(&record), own.len())) })
    }

    /// The build that the user named.
    pub fn named(name: &str, records: &[Record]) -> Result<Self> {
        let of_name = |record: &&Record| record.builds.iter().any(|build| build == name);
        let record = records.iter().find(of_name).with_context(|| format!("--like: no record names the build {name}"))?;
        Ok(Nearest { build: Some(record.like.clone().unwrap_or_else(|| name.to_owned())), agreement: None })
    }

    /// Where the behaviour comes from, for the user.
    pub fn sentence(&self, layout: &Layout) -> String {
        match (&self.build, self.agreement) {
            (Some(build), Some((equal, all))) if equal == all => format!("its layout and its behaviour are those of {build}"),
            (Some(build), Some((equal, all))) => {
                format!(
                    "its layout is new ({equal} of {all} places are those of {build}); its behaviour is taken to be that of {build}"
                )
            }
            (Some(build), None) => format!("its behaviour is taken to be that of {build}"),
            (None, _) => {
                format!("glibc {} is newer than every record: its behaviour is taken to be that of the newest", layout.glibc)
            }
        }
    }
}
