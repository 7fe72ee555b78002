//! dlopen and dlclose: objects come into and leave the running process. Everything happens under the loader's lock on a
//! copy of the world; until it is published a failure only has to give back what was mapped.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use luci::addr::Addr;
use luci::diag::{Error, Result};
use luci::elf::dynamic::{Flags, Flags1};
use luci::link::object::{Object, ObjectId, TlsModule};
use luci::link::world::World;
use luci::tls::Module;

use super::abi::debug::{self, State};
use super::abi::{rtld, tls};
use super::image::store_word;
use super::load::{Asked, Registry};
use super::lock::LoaderLock;
use super::process::PROCESS;
use super::{fail, init, libc, map, maps, relocation};

/// dlopen(3)'s mode bits.
#[derive(Clone, Copy)]
pub struct OpenMode(pub i32);

impl OpenMode {
    const LAZY: i32 = 1;
    const NOW: i32 = 2;
    const NOLOAD: i32 = 4;
    const DEEPBIND: i32 = 8;
    const GLOBAL: i32 = 0x100;
    const NODELETE: i32 = 0x1000;

    fn has(self, bit: i32) -> bool {
        self.0 & bit != 0
    }

    fn binds_now(self) -> bool {
        self.has(Self::NOW) || PROCESS.settings.bind_now.load(Ordering::Relaxed)
    }

    pub fn is_valid(self) -> bool {
        self.has(Self::LAZY) || self.has(Self::NOW)
    }
}

/// Opens `name` on behalf of the object `by`; `None` when it is not loaded and must not be.
pub fn open(name: &[u8], mode: OpenMode, by: ObjectId) -> Result<Option<Addr>> {
    let _lock = LoaderLock::take();
    let opened = if name.is_empty() { program() } else { find_or_bring(name, mode, by)? };
    let Some((id, list)) = opened else { return Ok(None) };
    let handle = PROCESS.world.read().get(id).map(|object| object.handle);
    PROCESS.with_registry(|registry| registry.state_mut(id).open_count += 1);
    init::run_constructors(&list);
    Ok(handle)
}

fn program() -> Option<(ObjectId, Vec<ObjectId>)> {
    let id = *PROCESS.world.read().order.first()?;
    Some((id, Vec::new()))
}

fn find_or_bring(name: &[u8], mode: OpenMode, by: ObjectId) -> Result<Option<(ObjectId, Vec<ObjectId>)>> {
    if let Some(id) = PROCESS.with_registry(|registry| registry.loaded(name)) {
        promote(id, mode);
        return Ok(Some((id, Vec::new())));
    }
    let before = PROCESS.world.read().clone();
    let mut world = before.clone();
    let loaded = PROCESS.with_registry(|registry| {
        let id = registry.find_or_load(&mut world, Asked { name, by: Some(by) })?;
        let mut list = alloc::vec![id];
        if before.get(id).is_none() && !mode.has(OpenMode::NOLOAD) {
            registry.load_dependencies(&mut world, &mut list)?;
        }
        Ok((id, list))
    });
    let outcome = loaded.and_then(|(id, list)| {
        if before.get(id).is_some() {
            promote(id, mode);
            return Ok(Some((id, Vec::new())));
        }
        if mode.has(OpenMode::NOLOAD) {
            discard(&before, &world);
            return Ok(None);
        }
        bring_in(&before, &mut world, id, &list, mode)?;
        Ok(Some((id, list)))
    });
    outcome.inspect_err(|_| discard(&before, &world))
}

/// Makes the objects that `world` has more than `before` part of the process.
fn bring_in(
    before: &World<'static>,
    world: &mut World<'static>,
    root: ObjectId,
    list: &[ObjectId],
    mode: OpenMode,
) -> Result<()> {
    let new: Vec<ObjectId> = list.iter().copied().filter(|&id| before.get(id).is_none()).collect();
    check_versions(world, &new)?;
    refuse_unopenable(world, root)?;
    add_tls(world, &new)?;
    add_scopes(world, &new, list, mode);
    let record = PROCESS.record();
    for object in new.iter().filter_map(|&id| world.get(id)) {
        maps::fill(record, world, object, &object.current)?;
        libc::relocate_dynamic(record, &object.current);
    }
    let mut pending = Vec::with_capacity(new.len());
    for object in new.iter().rev().filter_map(|&id| world.get(id)) {
        pending.push(relocation::words(world, object, &object.current, mode.binds_now())?);
    }
    debug::notify(State::Add);
    initialise_static_tls(world, &new);
    publish(world.clone());
    let finished = relocation::finish(&pending);
    debug::notify(State::Consistent);
    if let Err(error) = finished {
        publish(before.clone());
        return Err(error);
    }
    Ok(())
}

