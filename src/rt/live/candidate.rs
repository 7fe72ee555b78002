//! A changed file: reads it into a copy that nobody can change, and judges that copy against the Version that runs.
//! What was judged is what is mapped.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use linux_raw_sys::general as nr;
use luci::addr::Addr;
use luci::elf::{Rela, relocs, versions};
use luci::link::object::{Object, ObjectId};
use luci::link::relocate::{self, Mode};
use luci::link::world::World;
use luci::status::event::{Action, Outcome};
use luci::update::hazards::{self, Memory};
use luci::update::{FileView, Rigour, Unreadable, Usage, Verdict, compare_files, compare_usage};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{self, FileType};
use rustix::io::Errno;
use xxhash_rust::xxh3::xxh3_128;

use super::apply;
use super::watch::program_threads;
use crate::rt::files::{self, Stamp};
use crate::rt::followed::{self, FileImage};
use crate::rt::image::load_word;
use crate::rt::map::{self, Reservation};
use crate::rt::process::{Finding, PROCESS};
use crate::rt::relocation::is_linked_by_us;
use crate::rt::sys::{self, syscall};

/// What came of looking at a file.
pub enum Checked {
    /// Name, path and outcome are to be told.
    Done(Vec<u8>, Vec<u8>, Outcome),
    /// Not as things are; perhaps together with another library of the same transaction.
    Refused(Refusal),
    /// Somebody is still writing.
    Changing,
    /// The file is not there, or empty yet.
    Nothing,
}

pub struct Refusal {
    pub name: Vec<u8>,
    pub path: Vec<u8>,
    pub outcome: Outcome,
    pub stamp: Stamp,
}

/// The new file's sealed copy.
pub struct Candidate {
    pub object: ObjectId,
    pub fd: OwnedFd,
    pub image: FileImage,
    pub stamp: Stamp,
    pub hash: u128,
}

impl Candidate {
    pub fn bytes(&self) -> &'static [u8] {
        sealed_bytes(self.image.memory)
    }
}

/// Looks at the file of an object and carries out what follows.
pub fn check(id: ObjectId) -> Checked {
    let known = PROCESS.with_registry(|registry| registry.followed_mut(id).map(|object| (object.path.clone(), object.stamp)));
    let Some((path, stamp)) = known else { return Checked::Nothing };
    let Some(object) = PROCESS.world.read().get(id).cloned() else { return Checked::Nothing };
    let name = object.current.name().to_vec();
    drop(object);
    let candidate = match read(id, &path, stamp) {
        Ok(Some(candidate)) => candidate,
        Ok(None) => return Checked::Nothing,
        Err(Problem::Changing) => return Checked::Changing,
        Err(Problem::Tell(outcome, stamp)) => {
            if let Some(stamp) = stamp {
                remember(id, stamp);
            }
            return Checked::Done(name, path, outcome);
        }
    };
    let stamp = candidate.stamp;
    let image = candidate.image;
    match replace(candidate) {
        Ok(outcome) => {
            remember(id, stamp);
            Checked::Done(name, path, outcome)
        }
        Err(outcome) => {
            map::unmap(image.memory);
            Checked::Refused(Refusal { name, path, outcome, stamp })
        }
    }
}

/// The file in this state has been dealt with.
pub fn remember(id: ObjectId, stamp: Stamp) {
    PROCESS.with_registry(|registry| {
        if let Some(object) = registry.followed_mut(id) {
            object.stamp = stamp;
        }
    });
}

enum Problem {
    Changing,
    Tell(Outcome, Option<Stamp>),
}

fn read(object: ObjectId, path: &[u8], known: Stamp) -> Result<Option<Candidate>, Problem> {
    let fail = |action, errno: Errno| Problem::Tell(Outcome::Error(action, error_text(errno)), None);
    let c_path = alloc::ffi::CString::new(path).map_err(|_| fail(Action::Opening, Errno::INVAL))?;
    let file = match files::open(&c_path) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Ok(None),
        Err(errno) => return Err(fail(Action::Opening, errno)),
    };
    let stat = fs::fstat(&file).map_err(|errno| fail(Action::FileStatus, errno))?;
    let stamp = Stamp::of(&stat);
    if stamp == known {
        return Err(Problem::Tell(Outcome::SameModificationTime, None));
    }
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(Problem::Tell(Outcome::Error(Action::Format, "not a regular file".into()), Some(stamp)));
    }
    if stat.st_size == 0 {
        return Ok(None);
    }
    if !followed::is_trusted(file.as_fd(), path) {
        let reason = "only root's files in root's directories are loaded in secure-execution mode".into();
        return Err(Problem::Tell(Outcome::Incompatible(reason), Some(stamp)));
    }
    let size = stat.st_size as u64;
    let fd = followed::snapshot(path, file.as_fd(), size).map_err(|errno| fail(Action::Mapping, errno))?;
    let after = fs::fstat(&file).map_err(|errno| fail(Action::FileStatus, errno))?;
    if Stamp::of(&after) != stamp || fs::fstat(&fd).map_or(0, |copy| copy.st_size) != stat.st_size {
        return Err(Problem::Changing);
    }
    let memory = map::whole_file(fd.as_fd(), size as usize).map_err(|errno| fail(Action::Mapping, errno))?;
    let image = FileImage { memory, sealed: true };
    let hash = xxh3_128(sealed_bytes(memory));
    Ok(Some(Candidate { object, fd, image, stamp, hash }))
}

