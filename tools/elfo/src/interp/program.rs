//! A program whose headers can be edited: read and checked once, changed as structs, written back to the same places.
//!
//! Key type: [`Program`].

use std::ops::Range;

use anyhow::{Context, Result, anyhow, bail, ensure};
use goblin::elf64::program_header::{PT_INTERP, PT_LOAD, ProgramHeader};
use goblin::elf64::section_header::{SHT_NOBITS, SHT_NULL, SectionHeader};
use luci::addr::align_up;
use luci::arch::PAGE_SIZE;
use luci::elf::header::Header;

use crate::image::Image;

/// An executable with `PT_INTERP`.
#[derive(Clone)]
pub struct Program {
    pub bytes: Vec<u8>,
    pub phoff: u64,
    pub shoff: u64,
    pub segments: Vec<ProgramHeader>,
    pub sections: Vec<SectionHeader>,
    /// Index of `PT_INTERP`.
    pub interp: usize,
}

/// The kernel reads at most 64 KiB of program headers.
pub const MOST_SEGMENTS: usize = 65536 / size_of::<ProgramHeader>();

impl Program {
    /// Reads a program that the loader would load and that names an interpreter.
    pub fn parse(bytes: &[u8]) -> Result<Program> {
        Header::parse(bytes, luci::arch::MACHINE).map_err(|what| anyhow!(what))?;
        let image = Image::parse(bytes).map_err(|what| anyhow!(what))?;
        if let Some(problem) = image.problems.first() {
            bail!("{problem}");
        }
        ensure!(image.segments.len() <= MOST_SEGMENTS, "it has more program headers than the kernel takes");
        let interp = image.segments.iter().position(|segment| segment.p_type == PT_INTERP);
        let interp = interp.context("it names no interpreter (it is statically linked, or a library)")?;
        let (phoff, shoff) = (image.header.e_phoff, image.header.e_shoff);
        for segment in &image.segments {
            ensure!(image.segment_bytes(segment).is_some(), "a segment lies outside the file");
            let end = segment.p_vaddr.checked_add(segment.p_memsz).and_then(|end| align_up(end, PAGE_SIZE));
            ensure!(end.is_some(), "a segment wraps around the address space");
        }
        for section in &image.sections {
            ensure!(image.section_bytes(section).is_some(), "a section lies outside the file");
        }
        let (segments, sections) = (image.segments, image.sections);
        let program = Program { bytes: bytes.to_vec(), phoff, shoff, segments, sections, interp };
        program.interpreter()?;
        ensure!(program.load_of_interp().is_some(), "its interpreter's path lies in no segment that is loaded");
        Ok(program)
    }

    /// The path without its NUL.
    pub fn interpreter(&self) -> Result<&[u8]> {
        let stored = &self.bytes[file_range(&self.segments[self.interp])];
        let end = stored.iter().position(|&byte| byte == 0).filter(|&end| end > 0);
        Ok(&stored[..end.context("its interpreter's path is empty or has no end")?])
    }

    /// The `PT_LOAD` that maps the path.
    pub fn load_of_interp(&self) -> Option<usize> {
        let interp = file_range(&self.segments[self.interp]);
        let holds = |load: &ProgramHeader| {
            let range = file_range(load);
            let same_place =
                self.segments[self.interp].p_vaddr.wrapping_sub(load.p_vaddr) == interp.start.wrapping_sub(range.start) as u64;
            load.p_type == PT_LOAD && range.start <= interp.start && interp.end <= range.end && same_place
        };
        self.segments.iter().position(holds)
    }

    /// The section of the path, usually `.interp`.
    pub fn interp_section(&self) -> Option<usize> {
        let interp = &self.segments[self.interp];
        self.sections.iter().position(|section| {
            section.sh_type != SHT_NOBITS
                && section.sh_offset == interp.p_offset
                && section.sh_addr == interp.p_vaddr
                && section.sh_size == interp.p_filesz
        })
    }

