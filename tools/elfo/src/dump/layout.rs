//! The file header, segments and sections, and the interpreter.

use goblin::elf64::program_header::{PT_INTERP, ProgramHeader};
use serde::Serialize;

use crate::image::Image;
use crate::input::text;
use crate::names;
use crate::table::{Table, hex};

/// `Elf64_Ehdr`
#[derive(Serialize)]
pub struct FileHeader {
    #[serde(rename = "type")]
    pub kind: String,
    pub machine: String,
    pub os_abi: String,
    pub abi_version: u8,
    pub entry: u64,
    pub program_headers: HeaderTable,
    pub section_headers: HeaderTable,
    /// Index of the section with the names of sections.
    pub section_names: u16,
    pub flags: u32,
    /// Bytes
    pub file_size: u64,
}

/// Where a table of headers is in the file.
#[derive(Serialize)]
pub struct HeaderTable {
    pub offset: u64,
    pub count: usize,
    pub entry_size: u16,
}

/// `Elf64_Phdr`
#[derive(Serialize)]
pub struct Segment {
    #[serde(rename = "type")]
    pub kind: String,
    pub offset: u64,
    pub address: u64,
    pub physical_address: u64,
    pub file_size: u64,
    pub memory_size: u64,
    pub flags: String,
    pub align: u64,
    /// Names of the sections that lie in it.
    pub sections: Vec<String>,
}

/// `Elf64_Shdr`
#[derive(Serialize)]
pub struct Section {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub address: u64,
    pub offset: u64,
    pub size: u64,
    pub entry_size: u64,
    pub flags: String,
    pub link: u32,
    pub info: u32,
    pub align: u64,
}

pub fn header(image: &Image) -> FileHeader {
    let raw = &image.header;
    let table = |offset, count, entry_size| HeaderTable { offset, count, entry_size };
    FileHeader {
        kind: names::file_type(raw.e_type),
        machine: "EM_X86_64".into(),
        os_abi: names::os_abi(raw.e_ident[7]),
        abi_version: raw.e_ident[8],
        entry: raw.e_entry,
        program_headers: table(raw.e_phoff, image.segments.len(), raw.e_phentsize),
        section_headers: table(raw.e_shoff, image.sections.len(), raw.e_shentsize),
        section_names: raw.e_shstrndx,
        flags: raw.e_flags,
        file_size: image.bytes.len() as u64,
    }
}

pub fn interpreter(image: &mut Image) -> Option<String> {
    let bytes = image.segment_bytes(image.segment(PT_INTERP)?);
    let path = bytes.and_then(|bytes| bytes.split_at_checked(bytes.iter().position(|&byte| byte == 0)?));
    if path.is_none() {
        image.problem("the interpreter's path lies outside the file or has no end");
    }
    path.map(|(path, _)| text(path))
}

pub fn segments(image: &mut Image) -> Vec<Segment> {
    let segment = |raw: &ProgramHeader| Segment {
        kind: names::segment_type(raw.p_type),
        offset: raw.p_offset,
        address: raw.p_vaddr,
        physical_address: raw.p_paddr,
        file_size: raw.p_filesz,
        memory_size: raw.p_memsz,
        flags: names::permissions(raw.p_flags),
        align: raw.p_align,
        sections: sections_in(image, raw),
    };
    let all = image.segments.iter().map(segment).collect();
    for index in 0..image.segments.len() {
        if image.segment_bytes(&image.segments[index]).is_none() {
            image.problem(format!("segment {index} lies outside the file"));
        }
    }
    all
}

/// The sections with memory that lie in a segment; thread-local zeros have none outside `PT_TLS`.
fn sections_in(image: &Image, segment: &ProgramHeader) -> Vec<String> {
    use goblin::elf64::program_header::PT_TLS;
    use goblin::elf64::section_header::{SHF_ALLOC, SHF_TLS, SHT_NOBITS};
    /// A crafted file may have 65,535 of both.
    const MOST: usize = 1_000_000;
    if image.segments.len() * image.sections.len() > MOST {
        return Vec::new();
    }
    let end = segment.p_vaddr.saturating_add(segment.p_memsz);
    let inside = image.sections.iter().filter(|section| {
        let has_memory = section.sh_flags & u64::from(SHF_ALLOC) != 0
            && section.sh_size > 0
            && (section.sh_type != SHT_NOBITS || section.sh_flags & u64::from(SHF_TLS) == 0 || segment.p_type == PT_TLS);
        has_memory && section.sh_addr >= segment.p_vaddr && section.sh_addr.saturating_add(section.sh_size) <= end
    });
    inside.map(|section| text(image.section_name(section))).collect()
}

pub fn sections(image: &mut Image) -> Vec<Section> {
    let all = image.sections.iter().map(|raw| Section {
        name: text(image.section_name(raw)),
        kind: names::section_type(raw.sh_type),
        address: raw.sh_addr,
        offset: raw.sh_offset,
        size: raw.sh_size,
        entry_size: raw.sh_entsize,
        flags: names::section_flags(raw.sh_flags),
        link: raw.sh_link,
        info: raw.sh_info,
        align: raw.sh_addralign,
    });
    let all = all.collect();
    // the null section may carry counts
    for index in 1..image.sections.len() {
        if image.section_bytes(&image.sections[index]).is_none() {
            image.problem(format!("section {index} lies outside the file"));
        }
    }
    all
}

impl FileHeader {
    pub fn write(&self, out: &mut String) {
        let table = |table: &HeaderTable| match table.count {
            0 => "none".into(),
            count => format!("{count} at {:#x}, {} bytes each", table.offset, table.entry_size),
        };
        *out += &format!("Header\n  type             {}\n  machine          {}\n", self.kind, self.machine);
        *out += &format!("  OS ABI           {}, version {}\n", self.os_abi, self.abi_version);
        *out += &format!("  entry            {:#x}\n  file size        {}\n", self.entry, self.file_size);
        *out += &format!("  program headers  {}\n", table(&self.program_headers));
        *out += &format!("  section headers  {}, names in {}\n", table(&self.section_headers), self.section_names);
        *out += &format!("  flags            {:#x}\n\n", self.flags);
    }
}

pub fn write_segments(segments: &[Segment], out: &mut String) {
    let mut table = Table::new(&["type", ">offset", ">address", ">file size", ">memory size", "flags", ">align", "sections"]);
    for segment in segments {
        table.row([
            segment.kind.clone(),
            hex(segment.offset),
            hex(segment.address),
            hex(segment.file_size),
            hex(segment.memory_size),
            segment.flags.clone(),
            hex(segment.align),
            segment.sections.join(" "),
        ]);
    }
    table.write("Segments", out);
}

pub fn write_sections(sections: &[Section], out: &mut String) {
    let columns = [">nr", "name", "type", ">address", ">offset", ">size", ">entry", "flags", ">link", ">info", ">align"];
    let mut table = Table::new(&columns);
    for (index, section) in sections.iter().enumerate() {
        table.row([
            index.to_string(),
            section.name.clone(),
            section.kind.clone(),
            hex(section.address),
            hex(section.offset),
            hex(section.size),
            section.entry_size.to_string(),
            section.flags.clone(),
            section.link.to_string(),
            section.info.to_string(),
            section.align.to_string(),
        ]);
    }
    table.write("Sections", out);
}
