//! What is kept of a loaded object so that it can be replaced later: its file's bytes, the state of the file, and where its
//! writable data is. Made when it is loaded, while nothing is analysed yet.

use alloc::ffi::CString;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::CStr;
use core::sync::atomic::Ordering;

use luci::addr::Bias;
use luci::diag::{Error, Result};
use luci::glibc::libraries;
use luci::link::object::Version;
use luci::link::segments::Layout;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{self, MemfdFlags, SealFlags};
use rustix::io::{self, Errno};
use rustix::process::{Resource, getrlimit};

use super::files::{self, ElfFile, Stamp};
use super::map::{self, Reservation};
use super::process::PROCESS;

/// An object that is replaced when its file changes.
pub struct Followed {
    /// As it was opened, absolute.
    pub path: Vec<u8>,
    /// The state of the file that was judged or loaded last.
    pub stamp: Stamp,
    /// There was a status line for the first Version.
    pub told: bool,
    pub image: FileImage,
    /// Where the first Version has the writable data: the memory of all Versions.
    pub homes: Vec<Reservation>,
    /// All Versions in the order in which they became current; the first one is `None` until the first update.
    pub versions: Vec<Kept>,
    /// Address ranges of Versions behind the first.
    pub later: Vec<Reservation>,
}

/// A Version that was current once.
pub struct Kept {
    /// xxh3 of the file.
    pub hash: u128,
    pub version: Arc<Version<'static>>,
}

/// The bytes of the current Version's file, mapped read-only.
#[derive(Clone, Copy)]
pub struct FileImage {
    pub memory: Reservation,
    /// A copy of our own, which nobody can change.
    pub sealed: bool,
}

impl Followed {
    /// All memory of the object behind its first image.
    pub fn memory(self) -> Vec<Reservation> {
        let mut memory = self.later;
        memory.push(self.image.memory);
        memory
    }
}

/// Where an object that is followed is mapped from.
pub enum Source {
    /// The file itself.
    File,
    Snapshot(OwnedFd),
}

impl Source {
    /// `None` for files that are never replaced.
    pub fn of(file: &ElfFile) -> Option<Source> {
        if libraries::belongs_to_libc(&file.path) || !is_trusted(file.fd.as_fd(), &file.path) {
            return None;
        }
        if !wants_snapshot(file) {
            return Some(Source::File);
        }
        // without a copy the file itself serves, as with LD_SNAPSHOT=never
        Some(snapshot(&file.path, file.fd.as_fd(), file.size).map_or(Source::File, Source::Snapshot))
    }

    pub fn fd<'f>(&'f self, file: &'f ElfFile) -> BorrowedFd<'f> {
        match self {
            Source::File => file.fd.as_fd(),
            Source::Snapshot(fd) => fd.as_fd(),
        }
    }

    /// Shares the writable data of the fresh image and remembers what an update will need.
    pub fn follow(self, file: &ElfFile, layout: &Layout, bias: Bias) -> Result<Followed> {
        let fd = self.fd(file);
        let fail = |errno: Errno| {
            let name = String::from_utf8_lossy(&file.path).into_owned();
            Error::os(name, "failed to map segment from shared object", errno.raw_os_error())
        };
        let memory = map::whole_file(fd, file.size as usize).map_err(fail)?;
        let homes = map::share_data(fd, layout, bias).map_err(fail)?;
        let sealed = matches!(self, Source::Snapshot(_));
        let image = FileImage { memory, sealed };
        Ok(Followed {
            path: absolute(&file.path),
            stamp: file.stamp,
            told: false,
            image,
            homes,
            versions: Vec::new(),
            later: Vec::new(),
        })
    }
}

/// In secure-execution mode only root's files in root's directories.
pub fn is_trusted(file: BorrowedFd<'_>, path: &[u8]) -> bool {
    !PROCESS.settings.secure.load(Ordering::Relaxed) || files::belongs_to_root(file, path)
}

/// A file that is reached through a symbolic link is replaced by switching that, one on a read-only mount not at all, one
/// of the system's libraries by a package manager, which renames; any other may be overwritten in place, which would change
/// the mapped pages.
fn wants_snapshot(file: &ElfFile) -> bool {
    match PROCESS.updates.snapshot.load(Ordering::Relaxed) {
        1 => true,
        2 => false,
        _ => !is_system_library(file) && !is_link(&file.path) && !is_read_only(file.fd.as_fd()),
    }
}

/// Whether root owns the file and it lies where only packages put files.
fn is_system_library(file: &ElfFile) -> bool {
    const TREES: [&[u8]; 4] = [b"/lib/", b"/lib64/", b"/usr/lib/", b"/usr/lib64/"];
    TREES.iter().any(|tree| file.path.starts_with(tree)) && files::belongs_to_root(file.fd.as_fd(), &file.path)
}

fn is_link(path: &[u8]) -> bool {
    let mut target = [core::mem::MaybeUninit::uninit(); 1];
    CString::new(path).is_ok_and(|path| fs::readlinkat_raw(fs::CWD, path.as_c_str(), &mut target[..]).is_ok())
}

fn is_read_only(fd: BorrowedFd<'_>) -> bool {
    fs::fstatvfs(fd).is_ok_and(|mount| mount.f_flag.contains(fs::StatVfsMountFlags::RDONLY))
}

fn absolute(path: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") {
        return path.to_vec();
    }
    let mut full = files::current_directory().unwrap_or_default();
    full.push(b'/');
    full.extend(path);
    full
}

/// A sealed copy of a file in memory.
pub fn snapshot(path: &[u8], file: BorrowedFd<'_>, size: u64) -> io::Result<OwnedFd> {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let name = CString::new(&name[..name.len().min(200)]).map_err(|_| Errno::INVAL)?;
    let copy = copy_in_memory(&name, file, 0, size)?;
    fs::fcntl_add_seals(&copy, SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
    Ok(copy)
}

/// Whether a file in memory may be so large: what goes beyond RLIMIT_FSIZE ends the program by a signal.
pub fn may_be_written(len: u64) -> bool {
    getrlimit(Resource::Fsize).current.is_none_or(|limit| len <= limit)
}

/// A file in memory with `len` bytes of `file` from `offset` on; shorter when the file is.
pub fn copy_in_memory(name: &CStr, file: BorrowedFd<'_>, offset: u64, len: u64) -> io::Result<OwnedFd> {
    if !may_be_written(len) {
        return Err(Errno::FBIG);
    }
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let copy = match fs::memfd_create(name, flags | MemfdFlags::EXEC) {
        // kernels that do not know the flag
        Err(Errno::INVAL) => fs::memfd_create(name, flags)?,
        result => result?,
    };
    let (mut position, end) = (offset, offset.saturating_add(len));
    while position < end {
        let rest = (end - position).min(1 << 30) as usize;
        match fs::sendfile(&copy, file, Some(&mut position), rest) {
            Ok(0) => break,
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(copy)
}
