//! dlerror's text, one per thread and namespace: each libc has its own. The texts hang on the second word of the dtv's capacity
//! entry, which is the thread's own and which nobody else uses; before a thread has a dtv there are no dl calls.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::c_char;
use core::ptr;

use luci::addr::Addr;
use luci::link::object::NamespaceId;

use super::tls::error_slot;
use crate::rt::image::{load_word, store_word};

/// What happened last in a thread on behalf of a namespace.
struct LastError {
    namespace: NamespaceId,
    /// Ends in NUL.
    text: String,
    /// dlerror has returned it, or another call has succeeded since; the text stays valid until the next error.
    told: bool,
}

/// Remembers an error of the calling thread.
pub fn set(namespace: NamespaceId, mut text: String) {
    text.push('\0');
    let slot = error_slot();
    // SAFETY: the slot belongs to the calling thread and holds null or a box made here.
    let errors = unsafe {
        if load_word(slot) == 0 {
            store_word(slot, Box::into_raw(Box::new(Vec::<LastError>::new())) as u64);
        }
        &mut *(load_word(slot) as *mut Vec<LastError>)
    };
    errors.retain(|error| error.namespace != namespace);
    errors.push(LastError { namespace, text, told: false });
}

/// A call has succeeded: an error from before it is not told any more.
pub fn clear(namespace: NamespaceId) {
    if let Some(error) = find(namespace) {
        error.told = true;
    }
}

/// The error that has not been told yet, as a C string; null when there is none.
pub fn take(namespace: NamespaceId) -> *const c_char {
    match find(namespace) {
        Some(error) if !error.told => {
            error.told = true;
            error.text.as_ptr().cast()
        }
        _ => ptr::null(),
    }
}

fn find(namespace: NamespaceId) -> Option<&'static mut LastError> {
    // SAFETY: the slot holds null or a box made by `set` on this thread, which no other reference is to at this time.
    let errors = unsafe { (load_word(error_slot()) as *mut Vec<LastError>).as_mut() }?;
    errors.iter_mut().find(|error| error.namespace == namespace)
}

/// Frees the errors in a slot.
pub fn discard(slot: Addr) {
    // SAFETY: the slot holds null or a box made by `set`; its thread is the caller or has ended.
    unsafe {
        let errors = load_word(slot) as *mut Vec<LastError>;
        store_word(slot, 0);
        if !errors.is_null() {
            drop(Box::from_raw(errors));
        }
    }
}
