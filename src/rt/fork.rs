//! What must hold across fork(2): the loader's short locks are held by the forking thread, so that a child never inherits
//! one from a thread that it does not have.

use luci::link::resolve::{self, Class, Reference};

use super::abi::error;
use super::heap;
use super::lock::ListLock;
use super::process::PROCESS;
use super::relocation;

/// Registers the handlers with libc, before any constructor: as the first ones they run last before a fork and first after it.
pub fn register() {
    let world = PROCESS.world.read();
    let reference = Reference::new(b"__register_atfork", None, Class::PLT | Class::NEWEST);
    let Some(found) = resolve::lookup(world.list(&world.global), &reference, false) else { return };
    let address = found.address().0;
    drop(world);
    type Handler = extern "C" fn();
    // SAFETY: libc's function of this type, which keeps the handlers in a list of its own; the null handle says that they
    // belong to no library.
    let function: extern "C" fn(Handler, Handler, Handler, u64) -> i32 = unsafe { core::mem::transmute(address) };
    function(prepare, release, release, 0);
}

extern "C" fn prepare() {
    ListLock::take_for_fork();
    PROCESS.registry.raw().lock();
    PROCESS.static_tls.raw().lock();
    PROCESS.world.retired_lock().lock();
    relocation::UNIQUE.raw().lock();
    error::FRAMES.raw().lock();
    heap::LOCK.lock();
}

extern "C" fn release() {
    heap::LOCK.unlock();
    error::FRAMES.raw().unlock();
    relocation::UNIQUE.raw().unlock();
    PROCESS.world.retired_lock().unlock();
    PROCESS.static_tls.raw().unlock();
    PROCESS.registry.raw().unlock();
    ListLock::release_after_fork();
}
