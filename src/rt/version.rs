//! Makes a [`Version`] of a mapped image: decodes its dynamic section and finds its tables, each checked against the
//! segments.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::AtomicU64;

use luci::addr::{Addr, Bias, Vaddr};
use luci::diag::{Error, Result};
use luci::elf::dynamic::{Dynamic, Table};
use luci::elf::hash::{GnuHash, SymbolHash, SysVHash};
use luci::elf::segments::{self, PT_NOTE, Permissions};
use luci::elf::strings::Strings;
use luci::elf::symbols::Symbols;
use luci::elf::{self, notes, versions};
use luci::link::functions;
use luci::link::object::{DataHome, Relocations, Role, Version};
use luci::link::segments::Layout;

use super::image::Metadata;
use super::{abi, maps};

/// What is known of an image before its dynamic section is read.
pub struct Mapped {
    pub path: Vec<u8>,
    pub role: Role,
    pub bias: Bias,
    pub layout: Layout,
    pub entry: Vaddr,
    /// The writable data that it shares with an older Version.
    pub data_homes: Vec<DataHome>,
}

/// Reads the metadata of a mapped image.
pub fn describe(mapped: Mapped) -> Result<Arc<Version<'static>>> {
    let Mapped { path, role, bias, layout, entry, data_homes } = mapped;
    let mut reader = Reader { metadata: Metadata::new(bias, &layout), path: &path };
    let dynamic = reader.dynamic(&layout)?;
    functions::check(&dynamic, &layout).map_err(|what| reader.bad(what))?;
    let symbols = reader.symbols(&dynamic)?;
    let relocations = reader.relocations(&dynamic)?;
    let build_id = reader.build_id(&layout);
    let soname = dynamic.soname.and_then(|offset| symbols.strings.get(offset));
    let verdef = reader.optional(dynamic.verdef)?;
    let verneed = reader.optional(dynamic.verneed)?;
    let mut backing = core::mem::take(&mut reader.metadata.copies);
    // the program's own entry in the list has no name, as everywhere on ELF systems
    let listed_name: &[u8] = if role == Role::Program { b"" } else { &path };
    let link_map = maps::allocate(listed_name, &mut backing);
    let headers_addr = match layout.headers_vaddr {
        Some(vaddr) => vaddr + bias,
        None => copied_headers(&layout, &mut backing),
    };
    let replaced = if soname == Some(LIBC_SONAME) { abi::replacements(&symbols) } else { Vec::new() };
    Ok(Arc::new(Version {
        path: path.into_boxed_slice(),
        role,
        bias,
        layout,
        entry,
        dynamic,
        symbols,
        relocations,
        soname,
        build_id,
        verdef,
        verneed,
        link_map,
        headers_addr,
        replaced,
        data_homes,
        backing,
    }))
}

/// The loader as another namespace sees it: the same image with a `link_map` of its own. The loader's own tables outlive all.
pub fn seen_again(loader: &Version<'static>) -> Arc<Version<'static>> {
    let mut backing = Vec::new();
    Arc::new(Version {
        path: loader.path.clone(),
        layout: loader.layout.clone(),
        dynamic: loader.dynamic.clone(),
        symbols: loader.symbols.clone(),
        link_map: maps::allocate(&loader.path, &mut backing),
        replaced: Vec::new(),
        data_homes: Vec::new(),
        backing,
        ..*loader
    })
}

/// The soname of glibc's C library.
pub const LIBC_SONAME: &[u8] = b"libc.so.6";

fn copied_headers(layout: &Layout, backing: &mut Vec<Box<[AtomicU64]>>) -> Addr {
    let words: Box<[AtomicU64]> = segments::encode(&layout.headers).into_iter().map(AtomicU64::new).collect();
    let addr = Addr(words.as_ptr() as u64);
    backing.push(words);
    addr
}

struct Reader<'a> {
    metadata: Metadata<'a>,
    path: &'a [u8],
}

