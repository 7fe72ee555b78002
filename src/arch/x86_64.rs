//! x86-64: relocations carry their addend (RELA only), TLS is variant II (blocks lie below the thread pointer, which points
//! at the TCB), a lazily bound GOT has three reserved words (`.dynamic`, the object, the binder), words are little-endian
//! and pages 4 KiB.

use goblin::elf64::header::EM_X86_64;

/// `e_machine`
pub const MACHINE: u16 = EM_X86_64;

/// The page size of every x86-64 Linux in bytes.
pub const PAGE_SIZE: u64 = 4096;

/// What `$PLATFORM` and `$LIB` start from.
pub const PLATFORM: &[u8] = b"x86_64";

/// Relocation types of the psABI, section "Relocation Types".
pub mod reloc {
    pub use goblin::elf64::reloc::{
        R_X86_64_32, R_X86_64_32S, R_X86_64_64, R_X86_64_COPY, R_X86_64_DTPMOD64, R_X86_64_DTPOFF64, R_X86_64_GLOB_DAT,
        R_X86_64_IRELATIVE, R_X86_64_JUMP_SLOT, R_X86_64_NONE, R_X86_64_PC32, R_X86_64_PC64, R_X86_64_RELATIVE, R_X86_64_SIZE32,
        R_X86_64_SIZE64, R_X86_64_TLSDESC, R_X86_64_TPOFF64,
    };
    /// Like RELATIVE; exists for ILP32 objects only.
    pub const R_X86_64_RELATIVE64: u32 = 38;
    pub const R_X86_64_PLT32: u32 = 4;
    pub const R_X86_64_DTPOFF32: u32 = 21;
    pub const R_X86_64_TPOFF32: u32 = 23;
}
