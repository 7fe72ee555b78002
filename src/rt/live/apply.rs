//! Carries an accepted update out. Everything that can fail comes first and leaves the process as it was: mapping, dependencies,
//! relocation, the list of words. The commit only stores.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;
use core::time::Duration;

use luci::addr::Vaddr;
use luci::diag::{Error, Result};
use luci::elf::header::Header;
use luci::elf::segments;
use luci::elf::{Rela, relocs};
use luci::link::object::{DataHome, NamespaceId, Object, ObjectId, Role, Version};
use luci::link::relocate::{self, Mode};
use luci::link::segments as layout;
use luci::link::world::World;
use luci::status::event::Outcome;
use luci::update::FileView;
use rustix::fd::AsFd;

use super::candidate::Candidate;
use super::slots::{Change, OpenPages, Slot};
use super::thread::should_stop;
use super::watch;
use crate::rt::followed::Kept;
use crate::rt::load;
use crate::rt::lock::LoaderLock;
use crate::rt::map::{self, Reservation};
use crate::rt::open;
use crate::rt::process::PROCESS;
use crate::rt::relocation::{self, Pending};
use crate::rt::version::{self, Mapped};
use crate::rt::{init, libc, maps};

/// How long to wait before trying the loader's lock again: only while another thread opens or closes a library.
const LOCK_RETRY: Duration = Duration::from_millis(1);

/// Everything that is ready for the commit.
struct Prepared {
    object: ObjectId,
    world: World<'static>,
    current: Arc<Version<'static>>,
    /// Number from 1 of the Version that becomes current again.
    kept: Option<u32>,
    /// The image of a new Version.
    image: Option<Reservation>,
    /// New dependencies in load order.
    dependencies: Vec<ObjectId>,
    slots: Vec<Slot>,
}

/// Makes the candidate the current Version.
pub fn apply(
    candidate: &Candidate,
    old_file: &FileView,
    new_file: &FileView,
    old_hash: u128,
) -> core::result::Result<Outcome, Outcome> {
    let Some(_lock) = take_lock() else { return Err(Outcome::Incompatible("the helper thread was stopped".into())) };
    let before = PROCESS.world.read().clone();
    let prepared = prepare(candidate, &before, old_file, new_file)?;
    let pages = OpenPages::of(&prepared.world, &prepared.slots).map_err(|_| Outcome::MappingUnsuccessful)?;
    let outcome = prepared.kept.map_or(Outcome::Updated, Outcome::Reverted);
    let old = before.get(candidate.object).map(|object| object.current.clone());
    remember(candidate, &prepared, old, old_hash);
    let dependencies = prepared.dependencies.clone();
    commit(prepared);
    drop(pages);
    let environment = init::environment_of(&PROCESS.world.read(), NamespaceId::BASE);
    init::run_constructors(&dependencies, &dependencies, environment);
    Ok(outcome)
}

/// The loader's lock, unless this thread is asked to end by the thread that has it.
fn take_lock() -> Option<LoaderLock> {
    loop {
        if should_stop() {
            return None;
        }
        if let Some(lock) = LoaderLock::try_take() {
            return Some(lock);
        }
        let _ = watch::wait(&[], LOCK_RETRY);
    }
}

fn prepare(
    candidate: &Candidate,
    before: &World<'static>,
    old_file: &FileView,
    new_file: &FileView,
) -> core::result::Result<Prepared, Outcome> {
    let closed = || Outcome::Incompatible("the library has been closed".into());
    let object = before.get(candidate.object).ok_or_else(closed)?.clone();
    let kept = PROCESS.with_registry(|registry| {
        let versions = &registry.followed_mut(candidate.object)?.versions;
        let index = versions.iter().position(|kept| kept.hash == candidate.hash)?;
        Some((index as u32 + 1, versions[index].version.clone()))
    });
    let (current, image, number) = match kept {
        Some((number, version)) => (version, None, Some(number)),
        None => {
            let (version, image) = map_version(candidate, &object).map_err(|_| Outcome::MappingUnsuccessful)?;
            (version, Some(image), None)
        }
    };
    let mut world = before.clone();
    let built = build(before, &mut world, &object, &current, image.is_some(), old_file);
    let dependencies = built.map_err(|error| {
        open::discard(before, &world);
        image.into_iter().for_each(map::unmap);
        Outcome::Incompatible(error.to_string())
    })?;
    let change = Change { object: candidate.object, before, after: &world };
    let mut slots = change.pointers(old_file, new_file);
    slots.extend(change.bindings());
    Ok(Prepared { object: candidate.object, world, current, kept: number, image, dependencies, slots })
}

/// Maps the candidate's text and private data, and the object's shared data in the place of its own.
fn map_version(candidate: &Candidate, object: &Object<'static>) -> Result<(Arc<Version<'static>>, Reservation)> {
    let name = String::from_utf8_lossy(&object.current.path).into_owned();
    let bad = |what| Error::bad_elf(name.as_str(), what);
    let bytes = candidate.bytes();
    let header = Header::parse(bytes, luci::arch::MACHINE).map_err(bad)?;
    let (offset, len) = header.program_header_range();
    let table = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)?.get(..len));
    let table = table.ok_or_else(|| bad("program headers outside the file"))?;
    let plan = layout::plan(segments::parse(table).collect(), header.phoff, bytes.len() as u64).map_err(bad)?;
    version::check_permissions(&object.current.path, &plan)?;
    let homes = PROCESS.with_registry(|registry| registry.followed_mut(object.id).map(|object| object.homes.clone()));
    let homes = homes.unwrap_or_default();
    let pages = plan.writable_pages();
    if pages.len() != homes.len() || pages.iter().zip(&homes).any(|((start, end), home)| end.0 - start.0 != home.len as u64) {
        return Err(bad("the writable pages differ"));
    }
    let (bias, image) = map::image(&name, candidate.fd.as_fd(), &plan, header.kind)?;
    let mut data_homes = Vec::new();
    for (&(start, end), home) in pages.iter().zip(&homes) {
        if let Err(errno) = map::alias(*home, start + bias) {
            map::unmap(image);
            return Err(Error::os(name, "failed to map segment from shared object", errno.raw_os_error()));
        }
        data_homes.push(DataHome { start, end, home: home.start });
    }
    let entry = Vaddr(header.entry);
    let mapped = Mapped { path: object.current.path.to_vec(), role: Role::Library, bias, layout: plan, entry, data_homes };
    let version = version::describe(mapped).inspect_err(|_| map::unmap(image))?;
    Ok((version, image))
}

