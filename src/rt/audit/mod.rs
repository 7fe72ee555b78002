//! The auditing interface of rtld-audit(7): libraries that are told what the loader does and may change it. Each lives in a
//! namespace of its own with a libc of its own, is loaded before anything else, and is never audited itself.
//!
//! `start` loads them, `search` lets them choose files, `bind` tells of symbols, `plt` of calls. Without auditors the only cost
//! is a test of [`is_on`] in places that are no hot paths.

mod bind;
mod plt;
mod search;
mod start;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::c_char;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};

use luci::elf::Sym;
use luci::link::object::{AuditMark, NamespaceId, Object, ObjectId, Role};
use luci::link::world::World;

use super::maps;
use super::process::PROCESS;

pub use bind::{Binding, bound_by_dlsym, bound_now, bound_on_call};
pub use plt::{ENTRIES, forget, luci_audit_enter, luci_audit_exit, wants_calls};
pub use search::search_file;
pub use start::{names, start};

/// One auditor's functions (link.h), as far as it has them.
#[derive(Clone)]
pub struct Auditor {
    activity: Option<unsafe extern "C" fn(*const AtomicU64, u32)>,
    objsearch: Option<unsafe extern "C" fn(*const c_char, *const AtomicU64, u32) -> *const c_char>,
    objopen: Option<unsafe extern "C" fn(u64, i64, *const AtomicU64) -> u32>,
    preinit: Option<unsafe extern "C" fn(*const AtomicU64)>,
    symbind: Option<Symbind>,
    pltenter: Option<plt::Enter>,
    pltexit: Option<plt::Exit>,
    objclose: Option<unsafe extern "C" fn(*const AtomicU64) -> u32>,
}

/// `la_symbind64`: symbol, its index, the cookies of the object that refers and of the one that defines, flags, name.
type Symbind = unsafe extern "C" fn(*mut Sym, u32, *const AtomicU64, *const AtomicU64, *mut u32, *const c_char) -> u64;

/// All auditors in their order; null while there are none.
static AUDITORS: AtomicPtr<Vec<Auditor>> = AtomicPtr::new(core::ptr::null_mut());

/// While auditors are loaded: the ones that are there see the next one come, but neither announced nor what it calls.
static LOADING: AtomicBool = AtomicBool::new(false);

/// `LA_ACT_*`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    Consistent = 0,
    Add = 1,
    Delete = 2,
}

/// Whether there are auditors.
pub fn is_on() -> bool {
    !AUDITORS.load(Ordering::Acquire).is_null()
}

fn auditors() -> &'static [Auditor] {
    // SAFETY: null or a leaked vector that nobody changes.
    unsafe { AUDITORS.load(Ordering::Acquire).as_ref() }.map_or(&[], |all| all)
}

/// Appends an auditor. The former list stays, for who may be reading it.
fn append(auditor: Auditor) {
    let mut all = auditors().to_vec();
    all.push(auditor);
    AUDITORS.store(alloc::boxed::Box::into_raw(alloc::boxed::Box::new(all)), Ordering::Release);
}

/// Whether the objects of a namespace are audited.
fn is_audited(world: &World<'static>, namespace: NamespaceId) -> bool {
    is_on() && world.namespace(namespace).is_none_or(|namespace| !namespace.audits)
}

/// Tells that objects of a namespace are about to come or go, or have. The first object stands for the namespace.
pub fn activity(world: &World<'static>, namespace: NamespaceId, what: Activity) {
    if !is_audited(world, namespace) {
        return;
    }
    let Some(head) = world.members(namespace).next().cloned() else { return };
    for (auditor, mark) in auditors().iter().zip(marks(&head)) {
        if let Some(activity) = auditor.activity {
            // SAFETY: the auditor's function of this type; the cookie lives as long as the object.
            unsafe { activity(&raw const mark.cookie, what as u32) };
        }
    }
}

/// Tells of an object that has been mapped; its `link_map` is filled for that. The first one of an open is announced.
pub fn opened(world: &mut World<'static>, id: ObjectId, is_first: bool) {
    let Some(object) = world.get(id).cloned() else { return };
    if !is_audited(world, object.namespace) {
        return;
    }
    // what the record has no room for, no auditor sees
    let _ = maps::fill(PROCESS.record(), world, &object, &object.current);
    let handle = object.handle.0;
    let fresh = || AuditMark { cookie: AtomicU64::new(handle), flags: AtomicU32::new(0) };
    let all: Arc<[AuditMark]> = auditors().iter().map(|_| fresh()).collect();
    world.change(id, |object| object.audit = Some(all.clone()));
    if is_first && !LOADING.load(Ordering::Relaxed) {
        activity(world, object.namespace, Activity::Add);
    }
    for (auditor, mark) in auditors().iter().zip(&*all) {
        if let Some(objopen) = auditor.objopen {
            // SAFETY: as in `activity`.
            let flags = unsafe { objopen(handle, i64::from(object.namespace.0), &raw const mark.cookie) };
            mark.flags.store(flags, Ordering::Relaxed);
        }
    }
}

/// Tells that an object's destructors have run. The vDSO has none and is never closed.
pub fn closed(object: &Object<'static>) {
    if object.current.role == Role::Vdso {
        return;
    }
    for (auditor, mark) in auditors().iter().zip(marks(object)) {
        if let Some(objclose) = auditor.objclose {
            // SAFETY: as in `activity`.
            unsafe { objclose(&raw const mark.cookie) };
        }
    }
}

/// Tells that all constructors but the program's have run.
pub fn preinit() {
    let Some(program) = PROCESS.world.read().iter().next().cloned() else { return };
    for (auditor, mark) in auditors().iter().zip(marks(&program)) {
        if let Some(preinit) = auditor.preinit {
            // SAFETY: as in `activity`.
            unsafe { preinit(&raw const mark.cookie) };
        }
    }
}

/// What the auditors keep with an object; empty for what is not audited.
fn marks<'o>(object: &'o Object<'static>) -> &'o [AuditMark] {
    object.audit.as_deref().unwrap_or(&[])
}

/// `la_objopen`'s answer: symbol bindings to and from the object are of interest.
const LA_FLG_BINDTO: u32 = 1;
const LA_FLG_BINDFROM: u32 = 2;

/// `LAV_CURRENT` of this libc.
fn current_version() -> u32 {
    const FIRST: u32 = 1;
    const SECOND: u32 = 2;
    if PROCESS.record().has(luci::glibc::record::Flags::AUDIT_PREINIT) { SECOND } else { FIRST }
}
