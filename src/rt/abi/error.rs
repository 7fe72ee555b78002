//! glibc's exceptions of the loader (`struct dl_exception`): raised by a function below `_dl_catch_exception`, which it
//! leaves by a jump. The loader's own dl functions return their errors; this is for libc's internal callers.

use alloc::vec::Vec;
use core::ffi::{CStr, c_char};
use core::ptr;
use core::sync::atomic::Ordering;

use crate::rt::print;
use crate::rt::process::PROCESS;
use crate::rt::sync::Locked;
use crate::rt::sys::{self, exit_group};
use crate::rt::x86_64::{call_with_way_back, jump_back};

/// `struct dl_exception`
#[repr(C)]
#[derive(Clone, Copy)]
pub struct DlException {
    objname: *const c_char,
    errstring: *const c_char,
    /// The block to free, null when the texts are constants.
    message_buffer: *mut c_char,
}

/// A `_dl_catch_exception` that is running.
pub struct Frame {
    thread: u32,
    way_back: *const [u64; 8],
    exception: *mut DlException,
    /// Where the error number goes.
    errcode: *mut i32,
}

// SAFETY: the pointers name a frame on the stack of the thread that registered it and are only used by that thread.
unsafe impl Send for Frame {}

/// Frames of all threads, the innermost of a thread last.
pub static FRAMES: Locked<Vec<Frame>> = Locked::new(Vec::new());

/// Runs `operate(arguments)`; an exception raised below ends it and is stored. The result is its error number, 0 for none.
///
/// # Safety
/// glibc's contract: `exception` is null (then exceptions are fatal below) or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _dl_catch_exception(
    exception: *mut DlException,
    operate: unsafe extern "C" fn(*mut u8),
    arguments: *mut u8,
) -> i32 {
    let mut way_back = [0u64; 8];
    let mut errcode = 0i32;
    let frame = Frame { thread: sys::thread_id(), way_back: &raw const way_back, exception, errcode: &raw mut errcode };
    FRAMES.with(|frames| frames.push(frame));
    // SAFETY: the frame lives until the call returns in either way; nothing with a destructor lives across it.
    let raised = unsafe { call_with_way_back(&raw mut way_back, operate, arguments) };
    if raised == 0 {
        take_frame();
        if !exception.is_null() {
            // SAFETY: valid for writing by the caller's contract.
            unsafe {
                exception.write(DlException { objname: ptr::null(), errstring: ptr::null(), message_buffer: ptr::null_mut() })
            };
        }
        return 0;
    }
    // SAFETY: written by `raise` on this thread before it jumped.
    unsafe { (&raw const errcode).read_volatile() }
}

/// Removes this thread's innermost frame.
fn take_frame() -> Option<Frame> {
    let thread = sys::thread_id();
    FRAMES.with(|frames| {
        let at = frames.iter().rposition(|frame| frame.thread == thread)?;
        Some(frames.remove(at))
    })
}

fn raise(errcode: i32, exception: DlException, occasion: *const c_char) -> ! {
    match take_frame().filter(|frame| !frame.exception.is_null()) {
        Some(frame) => {
            // SAFETY: the frame's pointers are valid while its `_dl_catch_exception` runs, which is below us on this stack.
            unsafe {
                frame.exception.write(exception);
                frame.errcode.write(if errcode == 0 { -1 } else { errcode });
                jump_back(frame.way_back)
            }
        }
        None => fatal(exception, occasion),
    }
}

fn fatal(exception: DlException, occasion: *const c_char) -> ! {
    let text = |pointer: *const c_char, default: &'static str| {
        if pointer.is_null() {
            return alloc::borrow::Cow::Borrowed(default);
        }
        // SAFETY: the texts of an exception are C strings.
        unsafe { CStr::from_ptr(pointer) }.to_string_lossy()
    };
    let occasion = text(occasion, "error while loading shared libraries");
    let (object, message) = (text(exception.objname, ""), text(exception.errstring, ""));
    let colon = if object.is_empty() { "" } else { ": " };
    print::line(format_args!("{}: {occasion}: {object}{colon}{message}", crate::rt::fail::ProgramName));
    exit_group(127)
}