/// Makes the world in which `current` is the object's current Version; the result is the list of new dependencies.
fn build(
    before: &World<'static>,
    world: &mut World<'static>,
    object: &Object<'static>,
    current: &Arc<Version<'static>>,
    is_new: bool,
    old_file: &FileView,
) -> Result<Vec<ObjectId>> {
    let mut object = object.clone();
    object.current = current.clone();
    object.linked = false;
    if let Some((module, header)) = object.tls.zip(current.layout.tls) {
        world.tls.set_image(module.id, header.vaddr + current.bias);
    }
    let id = object.id;
    world.put(object);
    if is_new {
        world.add_mapping(id, current.clone());
        world.adds += 1;
    }
    let mut list = alloc::vec![id];
    load::load_dependencies(world, &mut list)?;
    let dependencies: Vec<ObjectId> = list.into_iter().filter(|&id| before.get(id).is_none()).collect();
    bring_in(world, id, &dependencies)?;
    let record = PROCESS.record();
    let now = PROCESS.settings.bind_now.load(Ordering::Relaxed);
    let mut pending: Vec<Pending> = Vec::new();
    for other in dependencies.iter().rev().filter_map(|&id| world.get(id)) {
        maps::fill(record, world, other, &other.current)?;
        libc::relocate_dynamic(record, &other.current);
        pending.push(relocation::words(world, other, &other.current, now)?);
    }
    let object = world.get(id).expect("put above");
    if is_new {
        maps::fill(record, world, object, current)?;
        libc::relocate_dynamic(record, current);
        pending.push(relocation::words(world, object, current, now)?);
    }
    check_calls(world, object, old_file)?;
    relocation::finish_in(Some(world), &pending)?;
    Ok(dependencies)
}

/// What dlopen does for new objects before they are relocated.
fn bring_in(world: &mut World<'static>, id: ObjectId, dependencies: &[ObjectId]) -> Result<()> {
    let mut checked = dependencies.to_vec();
    checked.push(id);
    open::check_versions(world, &checked)?;
    if dependencies.is_empty() {
        return Ok(());
    }
    open::add_tls(world, dependencies);
    let object = world.get(id).cloned().filter(|object| world.is_global(object));
    if let Some(object) = object {
        open::extend_global(world, object.namespace, dependencies);
    } else {
        open::add_local_scope(world, id, dependencies);
    }
    for &other in dependencies {
        world.change(other, |other| other.pinned = true);
    }
    open::place_static_tls(world, dependencies)?;
    open::initialise_static_tls(world, dependencies);
    Ok(())
}

/// Functions that would be bound at their first call must have a definition, unless the old version lacks the same.
fn check_calls(world: &World<'static>, object: &Object<'static>, old_file: &FileView) -> Result<()> {
    let known: BTreeSet<&[u8]> = old_file.symbols.undefined().map(|symbol| symbol.name).collect();
    let version = &object.current;
    let is_new = |rela: &&Rela| {
        let symbol = version.symbols.get(relocs::symbol(rela));
        symbol.and_then(|symbol| version.symbols.name(symbol)).is_some_and(|name| !known.contains(name))
    };
    let mode = Mode { lazy: false, weak_yields: PROCESS.settings.weak_yields.load(Ordering::Relaxed) };
    for rela in version.relocations.plt.iter().filter(is_new).filter(|rela| relocs::symbol(rela) != 0) {
        relocate::definition_of(world, object, version, rela, mode)?;
    }
    Ok(())
}

/// From here on nothing fails. Lookups find the new Version before slots are rewritten: a slot that another thread binds at this
/// moment is either seen here or bound again there.
fn commit(prepared: Prepared) {
    let updates = &PROCESS.updates;
    updates.commit.lock();
    let namespace = prepared.world.get(prepared.object).map_or(NamespaceId::BASE, |object| object.namespace);
    open::publish_update(prepared.world, namespace);
    updates.count.fetch_add(1, Ordering::SeqCst);
    prepared.slots.iter().for_each(Slot::switch);
    updates.commit.unlock();
}

/// Keeps what the next update will need. The memory belongs to the object from now on.
fn remember(candidate: &Candidate, prepared: &Prepared, old: Option<Arc<Version<'static>>>, old_hash: u128) {
    PROCESS.with_registry(|registry| {
        let Some(followed) = registry.followed_mut(candidate.object) else { return };
        let mut keep = |hash, version| {
            if !followed.versions.iter().any(|kept| kept.hash == hash) {
                followed.versions.push(Kept { hash, version });
            }
        };
        old.into_iter().for_each(|version| keep(old_hash, version));
        keep(candidate.hash, prepared.current.clone());
        followed.later.extend(prepared.image);
        let former = core::mem::replace(&mut followed.image, candidate.image);
        map::unmap(former.memory);
    });
}
