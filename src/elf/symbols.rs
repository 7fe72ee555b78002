//! The dynamic symbol table of one object with everything a lookup needs: names, versions, hash.

use alloc::vec::Vec;

use goblin::elf64::sym as raw;

pub use super::Sym;
use super::hash::SymbolHash;
use super::strings::Strings;
use super::versions::VersionEntry;

pub use raw::{STB_GLOBAL, STB_GNU_UNIQUE, STB_LOCAL, STB_WEAK};
pub use raw::{STT_COMMON, STT_FUNC, STT_GNU_IFUNC, STT_NOTYPE, STT_OBJECT, STT_TLS};
pub use raw::{STV_DEFAULT, STV_HIDDEN, STV_INTERNAL, STV_PROTECTED};

/// `SHN_UNDEF`, `SHN_ABS`
pub const SHN_UNDEF: u16 = 0;
pub const SHN_ABS: u16 = 0xfff1;

/// The dynamic symbols of one object; `'m` is the life of its mapped metadata.
#[derive(Clone)]
pub struct Symbols<'m> {
    /// From `DT_SYMTAB` to the end of its segment: an upper bound, the table has no length of its own.
    pub table: &'m [Sym],
    pub strings: Strings<'m>,
    pub hash: SymbolHash<'m>,
    /// `DT_VERSYM`, parallel to `table`; `None` when the object has no versions at all.
    pub versym: Option<&'m [u16]>,
    /// Indexed by `versym & 0x7fff`.
    pub versions: Vec<VersionEntry<'m>>,
}

impl<'m> Symbols<'m> {
    pub fn get(&self, index: u32) -> Option<&'m Sym> {
        self.table.get(index as usize)
    }

    pub fn name(&self, symbol: &Sym) -> Option<&'m [u8]> {
        self.strings.get(u64::from(symbol.st_name))
    }

    /// The version a *reference* of this object asks for; `None` for "any".
    pub fn wanted_version(&self, index: u32) -> Option<&VersionEntry<'m>> {
        let versym = *self.versym?.get(index as usize)?;
        let entry = self.versions.get(usize::from(versym & !super::versions::HIDDEN))?;
        (entry.hash != 0).then_some(entry)
    }

    /// The number of symbols, as far as the hash table tells.
    pub fn count(&self) -> u32 {
        self.hash.symbol_count().min(self.table.len() as u32)
    }
}

/// The binding of a symbol (`STB_*`).
pub fn binding(symbol: &Sym) -> u8 {
    symbol.st_info >> 4
}

/// The type of a symbol (`STT_*`).
pub fn kind(symbol: &Sym) -> u8 {
    symbol.st_info & 0xf
}

/// The visibility of a symbol (`STV_*`).
pub fn visibility(symbol: &Sym) -> u8 {
    symbol.st_other & 3
}