/// Publishes a world and tells libc's native structures of it.
pub fn publish(world: World<'static>) {
    let record = PROCESS.record();
    maps::relink(&world);
    let base = rtld::global().0;
    let store = |offset: Option<usize>, value: u64| {
        if let Some(offset) = offset {
            // SAFETY: an aligned word of `_rtld_global` that only the loader writes, under its lock.
            unsafe { store_word(Addr(base + offset as u64), value) };
        }
    };
    let namespace = record.rg.dl_ns.get().unwrap_or(0);
    store(record.ns.ns_nloaded.get().map(|offset| namespace + offset), world.order.len() as u64);
    store(record.rg.dl_load_adds.get(), world.adds);
    let generation = world.tls.generation;
    PROCESS.world.replace(Box::new(world));
    tls::publish_generation(generation);
}

/// Publishes the world of a live update and tells debuggers.
pub fn publish_update(world: World<'static>) {
    debug::notify(State::Add);
    publish(world);
    debug::notify(State::Consistent);
}

/// Lets an object that was opened locally, and its new dependencies, find these.
pub fn add_local_scope(world: &mut World<'static>, id: ObjectId, dependencies: &[ObjectId]) {
    let list: Arc<[ObjectId]> = Arc::from(dependencies);
    for &id in core::iter::once(&id).chain(dependencies) {
        if let Some(object) = world.get(id).cloned() {
            let mut object = (*object).clone();
            object.local_scopes.push(list.clone());
            world.put(object);
        }
    }
}

/// Gives back everything that a failed load has mapped.
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
    let findings = PROCESS.with_registry(|registry| registry.check_versions(world, new));
    findings.warnings.iter().for_each(fail::version_line);
    findings.errors.into_iter().next().map_or(Ok(()), Err)
}

fn refuse_unopenable(world: &World<'static>, root: ObjectId) -> Result<()> {
    let Some(object) = world.get(root) else { return Ok(()) };
    if object.current.dynamic.flags_1.contains(Flags1::NOOPEN) {
        return Err(Error::other(display(object), "shared object cannot be dlopen()ed"));
    }
    Ok(())
}

fn display(object: &Object<'static>) -> String {
    String::from_utf8_lossy(&object.current.path).into_owned()
}

