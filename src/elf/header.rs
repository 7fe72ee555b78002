//! The file header: is this an ELF file that this machine can load, and where are its program headers?

use goblin::elf64::header as raw;

use super::segments::ProgramHeader;

/// What loading needs of `Elf64_Ehdr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub kind: Kind,
    /// `e_entry`: link-time address of the first instruction; 0 in most libraries.
    pub entry: u64,
    /// `e_phoff`: file offset of the program headers in bytes.
    pub phoff: u64,
    /// `e_phnum`
    pub phnum: u16,
}

/// Where the unused bytes of `e_ident` start.
const EI_PAD: usize = 9;

/// The reason for a file of another machine, which a search passes over.
pub const WRONG_MACHINE: &str = "wrong machine (not x86-64)";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `ET_EXEC`: linked to a fixed address.
    Executable,
    /// `ET_DYN`: a library or a position-independent executable.
    Shared,
}

impl Header {
    /// Size of `Elf64_Ehdr` in bytes.
    pub const SIZE: usize = raw::SIZEOF_EHDR;

    /// Reads and checks the header at the start of a file for `machine` (`e_machine`). The sentences are glibc's.
    pub fn parse(bytes: &[u8], machine: u16) -> Result<Header, &'static str> {
        if bytes.len() < Self::SIZE {
            return Err("file too short");
        }
        if bytes[..4] != *raw::ELFMAG {
            return Err("invalid ELF header");
        }
        let header: raw::Header = super::copy_at(bytes, 0).ok_or("file too short")?;
        Self::check_identification(&header.e_ident)?;
        if header.e_version != 1 {
            return Err("ELF file version does not match current one");
        }
        if header.e_machine != machine {
            return Err(WRONG_MACHINE);
        }
        let kind = match header.e_type {
            raw::ET_EXEC => Kind::Executable,
            raw::ET_DYN => Kind::Shared,
            _ => return Err("only ET_DYN and ET_EXEC can be loaded"),
        };
        if usize::from(header.e_phentsize) != ProgramHeader::SIZE {
            return Err("ELF file's phentsize not the expected size");
        }
        if header.e_phnum == 0 {
            return Err("object file has no loadable segments");
        }
        Ok(Header { kind, entry: header.e_entry, phoff: header.e_phoff, phnum: header.e_phnum })
    }

    fn check_identification(ident: &[u8; 16]) -> Result<(), &'static str> {
        if ident[raw::EI_CLASS] != raw::ELFCLASS64 {
            return Err("wrong ELF class: ELFCLASS32");
        }
        if ident[raw::EI_DATA] != raw::ELFDATA2LSB {
            return Err("ELF file data encoding not little-endian");
        }
        if ident[raw::EI_VERSION] != 1 {
            return Err("ELF file version ident does not match current one");
        }
        // ELFOSABI_NONE and ELFOSABI_GNU
        if !matches!(ident[raw::EI_OSABI], 0 | 3) {
            return Err("ELF file OS ABI invalid");
        }
        let abi_version = ident[8];
        if abi_version > if ident[raw::EI_OSABI] == 3 { 5 } else { 0 } {
            return Err("ELF file ABI version invalid");
        }
        if ident[EI_PAD..].iter().any(|&byte| byte != 0) {
            return Err("nonzero padding in e_ident");
        }
        Ok(())
    }

    /// The program headers' range in the file: offset and length in bytes.
    pub fn program_header_range(&self) -> (u64, usize) {
        (self.phoff, usize::from(self.phnum) * ProgramHeader::SIZE)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A minimal valid header.
    pub(crate) fn sample() -> [u8; 64] {
        let mut bytes = [0u8; 64];
        bytes[..4].copy_from_slice(b"\x7fELF");
        bytes[4] = 2;
        bytes[5] = 1;
        bytes[6] = 1;
        bytes[16..18].copy_from_slice(&3u16.to_le_bytes());
        bytes[18..20].copy_from_slice(&62u16.to_le_bytes());
        bytes[20..24].copy_from_slice(&1u32.to_le_bytes());
        bytes[32..40].copy_from_slice(&64u64.to_le_bytes());
        bytes[54..56].copy_from_slice(&56u16.to_le_bytes());
        bytes[56..58].copy_from_slice(&3u16.to_le_bytes());
        bytes
    }

    #[test]
    fn a_shared_object_is_accepted() {
        let header = Header::parse(&sample(), 62).unwrap();
        assert_eq!(header.kind, Kind::Shared);
        assert_eq!(header.program_header_range(), (64, 168));
    }

    #[test]
    fn foreign_files_are_refused_with_their_reason() {
        assert_eq!(Header::parse(b"\x7fE", 62), Err("file too short"));
        assert_eq!(Header::parse(b"\x7fELF", 62), Err("file too short"));
        assert_eq!(Header::parse(&[b'#'; 64], 62), Err("invalid ELF header"));
        let mut small = sample();
        small[4] = 1;
        assert_eq!(Header::parse(&small, 62), Err("wrong ELF class: ELFCLASS32"));
        let mut arm = sample();
        arm[18] = 183;
        assert_eq!(Header::parse(&arm, 62), Err(WRONG_MACHINE));
        let mut padded = sample();
        padded[12] = 1;
        assert_eq!(Header::parse(&padded, 62), Err("nonzero padding in e_ident"));
        let mut object = sample();
        object[16] = 1;
        assert_eq!(Header::parse(&object, 62), Err("only ET_DYN and ET_EXEC can be loaded"));
    }
}
