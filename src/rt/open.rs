//! dlopen: objects come into the running process. Everything happens under the loader's lock on a copy of the world; until
//! it is published a failure only has to give back what was mapped. Constructors run when the lock is free again.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use luci::addr::Addr;
use luci::diag::{Error, Result};
use luci::elf::dynamic::Flags;
use luci::glibc::record::Flags as Behaviour;
use luci::link::object::{LocalScope, NamespaceId, Object, ObjectId, TlsModule};
use luci::link::relocate;
use luci::link::world::World;
use luci::tls::{Block, Module};

use super::abi::debug::{self, State};
use super::abi::{tables, tls};
use super::audit::{self, Activity};
use super::load::{self, Asked, Found};
use super::lock::LoaderLock;
use super::process::PROCESS;
use super::trace::{self, Topics};
use super::{close, fail, init, libc, live, map, maps, relocation};

/// dlopen(3)'s mode bits.
#[derive(Clone, Copy)]
pub struct OpenMode(pub i32);

impl OpenMode {
    const LAZY: i32 = 1;
    const NOW: i32 = 2;
    const NOLOAD: i32 = 4;
    const DEEPBIND: i32 = 8;
    pub const GLOBAL: i32 = 0x100;
    const NODELETE: i32 = 0x1000;

    pub fn has(self, bit: i32) -> bool {
        self.0 & bit != 0
    }

    fn binds_now(self) -> bool {
        !self.has(Self::LAZY) || PROCESS.settings.bind_now.load(Ordering::Relaxed)
    }

    /// Why glibc takes such a mode for a mistake.
    pub fn problem(self) -> Option<&'static str> {
        const KNOWN: i32 =
            OpenMode::LAZY | OpenMode::NOW | OpenMode::NOLOAD | OpenMode::DEEPBIND | OpenMode::GLOBAL | OpenMode::NODELETE;
        match self {
            _ if self.0 & !KNOWN != 0 => Some("invalid mode parameter"),
            _ if !self.has(Self::LAZY) && !self.has(Self::NOW) => Some("invalid mode for dlopen(): Invalid argument"),
            _ => None,
        }
    }
}

/// Where a new object goes.
#[derive(Clone, Copy)]
pub enum Target {
    /// The namespace of the object that calls.
    Caller,
    /// The number that the program gave.
    Existing(i64),
    New,
}

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub name: &'a [u8],
    pub mode: OpenMode,
    /// The object that calls.
    pub by: ObjectId,
    pub target: Target,
}

/// Opens an object; `None` when it is not loaded and must not be.
pub fn open(wanted: Wanted<'_>) -> Result<Option<Addr>> {
    let lock = LoaderLock::take();
    let Some((id, new)) = bring(wanted)? else { return Ok(None) };
    let world = PROCESS.world.read();
    let handle = world.get(id).map(|object| object.handle);
    let list = PROCESS.with_registry(|registry| {
        registry.state_mut(id).open_count += 1;
        // also what another thread has loaded and not constructed yet
        let any_pending = registry.unconstructed > 0 || close::UNLOADING.load(Ordering::Relaxed) != 0;
        if any_pending { world.breadth_first(id) } else { Vec::new() }
    });
    let caller = world.get(wanted.by).map_or(NamespaceId::BASE, |object| object.namespace);
    let environment = if list.is_empty() { 0 } else { init::environment_of(&world, caller) };
    if new.is_empty() && trace::is_on(Topics::FILES) {
        trace::load::opened(&world, id);
    }
    drop(world);
    drop(lock);
    init::run_constructors(&list, &new, environment);
    if !new.is_empty() && trace::is_on(Topics::FILES) {
        trace::load::opened(&PROCESS.world.read(), id);
    }
    Ok(handle)
}

