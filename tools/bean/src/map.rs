//! What a file is made of, by address.
//!
//! Key types: [`Map`], [`Region`], [`What`].

use std::collections::BTreeMap;

use luci::addr::Vaddr;
use luci::binary::Place;
use luci::code::Analysis;
use luci::code::extents::Basis;
use luci::elf::segments::{PT_LOAD, Permissions};
use serde::Serialize;

use crate::diff::data_objects;
use crate::names;
use crate::output::hex;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    Function,
    Stub,
    /// Bytes of code that are in no function.
    Padding,
    /// A data object with a name.
    Data,
    /// What linker and compiler make for the loader and for unwinding.
    Table,
    /// Data without a name.
    Other,
}

impl What {
    pub fn word(self) -> &'static str {
        match self {
            What::Function => "function",
            What::Stub => "stub",
            What::Padding => "padding",
            What::Data => "data",
            What::Table => "table",
            What::Other => "other",
        }
    }
}

/// A run of addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Region {
    #[serde(serialize_with = "hex")]
    pub address: u64,
    /// Bytes
    pub size: u64,
    pub what: What,
    pub name: Option<String>,
    /// How it is known.
    pub basis: &'static str,
}

/// A section, or a segment of a file without section headers.
#[derive(Debug, Serialize)]
pub struct Section {
    pub name: String,
    #[serde(serialize_with = "hex")]
    pub address: u64,
    /// Bytes in memory
    pub size: u64,
    pub is_code: bool,
    /// Where it is: `code`, `read-only`, `relro` (read-only after relocation), `shared` (writable, kept in an update).
    pub place: &'static str,
    /// All of it, by address.
    pub regions: Vec<Region>,
}

/// A loaded segment.
#[derive(Debug, Serialize)]
pub struct Segment {
    #[serde(serialize_with = "hex")]
    pub address: u64,
    /// Bytes in the file and in memory
    pub file_size: u64,
    pub size: u64,
    /// As `r-x`.
    pub permissions: String,
}

#[derive(Debug, Serialize)]
pub struct Map {
    pub file: String,
    pub segments: Vec<Segment>,
    pub sections: Vec<Section>,
    /// Bytes by kind, over all sections.
    pub totals: BTreeMap<What, u64>,
}

pub fn map(file: String, analysis: &Analysis) -> Map {
    let known = known_regions(analysis);
    let sections: Vec<Section> = outlines(analysis).into_iter().map(|section| fill(analysis, section, &known)).collect();
    let mut totals = BTreeMap::new();
    for region in sections.iter().flat_map(|section| &section.regions) {
        *totals.entry(region.what).or_default() += region.size;
    }
    Map { file, segments: segments(analysis), sections, totals }
}

fn segments(analysis: &Analysis) -> Vec<Segment> {
    let loads = analysis.view.segments.iter().filter(|segment| segment.kind == PT_LOAD);
    let segment = |load: &luci::elf::segments::ProgramHeader| Segment {
        address: load.vaddr.0,
        file_size: load.filesz,
        size: load.memsz,
        permissions: permissions(load.permissions),
    };
    loads.map(segment).collect()
}

fn permissions(permissions: Permissions) -> String {
    let letters = [(Permissions::READ, 'r'), (Permissions::WRITE, 'w'), (Permissions::EXECUTE, 'x')];
    letters.iter().map(|&(bit, letter)| if permissions.contains(bit) { letter } else { '-' }).collect()
}

/// The sections, not yet filled. `.tbss` takes no addresses: what follows lies at the same ones.
fn outlines(analysis: &Analysis) -> Vec<Section> {
    let view = analysis.view;
    let place = |at: Vaddr| match view.place(at) {
        Place::Code => "code",
        Place::ReadOnly => "read-only",
        Place::Relro => "relro",
        Place::Shared { .. } => "shared",
        Place::Outside => "outside",
    };
    let outline = |name: String, at: Vaddr, size: u64, is_code: bool| Section {
        name,
        address: at.0,
        size,
        is_code,
        place: place(at),
        regions: Vec::new(),
    };
    if view.sections.is_empty() {
        let is_code = |load: &Segment| load.permissions.contains('x');
        let loads = segments(analysis).into_iter();
        return loads
            .map(|load| outline(format!("segment {}", load.permissions), Vaddr(load.address), load.size, is_code(&load)))
            .collect();
    }
    let in_memory = view.sections.iter().filter(|section| section.size > 0 && section.name != b".tbss");
    in_memory.map(|section| outline(names::text(section.name), section.vaddr, section.size, section.is_code())).collect()
}

