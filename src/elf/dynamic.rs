//! `PT_DYNAMIC`, decoded once into a plain struct. Addresses are link-time ones as the file has them; that they lie in the
//! object is checked where they are used.

use alloc::vec::Vec;

use bitflags::bitflags;
use goblin::elf64::dynamic as raw;

use crate::addr::Vaddr;

/// A table in memory: start and length in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub vaddr: Vaddr,
    pub size: u64,
}

/// An object whose definitions are to be found before those of the object that names it (gABI "Filters").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filtee {
    /// Offset into the string table.
    pub name: u64,
    /// `DT_AUXILIARY`: the load goes on without it.
    pub optional: bool,
}

bitflags! {
    /// `DT_FLAGS`, with the old tags `DT_SYMBOLIC`, `DT_TEXTREL`, `DT_BIND_NOW` folded in.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Flags: u64 {
        const ORIGIN = 1;
        const SYMBOLIC = 2;
        const TEXTREL = 4;
        const BIND_NOW = 8;
        const STATIC_TLS = 16;
    }

    /// `DT_FLAGS_1`
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Flags1: u64 {
        const NOW = 1;
        const GLOBAL = 2;
        const NODELETE = 8;
        const INITFIRST = 0x20;
        const NOOPEN = 0x40;
        const ORIGIN = 0x80;
        const INTERPOSE = 0x400;
        const NODEFLIB = 0x800;
        const PIE = 0x0800_0000;
    }
}

/// The dynamic section; `None` where the tag is absent.
#[derive(Clone, Debug, Default)]
pub struct Dynamic {
    /// `DT_NEEDED`, in order: offsets into the string table.
    pub needed: Vec<u64>,
    /// `DT_FILTER` and `DT_AUXILIARY`, in order.
    pub filtees: Vec<Filtee>,
    /// `DT_AUDIT` and `DT_DEPAUDIT`, lists separated by `:`: offsets into the string table.
    pub audit: Option<u64>,
    pub depaudit: Option<u64>,
    /// `DT_SONAME`, `DT_RPATH`, `DT_RUNPATH`: offsets into the string table.
    pub soname: Option<u64>,
    pub rpath: Option<u64>,
    pub runpath: Option<u64>,
    /// `DT_STRTAB` with `DT_STRSZ`
    pub strtab: Table,
    pub symtab: Option<Vaddr>,
    pub gnu_hash: Option<Vaddr>,
    pub hash: Option<Vaddr>,
    pub versym: Option<Vaddr>,
    pub verdef: Option<Vaddr>,
    pub verneed: Option<Vaddr>,
    /// `DT_RELA` with `DT_RELASZ`
    pub rela: Table,
    /// `DT_RELACOUNT`: how many relocations at the start of `rela` are RELATIVE.
    pub relacount: u64,
    /// `DT_JMPREL` with `DT_PLTRELSZ`
    pub jmprel: Table,
    /// `DT_RELR` with `DT_RELRSZ`
    pub relr: Table,
    pub pltgot: Option<Vaddr>,
    pub init: Option<Vaddr>,
    pub fini: Option<Vaddr>,
    pub init_array: Table,
    pub fini_array: Table,
    pub preinit_array: Table,
    pub flags: Flags,
    pub flags_1: Flags1,
    /// `DT_TLSDESC_PLT`, `DT_TLSDESC_GOT`
    pub tlsdesc_plt: Option<Vaddr>,
    pub tlsdesc_got: Option<Vaddr>,
    /// Where each tag's last entry is, as an index of `Elf64_Dyn` in the section.
    pub entries: Vec<(u64, u32)>,
}

/// `DT_RELR` and companions of the gABI, which goblin does not name.
const DT_RELRSZ: u64 = 35;
const DT_RELR: u64 = 36;
const DT_RELRENT: u64 = 37;
const DT_PREINIT_ARRAY: u64 = 32;
const DT_PREINIT_ARRAYSZ: u64 = 33;
const DT_TLSDESC_PLT: u64 = 0x6fff_fef6;
const DT_TLSDESC_GOT: u64 = 0x6fff_fef7;
/// Solaris extensions that GNU took over.
const DT_DEPAUDIT: u64 = 0x6fff_fefb;
const DT_AUDIT: u64 = 0x6fff_fefc;
const DT_AUXILIARY: u64 = 0x7fff_fffd;
const DT_FILTER: u64 = 0x7fff_ffff;
const DT_RELCOUNT_REL: u64 = 17;

/// Size of `Elf64_Dyn` in bytes.
pub const ENTRY_SIZE: usize = 16;

