//! The check that every version an object needs is defined by the object it names, with glibc's rules and sentences.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::object::Version;
use super::resolve::{self, Class};
use crate::diag::{Error, ErrorKind};
use crate::elf::hash::{SymbolHash, gnu_hash, sysv_hash};
use crate::elf::relocs;
use crate::elf::symbols::Symbols;
use crate::elf::versions::{self, Defined, HIDDEN, Needed};

/// What the check found: errors stop the load, warnings are printed.
#[derive(Debug, Default)]
pub struct Findings {
    pub errors: Vec<Error>,
    /// For each error the lines that explain it.
    pub explanations: Vec<Vec<String>>,
    pub warnings: Vec<Error>,
}

/// Checks the needs of `object` against the objects that `provider` finds by soname; a provider that is not loaded is not
/// this check's concern.
pub fn check<'w, 'm: 'w>(object: &Version<'m>, provider: impl Fn(&[u8]) -> Option<&'w Version<'m>>, findings: &mut Findings) {
    let Some(verneed) = object.verneed else { return };
    for need in versions::needed(verneed, object.symbols.strings) {
        let Some(provider) = provider(need.file) else { continue };
        let Some(verdef) = provider.verdef else {
            let sentence = alloc::format!("no version information available (required by {})", text(&object.path));
            let warning = Error::other(text(&provider.path), sentence);
            if !findings.warnings.contains(&warning) {
                findings.warnings.push(warning);
            }
            continue;
        };
        if versions::defined(verdef, provider.symbols.strings).any(|have| fits(&have, &need)) {
            continue;
        }
        let kind = ErrorKind::VersionNotFound { version: text(need.name), needed_by: text(&object.path) };
        let error = Error::new(text(&provider.path), kind);
        if need.weak {
            findings.warnings.push(error);
        } else {
            findings.errors.push(error);
            findings.explanations.push(explain(object, provider, &need));
        }
    }
}

/// Which symbols the missing version is needed for, and what the file that was looked at has instead.
fn explain(object: &Version<'_>, provider: &Version<'_>, need: &Needed<'_>) -> Vec<String> {
    /// More symbols than these are only counted.
    const NAMED: usize = 8;
    let (needing, looked_at) = (text(&object.path), text(&provider.path));
    let symbols = symbols_needing(object, need);
    let mut lines = Vec::new();
    for name in symbols.iter().take(NAMED) {
        let there: Vec<String> = versions_of(&provider.symbols, name).iter().map(|version| text(version)).collect();
        let instead =
            if there.is_empty() { "does not have at all".into() } else { format!("has in version {}", there.join(", ")) };
        lines.push(format!("{needing} needs it for symbol {}, which {looked_at} {instead}", text(name)));
    }
    match symbols.len() {
        0 => lines.push(format!("no symbol of {needing} needs it: the version stands for a property of {}", text(need.file))),
        count if count > NAMED => lines.push(format!("and for {} symbols more", count - NAMED)),
        _ => {}
    }
    let defined: Vec<String> = defined_by(provider).into_iter().map(text).collect();
    lines.push(format!("the file looked at for {} is {looked_at}; it defines {}", text(need.file), defined.join(", ")));
    lines
}

/// The names of the versions that an object defines, without the one that stands for the object itself.
pub fn defined_by<'m>(version: &Version<'m>) -> Vec<&'m [u8]> {
    let all = version.verdef.into_iter().flat_map(|table| versions::defined(table, version.symbols.strings));
    all.filter(|have| !have.is_base).map(|have| have.name).collect()
}

/// The symbols for whose sake an object needs a version: those of its relocations.
pub fn symbols_needing<'m>(object: &Version<'m>, need: &Needed<'_>) -> Vec<&'m [u8]> {
    let symbols = &object.symbols;
    let wanted = need.other & !HIDDEN;
    let relocations = object.relocations.rela.iter().chain(object.relocations.plt).map(relocs::symbol);
    let is_of_version = |&index: &u32| {
        let entry = symbols.versym.and_then(|table| table.get(index as usize));
        index != 0 && entry.is_some_and(|entry| entry & !HIDDEN == wanted)
    };
    let indices: BTreeSet<u32> = relocations.filter(is_of_version).collect();
    indices.into_iter().filter_map(|index| symbols.name(symbols.get(index)?)).collect()
}

/// The versions in which an object defines a symbol; the empty name is a definition without version.
pub fn versions_of<'m>(symbols: &Symbols<'m>, name: &[u8]) -> Vec<&'m [u8]> {
    let candidates: Vec<u32> = match &symbols.hash {
        SymbolHash::Gnu(table) => table.candidates(gnu_hash(name)).collect(),
        SymbolHash::SysV(table) => table.candidates(sysv_hash(name)).collect(),
        SymbolHash::None => Vec::new(),
    };
    let version = |index: u32| {
        let symbol = symbols.get(index)?;
        let is_it = resolve::is_definition(symbol, Class::PLT) && symbols.strings.equals(u64::from(symbol.st_name), name);
        is_it.then(|| symbols.wanted_version(index).map_or(&b""[..], |entry| entry.name))
    };
    candidates.into_iter().filter_map(version).collect()
}

fn fits(have: &Defined<'_>, need: &Needed<'_>) -> bool {
    have.hash == need.hash && have.name == need.name
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