/// The object, loaded now if it is not yet, and all that was loaded for it.
fn bring(wanted: Wanted<'_>) -> Result<Option<(ObjectId, Vec<ObjectId>)>> {
    let Wanted { name, mode, by, .. } = wanted;
    if name.is_empty() {
        return Ok(PROCESS.world.read().order.first().map(|&id| (id, Vec::new())));
    }
    let namespace = namespace_of(wanted)?;
    if let Some(id) = PROCESS.with_registry(|registry| registry.loaded(namespace, name)) {
        return Ok(Some((open_again(id, mode), Vec::new())));
    }
    let mut world = PROCESS.world.read().clone();
    if matches!(wanted.target, Target::New) {
        // an auditor's is marked when it is accepted
        world.namespace_mut(namespace).audits = false;
        debug::introduce(namespace);
    }
    let asked = Asked { name, by: Some(by), by_call: true, namespace };
    let outcome = load_and_prepare(&mut world, asked, mode);
    if consistent_at_the_end() && !debug::is_consistent(namespace) {
        debug::notify(namespace, State::Consistent);
        audit::activity(&world, namespace, Activity::Consistent);
    }
    let (id, ready) = match outcome.inspect_err(|_| undo(&world, namespace))? {
        Brought::Nothing => return Ok(None),
        Brought::Loaded(id) => return Ok(Some((open_again(id, mode), Vec::new()))),
        Brought::New(id, ready) => (id, ready),
    };
    take_in(world, &ready.new, &ready.pending)?;
    live::opened();
    Ok(Some((id, ready.new)))
}

/// What a name has led to.
enum Brought {
    /// It is not loaded and must not be.
    Nothing,
    Loaded(ObjectId),
    New(ObjectId, Ready),
}

/// New objects that only have to be published.
struct Ready {
    new: Vec<ObjectId>,
    pending: Vec<relocation::Pending>,
}

/// Everything that can fail before anybody but debuggers and auditors sees the new objects.
fn load_and_prepare(world: &mut World<'static>, asked: Asked<'_>, mode: OpenMode) -> Result<Brought> {
    let file = match load::find(world, asked)? {
        Found::Loaded(id) => return Ok(Brought::Loaded(id)),
        Found::File(_) if mode.has(OpenMode::NOLOAD) => return Ok(Brought::Nothing),
        Found::File(file) => file,
    };
    let id = opening(|| load::map_file(world, *file, asked))?;
    if PROCESS.world.read().get(id).is_some() {
        return Ok(Brought::Loaded(id));
    }
    let mut list = alloc::vec![id];
    opening(|| load::load_dependencies(world, &mut list))?;
    let new = {
        let before = PROCESS.world.read();
        list.iter().copied().filter(|&id| before.get(id).is_none()).collect::<Vec<_>>()
    };
    check_versions(world, &new)?;
    for object in new.iter().filter_map(|&id| world.get(id)) {
        maps::fill(PROCESS.record(), world, object, &object.current)?;
    }
    maps::relink(world);
    if !consistent_at_the_end() {
        audit::activity(world, asked.namespace, Activity::Consistent);
        debug::notify(asked.namespace, State::Consistent);
    }
    let pending = prepare(world, id, &new, &list, mode)?;
    Ok(Brought::New(id, Ready { new, pending }))
}

/// Whether a dlopen tells of a consistent state when everything is relocated, and not before.
fn consistent_at_the_end() -> bool {
    PROCESS.record().has(Behaviour::CONSISTENT_AT_THE_END)
}

/// Loads for dlopen, which some objects forbid.
fn opening<T>(load: impl FnOnce() -> Result<T>) -> Result<T> {
    PROCESS.with_registry(|registry| registry.opens = true);
    let result = load();
    PROCESS.with_registry(|registry| registry.opens = false);
    result
}

