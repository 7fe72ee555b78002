//! Relocates images: the library computes each word, here are the process's answers (TLS offsets, descriptors), the
//! order in which IFUNC resolvers run, and the final protection.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

use luci::addr::Addr;
use luci::diag::{Error, Result};
use luci::elf::dynamic::Flags;
use luci::elf::notes;
use luci::elf::segments::Permissions;
use luci::elf::symbols as sym;
use luci::glibc::cpu_features::{CpuFeatures, Instruction};
use luci::link::memory::ImageMemory;
use luci::link::object::{NamespaceId, Object, ObjectId, Role, Version};
use luci::link::relocate::{self, Called, Copy, Deferred, Mode, Process as Answers};
use luci::link::resolve::Definition;
use luci::link::trace::Trace;
use luci::link::world::World;
use luci::tls::Block;
use rustix::mm::ProtFlags;

use super::abi::binding::{call_resolver, call_resolver_of};
use super::abi::{self, rtld};
use super::audit::{self, Binding};
use super::image::{MappedImage, Metadata};
use super::process::PROCESS;
use super::sync::Locked;
use super::trace::{self, Topics};
use super::x86_64;
use super::{init, map, print};

/// What is left to do for one Version after its words are written.
pub struct Pending {
    object: ObjectId,
    version: Arc<Version<'static>>,
    deferred: Vec<Deferred>,
    copies: Vec<Copy>,
}

/// Relocates the initial set. The world is published in between, because IFUNC resolvers may call through a PLT.
pub fn initial(world: World<'static>) -> Result<()> {
    let mut pending = Vec::with_capacity(world.order.len());
    for object in world.members(NamespaceId::BASE).rev().filter(|object| is_linked_by_us(object)) {
        pending.push(words(&world, object, &object.current, PROCESS.settings.bind_now.load(Ordering::Relaxed))?);
    }
    PROCESS.publish(world);
    // the images hold relocated words, and resolvers may already use thread-local data
    abi::tls::initialise_main_thread();
    finish(&pending)?;
    rtld::protect();
    let world = PROCESS.world.read();
    if let Some(loader) = world.iter().find(|object| object.current.role == Role::Loader) {
        protect_relro(&loader.current);
    }
    Ok(())
}

/// The loader relocated itself and the kernel made the vDSO.
pub fn is_linked_by_us(object: &Object<'static>) -> bool {
    matches!(object.current.role, Role::Program | Role::Library)
}

/// Writes every word of a Version that does not depend on program code. With `now` functions are bound too.
pub fn words(world: &World<'static>, object: &Object<'static>, version: &Arc<Version<'static>>, now: bool) -> Result<Pending> {
    let text_relocations = version.dynamic.flags.contains(Flags::TEXTREL);
    if text_relocations {
        protect_text(version, Some(ProtFlags::READ | ProtFlags::WRITE))?;
    }
    if let Some((start, end)) = version.layout.relro {
        // nearly every page of RELRO gets a relocation
        map::populate(start + version.bias, (end.0 - start.0) as usize);
    }
    let memory = MappedImage::new(version, text_relocations);
    let settings = &PROCESS.settings;
    // calls that auditors are told of are bound one by one, whatever the file asks for
    let told = object.audit.is_some() && audit::wants_calls();
    if trace::is_on(Topics::RELOC) {
        trace::load::relocates(version, !now && !version.dynamic.binds_now());
    }
    let lazy = !now && (told || !version.dynamic.binds_now()) && prepare_lazy_binding(told, version, &memory);
    let mode = Mode { lazy, weak_yields: settings.weak_yields.load(Ordering::Relaxed) };
    let outcome = relocate::relocate(world, object, version, mode, &memory, &mut RunningProcess { world: Some(world) })?;
    if text_relocations {
        protect_text(version, None)?;
    }
    outcome.warnings.iter().for_each(|warning| print::line(format_args!("{warning}")));
    Ok(Pending { object: object.id, version: version.clone(), deferred: outcome.deferred, copies: outcome.copies })
}

/// Runs the resolvers and copies of all pending Versions, dependencies first as the list has them, then protects RELRO.
pub fn finish(pending: &[Pending]) -> Result<()> {
    finish_in(None, pending)
}