impl Reader<'_> {
    fn dynamic(&mut self, layout: &Layout) -> Result<Dynamic> {
        let header = layout.dynamic.ok_or_else(|| self.bad("object file has no dynamic section"))?;
        let bytes = self.metadata.bytes(header.vaddr, header.filesz.min(header.memsz));
        let bytes = bytes.ok_or_else(|| self.bad("object file's dynamic section lies outside its segments"))?;
        Dynamic::parse(bytes).map_err(|what| self.bad(what))
    }

    fn symbols(&mut self, dynamic: &Dynamic) -> Result<Symbols<'static>> {
        let strings = self.metadata.tail(dynamic.strtab.vaddr, dynamic.strtab.size);
        let strings = Strings::new(strings.ok_or_else(|| self.bad("string table lies outside the segments"))?);
        let hash = self.hash(dynamic)?;
        let table = match dynamic.symtab {
            Some(vaddr) => self.table_to_end(vaddr, "symbol table is invalid")?,
            None => &[],
        };
        let versym = match dynamic.versym {
            Some(vaddr) => Some(self.table_to_end(vaddr, "version table is invalid")?),
            None => None,
        };
        let versions = match versym {
            Some(_) => versions::table(self.optional(dynamic.verdef)?, self.optional(dynamic.verneed)?, strings),
            None => Vec::new(),
        };
        Ok(Symbols { table, strings, hash, versym, versions })
    }

    fn hash(&mut self, dynamic: &Dynamic) -> Result<SymbolHash<'static>> {
        const BAD: &str = "symbol hash table is invalid";
        if let Some(vaddr) = dynamic.gnu_hash {
            let words = self.table_to_end(vaddr, BAD)?;
            return Ok(SymbolHash::Gnu(GnuHash::parse(words).ok_or_else(|| self.bad(BAD))?));
        }
        if let Some(vaddr) = dynamic.hash {
            let words = self.table_to_end(vaddr, BAD)?;
            return Ok(SymbolHash::SysV(SysVHash::parse(words).ok_or_else(|| self.bad(BAD))?));
        }
        Ok(SymbolHash::None)
    }

    fn relocations(&mut self, dynamic: &Dynamic) -> Result<Relocations<'static>> {
        Ok(Relocations {
            rela: self.table(dynamic.rela, "relocation table is invalid")?,
            plt: self.table(dynamic.jmprel, "PLT relocation table is invalid")?,
            relr: self.table(dynamic.relr, "packed relocation table is invalid")?,
        })
    }

    fn build_id(&mut self, layout: &Layout) -> Option<&'static [u8]> {
        let notes = layout.headers.iter().filter(|header| header.kind == PT_NOTE);
        notes.filter_map(|header| self.metadata.bytes(header.vaddr, header.filesz)).find_map(notes::build_id)
    }

    fn table<T: plain::Plain>(&mut self, table: Table, complaint: &'static str) -> Result<&'static [T]> {
        if table.size == 0 {
            return Ok(&[]);
        }
        let bytes = self.metadata.bytes(table.vaddr, table.size).ok_or_else(|| self.bad(complaint))?;
        elf::table(bytes).ok_or_else(|| self.bad(complaint))
    }

    /// A table without a length of its own: up to the end of its segment.
    fn table_to_end<T: plain::Plain>(&mut self, vaddr: Vaddr, complaint: &'static str) -> Result<&'static [T]> {
        let bytes = self.metadata.tail(vaddr, u64::MAX).ok_or_else(|| self.bad(complaint))?;
        elf::table(bytes).ok_or_else(|| self.bad(complaint))
    }

    fn optional(&mut self, vaddr: Option<Vaddr>) -> Result<Option<&'static [u8]>> {
        let Some(vaddr) = vaddr else { return Ok(None) };
        let bytes = self.metadata.tail(vaddr, u64::MAX).ok_or_else(|| self.bad("version section is invalid"))?;
        Ok(Some(bytes))
    }

    fn bad(&self, what: &'static str) -> Error {
        Error::bad_elf(String::from_utf8_lossy(self.path), what)
    }
}

/// Refuses what can never be mapped: memory that is writable and executable at once.
pub fn check_permissions(path: &[u8], layout: &Layout) -> Result<()> {
    let both = Permissions::WRITE | Permissions::EXECUTE;
    if layout.segments.iter().any(|segment| segment.permissions.contains(both)) {
        return Err(Error::bad_elf(String::from_utf8_lossy(path), "a segment is both writable and executable"));
    }
    if layout.stack.is_some_and(|stack| stack.contains(Permissions::EXECUTE)) {
        return Err(Error::bad_elf(String::from_utf8_lossy(path), "an executable stack is asked for, which is refused"));
    }
    Ok(())
}