fn error_text(errno: Errno) -> String {
    let error = luci::diag::Error::os("", "", errno.raw_os_error()).to_string();
    error.trim_start_matches(": ").into()
}

/// The bytes of a mapping of a sealed copy.
fn sealed_bytes(memory: Reservation) -> &'static [u8] {
    // SAFETY: a read-only mapping of a file that can neither change nor shrink; whoever unmaps it has no slice of it any more.
    unsafe { core::slice::from_raw_parts(memory.start.0 as *const u8, memory.len) }
}

/// Judges the candidate and lets it replace the current Version.
fn replace(candidate: Candidate) -> Result<Outcome, Outcome> {
    let incompatible = |reason: &str| Outcome::Incompatible(reason.into());
    let (image, stamp) = PROCESS
        .with_registry(|registry| registry.followed_mut(candidate.object).map(|object| (object.image, object.stamp)))
        .ok_or_else(|| incompatible("the library has been closed"))?;
    let old =
        OldFile::read(image, stamp, &candidate).ok_or_else(|| incompatible("the running version's file was overwritten"))?;
    let old_hash = xxh3_128(old.bytes());
    if old_hash == candidate.hash {
        map::unmap(candidate.image.memory);
        return Ok(Outcome::SameHash);
    }
    let bad = |problem: Unreadable| {
        let (Unreadable::NotReady(what) | Unreadable::Unsupported(what)) = problem;
        Outcome::Error(Action::Format, what.into())
    };
    let old_view = FileView::parse(old.bytes()).map_err(bad)?;
    let new_view = FileView::parse(candidate.bytes()).map_err(bad)?;
    let found = findings(&candidate, old_hash, &old_view, &new_view);
    let verdict = judge(&candidate, found, &old_view, &new_view).ok_or_else(|| incompatible("the library has been closed"))?;
    let forced = PROCESS.updates.force.load(Ordering::Relaxed) && verdict.is_accepted_when_forced();
    let is_relaxed = verdict.is_accepted_at(PROCESS.updates.relax_check.load(Ordering::Relaxed));
    if !verdict.is_accepted() && !forced && !is_relaxed {
        return Err(Outcome::Incompatible(verdict.to_string()));
    }
    apply::apply(&candidate, &old_view, &new_view, old_hash)
}

/// The current Version's file.
struct OldFile {
    memory: Reservation,
    is_copy: bool,
}

impl OldFile {
    /// A mapped file may have been changed or cut since: then nothing is known of it any more.
    fn read(image: FileImage, loaded: Stamp, candidate: &Candidate) -> Option<OldFile> {
        if image.sealed {
            return Some(OldFile { memory: image.memory, is_copy: false });
        }
        if candidate.stamp.id == loaded.id && candidate.stamp != loaded {
            return None;
        }
        let len = image.memory.len;
        let copy = map::anonymous(len).ok()? as u64;
        let memory = Reservation { start: Addr(copy), len };
        let (local, remote) = ([copy, len as u64], [image.memory.start.0, len as u64]);
        let arguments = [sys::process_id(), local.as_ptr() as u64, 1, remote.as_ptr() as u64, 1, 0];
        // SAFETY: the kernel writes into fresh memory; pages of a file that was cut are an error, not a signal.
        let read = unsafe { syscall(nr::__NR_process_vm_readv, arguments) };
        if read != len as i64 {
            map::unmap(memory);
            return None;
        }
        Some(OldFile { memory, is_copy: true })
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: sealed, or a copy that is this value's own and lives as long.
        unsafe { core::slice::from_raw_parts(self.memory.start.0 as *const u8, self.memory.len) }
    }
}

impl Drop for OldFile {
    fn drop(&mut self) {
        if self.is_copy {
            map::unmap(self.memory);
        }
    }
}

