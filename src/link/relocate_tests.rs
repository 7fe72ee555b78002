//! Every relocation type on a small image in a vector.

use super::super::memory::VecMemory;
use super::super::object::{NamespaceId, Relocations, Role, TlsModule};
use super::super::segments;
use super::*;
use crate::addr::{Bias, FileOffset};
use crate::elf::dynamic::Dynamic;
use crate::elf::segments::{PT_LOAD, Permissions, ProgramHeader};
use crate::elf::strings::Strings;
use crate::elf::symbols::Symbols;
use alloc::boxed::Box;
use alloc::sync::Arc;

const BIAS: u64 = 0x10_0000;

/// Everything static at offset 0x40, descriptors that show their arguments.
struct Answers;

impl Process for Answers {
    fn static_tls_offset(&mut self, _object: &Object<'_>) -> Result<u64> {
        Ok(0x40)
    }
    fn tls_descriptor(&mut self, _object: &Object<'_>, offset: u64) -> [u64; 2] {
        [7, offset]
    }
    fn undefined_tls_descriptor(&mut self, addend: u64) -> [u64; 2] {
        [8, addend]
    }
    fn bound(&mut self, _from: ObjectId, _to: &Object<'_>) {}
    fn needs_indirect_access(&mut self, _object: &Object<'_>) -> bool {
        false
    }
    fn called(&mut self, _from: ObjectId, _called: Called, address: Addr) -> Addr {
        address
    }
    fn unique(&mut self, found: &Definition<'_, '_>, address: Addr) -> (ObjectId, Addr) {
        (found.object.id, address)
    }
}

/// An object with one local symbol (index 1) of value 0x30 and size 24 at image offset 0x1000.
fn world(relocations: &'static [Rela]) -> World<'static> {
    let load = ProgramHeader {
        kind: PT_LOAD,
        permissions: Permissions::READ | Permissions::WRITE,
        offset: FileOffset(0),
        vaddr: Vaddr(0),
        filesz: 0x1000,
        memsz: 0x1000,
        align: 0x1000,
    };
    let symbol = sym::Sym { st_value: 0x30, st_size: 24, st_shndx: 1, ..sym::Sym::default() };
    let table = alloc::vec![sym::Sym::default(), symbol].leak();
    let version = Version {
        path: Box::from(*b"lib.so"),
        role: Role::Library,
        bias: Bias(BIAS),
        layout: segments::plan(alloc::vec![load], 0, 0x1000).unwrap(),
        entry: Vaddr(0),
        dynamic: Dynamic::default(),
        symbols: Symbols { table, strings: Strings::new(b"\0"), hash: SymbolHash::None, versym: None, versions: Vec::new() },
        relocations: Relocations { rela: relocations, plt: &[], relr: &[] },
        soname: None,
        build_id: None,
        verdef: None,
        verneed: None,
        link_map: Addr(0),
        headers_addr: Addr(0),
        replaced: Vec::new(),
        data_homes: Vec::new(),
        backing: Vec::new(),
    };
    let mut world = World::default();
    let tls = Some(TlsModule { id: 3, static_offset: None });
    world.add(Object { tls, ..Object::new(ObjectId(0), NamespaceId::BASE, Arc::new(version)) });
    world
}

/// The 16 bytes at offset 0x10 after one relocation of this type against the symbol, with addend 2.
fn after(kind: u32) -> Result<(u64, u64)> {
    let rela = Rela { r_offset: 0x10, r_info: 1 << 32 | u64::from(kind), r_addend: 2 };
    let world = world(alloc::vec![rela].leak());
    let object = world.iter().next().unwrap().clone();
    let memory = VecMemory::new(0, 0x1000);
    let mode = Mode { lazy: false, weak_yields: false };
    relocate(&world, &object, &object.current, mode, &memory, &mut Answers)?;
    Ok((memory.read_u64(Vaddr(0x10)).unwrap(), memory.read_u64(Vaddr(0x18)).unwrap()))
}

#[test]
fn each_type_computes_what_the_psabi_says() {
    assert_eq!(after(R_X86_64_NONE).unwrap(), (0, 0));
    assert_eq!(after(R_X86_64_RELATIVE).unwrap(), (BIAS + 2, 0));
    assert_eq!(after(R_X86_64_64).unwrap(), (BIAS + 0x32, 0));
    assert_eq!(after(R_X86_64_GLOB_DAT).unwrap(), (BIAS + 0x30, 0), "the addend does not count");
    assert_eq!(after(R_X86_64_32).unwrap(), (BIAS + 0x32, 0));
    assert_eq!(after(R_X86_64_PC32).unwrap(), (0x22, 0));
    assert_eq!(after(R_X86_64_PC64).unwrap(), (0x22, 0));
    assert_eq!(after(R_X86_64_SIZE64).unwrap(), (26, 0));
    assert_eq!(after(R_X86_64_SIZE32).unwrap(), (26, 0));
    assert_eq!(after(R_X86_64_DTPMOD64).unwrap(), (3, 0));
    assert_eq!(after(R_X86_64_DTPOFF64).unwrap(), (0x32, 0));
    assert_eq!(after(R_X86_64_TPOFF64).unwrap(), (0x32u64.wrapping_sub(0x40), 0));
    assert_eq!(after(R_X86_64_TLSDESC).unwrap(), (7, 0x32));
}

#[test]
fn unknown_types_and_places_outside_are_errors() {
    assert!(after(0xdead).is_err());
    let rela = Rela { r_offset: 0xfff, r_info: u64::from(R_X86_64_RELATIVE), r_addend: 0 };
    let world = world(alloc::vec![rela].leak());
    let object = world.iter().next().unwrap().clone();
    let mode = Mode { lazy: false, weak_yields: false };
    let memory = VecMemory::new(0, 0x1000);
    assert!(relocate(&world, &object, &object.current, mode, &memory, &mut Answers).is_err());
}
