//! The build whose behaviour a libc has that nobody has described: of those of its version the one with the nearest layout.
//! What a distribution moves from one version into another is seen in the layout; the rest of a release branch comes with it.

use anyhow::{Context, Result, ensure};

use crate::behaviour::number;
use crate::check::described;
use crate::layout::Layout;
use crate::record::Record;

/// How the behaviour is found.
pub enum Nearest {
    /// By the build with the nearest layout, named as in `behaviour.toml`: so many of all places are equal.
    Layout { build: String, equal: usize, all: usize },
    /// By the build that the user named.
    Named(String),
    /// By the version alone, which no record has.
    Version { is_newest: bool },
}

impl Nearest {
    pub fn of(layout: &Layout, records: &[Record]) -> Result<Self> {
        let versions = records.iter().map(|record| number(&record.version));
        let (oldest, newest) = (versions.clone().min(), versions.max());
        let version = Some(number(&layout.glibc));
        ensure!(oldest <= version, "glibc {} is older than every one that is known", layout.glibc);
        let own = described(&Record::of(layout, None)?);
        let equal = |record: &Record| described(record).iter().filter(|(name, place)| own.get(*name) == Some(*place)).count();
        let same_version = records.iter().filter(|record| record.version == layout.glibc);
        let nearest = same_version.map(|record| (equal(record), record)).max_by_key(|(equal, _)| *equal);
        let Some((equal, record)) = nearest else { return Ok(Nearest::Version { is_newest: newest < version }) };
        let build = record.like.as_ref().or(record.builds.first()).context("a record without builds")?;
        Ok(Nearest::Layout { build: build.clone(), equal, all: own.len() })
    }

    /// The build that the user named.
    pub fn named(name: &str, records: &[Record]) -> Result<Self> {
        let of_name = |record: &&Record| record.builds.iter().any(|build| build == name);
        let record = records.iter().find(of_name).with_context(|| format!("--like: no record names the build {name}"))?;
        Ok(Nearest::Named(record.like.clone().unwrap_or_else(|| name.to_owned())))
    }

    /// Its name, if it is a build.
    pub fn build(&self) -> Option<&str> {
        match self {
            Nearest::Layout { build, .. } | Nearest::Named(build) => Some(build),
            Nearest::Version { .. } => None,
        }
    }

    /// Where the behaviour comes from, for the user.
    pub fn sentence(&self, version: &str) -> String {
        match self {
            Nearest::Layout { build, equal, all } if equal == all => {
                format!("its layout and its behaviour are those of {build}")
            }
            Nearest::Layout { build, equal, all } => {
                format!(
                    "its layout is new; nearest is {build} ({equal} of {all} places are equal), whose behaviour it is taken to have"
                )
            }
            Nearest::Named(build) => format!("its behaviour is taken to be that of {build}"),
            Nearest::Version { is_newest: true } => {
                format!("glibc {version} is newer than every record: its behaviour is taken to be that of the newest")
            }
            Nearest::Version { is_newest: false } => {
                format!("no other record is of glibc {version}: its behaviour is taken to be that of the release")
            }
        }
    }
}
