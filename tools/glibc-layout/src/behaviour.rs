//! `behaviour.toml`: which flags and numbers hold for which build. Rows are chosen by version and by build name, and where a
//! field shows it by the fields that the build has.

use anyhow::{Context, Result};
use indexmap::IndexMap;
use serde::Deserialize;

use crate::record::Tables;

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
    /// A field of the record, `table.field`, that the build must have.
    has: Option<String>,
    /// One that it must not have.
    lacks: Option<String>,
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

/// One build: its upstream version, as in `2.36`, the name of the build whose behaviour it has, as in `2.36-debian`, and its
/// own fields.
pub struct Build<'a> {
    pub version: &'a str,
    pub name: &'a str,
    pub tables: &'a Tables,
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
        let has = self.has.as_deref().is_none_or(|field| build.has(field));
        let lacks = self.lacks.as_deref().is_none_or(|field| !build.has(field));
        since && until && has && lacks && !named(&self.except)
    }
}

impl Build<'_> {
    fn has(&self, field: &str) -> bool {
        let place = field.split_once('.').and_then(|(table, field)| self.tables.get(table)?.get(field));
        place.is_some()
    }
}

/// `2.36` as a pair that compares as versions do; what follows, as in `2.36.9000`, does not count.
pub fn number(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Place;

    fn build<'a>(version: &'a str, name: &'a str, tables: &'a Tables) -> Build<'a> {
        Build { version, name, tables }
    }

    #[test]
    fn a_backport_moves_a_flag() {
        let (behaviour, tables) = (Behaviour::read().unwrap(), Tables::new());
        let has = |version, name, flag: &str| behaviour.flags(&build(version, name, &tables)).iter().any(|f| f == flag);
        assert!(has("2.34", "2.34-vanilla", "hooks_need_inactive_rtld"));
        assert!(!has("2.34", "2.34-branchtip", "hooks_need_inactive_rtld"));
        assert!(has("2.34", "2.34-branchtip", "audit_preinit"));
        assert!(!has("2.9", "2.9-vanilla", "hwcaps_subdirectories"));
        assert!(has("2.33.9000", "2.33.9000-fedora", "hwcaps_subdirectories"));
    }

    #[test]
    fn the_first_value_that_fits_counts() {
        let (behaviour, tables) = (Behaviour::read().unwrap(), Tables::new());
        let size = |version, name| behaviour.values(&build(version, name, &tables))["rseq_size"];
        assert_eq!(size("2.34", "2.34-vanilla"), 0);
        assert_eq!(size("2.36", "2.36-vanilla"), 32);
        assert_eq!(size("2.36", "2.36-debian"), 20);
    }

    #[test]
    fn a_field_tells_of_a_backport_that_no_row_names() {
        let behaviour = Behaviour::read().unwrap();
        let fields = [("rseq_area".to_owned(), Place::Byte(2400)), ("joinstate".to_owned(), Place::Byte(1576))];
        let with = Tables::from([("pthread".to_owned(), fields.into_iter().collect())]);
        let place = |tables| behaviour.rseq_place(&build("2.34", "2.34-local", tables)).unwrap().to_owned();
        assert_eq!([place(&with), place(&Tables::new())], ["pthread", "none"]);
        let joins =
            |tables| behaviour.flags(&build("2.34", "2.34-local", tables)).contains(&"tid_address_is_joinstate".to_owned());
        assert_eq!([joins(&with), joins(&Tables::new())], [true, false]);
    }
}
