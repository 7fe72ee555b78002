//! Where outcomes go: the status file, FIFO or socket of the settings, and the log.

use alloc::string::String;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use linux_raw_sys::general as nr;
use luci::config::WARNINGS;
use luci::diag::Error;
use luci::status::event::{Event, Outcome, State, UnixTime};
use rustix::fd::{AsRawFd, FromRawFd, OwnedFd};
use rustix::fs::{self, FileType, Mode, OFlags};
use rustix::time::{ClockId, clock_gettime};

use crate::rt::process::PROCESS;
use crate::rt::sys::{self, syscall};

/// What a status path of a socket begins with.
pub const SOCKET: &[u8] = b"unix:";
/// From these levels on refusals and errors, and everything, are logged too.
const LOG_FAILURES: u32 = 4;
const LOG_ALL: u32 = 5;

/// The open receivers.
pub struct Report {
    status: Option<OwnedFd>,
    logfile: Option<OwnedFd>,
}

impl Report {
    pub fn open() -> Report {
        let updates = &PROCESS.updates;
        let status = updates.status.with(|path| path.clone());
        let logfile = updates.logfile.with(|path| path.clone());
        let opened = match status.strip_prefix(SOCKET) {
            Some(path) => connect(path),
            None => open_file(&status),
        };
        let report = Report { status: opened, logfile: open_file(&logfile) };
        report.warn_of_missing(report.status.is_some(), "status lines", &status);
        report.warn_of_missing(report.logfile.is_some(), "the log", &logfile);
        report
    }

    /// Nobody reads what cannot be written: that must not stay unsaid.
    fn warn_of_missing(&self, opened: bool, what: &str, path: &[u8]) {
        if !opened && !path.is_empty() {
            let sentence = alloc::format!("cannot be opened to write {what}");
            self.warn(&Error::other(String::from_utf8_lossy(path), sentence));
        }
    }

    /// What is wrong with updates altogether.
    pub fn warn(&self, error: &Error) {
        if PROCESS.updates.verbosity.load(Ordering::Relaxed) >= WARNINGS {
            self.log(alloc::format!("ld-luci.so: warning: {error}\n").as_bytes());
        }
    }

    /// Tells what became of the file at `path`.
    pub fn tell(&self, name: &[u8], path: &[u8], outcome: &Outcome) {
        let (name, path) = (String::from_utf8_lossy(name), String::from_utf8_lossy(path));
        let time = UnixTime(clock_gettime(ClockId::Realtime).tv_sec);
        let event = Event { outcome, name: &name, path: &path, pid: sys::process_id() as u32, time };
        let line = alloc::format!("{event}\n");
        // the log first: whoever has waited for the status line finds it there
        let wanted = if matches!(outcome.state(), State::Failed | State::Error) { LOG_FAILURES } else { LOG_ALL };
        if PROCESS.updates.verbosity.load(Ordering::Relaxed) >= wanted {
            self.log(line.as_bytes());
        }
        if let Some(status) = &self.status
            && sys::write_all(status.as_raw_fd(), line.as_bytes()).is_err()
            && PROCESS.updates.verbosity.load(Ordering::Relaxed) >= WARNINGS
        {
            self.log(alloc::format!("ld-luci.so: warning: a status line cannot be written: {line}").as_bytes());
        }
    }

    fn log(&self, line: &[u8]) {
        let is_logged = self.logfile.as_ref().is_some_and(|file| sys::write_all(file.as_raw_fd(), line).is_ok());
        // a log that is full must not swallow what it was for
        if !is_logged && let Some(stderr) = standard_error() {
            let _ = sys::write_all(stderr.as_raw_fd(), line);
        }
    }
}

/// Lines are appended. A FIFO is opened for reading too, so that opening and writing never wait for a reader.
fn open_file(path: &[u8]) -> Option<OwnedFd> {
    if path.is_empty() {
        return None;
    }
    let is_fifo = fs::stat(path).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Fifo);
    let way = if is_fifo { OFlags::RDWR } else { OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE };
    let flags = way | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    fs::open(path, flags, Mode::from_raw_mode(0o644)).ok()
}

/// A socket that takes datagrams, or else a stream.
fn connect(path: &[u8]) -> Option<OwnedFd> {
    const AF_UNIX: u16 = 1;
    const SOCK_STREAM: u64 = 1;
    const SOCK_DGRAM: u64 = 2;
    // a receiver that does not read must not hold the helper up
    const SOCK_FLAGS: u64 = 0o2000000 | 0o4000;
    let mut address: Vec<u8> = AF_UNIX.to_ne_bytes().to_vec();
    address.extend(path);
    address.push(0);
    [SOCK_DGRAM, SOCK_STREAM].into_iter().find_map(|kind| {
        // SAFETY: no memory is involved.
        let fd = unsafe { syscall(nr::__NR_socket, [u64::from(AF_UNIX), kind | SOCK_FLAGS, 0, 0, 0, 0]) };
        // SAFETY: a descriptor just opened, owned by nobody else.
        let socket = (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd as i32) })?;
        // SAFETY: the kernel reads the address, which has that length.
        let result = unsafe { syscall(nr::__NR_connect, [fd as u64, address.as_ptr() as u64, address.len() as u64, 0, 0, 0]) };
        (result == 0).then_some(socket)
    })
}

/// The program's standard error, whose table of files the helper does not share.
fn standard_error() -> Option<OwnedFd> {
    let process = super::watch::process_descriptor()?;
    // SAFETY: no memory is involved.
    let fd = unsafe { syscall(nr::__NR_pidfd_getfd, [process.as_raw_fd() as u64, 2, 0, 0, 0, 0]) };
    // SAFETY: a descriptor just opened, owned by nobody else.
    (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd as i32) })
}
