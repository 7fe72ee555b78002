//! Whether the loader knows an installed libc, and whether what it takes it for is true: the record that the loader would
//! choose, compared field by field with the debug files where those are there.

use std::process::ExitCode;

use anyhow::Result;
use indexmap::IndexMap;
use luci::glibc::record::{Place, Record as Known, TUNABLES};

use crate::installed::{Installed, Target};
use crate::layout::Layout;
use crate::read;
use crate::record::Record;

/// Differences that are shown; the rest is counted.
const SHOWN: usize = 5;

const DOES_NOT_FIT: u8 = 1;
const CANNOT_BE_TOLD: u8 = 2;

/// Prints one sentence.
pub fn check(target: &Target) -> ExitCode {
    match answer(target) {
        Ok((true, sentence)) => {
            println!("{sentence}");
            ExitCode::SUCCESS
        }
        Ok((false, sentence)) => {
            println!("{sentence}");
            DOES_NOT_FIT.into()
        }
        Err(error) => {
            eprintln!("glibc-layout: it cannot be told: {error:#}");
            CANNOT_BE_TOLD.into()
        }
    }
}

/// Whether a record fits, and the sentence that says so.
fn answer(target: &Target) -> Result<(bool, String)> {
    let installed = Installed::find(target)?;
    let libc = installed.libc.path.display();
    let known = match installed.record() {
        Ok(known) => known,
        Err(unknown) => return Ok((false, format!("{libc}: {unknown}"))),
    };
    let how = if installed.is_listed() { "by its build ID" } else { "by its layout" };
    let named = format!("{libc} (glibc {}) is recognised {how} as {}", known.version, known.builds.replace(' ', ", "));
    let Some(layout) = read::layout_if_there(&installed)? else {
        return Ok((true, format!("{named}; there are no debug files to verify it with")));
    };
    let (fields, differences) = differences(&layout, known)?;
    Ok(match differences.len() {
        0 => (true, format!("{named}; all {fields} fields agree with its debug files")),
        count => {
            let rest = if count > SHOWN { " …" } else { "" };
            let shown = differences.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ");
            (false, format!("{named}, but its debug files differ from that in {count} places: {shown}{rest}"))
        }
    })
}

/// How many places were compared, and those that differ between the debug files and a record of the loader.
fn differences(layout: &Layout, known: &Known) -> Result<(usize, Vec<String>)> {
    let record = Record::of(layout, None)?;
    let (described, known) = (described(&record), known_places(known));
    let mut found = Vec::new();
    for (name, place) in &described {
        match known.get(name) {
            Some(other) if other == place => {}
            Some(other) => found.push(format!("{name} is {place} and not {other}")),
            None => found.push(format!("{name} is {place} and not known")),
        }
    }
    let gone = known.keys().filter(|name| !described.contains_key(*name));
    found.extend(gone.map(|name| format!("{name} is not there")));
    Ok((described.len(), found))
}

/// Everything about a build that its debug files show, by name.
pub fn described(record: &Record) -> IndexMap<String, String> {
    let content = &record.content;
    let mut places = IndexMap::new();
    for (table, fields) in &content.tables {
        places.extend(fields.iter().map(|(field, place)| (format!("{table}.{field}"), place.to_string())));
    }
    places.extend(content.sizes.iter().map(|(name, size)| (format!("the size of {name}"), size.to_string())));
    for value in ["dt_num", "namespaces"] {
        places.insert(value.to_owned(), content.values[value].to_string());
    }
    places.insert("the number of CPUID leaves".to_owned(), content.cpuid_leaves.len().to_string());
    places.extend(content.tunables.iter().enumerate().map(|(id, name)| (format!("tunable {id}"), name.clone())));
    places
}

/// The same of a record of the loader.
fn known_places(known: &Known) -> IndexMap<String, String> {
    let tables = [
        ("ro", known.ro.places(), known.sizes.ro),
        ("rg", known.rg.places(), known.sizes.rg),
        ("ns", known.ns.places(), known.sizes.ns),
        ("link_map", known.link_map.places(), known.sizes.link_map),
        ("pthread", known.pthread.places(), known.sizes.pthread),
        ("cpu", known.cpu.places(), known.sizes.cpu),
    ];
    let mut places = IndexMap::new();
    for (table, fields, size) in tables {
        let named = |(field, place): (&str, Place)| (format!("{table}.{field}"), place.to_string());
        places.extend(fields.into_iter().map(named));
        places.insert(format!("the size of {table}"), size.to_string());
    }
    places.insert("dt_num".to_owned(), known.values.dt_num.to_string());
    places.insert("namespaces".to_owned(), known.values.namespaces.to_string());
    places.insert("the number of CPUID leaves".to_owned(), known.cpuid_leaves.as_slice().len().to_string());
    let tunables = known.tunables.as_slice().iter().enumerate();
    places.extend(tunables.map(|(id, index)| (format!("tunable {id}"), TUNABLES[usize::from(*index)].name.to_string())));
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use luci::glibc::record::RECORDS;
    use std::path::Path;

    #[test]
    fn a_record_and_the_loaders_table_made_from_it_have_the_same_places() {
        let kept = crate::record::read_all(Path::new(crate::RECORDS)).unwrap();
        assert_eq!(kept.len(), RECORDS.len());
        for ((file, record), known) in kept.iter().zip(&RECORDS) {
            let (described, known) = (described(record), known_places(known));
            assert!(described.len() > 100 && described.contains_key("link_map.l_relocated"));
            assert_eq!(described.len(), known.len(), "{}", file.display());
            for (name, place) in described {
                assert_eq!(known.get(&name), Some(&place), "{name} of {}", file.display());
            }
        }
    }
}