    /// Moves `PT_INTERP` and its section.
    pub fn set_interp(&mut self, offset: u64, vaddr: u64, size: u64) {
        let section = self.interp_section();
        let segment = &mut self.segments[self.interp];
        let to_physical = segment.p_paddr.wrapping_sub(segment.p_vaddr);
        (segment.p_offset, segment.p_vaddr, segment.p_paddr) = (offset, vaddr, vaddr.wrapping_add(to_physical));
        (segment.p_filesz, segment.p_memsz) = (size, size);
        if let Some(section) = section.map(|index| &mut self.sections[index]) {
            (section.sh_offset, section.sh_addr, section.sh_size) = (offset, vaddr, size);
        }
    }

    /// All parts of the file that something of it names, except the path itself.
    pub fn claims(&self) -> Vec<Range<usize>> {
        let of_interp = self.interp_section();
        let segments = self.segments.iter().enumerate().filter(|(index, _)| *index != self.interp);
        let segments = segments.map(|(_, segment)| file_range(segment));
        let sections = self.sections.iter().enumerate().filter(|(index, _)| Some(*index) != of_interp);
        let sections = sections.map(|(_, section)| section_range(section));
        let mut all: Vec<Range<usize>> = segments.chain(sections).filter(|range| !range.is_empty()).collect();
        all.push(0..Header::SIZE);
        all.push(self.program_headers());
        all.push(self.section_headers());
        all.retain(|range| !range.is_empty());
        all
    }

    pub fn program_headers(&self) -> Range<usize> {
        self.phoff as usize..self.phoff as usize + size_of_val(&self.segments[..])
    }

    pub fn section_headers(&self) -> Range<usize> {
        self.shoff as usize..self.shoff as usize + size_of_val(&self.sections[..])
    }

    /// How many bytes follow everything that the headers name.
    pub fn overlay(&self) -> usize {
        let end = self.claims().iter().map(|claim| claim.end).max().unwrap_or(0);
        self.bytes.len() - end.min(self.bytes.len())
    }

    /// Writes the headers to their places and gives the file.
    pub fn into_bytes(mut self) -> Vec<u8> {
        let headers: Vec<u8> = self.segments.iter().flat_map(encode_segment).collect();
        let sections: Vec<u8> = self.sections.iter().flat_map(encode_section).collect();
        let (at, sections_at) = (self.phoff as usize, self.shoff as usize);
        self.bytes[at..at + headers.len()].copy_from_slice(&headers);
        if !sections.is_empty() {
            self.bytes[sections_at..sections_at + sections.len()].copy_from_slice(&sections);
        }
        self.bytes
    }
}

/// The part of the file that a segment holds; checked to lie in the file.
pub fn file_range(segment: &ProgramHeader) -> Range<usize> {
    segment.p_offset as usize..(segment.p_offset + segment.p_filesz) as usize
}

/// The same for a section; empty when it holds nothing.
pub fn section_range(section: &SectionHeader) -> Range<usize> {
    match section.sh_type {
        SHT_NOBITS | SHT_NULL => 0..0,
        _ => section.sh_offset as usize..(section.sh_offset + section.sh_size) as usize,
    }
}

fn encode_segment(segment: &ProgramHeader) -> Vec<u8> {
    let kind_and_flags = u64::from(segment.p_type) | u64::from(segment.p_flags) << 32;
    let places = [segment.p_offset, segment.p_vaddr, segment.p_paddr];
    let sizes = [segment.p_filesz, segment.p_memsz, segment.p_align];
    [kind_and_flags].into_iter().chain(places).chain(sizes).flat_map(u64::to_le_bytes).collect()
}

fn encode_section(section: &SectionHeader) -> Vec<u8> {
    let name_and_type = u64::from(section.sh_name) | u64::from(section.sh_type) << 32;
    let link_and_info = u64::from(section.sh_link) | u64::from(section.sh_info) << 32;
    let place = [section.sh_flags, section.sh_addr, section.sh_offset, section.sh_size];
    let rest = [link_and_info, section.sh_addralign, section.sh_entsize];
    [name_and_type].into_iter().chain(place).chain(rest).flat_map(u64::to_le_bytes).collect()
}