/// # Safety
/// `exception` is valid; it is taken over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _dl_signal_exception(errcode: i32, exception: *mut DlException, occasion: *const c_char) -> ! {
    // SAFETY: the caller's contract.
    raise(errcode, unsafe { exception.read() }, occasion)
}

/// # Safety
/// The texts are C strings or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _dl_signal_error(
    errcode: i32,
    object: *const c_char,
    occasion: *const c_char,
    message: *const c_char,
) -> ! {
    let mut exception = DlException { objname: ptr::null(), errstring: ptr::null(), message_buffer: ptr::null_mut() };
    // SAFETY: the caller's contract.
    unsafe { _dl_exception_create(&raw mut exception, object, message) };
    raise(errcode, exception, occasion)
}

/// Copies the texts into one block of the program's malloc, message first.
///
/// # Safety
/// `exception` is valid for writing; the texts are C strings, `object` may be null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _dl_exception_create(exception: *mut DlException, object: *const c_char, message: *const c_char) {
    let text = |pointer: *const c_char| {
        if pointer.is_null() {
            return c"";
        }
        // SAFETY: a C string by the caller's contract.
        unsafe { CStr::from_ptr(pointer) }
    };
    let (object, message) = (text(object).to_bytes_with_nul(), text(message).to_bytes_with_nul());
    let allocator = PROCESS.malloc.malloc.load(Ordering::Relaxed);
    let block = if allocator == 0 {
        ptr::null_mut()
    } else {
        // SAFETY: malloc of the program.
        let malloc: extern "C" fn(usize) -> *mut u8 = unsafe { core::mem::transmute(allocator) };
        malloc(object.len() + message.len())
    };
    let created = if block.is_null() {
        DlException { objname: c"".as_ptr(), errstring: c"out of memory".as_ptr(), message_buffer: ptr::null_mut() }
    } else {
        // SAFETY: the block has room for both texts.
        unsafe {
            ptr::copy_nonoverlapping(message.as_ptr(), block, message.len());
            ptr::copy_nonoverlapping(object.as_ptr(), block.add(message.len()), object.len());
            let objname = block.add(message.len()).cast::<c_char>();
            DlException { objname, errstring: block.cast(), message_buffer: block.cast() }
        }
    };
    // SAFETY: the caller's contract.
    unsafe { exception.write(created) };
}

/// The format is taken as the message: what libc formats here names no object of ours.
///
/// # Safety
/// As [`_dl_exception_create`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _dl_exception_create_format(exception: *mut DlException, object: *const c_char, format: *const c_char) {
    // SAFETY: the caller's contract.
    unsafe { _dl_exception_create(exception, object, format) }
}

/// # Safety
/// `exception` was filled by [`_dl_exception_create`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _dl_exception_free(exception: *mut DlException) {
    // SAFETY: the caller's contract.
    let buffer = unsafe { (*exception).message_buffer };
    if !buffer.is_null() {
        super::tls::program_free(buffer as u64);
    }
    // SAFETY: the caller's contract.
    unsafe { exception.write(DlException { objname: ptr::null(), errstring: ptr::null(), message_buffer: ptr::null_mut() }) };
}

/// The older form of [`_dl_catch_exception`]: texts and whether they are to be freed, each through a pointer.
///
/// # Safety
/// All pointers are valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _dl_catch_error(
    object: *mut *const c_char,
    message: *mut *const c_char,
    malloced: *mut bool,
    operate: unsafe extern "C" fn(*mut u8),
    arguments: *mut u8,
) -> i32 {
    let mut exception = DlException { objname: ptr::null(), errstring: ptr::null(), message_buffer: ptr::null_mut() };
    // SAFETY: the exception is a local; the callback is the caller's.
    let errcode = unsafe { _dl_catch_exception(&raw mut exception, operate, arguments) };
    // SAFETY: the caller's contract.
    unsafe {
        object.write(exception.objname);
        message.write(exception.errstring);
        malloced.write(!exception.message_buffer.is_null());
    }
    errcode
}

/// Prints the format without its arguments and ends the process.
///
/// # Safety
/// `format` is a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _dl_fatal_printf(format: *const c_char) -> ! {
    // SAFETY: the caller's contract.
    let text = unsafe { CStr::from_ptr(format) };
    let _ = sys::write_all(2, text.to_bytes());
    exit_group(127)
}