/// The same with the images of `world`, where it is not published yet.
pub fn finish_in(world: Option<&World<'static>>, pending: &[Pending]) -> Result<()> {
    for one in pending {
        let text_relocations = one.version.dynamic.flags.contains(Flags::TEXTREL);
        let memory = MappedImage::new(&one.version, text_relocations);
        let data = MappedImage::new(&one.version, false);
        for copy in &one.copies {
            data.copy_from(copy.at, copy.source, copy.len).ok_or_else(|| outside(&one.version))?;
        }
        // its own resolvers last: they may call functions of other objects
        let (other, own): (Vec<&Deferred>, Vec<&Deferred>) = one.deferred.iter().partition(|deferred| !deferred.irelative);
        for deferred in other.into_iter().chain(own) {
            let mut value = resolve(world, &one.version, deferred)?;
            if let Some(called) = deferred.called {
                value = RunningProcess { world }.called(one.object, called, Addr(value)).0;
            }
            if text_relocations {
                protect_text(&one.version, Some(ProtFlags::READ | ProtFlags::WRITE))?;
            }
            memory.write_u64(deferred.at, value).ok_or_else(|| outside(&one.version))?;
            if text_relocations {
                protect_text(&one.version, None)?;
            }
        }
    }
    for one in pending {
        init::check_arrays(&one.version)?;
        protect_relro(&one.version);
    }
    Ok(())
}

fn resolve(world: Option<&World<'static>>, version: &Version<'static>, deferred: &Deferred) -> Result<u64> {
    let value = match world {
        Some(world) => call_resolver_of(world, deferred.resolver),
        None => call_resolver(deferred.resolver),
    };
    Ok(value.map_err(|error| Error::new(name(version), error.kind))?.0.wrapping_add(deferred.addend))
}

fn outside(version: &Version<'static>) -> Error {
    Error::bad_elf(name(version), "relocation lies outside the writable segments")
}

fn name(version: &Version<'static>) -> String {
    String::from_utf8_lossy(&version.path).into_owned()
}

/// Writes the reserved words of `.got.plt`; false when the object has none that can be used, then everything is bound now.
fn prepare_lazy_binding(told: bool, version: &Version<'static>, memory: &MappedImage<'_>) -> bool {
    let Some(got) = version.dynamic.pltgot.filter(|_| !version.relocations.plt.is_empty()) else { return false };
    let trampoline = if told { x86_64::audit::luci_audit_call as *const () } else { x86_64::luci_lazy as *const () } as u64;
    memory.write_u64(got + 8, version.link_map.0).is_some() && memory.write_u64(got + 16, trampoline).is_some()
}

/// Decides how trampolines save the vector state.
pub fn choose_trampolines(cpu: &CpuFeatures) {
    let way = match cpu.saved_state.instruction {
        Instruction::Xsavec => 0,
        Instruction::Xsave => 1,
        Instruction::Fxsave => 2,
    };
    x86_64::LUCI_VECTOR_SAVE.store(way, Ordering::Relaxed);
}

/// Changes the pages of the read-only segments, for text relocations: to `protection`, or back to what the file says.
fn protect_text(version: &Version<'static>, protection: Option<ProtFlags>) -> Result<()> {
    for segment in version.layout.segments.iter().filter(|segment| !segment.permissions.contains(Permissions::WRITE)) {
        let wanted = protection.unwrap_or_else(|| map::protection(segment.permissions));
        let len = segment.alloc_end.0 - segment.start.0;
        map::protect(segment.start + version.bias, len, wanted)
            .map_err(|errno| Error::os(name(version), "cannot change memory protections", errno.raw_os_error()))?;
    }
    Ok(())
}

/// Makes the pages of PT_GNU_RELRO read-only.
pub fn protect_relro(version: &Version<'static>) {
    if let Some((start, end)) = version.layout.relro {
        // a failure leaves the pages writable: worse protected, not wrong
        let _ = map::protect(start + version.bias, end.0 - start.0, ProtFlags::READ);
    }
}

/// The process's answers to relocation.
pub struct RunningProcess<'w> {
    /// Where it is not published yet.
    pub world: Option<&'w World<'static>>,
}

/// Definitions of STB_GNU_UNIQUE symbols: the first one found serves its whole namespace.
pub static UNIQUE: Locked<Option<UniqueSymbols>> = Locked::new(None);

type UniqueName = (NamespaceId, Box<[u8]>);

#[derive(Default)]
pub struct UniqueSymbols {
    definitions: hashbrown::HashMap<UniqueName, (ObjectId, Addr)>,
    /// The objects that have one; dlclose asks for each object whether it is among them.
    owners: Vec<ObjectId>,
}

