//! The names of one file: the dynamic symbols with their versions, and the static symbol table when it was not stripped.
//!
//! Key types: [`SymbolTables`], [`Symbol`], [`AddressNames`] (which names an address has).

use alloc::vec::Vec;

use goblin::elf64::section_header::{SHT_DYNSYM, SHT_SYMTAB, SectionHeader};

use super::view::{FileView, entries, file_range};
use crate::addr::Vaddr;
use crate::elf::Sym;
use crate::elf::hash::{GnuHash, SysVHash};
use crate::elf::strings::Strings;
use crate::elf::symbols::{
    SHN_ABS, SHN_UNDEF, STB_LOCAL, STT_COMMON, STT_FUNC, STT_GNU_IFUNC, STT_OBJECT, STT_TLS, binding, kind,
};
use crate::elf::versions::{self, HIDDEN};

/// One symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// Empty when the table's name is damaged or missing.
    pub name: &'a [u8],
    /// The version it has or, undefined, asks for; empty for none.
    pub version: &'a [u8],
    /// `STT_*`
    pub kind: u8,
    /// `STB_*`
    pub binding: u8,
    /// `st_shndx`
    pub section: u16,
    pub value: Vaddr,
    /// Bytes
    pub size: u64,
}

/// Both symbol tables.
#[derive(Default)]
pub struct SymbolTables<'a> {
    /// `.dynsym`; the index is the one relocations use.
    pub dynamic: Vec<Symbol<'a>>,
    /// Functions and data of `.symtab`; `None` when the file was stripped.
    pub all: Option<Vec<Symbol<'a>>>,
    /// Names of the version definitions, without the base one.
    pub defined_versions: Vec<&'a [u8]>,
}

impl Symbol<'_> {
    pub fn is_defined(&self) -> bool {
        self.section != SHN_UNDEF
    }

    /// Other objects can bind to it. The absolute symbol that linkers make for each version definition does not count.
    pub fn is_exported(&self) -> bool {
        let is_version = self.section == SHN_ABS && self.name == self.version;
        self.is_defined() && self.binding != STB_LOCAL && !self.name.is_empty() && !is_version
    }

    /// It names a place in the file.
    pub fn has_place(&self) -> bool {
        self.is_defined() && self.section != SHN_ABS && !self.name.is_empty()
    }

    pub fn is_function(&self) -> bool {
        matches!(self.kind, STT_FUNC | STT_GNU_IFUNC)
    }

    pub fn is_data(&self) -> bool {
        matches!(self.kind, STT_OBJECT | STT_COMMON)
    }

    pub fn is_thread_local(&self) -> bool {
        self.kind == STT_TLS
    }
}

impl<'a> SymbolTables<'a> {
    /// `referenced`: the highest index any relocation uses; a hash table speaks of exported symbols only.
    pub(super) fn read(view: &FileView<'a>, sections: &[SectionHeader], referenced: u32) -> Result<Self, &'static str> {
        let strings = view.strings();
        let verdef = view.dynamic.verdef.and_then(|vaddr| view.tail(vaddr));
        let verneed = view.dynamic.verneed.and_then(|vaddr| view.tail(vaddr));
        let version_table = versions::table(verdef, verneed, strings);
        let versym: Vec<u16> =
            view.dynamic.versym.and_then(|vaddr| view.tail(vaddr)).map(|t| entries(t).collect()).unwrap_or_default();
        let table = view.dynamic.symtab.and_then(|vaddr| view.tail(vaddr)).ok_or("symbol table outside the file's segments")?;
        let in_section = sections.iter().find(|s| s.sh_type == SHT_DYNSYM).map(|s| s.sh_size / size_of::<Sym>() as u64);
        let count = in_section.unwrap_or_else(|| hashed_symbols(view)).max(u64::from(referenced) + 1);
        if (table.len() / size_of::<Sym>()) as u64 <= u64::from(referenced) {
            return Err("relocation names a symbol outside the symbol table");
        }
        let version_of = |index: usize| {
            let entry = version_table.get(usize::from(versym.get(index)? & !HIDDEN))?;
            (entry.hash != 0).then_some(entry.name)
        };
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let mut names = Names::new(view.bytes(), strings);
        let dynamic = entries::<Sym>(table).take(count).enumerate();
        let symbol = |(index, sym): (usize, Sym)| Symbol::new(&sym, &mut names, version_of(index).unwrap_or_default());
        let dynamic = dynamic.map(symbol).collect::<Option<_>>().ok_or("symbol names overlap too often")?;
        let defined = verdef.into_iter().flat_map(|bytes| versions::defined(bytes, strings));
        let defined_versions = defined.filter(|version| !version.is_base).map(|version| version.name).collect();
        Ok(SymbolTables { dynamic, all: static_symbols(view.bytes(), sections), defined_versions })
    }

    /// Dynamic symbols that other objects can bind to.
    pub fn exports(&self) -> impl Iterator<Item = &Symbol<'a>> {
        self.dynamic.iter().filter(|symbol| symbol.is_exported())
    }

