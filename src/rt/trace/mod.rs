//! LD_DEBUG: the loader tells of its work, in the words and the layout of glibc's loader, whose readers are scripts too.
//! Whoever has something to tell asks [`is_on`] first; nothing else is paid by a process that is not traced.

pub mod load;
pub mod lookups;
pub mod statistics;

use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::sync::atomic::Ordering;

use luci::config::Config;
pub use luci::config::debug::Topics;
use luci::config::debug::parse;
use luci::link::object::{Object, Role, Version};
use rustix::fd::IntoRawFd;
use rustix::fs::{self, OFlags};

use super::fail::ProgramName;
use super::files;
use super::print::{self, Line};
use super::process::PROCESS;
use super::sys;

/// Whether any of these topics is told of.
#[inline]
pub fn is_on(topics: Topics) -> bool {
    PROCESS.settings.debug.load(Ordering::Relaxed) & topics.bits() != 0
}

/// Begins to tell what the settings ask for. Old glibcs let root allow it for setuid programs too.
#[cold]
pub fn begin(config: &Config<'_>) {
    let (mut topics, unknown) = parse(config.debug.unwrap_or_default());
    if config.secure && !files::is_regular(b"/etc/suid-debug") {
        return;
    }
    for word in unknown {
        print::line(format_args!("warning: debug option `{}' unknown; try LD_DEBUG=help", Bytes(word)));
    }
    if topics.contains(Topics::HELP) {
        print::answer(&luci::config::debug::help());
        sys::exit_group(0);
    }
    if let Some(path) = config.debug_output.filter(|_| !topics.is_empty()) {
        const STANDARD_OUTPUT: i32 = 1;
        let fd = open_output(path).unwrap_or(STANDARD_OUTPUT);
        PROCESS.settings.debug_fd.store(fd, Ordering::Relaxed);
    }
    if topics.contains(Topics::UNUSED) {
        // what is used is only known when everything is bound
        PROCESS.settings.bind_now.store(true, Ordering::Relaxed);
    }
    topics.remove(Topics::HELP);
    PROCESS.settings.debug.store(topics.bits(), Ordering::Relaxed);
}

/// `FILE.PID`, which stays open.
fn open_output(path: &[u8]) -> Option<i32> {
    let mut full = Vec::from(path);
    full.extend(alloc::format!(".{}", sys::process_id()).bytes());
    let full = alloc::ffi::CString::new(full).ok()?;
    let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    fs::open(full.as_c_str(), flags, fs::Mode::from_bits_truncate(0o666)).ok().map(IntoRawFd::into_raw_fd)
}

/// Writes a message; each of its lines begins with the process's number.
#[cold]
pub fn say(arguments: fmt::Arguments<'_>) {
    let fd = PROCESS.settings.debug_fd.load(Ordering::Relaxed);
    let mut message = Message { line: Line::new(fd), fresh: true };
    let _ = message.write_fmt(arguments);
    message.line.write_out();
    if message.line.fd != fd {
        PROCESS.settings.debug_fd.store(message.line.fd, Ordering::Relaxed);
        print::line(format_args!("ld-luci.so: warning: the output of LD_DEBUG cannot be written, it goes to standard error"));
    }
}

struct Message {
    line: Line,
    /// The next byte begins a line.
    fresh: bool,
}

impl Write for Message {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for part in text.split_inclusive('\n') {
            if self.fresh {
                write!(self.line, "{:10}:\t", sys::process_id())?;
            }
            self.line.push(part.as_bytes());
            self.fresh = part.ends_with('\n');
        }
        Ok(())
    }
}

/// Bytes as text, without allocation.
pub struct Bytes<'a>(pub &'a [u8]);

impl fmt::Display for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            f.write_str(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                f.write_char(char::REPLACEMENT_CHARACTER)?;
            }
        }
        Ok(())
    }
}

/// An object's name as glibc tells it: the program is its first argument.
pub struct Name<'a>(pub &'a Version<'a>);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.role {
            Role::Program => ProgramName.fmt(f),
            _ => Bytes(&self.0.path).fmt(f),
        }
    }
}

/// The same with the number of its namespace.
pub struct File<'a>(pub &'a Object<'a>);

impl fmt::Display for File<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", Name(&self.0.current), self.0.namespace.0)
    }
}