/// Gives back what a failed open has loaded, and tells whom it was told of.
fn undo(after: &World<'static>, namespace: NamespaceId) {
    let before = &PROCESS.world.read().clone();
    let any_new = after.iter().any(|object| before.get(object.id).is_none());
    if !any_new && debug::is_consistent(namespace) {
        return;
    }
    let is_first = consistent_at_the_end();
    if is_first {
        audit::activity(after, namespace, Activity::Delete);
    }
    after.iter().filter(|object| before.get(object.id).is_none()).for_each(|object| audit::closed(object));
    if !is_first {
        audit::activity(after, namespace, Activity::Delete);
    }
    debug::notify(namespace, State::Delete);
    maps::relink(before);
    discard(before, after);
    audit::activity(before, namespace, Activity::Consistent);
    debug::notify(namespace, State::Consistent);
}

/// The namespace to search and to load into.
fn namespace_of(wanted: Wanted<'_>) -> Result<NamespaceId> {
    let world = PROCESS.world.read();
    match wanted.target {
        Target::Caller => Ok(world.get(wanted.by).map_or(NamespaceId::BASE, |object| object.namespace)),
        Target::Existing(number) => {
            let found = world.namespaces().find(|(id, _)| i64::from(id.0) == number);
            let usable = found.filter(|(_, namespace)| !namespace.audits && !namespace.global.is_empty());
            usable.map(|(id, _)| id).ok_or_else(|| {
                let name = String::from_utf8_lossy(wanted.name);
                Error::other(name, "invalid target namespace in dlmopen(): Invalid argument")
            })
        }
        Target::New => free_namespace(&world).ok_or_else(|| {
            let name = String::from_utf8_lossy(wanted.name);
            Error::other(name, "no more namespaces available for dlmopen(): Invalid argument")
        }),
    }
}

/// A namespace without objects, as long as libc's array of them has room.
pub fn free_namespace(world: &World<'static>) -> Option<NamespaceId> {
    let mut all = (1..u32::from(PROCESS.record().values.namespaces)).map(NamespaceId);
    all.find(|&id| world.members(id).next().is_none())
}

/// Everything that can be done, and can fail, before anybody sees the `new` objects.
fn prepare(
    world: &mut World<'static>,
    root: ObjectId,
    new: &[ObjectId],
    list: &[ObjectId],
    mode: OpenMode,
) -> Result<Vec<relocation::Pending>> {
    add_tls(world, new);
    add_scopes(world, root, new, list, mode);
    place_static_tls(world, new)?;
    if trace::is_on(Topics::SCOPES) {
        trace::load::opened_scopes(world, root, &[root]);
    }
    if trace::is_on(Topics::TLS) {
        trace::load::thread_local(world.list(new));
    }
    let record = PROCESS.record();
    for object in new.iter().filter_map(|&id| world.get(id)).filter(|object| object.tls.is_some()) {
        // now with its TLS module
        maps::fill(record, world, object, &object.current)?;
    }
    // the loader's own image is ready
    let linked = || new.iter().rev().filter_map(|&id| world.get(id)).filter(|object| relocation::is_linked_by_us(object));
    linked().for_each(|object| libc::relocate_dynamic(record, &object.current));
    tables::set_legacy_hooks(linked(), record);
    let pending = linked().map(|object| relocation::words(world, object, &object.current, mode.binds_now())).collect();
    if trace::is_on(Topics::SCOPES) {
        trace::load::opened_scopes(world, root, list);
    }
    pending
}

/// Makes the objects part of the process. What program code is asked for then (IFUNC resolvers) may still fail.
fn take_in(world: World<'static>, new: &[ObjectId], pending: &[relocation::Pending]) -> Result<()> {
    let in_static_tls = |id: &ObjectId| world.get(*id).and_then(|object| object.tls?.static_offset).is_some();
    let is_any_static = new.iter().any(in_static_tls);
    publish(world);
    if is_any_static {
        initialise_static_tls(&PROCESS.world.read().clone(), new);
    }
    let started = relocation::finish(pending).and_then(|()| init::start_further_libcs(new));
    started.inspect_err(|_| close::remove(new))
}

/// Publishes a world and tells libc's native structures of it.
pub fn publish(world: World<'static>) {
    maps::relink(&world);
    super::namespaces::store(&world);
    let generation = world.tls.generation;
    PROCESS.publish(world);
    tls::publish_generation(generation);
}

