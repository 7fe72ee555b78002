//! What is told while objects come and go: searches, files, versions, scopes, constructors.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use luci::elf::versions;
use luci::link::object::{NamespaceId, Object, ObjectId, Role, Version};
use luci::link::search::{Requester, Step};
use luci::link::world::World;

use super::{Bytes, File, Name, Topics, is_on, say};
use crate::rt::fail::ProgramName;
use crate::rt::load::Asked;
use crate::rt::process::PROCESS;
use crate::rt::registry::Registry;

/// A name is going to be looked for that means nothing yet.
#[cold]
pub fn asked(world: &World<'static>, asked: Asked<'_>) {
    let Some(by) = asked.by.and_then(|id| world.get(id)) else { return };
    let how = if asked.by_call { "dynamically loaded" } else { "needed" };
    say(format_args!("\nfile={} [{}];  {how} by {}\n", Bytes(asked.name), asked.namespace.0, File(by)));
}

/// A name without slash is searched.
#[cold]
pub fn searching(asked: Asked<'_>) {
    say(format_args!("find library={} [{}]; searching\n", Bytes(asked.name), asked.namespace.0));
}

/// A search for a name is over.
#[cold]
pub fn searched() {
    say(format_args!("\n"));
}

/// A part of a search begins.
#[cold]
pub fn step(step: &str) {
    say(format_args!(" search {step}\n"));
}

/// What is told of a part of a search.
#[cold]
pub fn step_text(step: &Step<'_>) -> String {
    match step {
        Step::Cache => format!("cache={}", luci::link::cache::PATH),
        Step::Path { directories, what, owner: None } => format!("path={}\t\t({what})", Path(directories)),
        Step::Path { directories, what, owner: Some(owner) } => {
            format!("path={}\t\t({what} from file {})", Path(directories), Owner(owner))
        }
    }
}

/// A path is tried.
#[cold]
pub fn tried(path: &[u8]) {
    say(format_args!("  trying file={}\n", Bytes(path)));
}

/// Directories with colons between them.
struct Path<'a>(&'a [Vec<u8>]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, directory) in self.0.iter().enumerate() {
            let colon = if index > 0 { ":" } else { "" };
            write!(f, "{colon}{}", Bytes(directory))?;
        }
        Ok(())
    }
}

struct Owner<'a>(&'a Requester<'a>);

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_program { ProgramName.fmt(f) } else { Bytes(self.0.name).fmt(f) }
    }
}

/// A file is going to be mapped.
#[cold]
pub fn mapping(name: &[u8], namespace: NamespaceId) {
    say(format_args!("file={} [{}];  generating link map\n", Bytes(name), namespace.0));
}

/// It has been.
#[cold]
pub fn mapped(version: &Version<'_>) {
    let layout = &version.layout;
    let dynamic = layout.dynamic.map_or(0, |header| (header.vaddr + version.bias).0);
    let end = layout.segments.iter().map(|segment| segment.vaddr.0 + segment.memsz).max().unwrap_or(0);
    say(format_args!(
        "  dynamic: {dynamic:#018x}  base: {:#018x}   size: {:#018x}\n    entry: {:#018x}  phdr: {:#018x}  phnum:   {:16}\n\n",
        version.bias.0,
        end.saturating_sub(layout.start.0),
        (version.entry + version.bias).0,
        version.headers_addr.0,
        layout.headers.len()
    ));
}

/// Which versions of which objects each of these needs.
#[cold]
pub fn versions(world: &World<'static>, registry: &Registry, objects: &[ObjectId]) {
    for object in objects.iter().filter_map(|&id| world.get(id)) {
        let Some(verneed) = object.current.verneed else { continue };
        for need in versions::needed(verneed, object.current.symbols.strings) {
            let Some(provider) = registry.loaded(object.namespace, need.file).and_then(|id| world.get(id)) else { continue };
            let name = Bytes(need.name);
            say(format_args!("checking for version `{name}' in file {} required by file {}\n", File(provider), File(object)));
        }
    }
}

/// What is known of the objects that are there from the start.
#[cold]
pub fn initial(world: &World<'static>) {
    if is_on(Topics::TLS) {
        thread_local(world.list(world.global(NamespaceId::BASE)));
    }
    if is_on(Topics::SCOPES) {
        say(format_args!("\nInitial object scopes\n"));
        world.members(NamespaceId::BASE).for_each(|object| scopes(world, object, 0));
    }
}

/// The lists that an object searches, from the number `from` on.
#[cold]
pub fn scopes(world: &World<'static>, object: &Object<'static>, from: usize) {
    say(format_args!("object={}\n", File(object)));
    let global = (object.current.role != Role::Loader).then(|| world.global(object.namespace));
    let own = [object.id];
    let vdso = (object.current.role == Role::Vdso).then_some(&own[..]);
    let local = object.local_scopes.iter().map(|scope| &*scope.list).filter(|_| object.current.role != Role::Loader);
    let mut lists: Vec<&[ObjectId]> = global.into_iter().chain(vdso).chain(local).collect();
    if object.deep_bind && lists.len() > 1 {
        lists.rotate_left(1);
    }
    for (number, list) in lists.iter().enumerate().skip(from) {
        say(format_args!(" scope {number}:{}\n", Names(world, list)));
    }
    if lists.is_empty() {
        say(format_args!(" no scope\n"));
    }
    say(format_args!("\n"));
}

