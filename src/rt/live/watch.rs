//! What the helper sleeps in. It watches the directories through which each followed file is reached: the one it was asked for
//! in, that of every symbolic link on the way, and that of the file itself.

use alloc::collections::BTreeSet;
use alloc::ffi::CString;
use alloc::vec::Vec;
use core::mem::MaybeUninit;
use core::sync::atomic::Ordering;
use core::time::Duration;

use linux_raw_sys::general as nr;
use luci::diag::Error;
use luci::link::object::ObjectId;
use luci::status::event::{Action, Outcome};
use luci::update::{Change, Due, Schedule};
use rustix::event::{FdSetElement, FdSetIter, Timespec, fd_set_insert, fd_set_num_elements, select};
use rustix::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use rustix::fs::{self, inotify};
use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};

use super::candidate::{self, Checked};
use super::report::Report;
use super::thread::{announce, should_stop, wake_descriptor};
use crate::rt::files::{self, Stamp};
use crate::rt::followed::Followed;
use crate::rt::process::PROCESS;
use crate::rt::sys::{self, syscall};

/// A program that ends at once is not followed, because closing the queue makes its end some milliseconds slower. Nothing is
/// missed: the files are compared with what was loaded when the watches are in place.
const FIRST_DELAY: Duration = Duration::from_millis(50);
/// Nothing tells that the main thread has left by exit(2) and the helper is alone; it looks as often.
const LOOK_AROUND: Duration = Duration::from_secs(1);
/// Symbolic links on the way to one file, as in path_resolution(7).
const MAX_LINKS: usize = 40;

/// Whether there is anything to watch.
pub fn is_useful() -> bool {
    PROCESS.updates.follow_opened.load(Ordering::Relaxed)
        || PROCESS.with_registry(|registry| registry.followed().next().is_some())
}

/// The helper's life; the result is the exit status of its thread.
pub fn run() -> u64 {
    let Some(wake) = wake_descriptor() else { return 0 };
    if !PROCESS.updates.early_status.load(Ordering::Relaxed) {
        let _ = wait(&[wake.as_fd()], FIRST_DELAY);
        if should_stop() {
            return 0;
        }
    }
    let report = Report::open();
    let queue = match inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC) {
        Ok(queue) => queue,
        Err(errno) => {
            report.warn(&Error::os("updates", "no file is watched", errno.raw_os_error()));
            return 0;
        }
    };
    let settle = Duration::from_millis(u64::from(PROCESS.updates.settle_ms.load(Ordering::Relaxed)));
    let mut watcher = Watcher { queue, places: Vec::new(), known: Vec::new(), schedule: Schedule::new(settle), report };
    watcher.follow_new();
    announce();
    loop {
        let timeout = match watcher.schedule.due(now()) {
            Due::Now(objects) => {
                watcher.check(objects);
                continue;
            }
            Due::WaitUntil(time) => time.saturating_sub(now()),
            Due::Nothing => LOOK_AROUND,
        };
        let ready = match wait(&[wake.as_fd(), watcher.queue.as_fd()], timeout.min(LOOK_AROUND)) {
            Ok(ready) => ready,
            // a helper that cannot sleep must not run for ever instead
            Err(errno) => {
                watcher.report.warn(&Error::os("updates", "no file is watched any more", errno.raw_os_error()));
                return 0;
            }
        };
        // without the program's threads the process ends with its main thread, so the helper must not keep it
        if should_stop() {
            return 0;
        }
        if !ready.contains(&true)
            && let Some(status) = status_without_program()
        {
            return status;
        }
        if ready[0] {
            drain(&wake);
            watcher.follow_new();
        }
        if ready[1] {
            watcher.read_events();
        }
    }
}