/// Publishes the world of a live update and tells debuggers.
pub fn publish_update(world: World<'static>, namespace: NamespaceId) {
    debug::notify(namespace, State::Add);
    publish(world);
    debug::notify(namespace, State::Consistent);
}

/// Lets an object that was opened locally, and its new dependencies, find these.
pub fn add_local_scope(world: &mut World<'static>, id: ObjectId, dependencies: &[ObjectId]) {
    let scope = LocalScope { root: id, list: Arc::from(dependencies) };
    for &id in core::iter::once(&id).chain(dependencies) {
        world.change(id, |object| object.local_scopes.push(scope.clone()));
    }
}

/// Gives back everything that a failed load has mapped and nobody has seen.
pub fn discard(before: &World<'static>, after: &World<'static>) {
    for object in after.iter().filter(|object| before.get(object.id).is_none()) {
        relocation::forget_unique(object.id);
        if let Some(offset) = object.tls.and_then(|module| module.static_offset) {
            tls::give_back_static(offset);
        }
        let memory = PROCESS.with_registry(|registry| registry.forget(object.id));
        memory.into_iter().for_each(map::unmap);
    }
}

pub fn check_versions(world: &World<'static>, new: &[ObjectId]) -> Result<()> {
    let findings = PROCESS.with_registry(|registry| {
        if trace::is_on(Topics::VERSIONS) {
            trace::load::versions(world, registry, new);
        }
        registry.check_versions(world, new)
    });
    findings.warnings.iter().for_each(fail::version_line);
    findings.errors.into_iter().next().map_or(Ok(()), Err)
}

/// Gives each new object with TLS a module ID.
pub fn add_tls(world: &mut World<'static>, new: &[ObjectId]) {
    let mut changed = false;
    for &id in new {
        let Some(object) = world.get(id).cloned() else { continue };
        let Some(block) = relocation::block_of(&object.current) else { continue };
        add_tls_module(world, &object, block, None);
        changed = true;
    }
    if changed {
        world.tls.advance();
    }
}

/// Gives a place in the static surplus to those new objects whose variables code insists on finding there. To be called when
/// the search lists are complete.
pub fn place_static_tls(world: &mut World<'static>, new: &[ObjectId]) -> Result<()> {
    let weak_yields = PROCESS.settings.weak_yields.load(Ordering::Relaxed);
    let mut wanted: Vec<ObjectId> = Vec::new();
    for object in new.iter().filter_map(|&id| world.get(id)).filter(|object| insists(object)) {
        wanted.extend(relocate::static_tls_definers(world, object, weak_yields));
    }
    for id in new.iter().filter(|id| wanted.contains(id)) {
        let Some(object) = world.get(*id).cloned() else { continue };
        let Some(block) = relocation::block_of(&object.current) else { continue };
        let offset = tls::place_late(block).ok_or_else(|| tls::no_static_room(&object.current.path, block))?;
        let Some(module) = object.tls else { continue };
        world.tls.set_static_offset(module.id, offset);
        world.change(*id, |object| object.tls = Some(TlsModule { static_offset: Some(offset), ..module }));
    }
    Ok(())
}

/// Enters an object's TLS segment in the table of modules.
pub fn add_tls_module(world: &mut World<'static>, object: &Object<'static>, block: Block, static_offset: Option<u64>) {
    let header = object.current.layout.tls.expect("a block comes from a TLS segment");
    let module = Module { image: header.vaddr + object.current.bias, filesz: header.filesz, block, static_offset };
    let tls = Some(TlsModule { id: world.tls.add(module), static_offset });
    world.change(object.id, |object| object.tls = tls);
}

fn insists(object: &Object<'static>) -> bool {
    object.current.dynamic.flags.contains(Flags::STATIC_TLS)
}

