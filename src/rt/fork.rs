//! What must hold across fork(2): the loader's short locks are held by the forking thread, so that a child never inherits
//! one from a thread that it does not have. With updates on, the child also gets its own copy of shared data and a helper.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicU32, Ordering};

use luci::addr::Addr;
use luci::link::object::NamespaceId;
use luci::link::resolve::{self, Class, Reference};

use super::abi::{error, tls};
use super::lock::ListLock;
use super::map::{self, Reservation};
use super::process::PROCESS;
use super::sync::{FutexLock, Locked};
use super::{audit, close, heap, libpthread, live, namespaces, relocation, sys};

/// Registers the handlers with a namespace's libc, before any constructor: as the first ones they run last before a fork and
/// first after it.
pub fn register(namespace: NamespaceId) {
    let world = PROCESS.world.read();
    let reference = Reference::new(b"__register_atfork", None, Class::PLT | Class::NEWEST);
    let Some(found) = resolve::lookup(world.list(world.global(namespace)), &reference, false) else { return };
    let address = found.address().0;
    drop(world);
    type Handler = extern "C" fn();
    // SAFETY: libc's function of this type, which keeps the handlers in a list of its own; the null handle says that they
    // belong to no library.
    let function: extern "C" fn(Handler, Handler, Handler, u64) -> i32 = unsafe { core::mem::transmute(address) };
    function(prepare, in_parent, in_child, 0);
}

/// A fork for which libc runs no handlers.
pub fn around(fork: impl FnOnce() -> i32) -> i32 {
    prepare();
    let result = fork();
    if result == 0 {
        in_child()
    } else {
        in_parent()
    }
    result
}

/// The thread that forks, while it holds the locks below.
static FORKING: AtomicU32 = AtomicU32::new(0);

extern "C" fn prepare() {
    if PROCESS.updates.are_on() {
        PROCESS.updates.helper.lock();
        PROCESS.updates.commit.lock();
        prepare_copies();
    }
    ListLock::take_for_fork();
    for lock in short_locks() {
        lock.lock();
    }
    FORKING.store(sys::thread_id(), Ordering::Relaxed);
}

/// Every lock that the loader holds for moments only, in the order in which one may be taken while another is held.
fn short_locks() -> [&'static FutexLock; 12] {
    [
        PROCESS.updates.findings.raw(),
        PROCESS.registry.raw(),
        PROCESS.static_tls.raw(),
        PROCESS.world.retired_lock(),
        relocation::UNIQUE.raw(),
        relocation::DESCRIPTORS.raw(),
        namespaces::CHUNKS.raw(),
        audit::ENTRIES.raw(),
        tls::EARLY.raw(),
        error::FRAMES.raw(),
        libpthread::GUESTS.raw(),
        heap::lock(),
    ]
}

fn release() {
    for lock in short_locks().into_iter().rev() {
        lock.unlock();
    }
    ListLock::release_after_fork();
    if PROCESS.updates.are_on() {
        PROCESS.updates.commit.unlock();
        PROCESS.updates.helper.unlock();
    }
}

extern "C" fn in_parent() {
    // taken before the locks are free: the next fork makes its own
    let copies = COPIES.with(core::mem::take);
    release();
    copies.iter().for_each(|copy| map::unmap(copy.memory));
}

extern "C" fn in_child() {
    let copies = COPIES.with(core::mem::take);
    let parent = FORKING.load(Ordering::Relaxed);
    release();
    settle(parent);
    if PROCESS.updates.enabled.load(Ordering::Relaxed) {
        take_copies(copies);
        live::start_in_child();
    }
}

/// Another thread may have been in the middle of dlopen or dlclose: what it had not published does not exist here.
/// `parent` is the thread that called fork and goes on here.
fn settle(parent: u32) {
    let world = PROCESS.world.read();
    let me = sys::thread_id();
    tls::publish_generation(world.tls.generation);
    PROCESS.with_registry(|registry| registry.settle_in_child(&world, parent, me));
    drop(world);
    // of the readers only this thread's own are left: those of the dl_iterate_phdr calls that it is in
    PROCESS.world.forget_readers(ListLock::depth());
    let unloading = &close::UNLOADING;
    let mine = unloading.load(Ordering::Relaxed) == parent;
    unloading.store(if mine { me } else { 0 }, Ordering::Relaxed);
    close::finish_in_child(mine);
}

/// A piece of shared data with the private copy that the child will have instead.
struct Copy {
    home: Reservation,
    memory: Reservation,
}

static COPIES: Locked<Vec<Copy>> = Locked::new(Vec::new());

/// Copies shared data for the child. What cannot be copied for lack of memory is copied by the child itself.
fn prepare_copies() {
    let copy = |home| map::duplicate(home).ok().map(|memory| Copy { home, memory });
    let copies = homes().into_iter().filter_map(copy).collect();
    COPIES.with(|list| *list = copies);
}

fn homes() -> Vec<Reservation> {
    PROCESS.with_registry(|registry| registry.followed().flat_map(|(_, followed)| followed.homes.clone()).collect())
}

/// In the child: puts the copies in the place of the parent's memory, in every Version.
fn take_copies(mut copies: Vec<Copy>) {
    let world = PROCESS.world.read();
    for home in homes() {
        let known = copies.iter().position(|copy| copy.home.start == home.start);
        let memory = known.map(|index| copies.swap_remove(index).memory).or_else(|| map::duplicate(home).ok());
        let copy = memory.map(|memory| Copy { home, memory });
        let Some(copy) = copy.filter(|copy| map::replace(copy.memory, home.start).is_ok()) else { continue };
        for mapping in world.mappings() {
            let version = &mapping.version;
            let aliases = version.data_homes.iter().filter(|piece| piece.home == copy.home.start);
            for alias in aliases.map(|piece| -> Addr { piece.start + version.bias }) {
                let _ = map::alias(copy.home, alias);
            }
        }
    }
    copies.iter().for_each(|copy| map::unmap(copy.memory));
}
