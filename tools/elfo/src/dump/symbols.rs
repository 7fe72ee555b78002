//! Both symbol tables, and the versions that a file defines and needs.

use goblin::elf64::section_header::{SHT_DYNSYM, SHT_SYMTAB};
use luci::addr::Vaddr;
use luci::elf::Sym;
use luci::elf::hash::{GnuHash, SysVHash};
use luci::elf::strings::Strings;
use luci::elf::symbols::{SHN_UNDEF, binding, kind};
use luci::elf::versions::{self, HIDDEN, VersionEntry};
use serde::Serialize;

use super::dynamic::Linked;
use crate::image::{Image, copies, words};
use crate::input::text;
use crate::names;
use crate::table::{Table, hex};

#[derive(Serialize)]
pub struct Tables {
    /// `.dynsym`; relocations count in it.
    pub dynamic: Vec<Symbol>,
    /// `.symtab`, empty when the file was stripped.
    #[serde(rename = "static")]
    pub all: Vec<Symbol>,
}

/// One `Elf64_Sym`.
#[derive(Clone, Serialize)]
pub struct Symbol {
    pub name: String,
    /// The version it has or, undefined, asks for.
    pub version: Option<String>,
    /// Only a reference with this very version may bind to it (`VERSYM_HIDDEN`).
    pub hidden_version: bool,
    pub value: u64,
    pub size: u64,
    #[serde(rename = "type")]
    pub kind: String,
    pub binding: String,
    pub visibility: String,
    pub section: String,
}

#[derive(Serialize)]
pub struct Versions {
    pub defined: Vec<Defined>,
    pub needed: Vec<Needed>,
}

/// A version that the file defines.
#[derive(Serialize)]
pub struct Defined {
    pub name: String,
    pub index: u16,
    pub hash: u32,
    /// It stands for the file itself.
    pub base: bool,
}

/// A version that the file needs of another one.
#[derive(Serialize)]
pub struct Needed {
    pub file: String,
    pub name: String,
    pub index: u16,
    pub hash: u32,
    pub weak: bool,
}

impl Symbol {
    /// `name@@VERSION`, as linkers write it.
    pub fn full_name(&self) -> String {
        match &self.version {
            None => self.name.clone(),
            Some(version) if self.hidden_version || self.section == "UND" => format!("{}@{version}", self.name),
            Some(version) => format!("{}@@{version}", self.name),
        }
    }
}

/// The version table of a file, as the loader makes it.
fn version_table<'a>(image: &Image<'a>, linked: &Linked<'a>) -> Vec<VersionEntry<'a>> {
    let tail = |vaddr: Option<Vaddr>| vaddr.and_then(|vaddr| image.tail(vaddr));
    versions::table(tail(linked.dynamic.verdef), tail(linked.dynamic.verneed), linked.strings)
}

pub fn read(image: &mut Image, linked: &Linked) -> Tables {
    let versions = version_table(image, linked);
    let versym: Vec<u16> = linked.dynamic.versym.and_then(|vaddr| image.tail(vaddr)).map(copies).unwrap_or_default();
    let symbols: Vec<Sym> = dynamic_symbols(image, linked);
    let version_of = |index: usize| {
        let versym = *versym.get(index)?;
        let entry = versions.get(usize::from(versym & !HIDDEN)).filter(|entry| entry.hash != 0)?;
        Some((entry.name, versym & HIDDEN != 0))
    };
    let mut bad_names = 0;
    let mut dynamic = Vec::with_capacity(symbols.len());
    for (index, raw) in symbols.iter().enumerate() {
        let name = linked.strings.get(u64::from(raw.st_name));
        bad_names += usize::from(name.is_none());
        let name = image.bounded(name.unwrap_or_default());
        let version = version_of(index).map(|(version, hidden)| (text(image.bounded(version)), hidden));
        dynamic.push(symbol(raw, name, version));
    }
    if bad_names > 0 && !symbols.is_empty() {
        image.problem(format!("the names of {bad_names} dynamic symbols lie outside the string table"));
    }
    Tables { dynamic, all: static_symbols(image) }
}

fn symbol(raw: &Sym, name: &[u8], version: Option<(String, bool)>) -> Symbol {
    let (version, hidden_version) = version.map_or((None, false), |(name, hidden)| (Some(name), hidden));
    Symbol {
        name: text(name),
        version,
        hidden_version: hidden_version && raw.st_shndx != SHN_UNDEF,
        value: raw.st_value,
        size: raw.st_size,
        kind: names::symbol_type(kind(raw)),
        binding: names::binding(binding(raw)),
        visibility: names::visibility(raw.st_other),
        section: names::section_index(raw.st_shndx),
    }
}

