//! What debuggers look for: `_r_debug` with the list of objects (link.h, "rtld-debugger interface") and the function they
//! set a breakpoint in.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use luci::addr::{Addr, Vaddr};
use luci::link::object::{NamespaceId, Version};

use crate::rt::image::store_word;

/// `struct r_debug_extended` (link.h). Programs and debuggers know the first 40 bytes as `struct r_debug`.
#[repr(C)]
pub struct RDebug {
    version: AtomicU32,
    _padding: AtomicU32,
    map: AtomicU64,
    brk: AtomicU64,
    state: AtomicU32,
    _padding_2: AtomicU32,
    ldbase: AtomicU64,
    /// The next namespace's, where `version` is 2.
    next: AtomicU64,
}

impl RDebug {
    const fn new() -> Self {
        RDebug {
            version: AtomicU32::new(0),
            _padding: AtomicU32::new(0),
            map: AtomicU64::new(0),
            brk: AtomicU64::new(0),
            state: AtomicU32::new(0),
            _padding_2: AtomicU32::new(0),
            ldbase: AtomicU64::new(0),
            next: AtomicU64::new(0),
        }
    }
}

#[unsafe(no_mangle)]
pub static _r_debug: RDebug = RDebug::new();

/// Those of the other namespaces, by number from 1.
static OTHERS: [RDebug; NAMESPACES - 1] = [const { RDebug::new() }; NAMESPACES - 1];
/// `DL_NNS`, the same in every libc.
const NAMESPACES: usize = 16;

/// `r_state`
#[derive(Clone, Copy)]
pub enum State {
    Consistent = 0,
    Add = 1,
    Delete = 2,
}

/// Does nothing; a debugger's breakpoint here sees each change of the list.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn _dl_debug_state() {
    core::hint::black_box(&_r_debug);
}

/// Fills `_r_debug` and points the program's `DT_DEBUG` at it.
pub fn start(loader_base: Addr, program: &Version<'_>) {
    _r_debug.version.store(1, Ordering::Relaxed);
    _r_debug.brk.store(_dl_debug_state as *const () as u64, Ordering::Relaxed);
    _r_debug.ldbase.store(loader_base.0, Ordering::Relaxed);
    const DT_DEBUG: u64 = 21;
    let Some(index) = program.dynamic.entry_index(DT_DEBUG) else { return };
    let Some(section) = program.layout.dynamic else { return };
    let value = Vaddr(section.vaddr.0 + u64::from(index) * 16 + 8);
    let writable = program
        .layout
        .segment_of(value, 8)
        .is_some_and(|segment| segment.permissions.contains(luci::elf::segments::Permissions::WRITE));
    if writable && value.0.is_multiple_of(8) {
        // SAFETY: a word of the program's dynamic section, writable until RELRO is protected.
        unsafe { store_word(value + program.bias, &raw const _r_debug as u64) };
    }
}

/// Tells a debugger that the list of a namespace is about to change or has changed.
pub fn notify(namespace: NamespaceId, state: State) {
    let Some(debug) = of_namespace(namespace) else { return };
    debug.state.store(state as u32, Ordering::Relaxed);
    _dl_debug_state();
}

/// Whether nothing is coming into or leaving a namespace, as debuggers were told.
pub fn is_consistent(namespace: NamespaceId) -> bool {
    of_namespace(namespace).is_none_or(|debug| debug.state.load(Ordering::Relaxed) == State::Consistent as u32)
}

/// The initial set is about to come; nobody need be told.
pub fn begin() {
    _r_debug.state.store(State::Add as u32, Ordering::Relaxed);
}

/// Tells where the list of a namespace starts.
pub fn set_head(namespace: NamespaceId, head: Addr) {
    if let Some(debug) = of_namespace(namespace) {
        debug.map.store(head.0, Ordering::Relaxed);
    }
}

/// A namespace that is new to debuggers is appended to the others.
pub fn introduce(namespace: NamespaceId) {
    let Some(debug) = of_namespace(namespace).filter(|debug| debug.version.load(Ordering::Relaxed) == 0) else { return };
    debug.brk.store(_r_debug.brk.load(Ordering::Relaxed), Ordering::Relaxed);
    debug.ldbase.store(_r_debug.ldbase.load(Ordering::Relaxed), Ordering::Relaxed);
    debug.version.store(2, Ordering::Relaxed);
    let mut last = &_r_debug;
    while let Some(next) = OTHERS.iter().find(|other| core::ptr::from_ref(*other) as u64 == last.next.load(Ordering::Relaxed)) {
        last = next;
    }
    last.next.store(core::ptr::from_ref(debug) as u64, Ordering::Release);
    _r_debug.version.store(2, Ordering::Release);
}

fn of_namespace(namespace: NamespaceId) -> Option<&'static RDebug> {
    match namespace.0 {
        0 => Some(&_r_debug),
        other => OTHERS.get(other as usize - 1),
    }
}