    /// Dynamic symbols that other objects must provide.
    pub fn undefined(&self) -> impl Iterator<Item = &Symbol<'a>> {
        self.dynamic.iter().filter(|symbol| !symbol.is_defined() && !symbol.name.is_empty())
    }

    /// The symbols to compare with those of `other`: the static tables when both files have one, else the dynamic tables.
    pub fn comparable(&self, other: &SymbolTables) -> &[Symbol<'a>] {
        match &self.all {
            Some(all) if other.all.is_some() => all,
            _ => &self.dynamic,
        }
    }
}

impl<'a> Symbol<'a> {
    fn new(sym: &Sym, names: &mut Names<'a>, version: &'a [u8]) -> Option<Self> {
        let name = names.get(sym.st_name)?;
        let value = Vaddr(sym.st_value);
        Some(Symbol { name, version, kind: kind(sym), binding: binding(sym), section: sym.st_shndx, value, size: sym.st_size })
    }
}

/// A string table that hands out names of some length in all. Linkers let names share their ends, but a table made so that each
/// symbol has all of it for a name would cost the square of its size.
struct Names<'a> {
    strings: Strings<'a>,
    left: usize,
}

impl<'a> Names<'a> {
    /// Of the file's size; what linkers write stays below 2.
    const FACTOR: usize = 16;

    fn new(file: &[u8], strings: Strings<'a>) -> Self {
        Names { strings, left: file.len().saturating_mul(Self::FACTOR) }
    }

    /// Empty for a damaged name, `None` when there have been too many.
    fn get(&mut self, offset: u32) -> Option<&'a [u8]> {
        let name = self.strings.get(u64::from(offset));
        // to find no end costs as much as the rest of the table
        let cost = name.map_or_else(|| self.strings.len().saturating_sub(offset as usize), <[u8]>::len);
        self.left = self.left.checked_sub(cost)?;
        Some(name.unwrap_or_default())
    }
}

fn hashed_symbols(view: &FileView) -> u64 {
    let words = |vaddr: Vaddr| view.tail(vaddr).map(|tail| entries(tail).collect::<Vec<u32>>());
    let gnu = view.dynamic.gnu_hash.and_then(words).and_then(|words| Some(GnuHash::parse(&words)?.symbol_count()));
    let sysv = view.dynamic.hash.and_then(words).and_then(|words| Some(SysVHash::parse(&words)?.symbol_count()));
    u64::from(gnu.or(sysv).unwrap_or(0))
}

