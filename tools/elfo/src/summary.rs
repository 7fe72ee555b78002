//! The dynamic section as the loader decodes it, of a file or of an object in a process.
//!
//! Key types: [`Summary`], [`Source`] (where the bytes behind link-time addresses come from).

use goblin::elf64::program_header::{PF_X, PT_GNU_RELRO, PT_GNU_STACK, PT_LOAD, PT_NOTE, PT_TLS, ProgramHeader};
use luci::addr::Vaddr;
use luci::elf::dynamic::{Dynamic, Table};
use luci::elf::hash::{GnuHash, SysVHash};
use luci::elf::strings::Strings;
use luci::elf::{notes, relocs, versions};
use serde::Serialize;

use crate::image::{longs, words};
use crate::input::{hex, text};
use crate::names;

/// The bytes from a link-time address to the end of its segment.
pub trait Source {
    fn tail(&self, vaddr: Vaddr) -> Option<Vec<u8>>;
}

/// What the loader knows of an object before it relocates it.
#[derive(Serialize)]
pub struct Summary {
    pub path: String,
    /// In a process: where the image begins and ends, and the difference to the addresses it was linked to.
    pub start: Option<u64>,
    pub end: Option<u64>,
    pub bias: Option<u64>,
    pub soname: Option<String>,
    pub needed: Vec<String>,
    pub filters: Vec<Filter>,
    pub rpath: Option<String>,
    pub runpath: Option<String>,
    pub audit: Option<String>,
    pub depaudit: Option<String>,
    pub flags: String,
    pub flags_1: String,
    pub binds_now: bool,
    pub relocations: Relocations,
    /// How many symbols the hash table counts.
    pub symbols: Option<u32>,
    /// `DT_GNU_HASH`, `DT_HASH`
    pub hash_tables: Vec<&'static str>,
    pub versions_defined: usize,
    pub versions_needed: usize,
    pub constructors: Functions,
    pub destructors: Functions,
    /// Memory that becomes read-only after relocation.
    pub relro: Option<Range>,
    pub thread_local: Option<ThreadLocal>,
    pub executable_stack: bool,
    pub build_id: Option<String>,
}

/// `DT_FILTER` or `DT_AUXILIARY`
#[derive(Serialize)]
pub struct Filter {
    pub name: String,
    pub optional: bool,
}

/// How many there are.
#[derive(Serialize)]
pub struct Relocations {
    /// In `DT_RELA`.
    pub rela: u64,
    /// How many of these `DT_RELACOUNT` says are RELATIVE.
    pub relative: u64,
    /// In `DT_JMPREL`.
    pub plt: u64,
    /// Words that `DT_RELR` stands for.
    pub relr: usize,
}

/// `DT_INIT` or `DT_FINI`, and the entries of the array.
#[derive(Serialize)]
pub struct Functions {
    pub function: Option<u64>,
    pub array: u64,
}

/// Link-time addresses.
#[derive(Serialize)]
pub struct Range {
    pub start: u64,
    pub size: u64,
}

/// `PT_TLS`
#[derive(Serialize)]
pub struct ThreadLocal {
    pub size: u64,
    pub initialised: u64,
    pub align: u64,
}

/// Decodes the bytes of a dynamic section whose addresses are link-time ones.
pub fn summarize(
    path: String,
    segments: &[ProgramHeader],
    dynamic: &[u8],
    source: &impl Source,
) -> Result<Summary, &'static str> {
    let dynamic = Dynamic::parse(dynamic)?;
    let table = |table: Table| match table.size {
        0 => Some(Vec::new()),
        size => source.tail(table.vaddr).and_then(|tail| Some(tail.get(..usize::try_from(size).ok()?)?.to_vec())),
    };
    let strings = table(dynamic.strtab).ok_or("string table lies outside the segments")?;
    let strings = Strings::new(&strings);
    let string = |offset: Option<u64>| offset.and_then(|offset| strings.get(offset)).map(text);
    let bytes = |vaddr: Option<Vaddr>| vaddr.and_then(|vaddr| source.tail(vaddr));
    let (verdef, verneed) = (bytes(dynamic.verdef).unwrap_or_default(), bytes(dynamic.verneed).unwrap_or_default());
    let relr = longs(&table(dynamic.relr).ok_or("packed relocations lie outside the segments")?);
    let hash = |vaddr| bytes(vaddr).map(|bytes| words(&bytes));
    let gnu = hash(dynamic.gnu_hash).and_then(|words| Some(GnuHash::parse(&words)?.symbol_count()));
    let sysv = hash(dynamic.hash).and_then(|words| Some(SysVHash::parse(&words)?.symbol_count()));
    let tables = [("DT_GNU_HASH", dynamic.gnu_hash), ("DT_HASH", dynamic.hash)];
    let functions =
        |function: Option<Vaddr>, array: Table| Functions { function: function.map(|at| at.0), array: array.size / 8 };
    let filter = |name: u64, optional| Some(Filter { name: string(Some(name))?, optional });
    Ok(Summary {
        path,
        start: None,
        end: None,
        bias: None,
        soname: string(dynamic.soname),
        needed: dynamic.needed.iter().filter_map(|&offset| string(Some(offset))).collect(),
        filters: dynamic.filtees.iter().filter_map(|filtee| filter(filtee.name, filtee.optional)).collect(),
        rpath: string(dynamic.rpath),
        runpath: string(dynamic.runpath),
        audit: string(dynamic.audit),
        depaudit: string(dynamic.depaudit),
        flags: names::flags(dynamic.flags.bits()),
        flags_1: names::flags_1(dynamic.flags_1.bits()),
        binds_now: dynamic.binds_now(),
        relocations: Relocations {
            rela: dynamic.rela.size / 24,
            relative: dynamic.relacount,
            plt: dynamic.jmprel.size / 24,
            relr: relocs::relr(&relr).count(),
        },
        symbols: gnu.or(sysv),
        hash_tables: tables.into_iter().filter(|(_, vaddr)| vaddr.is_some()).map(|(name, _)| name).collect(),
        versions_defined: versions::defined(&verdef, strings).filter(|version| !version.is_base).count(),
        versions_needed: versions::needed(&verneed, strings).count(),
        constructors: functions(dynamic.init, dynamic.init_array),
        destructors: functions(dynamic.fini, dynamic.fini_array),
        relro: relro(segments),
        thread_local: thread_local(segments),
        executable_stack: executable_stack(segments),
        build_id: build_id(segments, source),
    })
}

