//! Thread-local storage at run time: the dtv of each thread (psABI TLS, variant II), blocks allocated on first use, and
//! what libpthread asks for when it makes a thread.
//!
//! A dtv is an array of 16-byte entries. The TCB points at entry 0, whose first word is the generation; entry -1 holds the
//! capacity; entry m is {address of the block or -1, what to free}. Memory that libc may free comes from the program's malloc.

use core::sync::atomic::{AtomicU64, Ordering};

use alloc::alloc::{Layout as AllocLayout, alloc_zeroed};
use alloc::vec::Vec;

use luci::addr::{Addr, align_up};
use luci::diag::Error;
use luci::glibc::record::Flags;
use luci::link::object::NamespaceId;
use luci::link::world::World;
use luci::tls::{Block, Module};

use super::{last_error, rtld};
use crate::rt::image::{load_word, store_word};
use crate::rt::process::PROCESS;
use crate::rt::sync::{self, FutexLock, Locked};
use crate::rt::x86_64::{LUCI_TLS_GENERATION, thread_pointer};
use crate::rt::{libpthread, print, sys};

const UNALLOCATED: u64 = u64::MAX;
/// Offset of the dtv pointer in the TCB.
const TCB_DTV: u64 = 8;
/// Entries beyond the modules that exist, so that most threads never grow their dtv.
const SPARE_ENTRIES: u64 = 14;

/// The argument of `__tls_get_addr`.
#[repr(C)]
pub struct TlsIndex {
    pub module: u64,
    pub offset: u64,
}

/// One thread's dtv.
#[derive(Clone, Copy)]
struct Dtv(Addr);

impl Dtv {
    fn of_thread(tcb: u64) -> Dtv {
        // SAFETY: the TCB of a live thread, or of one being made by libpthread.
        Dtv(Addr(unsafe { load_word(Addr(tcb + TCB_DTV)) }))
    }

    fn word(self, index: u64, word: u64) -> Addr {
        Addr(self.0.0.wrapping_add(index.wrapping_mul(16)).wrapping_add(word * 8))
    }

    fn get(self, index: u64, word: u64) -> u64 {
        // SAFETY: callers stay within the capacity; a dtv is only used by its own thread or before that runs.
        unsafe { load_word(self.word(index, word)) }
    }

    fn set(self, index: u64, word: u64, value: u64) {
        // SAFETY: as for `get`.
        unsafe { store_word(self.word(index, word), value) };
    }

    fn capacity(self) -> u64 {
        self.get(u64::MAX, 0)
    }

    fn generation(self) -> u64 {
        self.get(0, 0)
    }
}

/// The word of the calling thread in which its last error hangs.
pub fn error_slot() -> Addr {
    Dtv::of_thread(thread_pointer()).word(u64::MAX, 1)
}

/// The slow way of `__tls_get_addr` and of TLS descriptors: brings the dtv up to date and allocates the block.
///
/// # Safety
/// `index` points to a module and an offset, as the linker laid them out or as we made them for a descriptor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn luci_tls_block_address(index: *const TlsIndex) -> u64 {
    // SAFETY: the caller's contract.
    let TlsIndex { module, offset } = unsafe { index.read() };
    let tcb = thread_pointer();
    let world = PROCESS.world.read();
    let mut dtv = Dtv::of_thread(tcb);
    if dtv.generation() != world.tls.generation {
        dtv = update(&world, tcb, dtv);
    }
    let block = match dtv.get(module, 0) {
        UNALLOCATED => {
            let Some(known) = world.tls.get(module) else { fatal("a thread-local variable of an unloaded library is used") };
            let (block, to_free) = new_block(known);
            dtv.set(module, 1, if to_free_word() { to_free } else { 0 });
            dtv.set(module, 0, block);
            block
        }
        block => block,
    };
    block.wrapping_add(offset)
}

fn to_free_word() -> bool {
    PROCESS.record().has(Flags::DTV_TO_FREE)
}

/// Gives the dtv of the calling thread an entry for every module, forgetting blocks of modules that changed.
fn update(world: &World<'static>, tcb: u64, dtv: Dtv) -> Dtv {
    let dtv = if dtv.capacity() < world.tls.highest() { grow(world, tcb, dtv) } else { dtv };
    let seen = dtv.generation();
    for (id, slot) in world.tls.iter().filter(|(_, slot)| slot.generation > seen) {
        release(dtv, id);
        set_entry(dtv, tcb, id, slot.module.as_ref());
    }
    dtv.set(0, 0, world.tls.generation);
    dtv
}

