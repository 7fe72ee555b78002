//! A file with its tables in the loader's own form, so that the loader's own lookup can be asked. The loader reads them where they
//! are mapped; here they are copied, because in a file nothing is aligned.
//!
//! Key type: [`Loaded`].

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use luci::addr::{Addr, Bias, Vaddr};
use luci::elf::Sym;
use luci::elf::dynamic::Dynamic;
use luci::elf::hash::{GnuHash, SymbolHash, SysVHash};
use luci::elf::header::Header;
use luci::elf::segments::{self, PT_NOTE};
use luci::elf::strings::Strings;
use luci::elf::symbols::Symbols;
use luci::elf::{notes, versions};
use luci::link::object::{Relocations, Role, Version};
use luci::link::segments::{Layout, plan};

use crate::image::{Image, copies, words};
use crate::input;

/// One file.
pub struct Loaded {
    pub path: PathBuf,
    pub header: Header,
    pub layout: Layout,
    pub dynamic: Dynamic,
    bytes: Vec<u8>,
    table: Vec<Sym>,
    versym: Option<Vec<u16>>,
    /// `DT_GNU_HASH`, to the end of its segment.
    pub gnu_hash: Option<Vec<u32>>,
    /// `DT_HASH`, likewise.
    pub sysv_hash: Option<Vec<u32>>,
}

impl Loaded {
    /// Opens a file with the loader's checks.
    pub fn open(path: &Path) -> Result<Loaded> {
        let bytes = input::read(path)?;
        Self::parse(path, bytes).map_err(|what| anyhow!(what)).with_context(|| input::path_text(path))
    }

    fn parse(path: &Path, bytes: Vec<u8>) -> Result<Loaded, &'static str> {
        let header = Header::parse(&bytes, luci::arch::MACHINE)?;
        let image = Image::parse(&bytes)?;
        let (offset, size) = header.program_header_range();
        let table = image.slice(offset, size as u64).ok_or("cannot read file data")?;
        let layout = plan(segments::parse(table).collect(), header.phoff, bytes.len() as u64)?;
        let dynamic = image.dynamic().ok_or("object file has no dynamic section")??;
        image.table(dynamic.strtab).ok_or("string table lies outside the segments")?;
        let tail = |vaddr: Option<Vaddr>, what| vaddr.map(|vaddr| image.tail(vaddr).ok_or(what)).transpose();
        let table = tail(dynamic.symtab, "symbol table is invalid")?.map(copies).unwrap_or_default();
        let versym = tail(dynamic.versym, "version table is invalid")?.map(copies);
        let gnu_hash = tail(dynamic.gnu_hash, "symbol hash table is invalid")?.map(words);
        let sysv_hash = tail(dynamic.hash, "symbol hash table is invalid")?.map(words);
        let loaded = Loaded { path: path.into(), header, layout, dynamic, table, versym, gnu_hash, sysv_hash, bytes };
        loaded.hash().ok_or("symbol hash table is invalid")?;
        Ok(loaded)
    }

    fn image(&self) -> Option<Image<'_>> {
        Image::parse(&self.bytes).ok()
    }

    fn tail(&self, vaddr: Option<Vaddr>) -> Option<&[u8]> {
        self.image()?.tail(vaddr?)
    }

    /// The table that a lookup uses; `None` when it is damaged.
    fn hash(&self) -> Option<SymbolHash<'_>> {
        match (&self.gnu_hash, &self.sysv_hash) {
            (Some(words), _) => GnuHash::parse(words).map(SymbolHash::Gnu),
            (None, Some(words)) => SysVHash::parse(words).map(SymbolHash::SysV),
            (None, None) => Some(SymbolHash::None),
        }
    }

    pub fn strings(&self) -> Strings<'_> {
        self.image().and_then(|image| image.table(self.dynamic.strtab)).map(Strings::new).unwrap_or_default()
    }

    /// What a lookup needs.
    pub fn symbols(&self) -> Symbols<'_> {
        let strings = self.strings();
        let (verdef, verneed) = (self.tail(self.dynamic.verdef), self.tail(self.dynamic.verneed));
        let versions = self.versym.as_ref().map(|_| versions::table(verdef, verneed, strings)).unwrap_or_default();
        let hash = self.hash().unwrap_or(SymbolHash::None);
        Symbols { table: &self.table, strings, hash, versym: self.versym.as_deref(), versions }
    }

    /// A string of the dynamic section.
    pub fn string(&self, offset: Option<u64>) -> Option<&[u8]> {
        self.strings().get(offset?)
    }

    /// The names in `DT_NEEDED`, then those of `DT_FILTER` and `DT_AUXILIARY`.
    pub fn dependencies(&self) -> (Vec<&[u8]>, Vec<&[u8]>) {
        let strings = self.strings();
        let needed = self.dynamic.needed.iter().filter_map(|&offset| strings.get(offset));
        let filtees = self.dynamic.filtees.iter().filter_map(|filtee| strings.get(filtee.name));
        (needed.collect(), filtees.collect())
    }

    /// The object as the loader would have it, at the addresses it was linked to.
    pub fn version(&self, role: Role) -> Version<'_> {
        let image = self.image();
        let note = |segment: &&segments::ProgramHeader| segment.kind == PT_NOTE;
        let notes = self.layout.headers.iter().filter(note);
        let build_id = image.and_then(|image| {
            notes.filter_map(|segment| image.slice(segment.offset.0, segment.filesz)).find_map(notes::build_id)
        });
        Version {
            path: self.path.as_os_str().as_encoded_bytes().into(),
            role,
            bias: Bias(0),
            layout: self.layout.clone(),
            entry: Vaddr(self.header.entry),
            dynamic: self.dynamic.clone(),
            symbols: self.symbols(),
            relocations: Relocations::default(),
            soname: self.string(self.dynamic.soname),
            build_id,
            verdef: self.tail(self.dynamic.verdef),
            verneed: self.tail(self.dynamic.verneed),
            link_map: Addr(0),
            headers_addr: Addr(0),
            replaced: Vec::new(),
            data_homes: Vec::new(),
            backing: Vec::new(),
        }
    }
}
