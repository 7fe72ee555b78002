//! dlclose: what nothing needs any more is finalised and leaves the process, under the loader's lock.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU32, Ordering};

use luci::addr::Addr;
use luci::diag::{Error, Result};
use luci::elf::dynamic::Flags1;
use luci::glibc::record::Flags;
use luci::link::object::{LocalScope, NamespaceId, Object, ObjectId, Role};

use super::abi::debug::{self, State};
use super::abi::tls;
use super::audit::{self, Activity};
use super::lock::{LoaderLock, thread_number};
use super::open::publish;
use super::process::PROCESS;
use super::registry::{Registry, Stage};
use super::trace::{self, Topics};
use super::{init, libpthread, map, maps, relocation};

/// Undoes one open; the last one takes the object and everything nobody needs any more out of the process.
pub fn close(handle: Addr) -> Result<()> {
    let _lock = LoaderLock::take();
    let not_open = |name: &[u8]| Error::other(String::from_utf8_lossy(name), "shared object not open");
    let object = PROCESS.world.read().find_handle(handle).cloned().ok_or_else(|| not_open(b""))?;
    if stays(&object) {
        return Ok(());
    }
    let still_open = PROCESS.with_registry(|registry| {
        let state = registry.state_mut(object.id);
        state.open_count = state.open_count.checked_sub(1).ok_or_else(|| not_open(&object.current.path))?;
        Ok(state.open_count > 0)
    })?;
    if still_open && trace::is_on(Topics::FILES) {
        let count = PROCESS.with_registry(|registry| registry.state(object.id).open_count);
        trace::load::stays(&object, count);
    }
    if !still_open {
        unload();
    }
    Ok(())
}

/// An object that can be closed any number of times.
fn stays(object: &Object<'static>) -> bool {
    let asks_for_it = object.current.dynamic.flags_1.contains(Flags1::NODELETE);
    let by_dlopen = object.pinned && !object.initial;
    object.current.role == Role::Program || asks_for_it || by_dlopen || relocation::defines_unique(object.id)
}

/// The thread whose dlclose takes objects out; a dlclose in a destructor leaves its objects to that. 0: none.
pub static UNLOADING: AtomicU32 = AtomicU32::new(0);

fn unload() {
    if UNLOADING.swap(thread_number(), Ordering::Relaxed) != 0 {
        return;
    }
    let mut told = Vec::new();
    let mut tell_first = |object: &Object<'static>| {
        if PROCESS.record().has(Flags::CONSISTENT_AT_THE_END) && !told.contains(&object.namespace) {
            told.push(object.namespace);
            tell_auditors(object.namespace, Activity::Delete);
        }
    };
    // destructors may open and close objects themselves: what is unused is found anew behind each round
    let dead = loop {
        let dead = PROCESS.with_registry(mark_unused);
        hide(&dead);
        init::destroy(&dead, &mut tell_first);
        let is_done = PROCESS.with_registry(|registry| {
            let done = |id: &ObjectId| matches!(registry.state(*id).stage, Stage::Loaded(_) | Stage::Destroyed);
            let done = dead.iter().all(done);
            done && unused_with(registry) == dead
        });
        if is_done {
            break dead;
        }
    };
    if trace::is_on(Topics::FILES) {
        trace::load::leaves(&PROCESS.world.read(), &dead);
    }
    let touched = namespaces_of(&dead);
    for &namespace in &touched {
        if !told.contains(&namespace) {
            tell_auditors(namespace, Activity::Delete);
        }
        debug::notify(namespace, State::Delete);
    }
    if !dead.is_empty() {
        remove(&dead);
    }
    for &namespace in &touched {
        tell_auditors(namespace, Activity::Consistent);
        debug::notify(namespace, State::Consistent);
    }
    UNLOADING.store(0, Ordering::Relaxed);
}

/// Finds what is unused; from here on no other object can be bound to it.
fn mark_unused(registry: &mut Registry) -> Vec<ObjectId> {
    let dead = unused_with(registry);
    for &id in &dead {
        if registry.state(id).stage == Stage::Constructed {
            registry.set_stage(id, Stage::Closing);
        }
    }
    dead
}

/// Lets lookups of other objects not find the definitions of these any more.
fn hide(dead: &[ObjectId]) {
    let world = PROCESS.world.read();
    world.iter().for_each(|object| object.closing.set(dead.contains(&object.id)));
}