/// The scopes of objects that dlopen touches: of one that was there before only the new list.
#[cold]
pub fn opened_scopes(world: &World<'static>, root: ObjectId, list: &[ObjectId]) {
    let is_new = |object: &Object<'static>| object.local_scopes.first().is_some_and(|scope| scope.root == root);
    for object in list.iter().filter_map(|&id| world.get(id)) {
        let from = if object.initial || is_new(object) { 0 } else { object.local_scopes.len() };
        scopes(world, object, from);
    }
}

/// Objects that become part of the global scope.
#[cold]
pub fn made_global(world: &World<'static>, objects: &[ObjectId]) {
    for object in world.list(objects) {
        say(format_args!("\nadd {} to global scope\n", File(object)));
    }
}

/// An object has been opened once more.
#[cold]
pub fn opened(world: &World<'static>, id: ObjectId) {
    let Some(object) = world.get(id) else { return };
    let count = PROCESS.with_registry(|registry| registry.state(id).open_count);
    say(format_args!("opening file={}; direct_opencount={count}\n\n", File(object)));
}

/// An object stays although it has been closed.
#[cold]
pub fn stays(object: &Object<'static>, count: u32) {
    say(format_args!("\nclosing file={}; direct_opencount={count}\n", Name(&object.current)));
}

/// Objects leave the process.
#[cold]
pub fn leaves(world: &World<'static>, objects: &[ObjectId]) {
    for object in world.list(objects) {
        say(format_args!("\nfile={};  destroying link map\n", File(object)));
    }
}

/// An object uses something of another one. It is told when that is none of its dependencies, and once.
#[cold]
pub fn bound(world: &World<'static>, from: ObjectId, to: ObjectId) {
    let is_known = PROCESS.with_registry(|registry| registry.state(from).bound_to.contains(&to));
    let Some((from, to)) = world.get(from).zip(world.get(to)) else { return };
    let depends = from.id == to.id || world.breadth_first(from.id).contains(&to.id);
    if !is_known && !depends && !to.pinned {
        say(format_args!("\nfile={};  needed by {} (relocation dependency)\n\n", File(to), File(from)));
    }
}

struct Names<'a>(&'a World<'static>, &'a [ObjectId]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.list(self.1).try_for_each(|object| write!(f, " {}", Name(&object.current)))
    }
}

/// An object's relocations are processed.
#[cold]
pub fn relocates(version: &Version<'static>, lazily: bool) {
    say(format_args!("\nrelocation processing: {}{}\n", Name(version), if lazily { " (lazy)" } else { "" }));
}

/// Where the thread-local storage of new objects is.
#[cold]
pub fn thread_local<'w>(objects: impl Iterator<Item = &'w Object<'static>>) {
    for object in objects {
        let Some((module, header)) = object.tls.zip(object.current.layout.tls) else { continue };
        let (file, id, size) = (File(object), module.id, header.memsz);
        match module.static_offset {
            Some(offset) => say(format_args!("tls: {file} is module {id}: {size} bytes, {offset} below the thread pointer\n")),
            None => say(format_args!("tls: {file} is module {id}: {size} bytes, allocated for each thread that uses it\n")),
        }
    }
}

/// Variables that secure-execution mode would not let count.
#[cold]
pub fn secure<'e>(environment: impl Iterator<Item = &'e [u8]>) {
    for name in environment.filter_map(|string| string.split(|&byte| byte == b'=').next()) {
        if luci::config::UNSECURE_VARIABLES.iter().any(|variable| variable.as_bytes() == name) {
            say(format_args!("security: {} is ignored in secure-execution mode\n", Bytes(name)));
        }
    }
}

/// An object's constructors are going to run, which the program's are by libc.
#[cold]
pub fn constructs(object: &Object<'static>) {
    if object.current.role != Role::Program {
        say(format_args!("\ncalling init: {}\n\n", Name(&object.current)));
    }
}

/// The program's early constructors are going to run.
#[cold]
pub fn preinit(program: &Version<'static>) {
    say(format_args!("\ncalling preinit: {}\n\n", Name(program)));
}

/// An object's destructors are going to run.
#[cold]
pub fn destroys(object: &Object<'static>) {
    // the program's own entry in the list of objects has no name
    let path: &[u8] = if object.current.role == Role::Program { b"" } else { &object.current.path };
    say(format_args!("\ncalling fini: {} [{}]\n\n", Bytes(path), object.namespace.0));
}