/// Copies the images of new static blocks into every thread that runs.
pub fn initialise_static_tls(world: &World<'static>, new: &[ObjectId]) {
    for object in new.iter().filter_map(|&id| world.get(id)) {
        let Some(tls) = object.tls else { continue };
        if let Some(module) = world.tls.get(tls.id)
            && let Some(offset) = module.static_offset
        {
            tls::initialise_in_all_threads(module, offset, object.handle);
        }
    }
}

/// Search lists: every new object searches the list of this dlopen; objects that were there and are not global learn it too.
/// The first list of a namespace is its global scope.
fn add_scopes(world: &mut World<'static>, root: ObjectId, new: &[ObjectId], list: &[ObjectId], mode: OpenMode) {
    let shared: Arc<[ObjectId]> = Arc::from(list);
    for &id in list {
        let Some(object) = world.get(id) else { continue };
        let is_new = new.contains(&id);
        if !is_new && world.is_global(object) {
            continue;
        }
        world.change(id, |object| {
            object.local_scopes.push(LocalScope { root, list: shared.clone() });
            if is_new {
                object.deep_bind = mode.has(OpenMode::DEEPBIND);
                object.pinned |= mode.has(OpenMode::NODELETE) && id == root;
            }
        });
    }
    let Some(namespace) = world.get(root).map(|object| object.namespace) else { return };
    if mode.has(OpenMode::GLOBAL) || world.global(namespace).is_empty() {
        extend_global(world, namespace, list);
    }
}

/// Appends to the global scope of a namespace what is not in it yet.
pub fn extend_global(world: &mut World<'static>, namespace: NamespaceId, list: &[ObjectId]) {
    let mut global = world.global(namespace).to_vec();
    let new: Vec<ObjectId> = list.iter().copied().filter(|id| !global.contains(id)).collect();
    if trace::is_on(Topics::SCOPES) {
        trace::load::made_global(world, &new);
    }
    global.extend(new);
    world.set_global(namespace, Arc::from(global));
}

/// An object that is loaded already.
fn open_again(id: ObjectId, mode: OpenMode) -> ObjectId {
    promote(id, mode);
    give_scope(id);
    if audit::is_on() && !consistent_at_the_end() && PROCESS.with_registry(|registry| registry.state(id).open_count == 0) {
        // glibc looks at the dependencies of what was loaded as a dependency itself, and says so
        let world = PROCESS.world.read().clone();
        if let Some(object) = world.get(id) {
            audit::activity(&world, object.namespace, Activity::Consistent);
        }
    }
    id
}

/// An object that came as a dependency and is opened itself gets a search list of its own: that of the object that needed it
/// goes with that.
fn give_scope(id: ObjectId) {
    let world = PROCESS.world.read();
    let Some(object) = world.get(id).filter(|object| !object.initial) else { return };
    if object.local_scopes.iter().any(|scope| scope.root == id) {
        return;
    }
    let list = world.breadth_first(id);
    let mut changed = world.clone();
    drop(world);
    let shared: Arc<[ObjectId]> = Arc::from(&list[..]);
    for &other in &list {
        changed.change(other, |object| {
            if !object.initial {
                object.local_scopes.push(LocalScope { root: id, list: shared.clone() });
            }
        });
    }
    publish(changed);
}

/// A loaded object opened again may become global or permanent.
fn promote(id: ObjectId, mode: OpenMode) {
    if !mode.has(OpenMode::GLOBAL) && !mode.has(OpenMode::NODELETE) {
        return;
    }
    let world = PROCESS.world.read();
    let Some(object) = world.get(id).cloned() else { return };
    let list = world.breadth_first(id);
    let global = world.global(object.namespace);
    let to_global = mode.has(OpenMode::GLOBAL) && list.iter().any(|id| !global.contains(id));
    let to_pinned = mode.has(OpenMode::NODELETE) && !object.pinned;
    if !to_global && !to_pinned {
        return;
    }
    let mut changed = world.clone();
    drop(world);
    if to_global {
        extend_global(&mut changed, object.namespace, &list);
    }
    if to_pinned {
        changed.change(id, |object| object.pinned = true);
    }
    publish(changed);
}