/// In the child of a fork: takes out what a thread that is not here was closing, or had loaded and not begun to construct.
pub fn finish_in_child(is_unloading: bool) {
    let world = PROCESS.world.read().clone();
    let dead = PROCESS.with_registry(|registry| {
        let candidates = world.iter().filter(|object| !object.initial && !object.pinned).map(|object| object.id);
        let is_left = |id: &ObjectId| match registry.state(*id).stage {
            Stage::Loaded(by) => by == 0,
            stage => !is_unloading && stage.is_going(),
        };
        let left: Vec<ObjectId> = candidates.filter(is_left).collect();
        left.iter().for_each(|&id| registry.state_mut(id).open_count = 0);
        let unused = unused_with(registry);
        left.into_iter().filter(|id| unused.contains(id)).collect::<Vec<_>>()
    });
    if !dead.is_empty() {
        remove(&dead);
    }
}

fn tell_auditors(namespace: NamespaceId, activity: Activity) {
    if audit::is_on() {
        let world = PROCESS.world.read().clone();
        audit::activity(&world, namespace, activity);
    }
}

fn namespaces_of(objects: &[ObjectId]) -> Vec<NamespaceId> {
    let world = PROCESS.world.read();
    let mut all: Vec<NamespaceId> = objects.iter().filter_map(|&id| Some(world.get(id)?.namespace)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Objects that nothing permanent or open needs, directly or by a binding.
fn unused_with(registry: &mut Registry) -> Vec<ObjectId> {
    let world = PROCESS.world.read();
    let record = PROCESS.record();
    let is_root = |object: &Arc<Object<'static>>| {
        let state = registry.state(object.id);
        object.pinned
            || state.open_count > 0
            || matches!(state.stage, Stage::Constructing(_))
            || relocation::defines_unique(object.id)
            || maps::tls_destructors(record, object.handle) > 0
    };
    let mut is_live: Vec<bool> = Vec::new();
    let mut found: Vec<ObjectId> = Vec::with_capacity(world.order.len());
    let mut take = |found: &mut Vec<ObjectId>, id: ObjectId| {
        let index = id.0 as usize;
        if is_live.len() <= index {
            is_live.resize(index + 1, false);
        }
        if !core::mem::replace(&mut is_live[index], true) {
            found.push(id);
        }
    };
    world.iter().filter(|object| is_root(object)).for_each(|object| take(&mut found, object.id));
    let mut next = 0;
    while let Some(&id) = found.get(next) {
        next += 1;
        let needed = world.get(id).map_or(&[][..], |object| &object.needed);
        needed.iter().chain(&registry.state(id).bound_to).for_each(|&other| take(&mut found, other));
    }
    let is_live = |id: &ObjectId| is_live.get(id.0 as usize).copied().unwrap_or(false);
    world.order.iter().copied().filter(|id| !is_live(id)).collect()
}

/// Takes objects out of the world; their memory is given back when no reader can be in it.
pub fn remove(dead: &[ObjectId]) {
    let mut world = PROCESS.world.read().clone();
    let kept = |list: &[ObjectId]| list.iter().copied().filter(|id| !dead.contains(id)).collect::<Arc<[ObjectId]>>();
    let mut tls_changed = false;
    for &id in dead {
        let Some(object) = world.get(id).cloned() else { continue };
        relocation::forget_unique(id);
        audit::forget(id);
        libpthread::forget(id);
        if let Some(module) = object.tls {
            if let Some(offset) = module.static_offset {
                tls::give_back_static(offset);
            }
            world.tls.remove(module.id);
            tls_changed = true;
        }
        world.remove(id);
        if world.is_global(&object) {
            let global = kept(world.global(object.namespace));
            world.set_global(object.namespace, global);
        }
    }
    if tls_changed {
        world.tls.advance();
    }
    let searches_dead =
        |object: &&Arc<Object<'static>>| object.local_scopes.iter().any(|scope| scope.list.iter().any(|id| dead.contains(id)));
    let affected: Vec<ObjectId> = world.iter().filter(searches_dead).map(|object| object.id).collect();
    for id in affected {
        // if its lists all go, it stays, and must go on finding itself and what it needs
        let own = LocalScope { root: id, list: Arc::from(world.breadth_first(id)) };
        world.change(id, |object| {
            object.local_scopes.retain(|scope| !dead.contains(&scope.root));
            object.local_scopes.iter_mut().for_each(|scope| scope.list = kept(&scope.list));
            if object.local_scopes.is_empty() {
                object.local_scopes.push(own);
            }
        });
    }
    // the registry always knows every object of the world, also in the child of a fork at this moment
    publish(world);
    let ranges: Vec<map::Reservation> =
        PROCESS.with_registry(|registry| dead.iter().flat_map(|&id| registry.forget(id)).collect());
    PROCESS.world.defer(Box::new(move || ranges.into_iter().for_each(map::unmap)));
}
