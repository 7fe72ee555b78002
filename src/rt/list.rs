//! Answers about a program that is not run: its dependencies as ldd(1) prints them, and whether it is one for us.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;
use core::sync::atomic::Ordering;

use luci::config::Config;
use luci::diag::Result;
use luci::elf::versions;
use luci::link::object::{NamespaceId, Object, ObjectId, Role, Version};
use luci::link::order;
use luci::link::relocate;
use luci::link::resolve::Definition;
use luci::link::segments::Layout;
use luci::link::world::World;

use super::process::PROCESS;
use super::registry::Registry;
use super::relocation::{RunningProcess, is_linked_by_us};
use super::trace::{self, Topics};
use super::{fail, print, sys};

/// Exit statuses of `--verify`: a dynamic program, none, and one (or a library) that names no interpreter.
const DYNAMIC: i32 = 0;
const NOT_DYNAMIC: i32 = 1;
const NO_INTERPRETER: i32 = 2;

/// Tells by the exit status whether we can handle the program, `None` when it could not even be mapped.
pub fn verify(program: Option<&Layout>) -> ! {
    sys::exit_group(match program {
        Some(layout) if layout.dynamic.is_none() => NOT_DYNAMIC,
        Some(layout) if layout.interpreter.is_none() => NO_INTERPRETER,
        Some(_) => DYNAMIC,
        None => NOT_DYNAMIC,
    })
}

/// The listing of a program without dependencies.
pub fn statically_linked() -> ! {
    print::answer("\tstatically linked\n");
    sys::exit_group(0)
}

/// Prints what is loaded and what is missing in load order, on request also versions and undefined symbols, and ends.
pub fn answer(config: &Config<'_>, world: &World<'static>, registry: &Registry, preloads: &[Box<[u8]>]) -> ! {
    if let Some(program) = world.iter().next().filter(|_| trace::is_on(Topics::UNUSED)) {
        unused(config, world, registry, program);
    }
    let mut listing = Listing { world, registry, seen: Vec::new(), text: String::new() };
    if let Some(program) = world.iter().next() {
        listing.objects(program, preloads);
    }
    print::answer(&listing.text);
    listing.text.clear();
    if config.list_undefined {
        report_undefined(world, config);
    }
    if config.list_versions {
        listing.versions();
    }
    print::answer(&listing.text);
    sys::exit_group(0)
}

struct Listing<'a> {
    world: &'a World<'static>,
    registry: &'a Registry,
    seen: Vec<Seen<'a>>,
    text: String,
}

#[derive(PartialEq, Eq)]
enum Seen<'a> {
    Object(ObjectId),
    Missing(&'a [u8]),
}

impl<'a> Listing<'a> {
    /// All objects, breadth first.
    fn objects(&mut self, program: &'a Object<'static>, preloads: &'a [Box<[u8]>]) {
        if program.current.dynamic.needed.is_empty() {
            self.text.push_str("\tstatically linked\n");
            return;
        }
        if let Some(vdso) = self.world.iter().find(|object| object.current.role == Role::Vdso) {
            self.mention(&vdso.current.path);
        }
        preloads.iter().for_each(|name| self.mention(name));
        let mut next = alloc::vec![program.id];
        let mut index = 0;
        while let Some(&id) = next.get(index) {
            index += 1;
            let Some(object) = self.world.get(id) else { continue };
            object.current.dynamic.needed.iter().filter_map(|&name| object.current.string(name)).for_each(|name| {
                self.mention(name);
                next.extend(self.registry.loaded(NamespaceId::BASE, name).filter(|id| !next.contains(id)));
            });
        }
    }

    /// The line of the object that is asked for by this name, the first time it is: name, path and address.
    fn mention(&mut self, name: &'a [u8]) {
        let id = self.registry.loaded(NamespaceId::BASE, name);
        let seen = id.map_or(Seen::Missing(name), Seen::Object);
        if self.seen.contains(&seen) || self.registry.is_excluded(name) {
            return;
        }
        self.seen.push(seen);
        let object = id.and_then(|id| self.world.get(id));
        let Some(version) = object.map(|object| &object.current) else {
            let _ = writeln!(self.text, "\t{} => not found", text(name));
            return;
        };
        let path = text(&version.path);
        let start = version.range().0.0;
        // programs name their loader by PT_INTERP
        let name = if version.role == Role::Loader { self.interpreter().unwrap_or(&version.path) } else { name };
        let _ = match name == &*version.path {
            true => writeln!(self.text, "\t{path} ({start:#018x})"),
            false => writeln!(self.text, "\t{} => {path} ({start:#018x})", text(name)),
        };
    }