/// The entry of a module in a thread that has not used it: its place in static TLS, or nothing yet.
fn set_entry(dtv: Dtv, tcb: u64, id: u64, module: Option<&Module>) {
    let block = module.and_then(|module| module.static_offset).map(|offset| tcb.wrapping_sub(offset));
    dtv.set(id, 0, block.unwrap_or(UNALLOCATED));
    dtv.set(id, 1, u64::from(block.is_some() && !to_free_word()));
}

/// Frees the block of an entry if it is a dynamic one.
fn release(dtv: Dtv, id: u64) {
    let (block, second) = (dtv.get(id, 0), dtv.get(id, 1));
    // the child of a fork at this moment must not free it once more
    dtv.set(id, 0, UNALLOCATED);
    dtv.set(id, 1, 0);
    if to_free_word() {
        if second != 0 {
            program_free(second);
        }
    } else if second & 1 == 0 && block != UNALLOCATED && block != 0 {
        program_free(block);
    }
}

fn grow(world: &World<'static>, tcb: u64, old: Dtv) -> Dtv {
    let new = new_dtv(world.tls.highest() + SPARE_ENTRIES);
    for id in 1..=old.capacity() {
        new.set(id, 0, old.get(id, 0));
        new.set(id, 1, old.get(id, 1));
    }
    for id in old.capacity() + 1..=new.capacity() {
        set_entry(new, tcb, id, world.tls.get(id));
    }
    new.set(0, 0, old.generation());
    new.set(u64::MAX, 1, old.get(u64::MAX, 1));
    // SAFETY: the dtv pointer of the calling thread's own TCB.
    unsafe { store_word(Addr(tcb + TCB_DTV), new.0.0) };
    free_dtv(old);
    new
}

fn new_dtv(capacity: u64) -> Dtv {
    let memory = program_calloc((capacity + 2) * 16);
    if memory == 0 {
        fatal("cannot allocate memory for thread-local data");
    }
    let dtv = Dtv(Addr(memory + 16));
    dtv.set(u64::MAX, 0, capacity);
    dtv
}

fn free_dtv(dtv: Dtv) {
    if dtv.0.0 != PROCESS.start.initial_dtv.load(Ordering::Relaxed) {
        program_free(dtv.0.0 - 16);
    }
}

/// An initialised block: its address and what to free.
fn new_block(module: &Module) -> (u64, u64) {
    let align = module.block.align.max(16);
    let Some(bytes) = module.block.memsz.checked_add(align) else { fatal("a TLS segment is too large") };
    let memory = if to_free_word() { program_calloc(bytes) } else { program_memalign(align, module.block.memsz) };
    if memory == 0 {
        fatal("cannot allocate memory for thread-local data");
    }
    let misalignment = module.block.misalignment;
    let block = if to_free_word() {
        align_up(memory.saturating_sub(misalignment), module.block.align).unwrap_or(memory) + misalignment
    } else {
        memory
    };
    if to_free_word() {
        // the memory is clear, and much of it perhaps never touched
        copy_image(module, block);
    } else {
        initialise(module, block);
    }
    (block, memory)
}

/// Copies the initialisation image to `block` and clears the rest.
pub fn initialise(module: &Module, block: u64) {
    copy_image(module, block);
    // SAFETY: `block` has memsz bytes of this thread's memory.
    unsafe { core::ptr::write_bytes((block + module.filesz) as *mut u8, 0, (module.block.memsz - module.filesz) as usize) }
}

fn copy_image(module: &Module, block: u64) {
    // SAFETY: the block has at least filesz bytes of this thread's memory; the image is a mapped part of its object.
    unsafe { core::ptr::copy_nonoverlapping(module.image.0 as *const u8, block as *mut u8, module.filesz as usize) }
}

/// Copies the images of the initial set's blocks into the main thread, whose memory is fresh and clear.
pub fn initialise_main_thread() {
    let world = PROCESS.world.read();
    let thread = PROCESS.start.main_thread.load(Ordering::Relaxed);
    let initial = world.members(NamespaceId::BASE).filter_map(|object| object.tls);
    for module in initial.filter_map(|tls| world.tls.get(tls.id)) {
        if let Some(offset) = module.static_offset {
            copy_image(module, thread - offset);
        }
    }
}