/// Gives each new object with TLS a module ID, and a place in the static surplus to those whose code insists on it.
pub fn add_tls(world: &mut World<'static>, new: &[ObjectId]) -> Result<()> {
    let wants_static = new.iter().filter_map(|&id| world.get(id)).any(|object| insists(object));
    let mut changed = false;
    for &id in new {
        let Some(object) = world.get(id).cloned() else { continue };
        let Some(block) = relocation::block_of(&object.current) else { continue };
        let static_offset = if wants_static { tls::place_late(block) } else { None };
        if static_offset.is_none() && insists(&object) {
            return Err(tls::no_static_room(&object.current.path, block));
        }
        let header = object.current.layout.tls.expect("a block comes from a TLS segment");
        let module = Module { image: header.vaddr + object.current.bias, filesz: header.filesz, block, static_offset };
        let mut object = (*object).clone();
        object.tls = Some(TlsModule { id: world.tls.add(module), static_offset });
        world.put(object);
        changed = true;
    }
    if changed {
        world.tls.advance();
    }
    Ok(())
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
fn add_scopes(world: &mut World<'static>, new: &[ObjectId], list: &[ObjectId], mode: OpenMode) {
    let shared: Arc<[ObjectId]> = Arc::from(list);
    for &id in list {
        let Some(object) = world.get(id).cloned() else { continue };
        if !new.contains(&id) && world.global.contains(&id) {
            continue;
        }
        let mut object = (*object).clone();
        object.local_scopes.push(shared.clone());
        if new.contains(&id) {
            object.deep_bind = mode.has(OpenMode::DEEPBIND);
            object.pinned |= mode.has(OpenMode::NODELETE) && Some(&id) == list.first();
        }
        world.put(object);
    }
    if mode.has(OpenMode::GLOBAL) {
        extend_global(world, list);
    }
}

pub fn extend_global(world: &mut World<'static>, list: &[ObjectId]) {
    let mut global = world.global.to_vec();
    global.extend(list.iter().filter(|id| !world.global.contains(id)));
    world.global = Arc::from(global);
}

/// A loaded object opened again may become global or permanent.
fn promote(id: ObjectId, mode: OpenMode) {
    let world = PROCESS.world.read();
    let list = world.breadth_first(id);
    let to_global = mode.has(OpenMode::GLOBAL) && list.iter().any(|id| !world.global.contains(id));
    let to_pinned = mode.has(OpenMode::NODELETE) && world.get(id).is_some_and(|object| !object.pinned);
    if !to_global && !to_pinned {
        return;
    }
    let mut changed = world.clone();
    drop(world);
    if to_global {
        extend_global(&mut changed, &list);
    }
    if to_pinned && let Some(object) = changed.get(id).cloned() {
        changed.put(Object { pinned: true, ..(*object).clone() });
    }
    publish(changed);
}

/// Undoes one open; the last one takes the object and everything nobody needs any more out of the process.
pub fn close(handle: Addr) -> Result<()> {
    let _lock = LoaderLock::take();
    let id = PROCESS.world.read().find_handle(handle).map(|object| object.id);
    let not_open = || Error::other("", "shared object not open");
    let id = id.ok_or_else(not_open)?;
    let still_open = PROCESS.with_registry(|registry| {
        let state = registry.state_mut(id);
        state.open_count = state.open_count.checked_sub(1).ok_or_else(not_open)?;
        Ok(state.open_count > 0)
    })?;
    if !still_open && !unused().is_empty() {
        unload();
    }
    Ok(())
}

fn unload() {
    // destructors may open and close objects themselves: what is unused is found anew behind each round
    loop {
        let dead = unused();
        init::destroy(&dead);
        let all_done = PROCESS.with_registry(|registry| {
            unused_with(registry).iter().all(|&id| registry.state(id).finalised || !registry.state(id).initialised)
        });
        if all_done {
            break;
        }
    }
    let dead = unused();
    debug::notify(State::Delete);
    remove(&dead);
    debug::notify(State::Consistent);
}

fn unused() -> Vec<ObjectId> {
    PROCESS.with_registry(unused_with)
}

/// Objects that nothing permanent or open needs, directly or by a binding.
fn unused_with(registry: &mut Registry) -> Vec<ObjectId> {
    let world = PROCESS.world.read();
    let record = PROCESS.record();
    let is_root = |object: &Arc<Object<'static>>| {
        object.pinned
            || relocation::defines_unique(object.id)
            || registry.state(object.id).open_count > 0
            || maps::tls_destructors(record, object.handle) > 0
    };
    let mut live: Vec<ObjectId> = world.iter().filter(|object| is_root(object)).map(|object| object.id).collect();
    let mut next = 0;
    while let Some(&id) = live.get(next) {
        next += 1;
        let needed = world.get(id).map(|object| object.needed.clone()).unwrap_or_default();
        for other in needed.iter().chain(&registry.state(id).bound_to) {
            if !live.contains(other) {
                live.push(*other);
            }
        }
    }
    world.iter().map(|object| object.id).filter(|id| !live.contains(id)).collect()
}

/// Takes objects out of the world; their memory is given back when no reader can be in it.
fn remove(dead: &[ObjectId]) {
    let mut world = PROCESS.world.read().clone();
    let kept = |list: &Arc<[ObjectId]>| list.iter().copied().filter(|id| !dead.contains(id)).collect::<Arc<[ObjectId]>>();
    let mut tls_changed = false;
    for &id in dead {
        if let Some(module) = world.get(id).and_then(|object| object.tls) {
            if let Some(offset) = module.static_offset {
                tls::give_back_static(offset);
            }
            world.tls.remove(module.id);
            tls_changed = true;
        }
        world.remove(id);
    }
    if tls_changed {
        world.tls.advance();
    }
    world.global = kept(&world.global);
    for object in world.iter().cloned().collect::<Vec<_>>() {
        if object.local_scopes.iter().any(|list| list.iter().any(|id| dead.contains(id))) {
            let mut changed = (*object).clone();
            changed.local_scopes.retain(|list| list.first().is_some_and(|root| !dead.contains(root)));
            changed.local_scopes.iter_mut().for_each(|list| *list = kept(list));
            world.put(changed);
        }
    }
    // the registry always knows every object of the world, also in the child of a fork at this moment
    publish(world);
    let ranges: Vec<map::Reservation> =
        PROCESS.with_registry(|registry| dead.iter().flat_map(|&id| registry.forget(id)).collect());
    PROCESS.world.defer(Box::new(move || ranges.into_iter().for_each(map::unmap)));
}
