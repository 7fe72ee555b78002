//! Opening files: the header of an ELF file with its identity, or the whole content of a small text file.

use alloc::ffi::CString;
use alloc::string::String;
use alloc::vec::Vec;

use luci::diag::Error;
use luci::elf::header::Header;
use luci::elf::segments::{self, ProgramHeader};
use rustix::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use rustix::fs::{self, FileType, Mode, OFlags, Stat};
use rustix::io::{self, Errno};

use super::sys;

/// Device and inode: two paths with the same one are the same object.
pub type FileId = (u64, u64);

/// Tells two states of a path apart: another file, or the same one written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub id: FileId,
    pub size: i64,
    /// Last modification, seconds and nanoseconds.
    pub modified: (i64, i64),
}

impl Stamp {
    pub fn of(stat: &Stat) -> Self {
        Stamp { id: file_id(stat), size: stat.st_size, modified: (stat.st_mtime, stat.st_mtime_nsec as i64) }
    }

    /// The state of a path now.
    pub fn at(path: &[u8]) -> io::Result<Self> {
        let path = CString::new(path).map_err(|_| Errno::NOENT)?;
        Ok(Stamp::of(&retry(|| fs::stat(path.as_c_str()))?))
    }
}

/// An open ELF file whose headers have been read and checked.
pub struct ElfFile {
    pub path: Vec<u8>,
    pub fd: OwnedFd,
    pub id: FileId,
    pub stamp: Stamp,
    pub size: u64,
    pub header: Header,
    pub headers: Vec<ProgramHeader>,
}

/// Why a candidate could not be opened.
pub enum OpenError {
    /// There is no such file, or it is of another machine or class: a search goes on.
    Skip(Error),
    /// The file is there and broken: a search ends.
    Fatal(Error),
}

/// What fails when there is no file to be had for a name.
pub const CANNOT_OPEN: &str = "cannot open shared object file";

/// Enough for the header and the program headers of nearly every file.
const FIRST_READ: usize = 1024;

/// Opens `path` and reads its headers.
pub fn open_elf(path: &[u8]) -> core::result::Result<ElfFile, OpenError> {
    let name = || String::from_utf8_lossy(path).into_owned();
    let skip = |errno: Errno| {
        let error = Error::os(name(), CANNOT_OPEN, errno.raw_os_error());
        // what the process lacks, another path does not give it
        match errno {
            Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::IO => OpenError::Fatal(error),
            _ => OpenError::Skip(error),
        }
    };
    let c_path = CString::new(path).map_err(|_| skip(Errno::NOENT))?;
    let fd = open(&c_path).map_err(skip)?;
    let stat =
        fs::fstat(&fd).map_err(|errno| OpenError::Fatal(Error::os(name(), "cannot stat shared object", errno.raw_os_error())))?;
    if !matches!(FileType::from_raw_mode(stat.st_mode), FileType::RegularFile | FileType::Directory) {
        return Err(OpenError::Fatal(Error::bad_elf(name(), "file too short")));
    }
    let mut first = [0u8; FIRST_READ];
    let fatal = |errno: Errno| OpenError::Fatal(Error::os(name(), "cannot read file data", errno.raw_os_error()));
    let len = read_at(&fd, &mut first, 0).map_err(fatal)?;
    let bytes = &first[..len];
    let header = Header::parse(bytes, luci::arch::MACHINE).map_err(|what| {
        let error = Error::bad_elf(name(), what);
        if what.contains("wrong") { OpenError::Skip(error) } else { OpenError::Fatal(error) }
    })?;
    let headers = program_headers(&fd, &header, bytes).map_err(fatal)?;
    if headers.len() != usize::from(header.phnum) {
        return Err(OpenError::Fatal(Error::bad_elf(name(), "cannot read file data")));
    }
    Ok(ElfFile {
        path: path.to_vec(),
        id: file_id(&stat),
        stamp: Stamp::of(&stat),
        size: stat.st_size as u64,
        fd,
        header,
        headers,
    })
}