/// Fills dtv and static blocks of a thread whose TCB is at `tcb`.
fn initialise_thread(world: &World<'static>, tcb: u64) {
    let mut dtv = Dtv::of_thread(tcb);
    if dtv.capacity() < world.tls.highest() {
        dtv = grow(world, tcb, dtv);
    }
    last_error::discard(dtv.word(u64::MAX, 1));
    for id in 1..=dtv.capacity() {
        let module = world.tls.get(id);
        set_entry(dtv, tcb, id, module);
        if let Some(module) = module
            && let Some(offset) = module.static_offset
        {
            initialise(module, tcb.wrapping_sub(offset));
        }
    }
    dtv.set(0, 0, world.tls.generation);
}

/// Makes dtv and static TLS for the TCB at `memory`; allocates that too when it is null. Null when memory is short.
///
/// # Safety
/// `memory` is a zeroed `struct pthread` at the top of a thread's stack with static TLS below it, or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _dl_allocate_tls(memory: *mut u8) -> *mut u8 {
    sync::thread_is_made();
    let tcb = if memory.is_null() { allocate_static_block() } else { memory as u64 };
    if tcb == 0 {
        return core::ptr::null_mut();
    }
    let world = PROCESS.world.read();
    let capacity = world.tls.highest() + SPARE_ENTRIES;
    let dtv = program_calloc((capacity + 2) * 16);
    if dtv == 0 {
        return core::ptr::null_mut();
    }
    let dtv = Dtv(Addr(dtv + 16));
    dtv.set(u64::MAX, 0, capacity);
    // SAFETY: the TCB is ours to fill.
    unsafe { store_word(Addr(tcb + TCB_DTV), dtv.0.0) };
    initialise_thread(&world, tcb);
    tcb as *mut u8
}

/// Static TLS and TCB in one allocation, whose start is kept in the word behind the TCB.
fn allocate_static_block() -> u64 {
    let (size, align) = static_size();
    let pthread = u64::from(PROCESS.record().sizes.pthread);
    let memory = program_calloc(size + align + 8);
    if memory == 0 {
        return 0;
    }
    let tcb = align_up(memory + size - pthread, align).unwrap_or(0);
    // SAFETY: inside the allocation, which has room for alignment and one more word.
    unsafe { store_word(Addr(tcb + pthread), memory) };
    tcb
}

/// Gives a cached stack's thread fresh thread-local data. Newer libcs pass a second argument that asks for nothing else.
///
/// # Safety
/// `tcb` has been prepared by [`_dl_allocate_tls`] and its thread is not running.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _dl_allocate_tls_init(tcb: *mut u8) -> *mut u8 {
    if !tcb.is_null() {
        initialise_thread(&PROCESS.world.read(), tcb as u64);
    }
    tcb
}

/// Frees what [`_dl_allocate_tls`] allocated; the TCB itself only when asked.
///
/// # Safety
/// The thread of `tcb` has ended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _dl_deallocate_tls(tcb: *mut u8, dealloc_tcb: bool) {
    let dtv = Dtv::of_thread(tcb as u64);
    for id in 1..=dtv.capacity() {
        release(dtv, id);
    }
    last_error::discard(dtv.word(u64::MAX, 1));
    free_dtv(dtv);
    if dealloc_tcb {
        let behind = tcb as u64 + u64::from(PROCESS.record().sizes.pthread);
        // SAFETY: written by `allocate_static_block`, the only source of TCBs that are given back.
        program_free(unsafe { load_word(Addr(behind)) });
    }
}

/// Size and alignment of static TLS with TCB, in bytes.
pub fn static_size() -> (u64, u64) {
    PROCESS.static_tls.with(|area| {
        let area = area.as_ref().expect("static TLS is laid out before threads exist");
        (area.size + u64::from(PROCESS.record().sizes.pthread), area.align)
    })
}

/// # Safety
/// Both pointers are valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _dl_get_tls_static_info(size: *mut u64, align: *mut u64) {
    let (bytes, alignment) = static_size();
    // SAFETY: the caller's contract.
    unsafe {
        size.write(bytes);
        align.write(alignment);
    }
}

/// The calling thread's block of a module, 0 if it has none yet. Never allocates.
pub fn existing_block(world: &World<'static>, module: u64) -> u64 {
    let dtv = Dtv::of_thread(thread_pointer());
    if dtv.capacity() < module {
        return 0;
    }
    let stale = world.tls.iter().any(|(id, slot)| id == module && slot.generation > dtv.generation());
    match dtv.get(module, 0) {
        UNALLOCATED => 0,
        _ if stale => 0,
        block => block,
    }
}

/// Publishes the generation that the fast way compares with.
pub fn publish_generation(generation: u64) {
    LUCI_TLS_GENERATION.store(generation, Ordering::Release);
}

fn program_calloc(bytes: u64) -> u64 {
    call_allocator(&PROCESS.malloc.calloc, 1, bytes).unwrap_or_else(|| early_memory(bytes, 16))
}

