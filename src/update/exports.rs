//! Rule 5: what others are bound to must still be there, of the same kind and, for data, of the same size.

use alloc::collections::{BTreeMap, BTreeSet};

use super::compare::{Usage, text, versioned};
use super::verdict::{Difference, Verdict};
use crate::binary::FileView;
use crate::binary::symbols::Symbol;

pub(super) fn compare(old: &FileView, new: &FileView, usage: &Usage, verdict: &mut Verdict) {
    let provided: BTreeMap<_, _> = new.symbols.exports().map(|symbol| ((symbol.name, symbol.version), symbol)).collect();
    let is_used = |symbol: &Symbol| (usage.is_bound)(symbol.name, symbol.version) || usage.copied.contains(&symbol.name);
    for symbol in old.symbols.exports().filter(|symbol| is_used(symbol)) {
        let difference = match provided.get(&(symbol.name, symbol.version)) {
            None => Some(Difference::ExportMissing),
            Some(new) => changed(symbol, new),
        };
        if let Some(difference) = difference {
            verdict.refuse(Some(versioned(symbol.name, symbol.version)), None, difference);
        }
    }
    let versions: BTreeSet<_> = new.symbols.defined_versions.iter().collect();
    for version in &old.symbols.defined_versions {
        if !versions.contains(version) && (usage.needs_version)(version) {
            verdict.refuse(None, None, Difference::VersionMissing(text(version)));
        }
    }
}

fn changed(old: &Symbol, new: &Symbol) -> Option<Difference> {
    if old.kind != new.kind {
        Some(Difference::ExportType(old.kind, new.kind))
    } else if (old.is_data() || old.is_thread_local()) && old.size != new.size {
        Some(Difference::ExportSize(old.size, new.size))
    } else {
        None
    }
}