/// A descriptor of this process. `None` on kernels without pidfd_open(2).
pub fn process_descriptor() -> Option<OwnedFd> {
    // SAFETY: no memory is involved.
    let fd = unsafe { syscall(nr::__NR_pidfd_open, [sys::process_id(), 0, 0, 0, 0, 0]) };
    // SAFETY: a descriptor just opened, owned by nobody else.
    (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

/// The main thread's exit status when it has ended and no other thread of the program is left: the status of the last thread
/// becomes that of the process (proc_pid_stat(5): state and `exit_code`).
fn status_without_program() -> Option<u64> {
    let stat = files::read_small(c"/proc/self/stat")?;
    let behind_name = stat.iter().rposition(|&byte| byte == b')')?;
    let is_zombie = stat.get(behind_name + 2) == Some(&b'Z');
    if !is_zombie || program_threads()? > 1 {
        return None;
    }
    let last = stat.trim_ascii_end().rsplit(|&byte| byte == b' ').next()?;
    let code: u64 = core::str::from_utf8(last).ok()?.parse().ok()?;
    Some(code >> 8 & 0xff)
}

/// The number of threads without the helper; a main thread that has ended counts until the process ends.
pub fn program_threads() -> Option<usize> {
    const SELF_AND_PARENT: usize = 2;
    let links = fs::stat(c"/proc/self/task").ok()?.st_nlink as usize;
    links.checked_sub(SELF_AND_PARENT + 1)
}

pub fn now() -> Duration {
    let time = clock_gettime(ClockId::Monotonic);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Sleeps until a descriptor is readable; the result says which are. Not by poll(2), which the kernel refuses where the program
/// has set RLIMIT_NOFILE to less than the number of descriptors.
pub fn wait(sources: &[BorrowedFd<'_>], timeout: Duration) -> rustix::io::Result<Vec<bool>> {
    let end = sources.iter().map(|fd| fd.as_raw_fd() + 1).max().unwrap_or(0);
    let mut readable = alloc::vec![FdSetElement::default(); fd_set_num_elements(sources.len(), end)];
    sources.iter().for_each(|fd| fd_set_insert(&mut readable, fd.as_raw_fd()));
    let timeout = Timespec { tv_sec: timeout.as_secs().min(1 << 30) as i64, tv_nsec: i64::from(timeout.subsec_nanos()) };
    // SAFETY: the descriptors are borrowed, so they are open, and the set has room for the highest of them.
    match unsafe { select(end, Some(&mut readable), None, None, Some(&timeout)) } {
        Ok(_) => Ok(sources.iter().map(|fd| FdSetIter::new(&readable).any(|ready| ready == fd.as_raw_fd())).collect()),
        Err(Errno::INTR) => Ok(alloc::vec![false; sources.len()]),
        Err(errno) => Err(errno),
    }
}

fn drain(wake: &OwnedFd) {
    let mut information = [0u8; 128];
    while rustix::io::read(wake, &mut information).is_ok_and(|got| got > 0) {}
}

/// A name in a watched directory that leads to an object's file.
#[derive(PartialEq, Eq)]
struct Place {
    /// inotify's number of the directory.
    watch: i32,
    name: Vec<u8>,
    object: ObjectId,
}

struct Watcher {
    queue: OwnedFd,
    places: Vec<Place>,
    /// The objects that are watched; the serial number tells those apart that have the same place one after the other.
    known: Vec<(ObjectId, u64)>,
    schedule: Schedule<ObjectId>,
    report: Report,
}

impl Watcher {
    /// Watches the objects that are followed since last time, and takes up what has happened to their files in between.
    fn follow_new(&mut self) {
        let mut followed: Vec<(ObjectId, Vec<u8>, Stamp)> = PROCESS
            .with_registry(|registry| registry.followed().map(|(id, object)| (id, object.path.clone(), object.stamp)).collect());
        let world = PROCESS.world.read();
        let serial = |id: ObjectId| world.get(id).map(|object| object.serial);
        // what is being loaded just now is not in the world yet; there will be another call for it
        followed.retain(|(id, ..)| serial(*id).is_some());
        self.known.retain(|(id, number)| followed.iter().any(|(other, ..)| other == id) && serial(*id) == Some(*number));
        self.places.retain(|place| self.known.iter().any(|(id, _)| *id == place.object));
        let new = followed.into_iter().filter_map(|(id, path, stamp)| {
            let known = (id, serial(id)?);
            (!self.known.contains(&known)).then_some((known, path, stamp))
        });
        let new: Vec<_> = new.collect();
        drop(world);
        for ((id, number), path, stamp) in new {
            self.known.push((id, number));
            self.watch(id, &path);
            self.tell_first(id, &path);
            if Stamp::at(&path).is_ok_and(|seen| seen != stamp) {
                self.schedule.record(id, Change::Replaced, now());
            }
        }
    }

    /// The status line for the Version that was loaded, where it is wanted.
    fn tell_first(&self, object: ObjectId, path: &[u8]) {
        if !PROCESS.updates.early_status.load(Ordering::Relaxed) {
            return;
        }
        let told = |object: &mut Followed| core::mem::replace(&mut object.told, true);
        let is_told = PROCESS.with_registry(|registry| registry.followed_mut(object).is_none_or(told));
        let name = PROCESS.world.read().get(object).map(|object| object.current.name().to_vec());
        if let Some(name) = name.filter(|_| !is_told) {
            self.report.tell(&name, path, &Outcome::Loaded);
        }
    }

    /// Watches every directory in which a name of the way to the file could change.
    fn watch(&mut self, object: ObjectId, path: &[u8]) {
        use inotify::WatchFlags as Flags;
        let events = Flags::CLOSE_WRITE
            | Flags::MODIFY
            | Flags::MOVED_TO
            | Flags::CREATE
            | Flags::DELETE
            | Flags::ATTRIB
            | Flags::MOVED_FROM;
        for (directory, name) in names_on_the_way(path) {
            let Ok(directory) = CString::new(directory) else { continue };
            match inotify::add_watch(&self.queue, directory.as_c_str(), events | Flags::ONLYDIR) {
                Ok(watch) => {
                    let place = Place { watch, name, object };
                    if !self.places.contains(&place) {
                        self.places.push(place);
                    }
                }
                Err(Errno::NOENT | Errno::NOTDIR | Errno::ACCESS) => {}
                Err(errno) => {
                    let outcome = Outcome::Error(Action::Watching, alloc::format!("{errno}"));
                    self.report.tell(path.rsplit(|&byte| byte == b'/').next().unwrap_or(path), path, &outcome);
                }
            }
        }
    }

    fn read_events(&mut self) {
        let mut buffer = [MaybeUninit::<u8>::uninit(); 4096];
        let mut events = Vec::new();
        {
            let mut reader = inotify::Reader::new(&self.queue, &mut buffer);
            while let Ok(event) = reader.next() {
                let name = event.file_name().map(|name| name.to_bytes().to_vec()).unwrap_or_default();
                events.push((event.wd(), event.events(), name));
            }
        }
        for (watch, flags, name) in events {
            if flags.contains(inotify::ReadFlags::QUEUE_OVERFLOW) {
                self.schedule.record_overflow(self.known.iter().map(|(id, _)| *id), now());
            }
            let change = change_of(flags);
            for place in self.places.iter().filter(|place| place.watch == watch && place.name == name) {
                self.schedule.record(place.object, change, now());
            }
        }
    }

    /// One transaction. A library that needs another new one is tried again when that has come.
    fn check(&mut self, objects: Vec<ObjectId>) {
        let mut waiting: Vec<ObjectId> = objects;
        loop {
            let mut refused = Vec::new();
            let mut progress = false;
            for &object in &waiting {
                let checked = candidate::check(object);
                if let Some(path) =
                    PROCESS.with_registry(|registry| registry.followed_mut(object).map(|object| object.path.clone()))
                {
                    self.watch(object, &path);
                }
                match checked {
                    Checked::Done(name, path, outcome) => {
                        progress |= matches!(outcome, Outcome::Updated | Outcome::Reverted(_));
                        self.report.tell(&name, &path, &outcome);
                    }
                    Checked::Refused(refusal) => refused.push((object, refusal)),
                    Checked::Changing => self.schedule.record(object, Change::Attributes, now()),
                    Checked::Nothing => {}
                }
            }
            if progress {
                // a new version may have brought others with it
                self.follow_new();
            }
            if !progress || refused.is_empty() {
                for (object, refusal) in &refused {
                    candidate::remember(*object, refusal.stamp);
                    self.report.tell(&refusal.name, &refusal.path, &refusal.outcome);
                }
                return;
            }
            waiting = refused.iter().map(|(object, _)| *object).collect();
        }
    }
}

fn change_of(flags: inotify::ReadFlags) -> Change {
    use inotify::ReadFlags as Flags;
    if flags.intersects(Flags::CLOSE_WRITE) {
        Change::Closed
    } else if flags.intersects(Flags::MOVED_TO | Flags::CREATE) {
        Change::Replaced
    } else if flags.intersects(Flags::DELETE | Flags::MOVED_FROM) {
        Change::Removed
    } else if flags.intersects(Flags::MODIFY) {
        Change::Modified
    } else {
        Change::Attributes
    }
}

/// Directory and name of every symbolic link on the way to `path`, and of the file itself.
fn names_on_the_way(path: &[u8]) -> BTreeSet<(Vec<u8>, Vec<u8>)> {
    let mut names = BTreeSet::new();
    let mut rest: Vec<Vec<u8>> = components(path);
    let mut directory: Vec<u8> = Vec::new();
    let mut links = 0;
    while let Some(name) = rest.pop() {
        if name == b".." {
            let end = directory.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
            directory.truncate(end);
            continue;
        }
        let parent = if directory.is_empty() { b"/".to_vec() } else { directory.clone() };
        directory.push(b'/');
        directory.extend(&name);
        let target = CString::new(directory.clone()).ok().and_then(|path| fs::readlink(path.as_c_str(), Vec::new()).ok());
        let Some(target) = target.filter(|_| links < MAX_LINKS) else {
            if rest.is_empty() {
                names.insert((parent, name));
            }
            continue;
        };
        links += 1;
        let target = target.into_bytes();
        directory = if target.starts_with(b"/") || parent == b"/" { Vec::new() } else { parent.clone() };
        names.insert((parent, name));
        rest.extend(components(&target));
    }
    names
}

/// The components of a path, the last one first.
fn components(path: &[u8]) -> Vec<Vec<u8>> {
    let parts = path.split(|&byte| byte == b'/').rev();
    parts.filter(|part| !part.is_empty() && *part != b".").map(<[u8]>::to_vec).collect()
}
