//! How a start or a lookup fails for good: one line to standard error and the exit status of glibc's loader.

use core::sync::atomic::Ordering;

use luci::diag::Error;

use super::print;
use super::process::PROCESS;
use super::sys::exit_group;

/// glibc's exit status for everything that goes wrong before or while a symbol is bound.
pub const STATUS: i32 = 127;

/// Ends the process with the sentence for an error met while loading.
pub fn load(error: &Error) -> ! {
    report(error);
    exit_group(STATUS)
}

/// Ends the process because the loader's own memory cannot grow; formats without allocating.
#[cold]
pub fn out_of_memory() -> ! {
    print::line(format_args!("{}: error while loading shared libraries: cannot allocate memory", ProgramName));
    exit_group(STATUS)
}

/// Ends the process because a constructor, destructor or IFUNC resolver has come back with another stack than it got.
#[cold]
pub extern "C" fn lost_stack() -> ! {
    print::line(format_args!(
        "{}: error while loading shared libraries: a function of a library destroyed the stack",
        ProgramName
    ));
    exit_group(STATUS)
}

/// Prints the sentence only, for errors that are followed by others.
pub fn report(error: &Error) {
    let class = if error.is_symbol_lookup() { "symbol lookup error" } else { "error while loading shared libraries" };
    print::line(format_args!("{}: {class}: {error}", ProgramName));
}

/// Ends the process because a function has no definition.
pub fn symbol_lookup(error: &Error) -> ! {
    print::line(format_args!("{}: symbol lookup error: {error}", ProgramName));
    exit_group(STATUS)
}

/// A warning in glibc's form, for versions: `program: object: sentence`.
pub fn version_line(error: &Error) {
    print::line(format_args!("{}: {error}", ProgramName));
}

/// What explains the line before.
pub fn further_line(sentence: &str) {
    print::line(format_args!("{}:     {sentence}", ProgramName));
}

/// The sentence of an error without the object it is about, for lines that name it elsewhere.
pub struct Reason<'a>(pub &'a Error);

impl core::fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        Error::new("", self.0.kind.clone()).fmt(f)
    }
}

/// The first argument, as glibc names the program in its messages.
pub struct ProgramName;

impl core::fmt::Display for ProgramName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let argv = PROCESS.start.argv.load(Ordering::Relaxed) as *const *const core::ffi::c_char;
        if argv.is_null() {
            return f.write_str("ld-luci.so");
        }
        // SAFETY: the initial argument vector: C strings, ended by a null pointer.
        let name = unsafe { (*argv).as_ref().map(|name| core::ffi::CStr::from_ptr(name)) };
        match name {
            Some(name) => write!(f, "{}", alloc::string::String::from_utf8_lossy(name.to_bytes())),
            None => f.write_str("<program name unknown>"),
        }
    }
}