/// Functions and named data, ascending.
fn known_regions(analysis: &Analysis) -> Vec<Region> {
    let mut known: Vec<Region> = analysis.functions.iter().map(|function| function_region(analysis, function)).collect();
    for symbol in data_objects(analysis) {
        let basis = if analysis.view.symbols.all.is_some() { "symbol" } else { "dynamic symbol" };
        let name = Some(names::text(symbol.name));
        known.push(Region { address: symbol.value.0, size: symbol.size, what: What::Data, name, basis });
    }
    known.sort_by_key(|region| (region.address, std::cmp::Reverse(region.size)));
    known
}

fn function_region(analysis: &Analysis, function: &luci::code::Function) -> Region {
    let has_symbol = analysis.names_of(function).next().is_some();
    let basis = match function.basis {
        Basis::Told if has_symbol => "symbol",
        Basis::Told => "unwind table",
        Basis::Start if has_symbol => "symbol without size",
        Basis::Start => "something refers to its start",
        Basis::Gap => "code between others, nothing refers to it",
        Basis::Stub => "section of stubs",
    };
    let what = if function.basis == Basis::Stub { What::Stub } else { What::Function };
    let name = has_symbol || function.basis == Basis::Stub;
    let name = name.then(|| names::function(analysis, function));
    Region { address: function.start.0, size: function.size, what, name, basis }
}

/// Cuts a section into what is known and what is between.
fn fill(analysis: &Analysis, mut section: Section, known: &[Region]) -> Section {
    let end = section.address.saturating_add(section.size);
    let mut at = section.address;
    let first = known.partition_point(|region| region.address < at);
    for region in known[first..].iter().take_while(|region| region.address < end) {
        // an object inside another one is part of it
        if region.address < at {
            continue;
        }
        between(analysis, at, region.address, &mut section);
        let size = region.size.min(end - region.address);
        section.regions.push(Region { size, ..region.clone() });
        at = region.address + size;
    }
    between(analysis, at, end, &mut section);
    section
}

/// Sections that linker and compiler make for the loader and for unwinding.
const TABLES: [&str; 14] = [
    ".dyn",
    ".eh_frame",
    ".fini_array",
    ".gcc_except_table",
    ".gnu.hash",
    ".gnu.version",
    ".got",
    ".hash",
    ".init_array",
    ".interp",
    ".note",
    ".preinit_array",
    ".rela",
    ".relr",
];

/// Padding, a table, or data without names, which is divided where something refers to.
fn between(analysis: &Analysis, start: u64, end: u64, section: &mut Section) {
    let mut add = |address, end: u64, what, name, basis| {
        section.regions.push(Region { address, size: end - address, what, name, basis });
    };
    if start >= end {
        return;
    }
    if section.is_code {
        return add(start, end, What::Padding, None, "in no function");
    }
    if TABLES.iter().any(|table| section.name.starts_with(table)) {
        return add(start, end, What::Table, None, "name of the section");
    }
    let mut at = start;
    while at < end {
        let next = analysis.end_of_data(Vaddr(at)).0.min(end);
        let next = if next > at { next } else { end };
        let bytes = analysis.view.initialised(Vaddr(at), next - at);
        let basis = match at == start {
            true if bytes.iter().all(|&byte| byte == 0) => "zeros without name",
            true => "bytes without name",
            false => "something refers to its start",
        };
        add(at, next, What::Other, names::string(analysis, Vaddr(at)), basis);
        at = next;
    }
}
