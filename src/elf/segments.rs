//! Program headers: `Elf64_Phdr` as a plain value.

use bitflags::bitflags;
use goblin::elf64::program_header as raw;

use crate::addr::{FileOffset, Vaddr};

pub use raw::{PT_DYNAMIC, PT_GNU_EH_FRAME, PT_GNU_RELRO, PT_GNU_STACK, PT_INTERP, PT_LOAD, PT_NOTE, PT_PHDR, PT_TLS};

/// `PT_GNU_PROPERTY` of the x86-64 psABI.
pub const PT_GNU_PROPERTY: u32 = 0x6474_e553;

bitflags! {
    /// `p_flags`
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Permissions: u32 {
        const EXECUTE = raw::PF_X;
        const WRITE = raw::PF_W;
        const READ = raw::PF_R;
    }
}

/// One `Elf64_Phdr`; sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramHeader {
    /// `p_type`
    pub kind: u32,
    pub permissions: Permissions,
    pub offset: FileOffset,
    pub vaddr: Vaddr,
    pub filesz: u64,
    pub memsz: u64,
    pub align: u64,
}

impl ProgramHeader {
    /// Size of `Elf64_Phdr` in bytes.
    pub const SIZE: usize = raw::SIZEOF_PHDR;

    /// The end of the segment in memory; `None` when it wraps around.
    pub fn end(&self) -> Option<Vaddr> {
        self.vaddr.0.checked_add(self.memsz).map(Vaddr)
    }

    /// Whether `[vaddr, vaddr + len)` lies in the segment's memory.
    pub fn contains(&self, vaddr: Vaddr, len: u64) -> bool {
        let into = vaddr.0.wrapping_sub(self.vaddr.0);
        into <= self.memsz && self.memsz - into >= len
    }

    /// Whether `[vaddr, vaddr + len)` lies in the part of the segment that comes from the file.
    pub fn contains_in_file(&self, vaddr: Vaddr, len: u64) -> bool {
        let into = vaddr.0.wrapping_sub(self.vaddr.0);
        into <= self.filesz && self.filesz - into >= len
    }
}

/// Walks a program header table; a table that is cut short yields the whole entries only.
pub fn parse(bytes: &[u8]) -> impl Iterator<Item = ProgramHeader> + '_ {
    bytes.chunks_exact(ProgramHeader::SIZE).filter_map(|chunk| {
        let header: raw::ProgramHeader = super::copy_at(chunk, 0)?;
        Some(ProgramHeader {
            kind: header.p_type,
            permissions: Permissions::from_bits_truncate(header.p_flags),
            offset: FileOffset(header.p_offset),
            vaddr: Vaddr(header.p_vaddr),
            filesz: header.p_filesz,
            memsz: header.p_memsz,
            align: header.p_align,
        })
    })
}

/// The table in its file format, for objects none of whose segments holds it.
pub fn encode(headers: &[ProgramHeader]) -> alloc::vec::Vec<u64> {
    let words = |header: &ProgramHeader| {
        let kind_and_flags = u64::from(header.kind) | u64::from(header.permissions.bits()) << 32;
        let vaddr = header.vaddr.0;
        [kind_and_flags, header.offset.0, vaddr, vaddr, header.filesz, header.memsz, header.align]
    };
    headers.iter().flat_map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_is_the_inverse_of_parsing() {
        let words: alloc::vec::Vec<u64> = (1..=7).map(|word| word | 4 << 32).collect();
        let bytes: alloc::vec::Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let headers: alloc::vec::Vec<_> = parse(&bytes).collect();
        let again = encode(&headers);
        assert_eq!(again[..3], words[..3]);
        assert_eq!(again[4..], words[4..]);
    }

    #[test]
    fn containment_has_no_overflow() {
        let load = ProgramHeader {
            kind: PT_LOAD,
            permissions: Permissions::READ,
            offset: FileOffset(0),
            vaddr: Vaddr(0x1000),
            filesz: 0x80,
            memsz: 0x100,
            align: 0x1000,
        };
        assert!(load.contains(Vaddr(0x1000), 0x100));
        assert!(load.contains(Vaddr(0x1100), 0));
        assert!(!load.contains(Vaddr(0x10ff), 2));
        assert!(!load.contains(Vaddr(0xfff), 1));
        assert!(!load.contains(Vaddr(0x1001), u64::MAX));
        assert!(!load.contains_in_file(Vaddr(0x1080), 1));
    }
}
