//! Makes a [`Report`] of what was noted while the files were looked for, and of the world that came out.

use super::trace::Edge;
use super::{Entry, Need, Report, State, Unresolved, Usage, Use, Wanted};
use crate::arch::reloc::{R_X86_64_DTPMOD64, R_X86_64_DTPOFF64, R_X86_64_JUMP_SLOT, R_X86_64_TLSDESC, R_X86_64_TPOFF64};
use crate::diag::ErrorKind;
use crate::elf::dynamic::Flags1;
use crate::elf::symbols as sym;
use crate::elf::versions::{self, Needed};
use crate::elf::{Rela, relocs};
use crate::link::object::{Object, ObjectId, Role};
use crate::link::relocate::{self, Mode};
use crate::link::versions as link_versions;
use crate::link::world::World;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// What is known besides the world.
pub struct Sources<'s> {
    pub edges: Vec<Edge>,
    /// The object that a soname means.
    pub provider: &'s dyn Fn(&[u8]) -> Option<ObjectId>,
    pub interpreter: Option<Vec<u8>>,
    /// LD_DYNAMIC_WEAK
    pub weak_yields: bool,
}

/// The report on the first object of the world and on everything that was asked for by it. Entries of notes are not in it.
pub fn report(world: &World<'_>, sources: Sources<'_>) -> Report {
    let root = world.iter().next().map(|object| object.id);
    let asked_for: BTreeSet<ObjectId> = sources.edges.iter().filter_map(Edge::object).chain(root).collect();
    let in_it = |object: &&alloc::sync::Arc<Object<'_>>| asked_for.contains(&object.id) && object.current.role != Role::Vdso;
    let objects = world.iter().filter(in_it).map(|object| entry(world, object, &sources)).collect();
    Report { objects, edges: sources.edges, interpreter: sources.interpreter }
}

fn entry(world: &World<'_>, object: &Object<'_>, sources: &Sources<'_>) -> Entry {
    let version = &object.current;
    let text = |offset: Option<u64>| offset.and_then(|offset| version.string(offset)).map(<[u8]>::to_vec);
    let is_executable = version.dynamic.flags_1.contains(Flags1::PIE) || sources.interpreter.is_some();
    let mut entry = Entry {
        id: object.id,
        path: version.path.to_vec(),
        soname: version.soname.map(<[u8]>::to_vec),
        role: version.role,
        is_program: version.role == Role::Program && is_executable,
        build_id: version.build_id.map(<[u8]>::to_vec),
        rpath: text(version.dynamic.rpath),
        runpath: text(version.dynamic.runpath),
        audit: text(version.dynamic.audit),
        depaudit: text(version.dynamic.depaudit),
        versions: needs(world, object, sources),
        unresolved: Vec::new(),
        uses: Vec::new(),
        dlopen: Vec::new(),
        problems: Vec::new(),
    };
    if version.role != Role::Loader {
        references(world, object, sources.weak_yields, &mut entry);
    }
    entry
}

/// The versions that an object needs, and whether they are there.
fn needs(world: &World<'_>, object: &Object<'_>, sources: &Sources<'_>) -> Vec<Need> {
    let version = &object.current;
    let all = version.verneed.into_iter().flat_map(|table| versions::needed(table, version.symbols.strings));
    all.map(|need| self::need(world, object, &need, sources)).collect()
}

fn need(world: &World<'_>, object: &Object<'_>, need: &Needed<'_>, sources: &Sources<'_>) -> Need {
    let provider = (sources.provider)(need.file).and_then(|id| world.get(id));
    let defines = |provider: &Object<'_>| {
        let table = provider.current.verdef;
        let mut defined = table.into_iter().flat_map(|table| versions::defined(table, provider.current.symbols.strings));
        defined.any(|have| have.hash == need.hash && have.name == need.name)
    };
    let state = match provider {
        None => State::NoProvider,
        Some(provider) if provider.current.verdef.is_none() => State::Unversioned,
        Some(provider) if defines(provider) => State::Found,
        Some(_) => State::Missing,
    };
    let missing_in = provider.filter(|_| state == State::Missing);
    let wanted = |name: &[u8]| {
        let there = missing_in.map(|provider| link_versions::versions_of(&provider.current.symbols, name));
        Wanted { name: name.to_vec(), there: there.into_iter().flatten().map(<[u8]>::to_vec).collect() }
    };
    let defined = missing_in.map(|provider| link_versions::defined_by(&provider.current));
    Need {
        file: need.file.to_vec(),
        version: need.name.to_vec(),
        weak: need.weak,
        provider: provider.map(|provider| provider.id),
        state,
        symbols: link_versions::symbols_needing(&object.current, need).into_iter().map(wanted).collect(),
        defined: defined.into_iter().flatten().map(<[u8]>::to_vec).collect(),
    }
}

/// Every symbol that a relocation means: whose it is, or that it is nobody's.
fn references(world: &World<'_>, object: &Object<'_>, weak_yields: bool, entry: &mut Entry) {
    let version = &object.current;
    let mode = Mode { lazy: false, weak_yields };
    let mut seen = BTreeSet::new();
    for rela in version.relocations.rela.iter().chain(version.relocations.plt) {
        let index = relocs::symbol(rela);
        if index == 0 || !seen.insert((index, relocs::kind(rela))) {
            continue;
        }
        let name = || version.symbols.get(index).and_then(|symbol| version.symbols.name(symbol)).unwrap_or_default().to_vec();
        let wanted = || version.symbols.wanted_version(index).map(|wanted| wanted.name.to_vec());
        let unresolved = |weak| Unresolved { name: name(), version: wanted(), usage: usage(rela), weak };
        match relocate::definition_of(world, object, version, rela, mode) {
            Ok(Some(found)) if found.object.id == object.id => {}
            Ok(Some(found)) => entry.uses.push(Use { object: found.object.id, name: name(), version: wanted() }),
            Ok(None) if is_undefined(object, index) => push_once(&mut entry.unresolved, unresolved(true)),
            Ok(None) => {}
            Err(error) if matches!(error.kind, ErrorKind::UndefinedSymbol { .. }) => {
                push_once(&mut entry.unresolved, unresolved(false));
            }
            Err(error) if entry.problems.contains(&error.reason()) => {}
            Err(error) => entry.problems.push(error.reason()),
        }
    }
    entry.uses.sort();
    entry.uses.dedup();
}

fn is_undefined(object: &Object<'_>, index: u32) -> bool {
    object.current.symbols.get(index).is_some_and(|symbol| symbol.st_shndx == sym::SHN_UNDEF)
}

/// Several relocations may use a symbol in the same way; the linker sorts them by symbol.
fn push_once(list: &mut Vec<Unresolved>, symbol: Unresolved) {
    let is_same = |last: &Unresolved| last.name == symbol.name && last.version == symbol.version && last.usage == symbol.usage;
    if !list.last().is_some_and(is_same) {
        list.push(symbol);
    }
}

fn usage(rela: &Rela) -> Usage {
    match relocs::kind(rela) {
        R_X86_64_JUMP_SLOT => Usage::Function,
        R_X86_64_DTPMOD64 | R_X86_64_DTPOFF64 | R_X86_64_TPOFF64 | R_X86_64_TLSDESC => Usage::ThreadLocal,
        _ => Usage::Data,
    }
}