fn program_headers(fd: &OwnedFd, header: &Header, first: &[u8]) -> io::Result<Vec<ProgramHeader>> {
    let (offset, len) = header.program_header_range();
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    if let Some(bytes) = start.checked_add(len).and_then(|end| first.get(start..end)) {
        return Ok(segments::parse(bytes).collect());
    }
    let mut bytes = alloc::vec![0u8; len];
    let got = read_at(fd, &mut bytes, offset)?;
    Ok(segments::parse(&bytes[..got]).collect())
}

pub fn file_id(stat: &Stat) -> FileId {
    (stat.st_dev, stat.st_ino)
}

/// Opens for reading; a FIFO without a writer or a device does not make it wait.
pub fn open(path: &CString) -> io::Result<OwnedFd> {
    retry(|| fs::open(path.as_c_str(), OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK, Mode::empty()))
}

/// As [`open`], of a path that may hold any bytes.
pub fn open_path(path: &[u8]) -> io::Result<OwnedFd> {
    open(&CString::new(path).map_err(|_| Errno::INVAL)?)
}

fn retry<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            result => return result,
        }
    }
}

/// Takes the places of standard input, output and error where they are closed, so that no file of a secure program gets one
/// of them: by devices that fail, as glibc does.
pub fn open_standard_descriptors() {
    let devices = [(c"/dev/full", OFlags::WRONLY), (c"/dev/null", OFlags::RDONLY), (c"/dev/null", OFlags::RDONLY)];
    for (number, (device, way)) in devices.into_iter().enumerate() {
        // SAFETY: the number is only asked about.
        let place = unsafe { BorrowedFd::borrow_raw(number as i32) };
        if io::fcntl_getfd(place) != Err(Errno::BADF) {
            continue;
        }
        match fs::open(device, way | OFlags::NOFOLLOW, Mode::empty()) {
            // the lowest number that is free is this one
            Ok(fd) => core::mem::forget(fd),
            Err(_) => sys::exit_group(CANNOT_BE_SAFE),
        }
    }
}

/// Exit status of a secure program whose standard descriptors cannot be opened; there is nowhere to say so.
const CANNOT_BE_SAFE: i32 = 127;

/// Fills the buffer from `offset` as far as the file goes; the result is the number of bytes.
pub fn read_at(fd: &impl AsFd, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        let at = offset.checked_add(done as u64).ok_or(Errno::INVAL)?;
        match retry(|| io::pread(fd, &mut buffer[done..], at))? {
            0 => break,
            count => done += count,
        }
    }
    Ok(done)
}

/// The whole content of a file, `None` when it cannot be read, is a FIFO or is larger than `limit` bytes.
pub fn read_whole(path: &[u8], limit: u64) -> Option<Vec<u8>> {
    read_open(&open_path(path).ok()?, limit).ok()
}

/// As [`read_whole`], of an open file.
pub fn read_open(fd: &OwnedFd, limit: u64) -> io::Result<Vec<u8>> {
    let stat = fs::fstat(fd)?;
    let size = stat.st_size as u64;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Fifo => return Err(Errno::SPIPE),
        // an empty one has no bytes that the kernel would refuse to read
        FileType::Directory => return Err(Errno::ISDIR),
        _ if size > limit => return Err(Errno::FBIG),
        _ => {}
    }
    let mut bytes = alloc::vec![0u8; size as usize];
    let got = read_at(fd, &mut bytes, 0)?;
    bytes.truncate(got);
    Ok(bytes)
}

/// The content of a file of the kernel, whose size is not known before; at most a page.
pub fn read_small(path: &core::ffi::CStr) -> Option<Vec<u8>> {
    let fd = retry(|| fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())).ok()?;
    let mut bytes = alloc::vec![0u8; 4096];
    let got = read_at(&fd, &mut bytes, 0).ok()?;
    bytes.truncate(got);
    Some(bytes)
}

