//! `behaviour.toml`: which flags and numbers hold for which build. Rows are chosen by version and by build name.

use anyhow::{Context, Result};
use indexmap::IndexMap;
use serde::Deserialize;

/// The builds a row is about.
#[derive(Deserialize)]
pub struct Range {
    since: Option<String>,
    until: Option<String>,
    #[serde(default)]
    also: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
    #[serde(default)]
    only: Vec<String>,
}

#[derive(Deserialize)]
struct Flag {
    name: String,
    #[serde(flatten)]
    range: Range,
}

#[derive(Deserialize)]
struct Value {
    name: String,
    value: u16,
    #[serde(flatten)]
    range: Range,
}

#[derive(Deserialize)]
struct RseqPlace {
    place: String,
    #[serde(flatten)]
    range: Range,
}

#[derive(Deserialize)]
struct Bits {
    bits: IndexMap<String, u8>,
    #[serde(flatten)]
    range: Range,
}

#[derive(Deserialize)]
struct Cpuid {
    leaves: Vec<String>,
}

/// The whole file.
#[derive(Deserialize)]
pub struct Behaviour {
    flag: Vec<Flag>,
    value: Vec<Value>,
    rseq: Vec<RseqPlace>,
    cpuid: Cpuid,
    bits: Vec<Bits>,
}

/// One build: its upstream version and its name, as in `2.36` and `2.36-debian`.
pub struct Build<'a> {
    pub version: &'a str,
    pub name: &'a str,
}

impl Behaviour {
    pub fn read() -> Result<Self> {
        toml::from_str(include_str!("../behaviour.toml")).context("behaviour.toml")
    }

    pub fn flags(&self, build: &Build) -> Vec<String> {
        self.flag.iter().filter(|flag| flag.range.holds(build)).map(|flag| flag.name.clone()).collect()
    }

    /// The numbers of this build; of several rows with one name the first that fits.
    pub fn values(&self, build: &Build) -> IndexMap<String, u16> {
        let mut values = IndexMap::new();
        for row in self.value.iter().filter(|row| row.range.holds(build)) {
            values.entry(row.name.clone()).or_insert(row.value);
        }
        values
    }

    pub fn rseq_place(&self, build: &Build) -> Result<&str> {
        let row = self.rseq.iter().find(|row| row.range.holds(build));
        row.map(|row| row.place.as_str()).context("no rseq row fits")
    }

    pub fn bits(&self, build: &Build) -> IndexMap<String, u8> {
        let rows = self.bits.iter().filter(|row| row.range.holds(build));
        let mut bits: IndexMap<String, u8> = rows.flat_map(|row| row.bits.clone()).collect();
        bits.sort_by(|_, a, _, b| a.cmp(b));
        bits
    }

    pub fn leaves(&self, count: usize) -> Result<Vec<String>> {
        self.cpuid.leaves.get(..count).map(<[String]>::to_vec).context("more CPUID leaves than behaviour.toml knows")
    }
}

impl Range {
    fn holds(&self, build: &Build) -> bool {
        let named = |list: &[String]| list.iter().any(|name| name == build.name);
        if !self.only.is_empty() {
            return named(&self.only);
        }
        if named(&self.also) {
            return true;
        }
        let version = number(build.version);
        let since = self.since.as_deref().is_none_or(|since| number(since) <= version);
        let until = self.until.as_deref().is_none_or(|until| version <= number(until));
        since && until && !named(&self.except)
    }
}

/// `2.36` as a pair that compares as versions do.
fn number(version: &str) -> (u32, u32) {
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    (major.parse().unwrap_or(0), minor.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backport_moves_a_flag() {
        let behaviour = Behaviour::read().unwrap();
        let has = |version: &str, name: &str, flag: &str| behaviour.flags(&Build { version, name }).iter().any(|f| f == flag);
        assert!(has("2.34", "2.34-vanilla", "hooks_need_inactive_rtld"));
        assert!(!has("2.34", "2.34-branchtip", "hooks_need_inactive_rtld"));
        assert!(has("2.34", "2.34-branchtip", "audit_preinit"));
        assert!(!has("2.9", "2.9-vanilla", "early_init"));
    }

    #[test]
    fn the_first_value_that_fits_counts() {
        let behaviour = Behaviour::read().unwrap();
        let size = |version: &str, name: &str| behaviour.values(&Build { version, name })["rseq_size"];
        assert_eq!(size("2.34", "2.34-vanilla"), 0);
        assert_eq!(size("2.36", "2.36-vanilla"), 32);
        assert_eq!(size("2.36", "2.36-debian"), 20);
    }
}