fn relro(segments: &[ProgramHeader]) -> Option<Range> {
    let segment = segments.iter().find(|segment| segment.p_type == PT_GNU_RELRO)?;
    Some(Range { start: segment.p_vaddr, size: segment.p_memsz })
}

fn thread_local(segments: &[ProgramHeader]) -> Option<ThreadLocal> {
    let segment = segments.iter().find(|segment| segment.p_type == PT_TLS)?;
    Some(ThreadLocal { size: segment.p_memsz, initialised: segment.p_filesz, align: segment.p_align })
}

fn executable_stack(segments: &[ProgramHeader]) -> bool {
    segments.iter().any(|segment| segment.p_type == PT_GNU_STACK && segment.p_flags & PF_X != 0)
}

fn build_id(segments: &[ProgramHeader], source: &impl Source) -> Option<String> {
    segments.iter().filter(|segment| segment.p_type == PT_NOTE).find_map(|segment| {
        let tail = source.tail(Vaddr(segment.p_vaddr))?;
        notes::build_id(tail.get(..usize::try_from(segment.p_filesz).ok()?)?).map(hex)
    })
}

/// The link-time addresses from the lowest to the highest byte of the segments that are loaded.
pub fn span(segments: &[ProgramHeader]) -> Option<(u64, u64)> {
    let loads = || segments.iter().filter(|segment| segment.p_type == PT_LOAD);
    let end = loads().map(|load| load.p_vaddr.saturating_add(load.p_memsz)).max()?;
    Some((loads().map(|load| load.p_vaddr).min()?, end))
}

impl Summary {
    /// For people.
    pub fn to_text(&self) -> String {
        let mut out = format!("{}\n", self.path);
        let mut line = |name: &str, value: String| {
            if !value.is_empty() {
                out += &format!("  {name:<13} {value}\n");
            }
        };
        let optional = |value: &Option<String>| value.clone().unwrap_or_default();
        if let Some(((start, end), bias)) = self.start.zip(self.end).zip(self.bias) {
            line("memory", format!("{start:#x}-{end:#x}, bias {bias:#x}"));
        }
        line("soname", optional(&self.soname));
        line("needed", self.needed.join(" "));
        for filter in &self.filters {
            line(if filter.optional { "auxiliary" } else { "filter" }, filter.name.clone());
        }
        line("rpath", optional(&self.rpath));
        line("runpath", optional(&self.runpath));
        line("audit", optional(&self.audit));
        line("depaudit", optional(&self.depaudit));
        line("flags", [&self.flags[..], &self.flags_1].join(" ").trim().into());
        line("binding", if self.binds_now { "at load time".into() } else { "lazy".into() });
        let count = &self.relocations;
        let counts = format!("{} ({} relative), {} of the PLT, {} packed", count.rela, count.relative, count.plt, count.relr);
        line("relocations", counts);
        let symbols = self.symbols.map_or("no hash table".into(), |symbols| symbols.to_string());
        line("symbols", [&symbols[..], &self.hash_tables.join(" ")].join(" ").trim().into());
        line("versions", format!("{} defined, {} needed", self.versions_defined, self.versions_needed));
        line("constructors", self.constructors.to_text());
        line("destructors", self.destructors.to_text());
        line("relro", self.relro.as_ref().map(|relro| format!("{:#x}, {} bytes", relro.start, relro.size)).unwrap_or_default());
        let tls = self.thread_local.as_ref();
        let tls = tls.map(|tls| format!("{} bytes, {} initialised, aligned to {}", tls.size, tls.initialised, tls.align));
        line("thread-local", tls.unwrap_or_default());
        line("stack", if self.executable_stack { "executable".into() } else { String::new() });
        line("build ID", optional(&self.build_id));
        out
    }
}

impl Functions {
    fn to_text(&self) -> String {
        let function = self.function.map(|at| format!("{at:#x}")).unwrap_or_default();
        let array = if self.array > 0 { format!("{} in the array", self.array) } else { String::new() };
        let both = [function, array].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        both.join(", ")
    }
}