    fn interpreter(&self) -> Option<&'static [u8]> {
        super::program::interpreter(self.world)
    }

    /// Which object provides each version that is needed.
    fn versions(&mut self) {
        let needing: Vec<&Version<'static>> =
            self.world.iter().map(|object| &*object.current).filter(|version| version.verneed.is_some()).collect();
        if !needing.is_empty() {
            self.text.push_str("\n\tVersion information:\n");
        }
        for version in needing {
            let _ = writeln!(self.text, "\t{}:", text(&version.path));
            for need in version.verneed.into_iter().flat_map(|table| versions::needed(table, version.symbols.strings)) {
                let provider = self.registry.loaded(NamespaceId::BASE, need.file).and_then(|id| self.world.get(id));
                let defines = |object: &&alloc::sync::Arc<Object<'static>>| {
                    let (table, strings) = (object.current.verdef, object.current.symbols.strings);
                    table.into_iter().flat_map(|table| versions::defined(table, strings)).any(|have| have.name == need.name)
                };
                let found = provider.filter(defines).map_or("not found".into(), |object| text(&object.current.path));
                let weak = if need.weak { "[WEAK] " } else { "" };
                let _ = writeln!(self.text, "\t\t{} ({}) {weak}=> {found}", text(need.file), text(need.name));
            }
        }
    }
}

/// One line to standard error for each symbol that data relocations (with LD_BIND_NOW also calls) do not find.
fn report_undefined(world: &World<'static>, config: &Config<'_>) {
    for object in dependencies_first(world) {
        look_up_all(world, object, config, |found| {
            if let Err(error) = found {
                print::line(format_args!("{}\t({})", fail::Reason(&error), trace::Name(&object.current)));
            }
        });
    }
}

fn look_up_all<'w>(
    world: &'w World<'static>,
    object: &'w Object<'static>,
    config: &Config<'_>,
    found: impl FnMut(Result<Option<Definition<'w, 'static>>>),
) {
    let functions = PROCESS.settings.bind_now.load(Ordering::Relaxed) || object.current.dynamic.binds_now();
    if trace::is_on(Topics::RELOC) {
        trace::load::relocates(&object.current, !functions);
    }
    let listener = (&trace::lookups::Listener as _, &mut RunningProcess { world: Some(world) });
    relocate::look_up_all(world, object, functions, config.weak, listener, found);
}

/// Everything that relocations are looked at of, in the order in which constructors would run.
fn dependencies_first<'w>(world: &'w World<'static>) -> Vec<&'w Object<'static>> {
    let all: Vec<&Object<'static>> = world.list(world.global(NamespaceId::BASE)).collect();
    let needed = |index: usize| -> Vec<usize> {
        all[index].needed.iter().filter_map(|id| all.iter().position(|object| object.id == *id)).collect()
    };
    let order = order::initialisation(all.len(), needed);
    order.into_iter().map(|index| all[index]).filter(|object| is_linked_by_us(object)).collect()
}

/// Prints the direct dependencies of which the program uses nothing (ldd -u), and ends.
fn unused(config: &Config<'_>, world: &World<'static>, registry: &Registry, program: &Object<'static>) -> ! {
    let mut used = Vec::new();
    look_up_all(world, program, config, |found| used.extend(found.ok().flatten().map(|found| found.object.id)));
    let mut answer = String::new();
    for name in program.current.dynamic.needed.iter().filter_map(|&name| program.current.string(name)) {
        let id = registry.loaded(NamespaceId::BASE, name);
        if id.is_some_and(|id| used.contains(&id)) || registry.is_excluded(name) {
            continue;
        }
        if answer.is_empty() {
            answer.push_str("Unused direct dependencies:\n");
        }
        let path = id.and_then(|id| world.get(id)).map_or(name, |object| &object.current.path);
        let _ = writeln!(answer, "\t{}", text(path));
    }
    print::answer(&answer);
    sys::exit_group(i32::from(!answer.is_empty()))
}

fn text(bytes: &[u8]) -> alloc::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