impl Dynamic {
    /// Decodes the section's bytes up to `DT_NULL`. Errors are sentences about the file.
    pub fn parse(bytes: &[u8]) -> Result<Dynamic, &'static str> {
        let mut dynamic = Dynamic { entries: Vec::with_capacity(bytes.len() / ENTRY_SIZE), ..Dynamic::default() };
        for (index, chunk) in bytes.chunks_exact(ENTRY_SIZE).enumerate() {
            let entry: raw::Dyn = super::copy_at(chunk, 0).unwrap_or_default();
            if entry.d_tag == raw::DT_NULL {
                break;
            }
            dynamic.entries.push((entry.d_tag, index as u32));
            dynamic.take(entry.d_tag, entry.d_val)?;
        }
        if dynamic.strtab.vaddr == Vaddr(0) || dynamic.symtab.is_none() {
            return Err("object file has no symbol or string table in its dynamic section");
        }
        Ok(dynamic)
    }

    fn take(&mut self, tag: u64, value: u64) -> Result<(), &'static str> {
        match tag {
            raw::DT_NEEDED => self.needed.push(value),
            DT_AUXILIARY | DT_FILTER => self.filtees.push(Filtee { name: value, optional: tag == DT_AUXILIARY }),
            DT_AUDIT => self.audit = Some(value),
            DT_DEPAUDIT => self.depaudit = Some(value),
            raw::DT_SONAME => self.soname = Some(value),
            raw::DT_RPATH => self.rpath = Some(value),
            raw::DT_RUNPATH => self.runpath = Some(value),
            raw::DT_SYMBOLIC => self.flags |= Flags::SYMBOLIC,
            raw::DT_TEXTREL => self.flags |= Flags::TEXTREL,
            raw::DT_BIND_NOW => self.flags |= Flags::BIND_NOW,
            raw::DT_FLAGS => self.flags |= Flags::from_bits_retain(value),
            raw::DT_FLAGS_1 => self.flags_1 = Flags1::from_bits_retain(value),
            raw::DT_SYMENT if value != 24 => return Err("DT_SYMENT is not the size of Elf64_Sym"),
            raw::DT_RELAENT if value != 24 => return Err("DT_RELAENT is not the size of Elf64_Rela"),
            DT_RELRENT if value != 8 => return Err("DT_RELRENT is not 8"),
            raw::DT_PLTREL if value != raw::DT_RELA => return Err("DT_PLTREL is not DT_RELA"),
            DT_RELCOUNT_REL => return Err("DT_REL relocations do not exist on x86-64"),
            _ => self.take_address(tag, value),
        }
        Ok(())
    }

    fn take_address(&mut self, tag: u64, value: u64) {
        let vaddr = Vaddr(value);
        match tag {
            raw::DT_STRTAB => self.strtab.vaddr = vaddr,
            raw::DT_STRSZ => self.strtab.size = value,
            raw::DT_SYMTAB => self.symtab = Some(vaddr),
            raw::DT_GNU_HASH => self.gnu_hash = Some(vaddr),
            raw::DT_HASH => self.hash = Some(vaddr),
            raw::DT_VERSYM => self.versym = Some(vaddr),
            raw::DT_VERDEF => self.verdef = Some(vaddr),
            raw::DT_VERNEED => self.verneed = Some(vaddr),
            raw::DT_RELA => self.rela.vaddr = vaddr,
            raw::DT_RELASZ => self.rela.size = value,
            raw::DT_RELACOUNT => self.relacount = value,
            raw::DT_JMPREL => self.jmprel.vaddr = vaddr,
            raw::DT_PLTRELSZ => self.jmprel.size = value,
            DT_RELR => self.relr.vaddr = vaddr,
            DT_RELRSZ => self.relr.size = value,
            raw::DT_PLTGOT => self.pltgot = Some(vaddr),
            raw::DT_INIT => self.init = Some(vaddr),
            raw::DT_FINI => self.fini = Some(vaddr),
            raw::DT_INIT_ARRAY => self.init_array.vaddr = vaddr,
            raw::DT_INIT_ARRAYSZ => self.init_array.size = value,
            raw::DT_FINI_ARRAY => self.fini_array.vaddr = vaddr,
            raw::DT_FINI_ARRAYSZ => self.fini_array.size = value,
            DT_PREINIT_ARRAY => self.preinit_array.vaddr = vaddr,
            DT_PREINIT_ARRAYSZ => self.preinit_array.size = value,
            DT_TLSDESC_PLT => self.tlsdesc_plt = Some(vaddr),
            DT_TLSDESC_GOT => self.tlsdesc_got = Some(vaddr),
            _ => {}
        }
    }

    /// Whether all symbols must be bound at load time (`DF_BIND_NOW`, `DF_1_NOW`).
    pub fn binds_now(&self) -> bool {
        self.flags.contains(Flags::BIND_NOW) || self.flags_1.contains(Flags1::NOW)
    }

    /// The index of the last entry with this tag.
    pub fn entry_index(&self, tag: u64) -> Option<u32> {
        self.entries.iter().rev().find(|(found, _)| *found == tag).map(|&(_, index)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(entries: &[(u64, u64)]) -> Vec<u8> {
        entries.iter().flat_map(|(tag, value)| [tag.to_le_bytes(), value.to_le_bytes()]).flatten().collect()
    }

    #[test]
    fn tags_become_fields_and_null_ends() {
        let filters = [(DT_FILTER, 3), (DT_AUXILIARY, 4)];
        let plain = [(1, 5), (1, 9), (5, 0x100), (10, 20), (6, 0x200), (24, 0)];
        let bytes = section(&[&plain[..], &filters, &[(0, 0), (1, 7)]].concat());
        let dynamic = Dynamic::parse(&bytes).unwrap();
        assert_eq!(dynamic.needed, [5, 9]);
        assert_eq!(dynamic.filtees, [Filtee { name: 3, optional: false }, Filtee { name: 4, optional: true }]);
        assert_eq!(dynamic.strtab, Table { vaddr: Vaddr(0x100), size: 20 });
        assert!(dynamic.binds_now());
        assert_eq!(dynamic.entry_index(1), Some(1));
    }

    #[test]
    fn wrong_entry_sizes_are_refused() {
        assert!(Dynamic::parse(&section(&[(11, 16)])).is_err());
        assert!(Dynamic::parse(&section(&[(0, 0)])).unwrap_err().contains("symbol or string table"));
    }
}