/// Functions and data of `.symtab`.
fn static_symbols<'a>(bytes: &'a [u8], sections: &[SectionHeader]) -> Option<Vec<Symbol<'a>>> {
    let section_bytes = |section: &SectionHeader| bytes.get(file_range(section.sh_offset, section.sh_size)?);
    let table = sections.iter().find(|section| section.sh_type == SHT_SYMTAB)?;
    let strings = Strings::new(section_bytes(sections.get(table.sh_link as usize)?)?);
    let mut names = Names::new(bytes, strings);
    let symbols = entries::<Sym>(section_bytes(table)?).map(|sym| Symbol::new(&sym, &mut names, b""));
    let is_code_or_data = |symbol: &Symbol| symbol.is_function() || symbol.is_data() || symbol.is_thread_local();
    let concerned = |symbol: &Option<Symbol>| symbol.is_none_or(|symbol| symbol.has_place() && is_code_or_data(&symbol));
    symbols.filter(concerned).collect()
}

/// A name without what compilers append to tell copies apart: `counter.3` and `f.constprop.0` are `counter` and `f`.
pub fn base_name(name: &[u8]) -> &[u8] {
    match name.iter().skip(1).position(|&byte| byte == b'.') {
        Some(dot) => &name[..=dot],
        None => name,
    }
}

/// Which symbols are at an address.
pub struct AddressNames<'v, 'a> {
    /// By address
    sorted: Vec<&'v Symbol<'a>>,
}

impl<'v, 'a> AddressNames<'v, 'a> {
    /// Thread-local symbols are left out: their values are no addresses.
    pub fn new(symbols: &'v [Symbol<'a>]) -> Self {
        let has_address = |symbol: &&Symbol| symbol.has_place() && (symbol.is_function() || symbol.is_data());
        let mut sorted: Vec<&Symbol> = symbols.iter().filter(has_address).collect();
        sorted.sort_unstable_by_key(|symbol| (symbol.value, symbol.name));
        AddressNames { sorted }
    }

    /// The symbols that begin at `vaddr`, or, when there is none, the one that holds it.
    pub fn at(&self, vaddr: Vaddr) -> &[&'v Symbol<'a>] {
        let start = self.sorted.partition_point(|symbol| symbol.value < vaddr);
        let end = self.sorted.partition_point(|symbol| symbol.value <= vaddr);
        if start < end {
            return &self.sorted[start..end.min(start + Self::ALIASES)];
        }
        let nearby = &self.sorted[start.saturating_sub(Self::OVERLAP)..start];
        match nearby.iter().rposition(|symbol| vaddr.0 - symbol.value.0 < symbol.size) {
            Some(index) => &nearby[index..=index],
            None => &[],
        }
    }

    /// How many of the symbols at one address are told: more serve nobody, and callers look at each.
    const ALIASES: usize = 64;
    /// How many symbols may begin between an address and the start of the symbol that holds it.
    const OVERLAP: usize = 8;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(name: &'static [u8], value: u64, size: u64) -> Symbol<'static> {
        Symbol { name, version: b"", kind: STT_OBJECT, binding: 1, section: 5, value: Vaddr(value), size }
    }

    #[test]
    fn an_address_has_the_names_that_begin_there_or_the_one_around_it() {
        let symbols = [symbol(b"b", 0x20, 8), symbol(b"a", 0x10, 16), symbol(b"c", 0x20, 8)];
        let names = AddressNames::new(&symbols);
        let at = |vaddr| names.at(Vaddr(vaddr)).iter().map(|symbol| symbol.name).collect::<Vec<_>>();
        assert_eq!(at(0x20), [b"b", b"c"]);
        assert_eq!(at(0x18), [b"a"]);
        assert_eq!(at(0x28), [b""; 0]);
        assert_eq!(at(0x0f), [b""; 0]);
    }

    #[test]
    fn numbers_of_copies_are_no_part_of_a_name() {
        assert_eq!(base_name(b"counter.1234"), b"counter");
        assert_eq!(base_name(b"f.constprop.0"), b"f");
        assert_eq!(base_name(b".hidden"), b".hidden");
        assert_eq!(base_name(b""), b"");
    }
}
