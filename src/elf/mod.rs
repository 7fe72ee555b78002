//! The ELF file format in the words of the gABI and the x86-64 psABI: bytes in, checked tables out.
//!
//! [`header`] and [`segments`] read what maps a file, [`dynamic`] decodes `PT_DYNAMIC` once, [`symbols`], [`versions`] and
//! [`hash`] look names up, [`relocs`] walks relocations, [`notes`] finds the build ID. Structs and constants are goblin's.
//! Nothing here trusts a length, an offset or a count of the file.

pub mod dynamic;
pub mod hash;
pub mod header;
pub mod notes;
pub mod relocs;
pub mod segments;
pub mod strings;
pub mod symbols;
pub mod versions;

pub use goblin::elf64::reloc::Rela;
pub use goblin::elf64::sym::Sym;

/// The table of `T` that starts at `bytes[0]`: as many whole entries as the bytes hold. `None` when it is misaligned.
pub fn table<T: plain::Plain>(bytes: &[u8]) -> Option<&[T]> {
    let whole = bytes.len() - bytes.len() % size_of::<T>();
    plain::slice_from_bytes(&bytes[..whole]).ok()
}

/// A copy of the `T` at `offset`; `None` when it does not lie inside `bytes`. Any alignment.
pub fn copy_at<T: plain::Plain + Default>(bytes: &[u8], offset: usize) -> Option<T> {
    let mut value = T::default();
    plain::copy_from_bytes(&mut value, bytes.get(offset..)?).ok()?;
    Some(value)
}