/// The table has no length of its own: the section tells it, else the hash table.
fn dynamic_symbols(image: &mut Image, linked: &Linked) -> Vec<Sym> {
    if let Some(section) = image.section(SHT_DYNSYM) {
        match image.section_bytes(section) {
            Some(bytes) => return copies(bytes),
            None => image.problem("the dynamic symbol table lies outside the file"),
        }
    }
    let Some(vaddr) = linked.dynamic.symtab else { return Vec::new() };
    let Some(bytes) = image.tail(vaddr) else {
        image.problem("the symbol table (DT_SYMTAB) lies outside the file's segments");
        return Vec::new();
    };
    let table_words = |vaddr: Option<Vaddr>| vaddr.and_then(|vaddr| image.tail(vaddr)).map(words);
    let gnu = table_words(linked.dynamic.gnu_hash).and_then(|words| Some(GnuHash::parse(&words)?.symbol_count()));
    let sysv = || table_words(linked.dynamic.hash).and_then(|words| Some(SysVHash::parse(&words)?.symbol_count()));
    let count = gnu.or_else(sysv).unwrap_or(0) as usize;
    copies(&bytes[..count.saturating_mul(size_of::<Sym>()).min(bytes.len())])
}

fn static_symbols(image: &mut Image) -> Vec<Symbol> {
    let Some(section) = image.section(SHT_SYMTAB).copied() else { return Vec::new() };
    let strings = image.sections.get(section.sh_link as usize).and_then(|strings| image.section_bytes(strings));
    let (Some(bytes), Some(strings)) = (image.section_bytes(&section), strings.map(Strings::new)) else {
        image.problem("the static symbol table lies outside the file");
        return Vec::new();
    };
    let name = |raw: &Sym| {
        let own = strings.get(u64::from(raw.st_name)).unwrap_or_default();
        let section = image.sections.get(usize::from(raw.st_shndx)).filter(|_| own.is_empty() && kind(raw) == STT_SECTION);
        section.map_or(own, |section| image.section_name(section))
    };
    let named: Vec<(Sym, &[u8])> = copies::<Sym>(bytes).into_iter().map(|raw| (raw, name(&raw))).collect();
    named.iter().map(|(raw, name)| symbol(raw, image.bounded(name), None)).collect()
}

/// A symbol that stands for a section and bears its name.
const STT_SECTION: u8 = 3;

pub fn versions(image: &mut Image, linked: &Linked) -> Versions {
    let mut tail = |vaddr: Option<Vaddr>, what: &str| {
        let bytes = vaddr.map(|vaddr| image.tail(vaddr));
        if bytes == Some(None) {
            image.problem(format!("the version {what} lie outside the file's segments"));
        }
        bytes.flatten().unwrap_or_default()
    };
    let (verdef, verneed) = (tail(linked.dynamic.verdef, "definitions"), tail(linked.dynamic.verneed, "needs"));
    let defined = versions::defined(verdef, linked.strings).map(|version| Defined {
        name: text(version.name),
        index: version.index,
        hash: version.hash,
        base: version.is_base,
    });
    let needed = versions::needed(verneed, linked.strings).map(|version| Needed {
        file: text(version.file),
        name: text(version.name),
        index: version.other & !HIDDEN,
        hash: version.hash,
        weak: version.weak,
    });
    Versions { defined: defined.collect(), needed: needed.collect() }
}

impl Versions {
    pub fn write(&self, out: &mut String) {
        let mut table = Table::new(&[">index", "name", ">hash", ""]);
        for version in &self.defined {
            let base = if version.base { "the file itself" } else { "" };
            table.row([version.index.to_string(), version.name.clone(), hex(u64::from(version.hash)), base.into()]);
        }
        table.write("Versions defined", out);
        let mut table = Table::new(&[">index", "name", "of", ">hash", ""]);
        for version in &self.needed {
            let weak = if version.weak { "weak" } else { "" };
            let hash = hex(u64::from(version.hash));
            table.row([version.index.to_string(), version.name.clone(), version.file.clone(), hash, weak.into()]);
        }
        table.write("Versions needed", out);
    }
}

impl Tables {
    pub fn write(&self, out: &mut String) {
        write_table(&self.dynamic, "Dynamic symbols", out);
        write_table(&self.all, "Static symbols", out);
    }
}

fn write_table(symbols: &[Symbol], title: &str, out: &mut String) {
    let mut table = Table::new(&[">nr", ">value", ">size", "type", "binding", "visibility", ">section", "name"]);
    for (index, symbol) in symbols.iter().enumerate() {
        table.row([
            index.to_string(),
            hex(symbol.value),
            symbol.size.to_string(),
            symbol.kind.clone(),
            symbol.binding.clone(),
            symbol.visibility.clone(),
            symbol.section.clone(),
            symbol.full_name(),
        ]);
    }
    table.write(title, out);
}