/// Maps a whole file read-only for the life of the process; `None` when there is none. Only for files that are replaced by
/// rename and never changed in place, as ldconfig does it.
pub fn map_whole(path: &[u8]) -> Option<&'static [u8]> {
    let fd = open(&CString::new(path).ok()?).ok()?;
    let size = fs::fstat(&fd).ok()?.st_size as usize;
    if size == 0 {
        return None;
    }
    use rustix::mm::{MapFlags, ProtFlags, mmap};
    // SAFETY: a new mapping at a place the kernel chooses overlaps nothing.
    let memory = unsafe { mmap(core::ptr::null_mut(), size, ProtFlags::READ, MapFlags::PRIVATE, &fd, 0) }.ok()?;
    // SAFETY: `size` readable bytes that are never unmapped.
    Some(unsafe { core::slice::from_raw_parts(memory.cast::<u8>(), size) })
}

/// Whether `path` names a directory.
pub fn is_directory(path: &[u8]) -> bool {
    let Ok(path) = CString::new(path) else { return false };
    fs::stat(path.as_c_str()).is_ok_and(|stat| fs::FileType::from_raw_mode(stat.st_mode) == fs::FileType::Directory)
}

/// The path of a file without symbolic links, where /proc tells it.
pub fn resolved(path: &[u8]) -> Option<Vec<u8>> {
    path_of(open(&CString::new(path).ok()?).ok()?.as_fd())
}

/// The path of an open file, where /proc tells it.
pub fn path_of(fd: BorrowedFd<'_>) -> Option<Vec<u8>> {
    let link = alloc::format!("/proc/self/fd/{}", fd.as_raw_fd());
    Some(fs::readlink(link, Vec::new()).ok()?.into_bytes())
}

/// Whether nobody but root can change the open file `fd`, or put another one at its `path`: not even by way of a directory
/// above it or of a symbolic link.
pub fn belongs_to_root(fd: BorrowedFd<'_>, path: &[u8]) -> bool {
    let Some(resolved) = path_of(fd) else { return false };
    is_roots(fs::fstat(fd)) && [path, &*resolved].into_iter().all(only_root_changes_directories)
}

fn is_roots(stat: io::Result<Stat>) -> bool {
    const WRITABLE_BY_OTHERS: u32 = 0o022;
    stat.is_ok_and(|stat| stat.st_uid == 0 && stat.st_mode & WRITABLE_BY_OTHERS == 0)
}

/// Whether all directories on an absolute path are root's.
fn only_root_changes_directories(path: &[u8]) -> bool {
    let slashes = path.iter().enumerate().filter(|&(_, &byte)| byte == b'/').map(|(at, _)| at);
    let mut directories = slashes.map(|at| &path[..at.max(1)]);
    path.starts_with(b"/") && directories.all(|directory| is_roots(fs::stat(directory)))
}

/// Whether the file is setuid.
pub fn is_setuid(fd: BorrowedFd<'_>) -> bool {
    fs::fstat(fd).is_ok_and(|stat| Mode::from_raw_mode(stat.st_mode).contains(Mode::SUID))
}

/// Whether `path` names a regular file.
pub fn is_regular(path: &[u8]) -> bool {
    let Ok(path) = CString::new(path) else { return false };
    fs::stat(path.as_c_str()).is_ok_and(|stat| fs::FileType::from_raw_mode(stat.st_mode) == fs::FileType::RegularFile)
}

/// The directory part of a path, made absolute.
pub fn directory_of(path: Vec<u8>) -> Option<alloc::boxed::Box<[u8]>> {
    let absolute = if path.starts_with(b"/") {
        path
    } else {
        let mut full = current_directory()?;
        if !full.ends_with(b"/") {
            full.push(b'/');
        }
        full.extend(path);
        full
    };
    let slash = absolute.iter().rposition(|&byte| byte == b'/')?;
    Some(alloc::boxed::Box::from(&absolute[..slash.max(1)]))
}

/// The current directory, absolute.
pub fn current_directory() -> Option<Vec<u8>> {
    let path = rustix::process::getcwd(Vec::new()).ok()?;
    Some(path.into_bytes())
}

/// Size in bytes of the file that the kernel runs, where /proc tells it.
pub fn executable_size() -> Option<u64> {
    fs::stat(c"/proc/self/exe").ok().map(|stat| stat.st_size as u64)
}

/// The path of the running executable, as the kernel knows it.
pub fn executable_path() -> Option<Vec<u8>> {
    let path = fs::readlink(c"/proc/self/exe", Vec::new()).ok()?;
    Some(path.into_bytes())
}
