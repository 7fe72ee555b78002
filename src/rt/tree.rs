//! `--tree` and `--why`: gathers what a report is made of while the objects are loaded, and prints the report. Nothing of
//! the program runs: the loader leaves before the first relocation.

use alloc::string::String;
use alloc::vec::Vec;

use luci::config::{Config, Mode};
use luci::diag::{Error, Result};
use luci::elf::dynamic::Flags1;
use luci::elf::notes;
use luci::elf::segments::PT_NOTE;
use luci::link::object::{NamespaceId, Object, ObjectId};
use luci::link::search::Rule;
use luci::link::world::World;
use luci::report::build::{self, Sources};
use luci::report::dlopen::{self, Feature};
use luci::report::trace::{Edge, Kind, Target, Trace, Try};
use luci::report::{document, text, why};

use super::files::{self, ElfFile, OpenError};
use super::image::Metadata;
use super::load::{self, Asked, Found, Opener};
use super::process::PROCESS;
use super::registry::{Registry, push_once};
use super::{origin, print, program, sys};

/// Exit status of a file that cannot be read, as of a start.
const UNREADABLE: i32 = 127;

/// When a report is asked for: from here on is noted what is looked for and what comes of it. The program, the loader and
/// the vDSO are there.
pub fn begin(config: &Config<'_>, world: &World<'static>, program: ObjectId) {
    if config.mode != Mode::Tree {
        return;
    }
    PROCESS.with_registry(|registry| {
        let known = world.order.clone();
        registry.trace = Some(Trace { known, has_cache: registry.search.cache.is_some(), ..Trace::default() });
        let Some(version) = world.get(program).map(|object| &object.current) else { return };
        // a library that is asked about may be what its own dependencies need
        let is_library = !version.dynamic.flags_1.contains(Flags1::PIE) && version.layout.start.0 == 0;
        if let Some(stamp) = files::Stamp::at(&version.path).ok().filter(|_| is_library) {
            registry.names_mut(NamespaceId::BASE).files.insert(stamp.id, program);
        }
        // the kernel would start the file behind a symbolic link, and $ORIGIN be its directory
        if version.layout.interpreter.is_some() {
            registry.state_mut(program).origin = files::resolved(&version.path).and_then(origin::directory_of);
        }
    });
}

/// A search that is noted. Directories that are known to be missing are tried all the same, so that the note is complete.
pub fn search_file(
    registry: &mut Registry,
    world: &World<'static>,
    asked: Asked<'_>,
    opener: &mut Opener,
) -> Option<Result<ElfFile>> {
    opener.tries = Some(Vec::new());
    let found = registry.with_request(world, asked, |search, request| {
        search.directories.clear();
        let found = search.find(request, opener);
        for tried in opener.tries.iter_mut().flatten() {
            tried.owner = search.owner(request, &tried.path, tried.rule).map(|owner| owner.name.to_vec());
        }
        found
    });
    if let Some(trace) = &mut registry.trace {
        trace.tries = opener.tries.take().unwrap_or_default();
    }
    found
}

/// The note of one path.
pub fn attempt(path: &[u8], rule: Rule, opened: &core::result::Result<ElfFile, OpenError>) -> Try {
    let reason = match opened {
        Ok(_) => None,
        Err(OpenError::Skip(error) | OpenError::Fatal(error)) => Some(error.reason()),
    };
    Try { path: path.to_vec(), rule, owner: None, reason }
}

/// The end of the search for a name.
fn close(from: ObjectId, kind: Kind, name: &[u8], target: Target) -> Option<Edge> {
    PROCESS.with_registry(|registry| Some(registry.trace.as_mut()?.close(from, kind, name, target)))
}

fn note(from: ObjectId, kind: Kind, name: &[u8], target: Target) {
    let edge = close(from, kind, name, target);
    PROCESS.with_registry(|registry| registry.trace.as_mut().map(|trace| trace.edges.extend(edge)));
}

fn outcome(found: &Result<ObjectId>) -> Target {
    match found {
        Ok(id) => Target::Object(*id),
        Err(error) => Target::Missing(error.reason()),
    }
}

/// What became of the name of a preload list.
pub fn preloaded(program: ObjectId, name: &[u8], found: &Result<ObjectId>) {
    note(program, Kind::Preload, name, outcome(found));
}

