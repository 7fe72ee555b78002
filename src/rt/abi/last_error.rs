//! dlerror's text, one per thread. It hangs on the second word of the dtv's capacity entry, which is the thread's own and
//! which nobody else uses; before a thread has a dtv there are no dl calls.

use alloc::boxed::Box;
use alloc::string::String;
use core::ffi::c_char;
use core::ptr;

use luci::addr::Addr;

use super::tls::error_slot;
use crate::rt::image::{load_word, store_word};

/// An error that has happened in a thread.
struct LastError {
    /// Ends in NUL.
    text: String,
    /// dlerror has returned it; the text stays valid until the next error.
    told: bool,
}

/// Remembers an error of the calling thread.
pub fn set(mut text: String) {
    text.push('\0');
    let slot = error_slot();
    discard(slot);
    let error = Box::into_raw(Box::new(LastError { text, told: false }));
    // SAFETY: the slot belongs to the calling thread.
    unsafe { store_word(slot, error as u64) };
}

/// The error that has not been told yet, as a C string; null when there is none.
pub fn take() -> *const c_char {
    let slot = error_slot();
    // SAFETY: the slot holds null or a box made by `set` on this thread.
    let error = unsafe { (load_word(slot) as *mut LastError).as_mut() };
    match error {
        Some(error) if !error.told => {
            error.told = true;
            error.text.as_ptr().cast()
        }
        _ => ptr::null(),
    }
}

/// Frees the error in a slot.
pub fn discard(slot: Addr) {
    // SAFETY: the slot holds null or a box made by `set`; its thread is the caller or has ended.
    unsafe {
        let error = load_word(slot) as *mut LastError;
        store_word(slot, 0);
        if !error.is_null() {
            drop(Box::from_raw(error));
        }
    }
}