/// Only for libcs that free a block by its own address.
fn program_memalign(align: u64, bytes: u64) -> u64 {
    call_allocator(&PROCESS.malloc.memalign, align, bytes).unwrap_or_else(|| early_memory(bytes, align))
}

pub fn program_free(memory: u64) {
    let is_early = !EARLY.with(|all| all.is_empty()) && EARLY.with(|all| all.contains(&memory));
    if !is_early {
        call_allocator(&PROCESS.malloc.free, memory, 0);
    }
}

/// What was given out before the program's malloc was linked: auditors run that early. It is never freed.
pub static EARLY: Locked<Vec<u64>> = Locked::new(Vec::new());

/// Zeroed memory of the loader's own, 0 if there is none.
fn early_memory(bytes: u64, align: u64) -> u64 {
    let Ok(shape) = AllocLayout::from_size_align(bytes.max(1) as usize, align as usize) else { return 0 };
    // SAFETY: the size is not zero.
    let memory = unsafe { alloc_zeroed(shape) } as u64;
    EARLY.with(|all| all.push(memory));
    memory
}

/// The result of a function of the program's allocator, `None` before that is linked.
fn call_allocator(function: &AtomicU64, first: u64, second: u64) -> Option<u64> {
    let address = function.load(Ordering::Relaxed);
    if address == 0 {
        return None;
    }
    // SAFETY: malloc, calloc, memalign or free of the program's global scope; a C function may be called with more
    // arguments than it takes.
    let function: extern "C" fn(u64, u64) -> u64 = unsafe { core::mem::transmute(address) };
    Some(function(first, second))
}

fn fatal(what: &str) -> ! {
    print::line(format_args!("{}: {what}", crate::rt::fail::ProgramName));
    sys::exit_group(127)
}

/// A place in the static surplus for a late module.
pub fn place_late(block: Block) -> Option<u64> {
    PROCESS.static_tls.with(|area| area.as_mut()?.place_late(block))
}

/// Takes a late block back.
pub fn give_back_static(offset: u64) {
    PROCESS.static_tls.with(|area| {
        if let Some(area) = area {
            area.give_back(offset);
        }
    });
}

/// The sentence for a library whose TLS must be static when there is no room.
pub fn no_static_room(path: &[u8], block: Block) -> Error {
    let free = PROCESS.static_tls.with(|area| area.as_ref().map_or(0, |area| area.free()));
    let sentence = alloc::format!(
        "cannot allocate memory in static TLS block: {} bytes needed, {free} free (tunable glibc.rtld.optional_static_tls)",
        block.memsz
    );
    Error::other(alloc::string::String::from_utf8_lossy(path), sentence)
}

/// The generation in which a module came: that of the next published table if the current one does not have it yet.
pub fn generation_of(module: u64) -> u64 {
    let world = PROCESS.world.read();
    world.tls.generation_of(module).unwrap_or(world.tls.generation + 1)
}

/// Copies the image of a late static module into every thread: into those that libc lists, or through the function that a
/// separate libpthread has installed.
pub fn initialise_in_all_threads(module: &Module, offset: u64, map: Addr) {
    let record = PROCESS.record();
    let global = rtld::global();
    if let Some(hook) = record.rg.dl_init_static_tls.get() {
        // SAFETY: a function pointer that we set and libpthread may have replaced by its own of the same type.
        let hook: extern "C" fn(u64) = unsafe { core::mem::transmute(load_word(global + hook as u64)) };
        hook(map.0);
        libpthread::initialise_static_tls(map);
        return;
    }
    let Some(list_in_thread) = record.pthread.list.get() else { return };
    let lock = record.rg.dl_stack_cache_lock.get().map(|at| {
        // SAFETY: libc's lock on the lists, an aligned word of `_rtld_global` that it too accesses atomically.
        unsafe { FutexLock::at(global + at as u64) }
    });
    lock.inspect(|lock| lock.lock());
    for list in [record.rg.dl_stack_used, record.rg.dl_stack_user] {
        let Some(head) = list.get().map(|head| global + head as u64) else { continue };
        // SAFETY: circular lists of `struct pthread` that libc keeps; they change under this lock only.
        let mut entry = Addr(unsafe { load_word(head) });
        while entry != head && entry.0 != 0 {
            initialise(module, entry.0 - list_in_thread as u64 - offset);
            // SAFETY: as above.
            entry = Addr(unsafe { load_word(entry) });
        }
    }
    lock.inspect(|lock| lock.unlock());
}