/// Everything that one object names, and which of it are filtees. What is missing or broken is noted and left out.
pub fn load_direct_dependencies(world: &mut World<'static>, object: &Object<'static>) -> (Vec<ObjectId>, Vec<ObjectId>) {
    let version = &object.current;
    let filter = |optional| if optional { Kind::Auxiliary } else { Kind::Filter };
    let names = version.dynamic.needed.iter().map(|&name| (name, Kind::Needed));
    let filters = version.dynamic.filtees.iter().map(|filtee| (filtee.name, filter(filtee.optional)));
    let (mut needed, mut filtees) = (Vec::new(), Vec::new());
    for (offset, kind) in names.chain(filters) {
        let Some(name) = version.string(offset) else {
            note(object.id, kind, b"", Target::Missing("the name lies outside the string table".into()));
            continue;
        };
        if kind == Kind::Needed && PROCESS.with_registry(|registry| registry.is_excluded(name)) {
            note(object.id, kind, name, Target::Excluded);
            continue;
        }
        let found = load::find_or_load(world, Asked { name, by: Some(object.id), by_call: false, namespace: object.namespace });
        note(object.id, kind, name, outcome(&found));
        if let Ok(id) = found {
            push_once(if kind == Kind::Needed { &mut needed } else { &mut filtees }, id);
        }
    }
    filtees.iter().for_each(|&filtee| push_once(&mut needed, filtee));
    (needed, filtees)
}

/// Prints the answer and ends.
pub fn answer(config: &Config<'_>, mut world: World<'static>) -> ! {
    let edges = PROCESS.with_registry(|registry| registry.trace.as_mut().map(|trace| core::mem::take(&mut trace.edges)));
    let sources = Sources {
        edges: edges.unwrap_or_default(),
        provider: &|name| PROCESS.with_registry(|registry| registry.loaded(NamespaceId::BASE, name)),
        interpreter: program::interpreter(&world).map(<[u8]>::to_vec),
        weak_yields: config.weak,
    };
    let mut report = build::report(&world, sources);
    for entry in &mut report.objects {
        entry.dlopen = features(&mut world, entry.id);
    }
    let (text, status) = match config.why {
        None if config.json => (document::tree(&report), report.status()),
        None => (text::tree(&report), report.status()),
        Some(name) => {
            let why = why::why(&report, name);
            let text = if config.json { document::why(&report, &why) } else { text::why(&report, &why) };
            (text, why.status())
        }
    };
    print::answer(&text);
    sys::exit_group(status)
}

/// What the notes of an object say of dlopen, and what each soname would lead to.
fn features(world: &mut World<'static>, id: ObjectId) -> Vec<Feature> {
    let Some(version) = world.get(id).map(|object| object.current.clone()) else { return Vec::new() };
    let mut metadata = Metadata::new(version.bias, &version.layout);
    let segments = version.layout.headers.iter().filter(|header| header.kind == PT_NOTE);
    let bytes: Vec<&'static [u8]> = segments.filter_map(|header| metadata.bytes(header.vaddr, header.filesz)).collect();
    let mut features: Vec<Feature> = bytes.into_iter().flat_map(notes::dlopen).flat_map(dlopen::features).collect();
    for feature in &mut features {
        feature.found = feature.sonames.iter().filter_map(|soname| would_find(world, id, soname)).collect();
    }
    features
}

fn would_find(world: &mut World<'static>, by: ObjectId, soname: &str) -> Option<Edge> {
    let name = soname.as_bytes();
    let target = match load::find(world, Asked { name, by: Some(by), by_call: true, namespace: NamespaceId::BASE }) {
        Ok(Found::Loaded(id)) => Target::Object(id),
        Ok(Found::File(file)) => Target::File(file.path),
        Err(error) => Target::Missing(error.reason()),
    };
    close(by, Kind::Dlopen, name, target)
}

/// The answer about a program that has no dynamic section.
pub fn statically_linked(config: &Config<'_>, path: &[u8]) -> ! {
    let text = match config.json {
        true => document::statically_linked(path),
        false => alloc::format!("{} (statically linked)\n", luci::report::json::Shown(path)),
    };
    print::answer(&text);
    sys::exit_group(0)
}

/// The document about a file that cannot be read; the message follows on standard error.
pub fn failure(path: &[u8], error: &Error) {
    let sentence: String = alloc::format!("{error}");
    print::answer(&document::failure(path, &sentence, UNREADABLE));
}