/// What the two files alone say, remembered for the pairs that were judged last.
fn findings(candidate: &Candidate, old_hash: u128, old: &FileView, new: &FileView) -> Verdict {
    const REMEMBERED: usize = 16;
    let findings = &PROCESS.updates.findings;
    let name = PROCESS.world.read().get(candidate.object).map(|object| object.current.name().to_vec()).unwrap_or_default();
    let name = String::from_utf8_lossy(&name);
    let is_known = |known: &Finding| (known.old, known.new) == (old_hash, candidate.hash) && known.verdict.object == *name;
    if let Some(verdict) = findings.with(|all| Some(all.iter().find(|known| is_known(known))?.verdict.clone())) {
        return verdict;
    }
    let rigour = Rigour { follow_calls: PROCESS.updates.follow_calls.load(Ordering::Relaxed) };
    let verdict = compare_files(&name, old, new, rigour);
    findings.with(|all| {
        if all.len() == REMEMBERED {
            all.remove(0);
        }
        all.push(Finding { old: old_hash, new: candidate.hash, verdict: verdict.clone() });
    });
    verdict
}

/// The verdict from both files, what the process uses, and its memory. While it is made no object can leave the memory.
fn judge(candidate: &Candidate, mut verdict: Verdict, old: &FileView, new: &FileView) -> Option<Verdict> {
    let world = PROCESS.world.read();
    let object = world.get(candidate.object)?;
    let uses = Uses::of(&world, object);
    let copied: Vec<&[u8]> = uses.copied.iter().copied().collect();
    let usage = Usage {
        is_bound: &|name, version| uses.bound.contains(&(name, version)),
        needs_version: &|version| uses.versions.contains(version),
        copied: &copied,
    };
    compare_usage(old, new, &usage, &mut verdict);
    hazards::check_locks(old, new, program_threads().unwrap_or(2), &mut verdict);
    if verdict.is_accepted() {
        check_memory(&world, object, old, &mut verdict);
    }
    Some(verdict)
}

fn check_memory(world: &World<'static>, object: &Object<'static>, old: &FileView, verdict: &mut Verdict) {
    let current = &object.current;
    let homes = PROCESS.with_registry(|registry| registry.followed_mut(object.id).map(|object| object.homes.clone()));
    let mut ranges: Vec<(u64, u64)> =
        homes.unwrap_or_default().iter().map(|home| (home.start.0, home.start.0 + home.len as u64)).collect();
    for mapping in world.mappings().iter().filter(|mapping| mapping.object == object.id) {
        let version = &mapping.version;
        ranges.extend(version.data_homes.iter().map(|piece| ((piece.start + version.bias).0, (piece.end + version.bias).0)));
    }
    let memory = Memory {
        // SAFETY: an aligned word of the shared data, which stays mapped while the world is read.
        word: &|at| unsafe { load_word(current.address_at(at)) },
        is_own: &|address| ranges.iter().any(|&(start, end)| address >= start && address < end),
        home: &|at| current.address_at(at).0,
    };
    hazards::check_own_pointers(old, &memory, verdict);
}

/// What the other objects use of one object.
struct Uses {
    bound: BTreeSet<(&'static [u8], &'static [u8])>,
    versions: BTreeSet<&'static [u8]>,
    copied: BTreeSet<&'static [u8]>,
}

impl Uses {
    fn of(world: &World<'static>, object: &Object<'static>) -> Uses {
        let mut uses = Uses { bound: BTreeSet::new(), versions: BTreeSet::new(), copied: BTreeSet::new() };
        for user in world.iter().filter(|user| user.id != object.id && is_linked_by_us(user)) {
            uses.add_bindings(world, user, object);
            let Some(verneed) = user.current.verneed else { continue };
            let needs = versions::needed(verneed, user.current.symbols.strings);
            uses.versions.extend(needs.filter(|need| Some(need.file) == object.current.soname).map(|need| need.name));
        }
        uses
    }

    fn add_bindings(&mut self, world: &World<'static>, user: &Object<'static>, object: &Object<'static>) {
        let mode = Mode { lazy: false, weak_yields: PROCESS.settings.weak_yields.load(Ordering::Relaxed) };
        let version = &user.current;
        let named = |rela: &&Rela| relocs::symbol(rela) != 0;
        for rela in version.relocations.rela.iter().chain(version.relocations.plt).filter(named) {
            let Ok(Some(found)) = relocate::definition_of(world, user, version, rela, mode) else { continue };
            if found.object.id != object.id {
                continue;
            }
            let symbols = &object.current.symbols;
            let name = symbols.name(found.symbol).unwrap_or_default();
            if relocs::kind(rela) == luci::arch::reloc::R_X86_64_COPY {
                self.copied.insert(name);
            }
            let index =
                (core::ptr::from_ref(found.symbol) as usize - symbols.table.as_ptr() as usize) / size_of_val(found.symbol);
            let symbol_version = symbols.wanted_version(index as u32).map_or(&b""[..], |entry| entry.name);
            self.bound.insert((name, symbol_version));
        }
    }
}