impl Answers for RunningProcess<'_> {
    fn static_tls_offset(&mut self, object: &Object<'_>) -> Result<u64> {
        let (module, block) = object
            .tls
            .zip(block_of(&object.current))
            .ok_or_else(|| Error::bad_elf("", "TLS relocation against an object without TLS segment"))?;
        module.static_offset.ok_or_else(|| abi::tls::no_static_room(&object.current.path, block))
    }

    fn tls_descriptor(&mut self, object: &Object<'_>, offset: u64) -> [u64; 2] {
        let Some(module) = object.tls else { return [0, 0] };
        match module.static_offset {
            Some(block) => [x86_64::luci_tlsdesc_static as *const () as u64, offset.wrapping_sub(block)],
            None => {
                let argument = descriptor_argument(module.id, offset, abi::tls::generation_of(module.id));
                [x86_64::luci_tlsdesc_dynamic as *const () as u64, argument]
            }
        }
    }

    fn undefined_tls_descriptor(&mut self, addend: u64) -> [u64; 2] {
        [x86_64::luci_tlsdesc_undefined as *const () as u64, addend]
    }

    fn bound(&mut self, from: ObjectId, to: &Object<'_>) {
        if trace::is_on(Topics::FILES)
            && let Some(world) = self.world
        {
            trace::load::bound(world, from, to.id);
        }
        // the loader's lock is held: nothing is being closed at the same time
        abi::dl::note_binding(from, to);
    }

    fn needs_indirect_access(&mut self, object: &Object<'_>) -> bool {
        const PT_GNU_PROPERTY: u32 = 0x6474_e553;
        let version = &object.current;
        let mut notes = version.layout.headers.iter().filter(|header| header.kind == PT_GNU_PROPERTY);
        notes.any(|header| {
            let bytes = Metadata::new(version.bias, &version.layout).bytes(header.vaddr, header.filesz);
            bytes.is_some_and(notes::needs_indirect_access)
        })
    }

    fn called(&mut self, from: ObjectId, called: Called, address: Addr) -> Addr {
        if !audit::is_on() {
            return address;
        }
        let find = |world: &World<'static>| Binding::find(world, from, called);
        let binding = self.world.map_or_else(|| find(&PROCESS.world.read()), find);
        binding.map_or(address, |binding| audit::bound_now(&binding, address))
    }

    fn trace(&self) -> Option<&'static dyn Trace> {
        trace::lookups::listener()
    }

    fn unique(&mut self, found: &Definition<'_, '_>, address: Addr) -> (ObjectId, Addr) {
        let object = found.object;
        let name = object.current.symbols.name(found.symbol).unwrap_or_default();
        UNIQUE.with(|table| {
            let table = table.get_or_insert_with(UniqueSymbols::default);
            let first = *table.definitions.entry((object.namespace, Box::from(name))).or_insert((object.id, address));
            if !table.owners.contains(&first.0) {
                table.owners.push(first.0);
            }
            first
        })
    }
}

/// What counts of a definition that was found by its name.
pub fn settled<'w>(world: &'w World<'static>, found: Definition<'w, 'static>) -> Definition<'w, 'static> {
    if sym::binding(found.symbol) != sym::STB_GNU_UNIQUE {
        return found;
    }
    relocate::the_one(world, found, found.address(), &mut RunningProcess { world: Some(world) })
}

/// What the dynamic TLS descriptor function reads: module, offset, and the generation in which the module came. The memory
/// is kept for the next module of that number, so that opening and closing a library leaves nothing behind.
pub static DESCRIPTORS: Locked<Option<Descriptors>> = Locked::new(None);
pub type Descriptors = hashbrown::HashMap<(u64, u64), &'static [AtomicU64; 3]>;

fn descriptor_argument(module: u64, offset: u64, generation: u64) -> u64 {
    DESCRIPTORS.with(|table| {
        let table = table.get_or_insert_with(hashbrown::HashMap::new);
        let fresh = || &*Box::leak(Box::new([module, offset, 0].map(AtomicU64::new)));
        let words = table.entry((module, offset)).or_insert_with(fresh);
        words[2].store(generation, Ordering::Relaxed);
        words.as_ptr() as u64
    })
}

/// Whether the process-wide definition of a unique symbol is this object's; then it must stay for good.
pub fn defines_unique(object: ObjectId) -> bool {
    UNIQUE.with(|table| table.as_ref().is_some_and(|table| table.owners.contains(&object)))
}

/// What the IFUNC resolver at this address answers, if there is code.
pub fn run_resolver(world: &World<'static>, resolver: Addr) -> Option<u64> {
    call_resolver_of(world, resolver).ok().map(|function| function.0)
}

/// Forgets the unique symbols of an object that was never published (a failed dlopen).
pub fn forget_unique(object: ObjectId) {
    UNIQUE.with(|table| {
        if let Some(table) = table {
            table.definitions.retain(|_, (owner, _)| *owner != object);
            table.owners.retain(|owner| *owner != object);
        }
    });
}

/// A block's needs in static TLS.
pub fn block_of(version: &Version<'_>) -> Option<Block> {
    let header = version.layout.tls?;
    Some(Block::new(header.vaddr.0, header.memsz, header.align))
}
