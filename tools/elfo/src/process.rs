//! Objects of a file and of a running process. Those of a process are read from its memory (`/proc/PID/maps` says where,
//! `/proc/PID/mem` what), so that a file that was replaced or deleted since does not matter.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use goblin::elf64::header::Header;
use goblin::elf64::program_header::{PT_DYNAMIC, PT_LOAD, ProgramHeader};
use luci::addr::{Vaddr, align_down};
use luci::arch::PAGE_SIZE;
use luci::elf::copy_at;

use crate::image::{Image, copies, longs};
use crate::input::{self, path_text, plain, text};
use crate::summary::{Source, Summary, span, summarize};

/// The dynamic section of a file.
pub fn of_file(path: &Path) -> Result<Summary> {
    let name = path_text(path);
    let bytes = input::read(path)?;
    let summary = Image::parse(&bytes).and_then(|image| {
        let dynamic = image.dynamic_bytes().filter(|bytes| !bytes.is_empty());
        let dynamic = dynamic.ok_or("object file has no dynamic section")?;
        summarize(name.clone(), &image.segments, dynamic, &image)
    });
    summary.map_err(|what| anyhow!("{name}: {what}"))
}

impl Source for Image<'_> {
    fn tail(&self, vaddr: Vaddr) -> Option<Vec<u8>> {
        Image::tail(self, vaddr).map(<[u8]>::to_vec)
    }
}

/// One line of `/proc/PID/maps`.
pub struct Mapping {
    pub start: u64,
    pub end: u64,
    pub offset: u64,
    pub path: Vec<u8>,
}

/// The mappings of a process, by address.
pub fn mappings(pid: &str) -> Result<Vec<Mapping>> {
    let name = format!("/proc/{pid}/maps");
    let bytes = fs::read(&name).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => anyhow!("there is no process {pid}"),
        _ => plain(error).context(name),
    })?;
    Ok(bytes.split(|&byte| byte == b'\n').filter_map(mapping).collect())
}

fn mapping(line: &[u8]) -> Option<Mapping> {
    let mut fields = line.splitn(6, |&byte| byte == b' ');
    let mut field = || std::str::from_utf8(fields.next()?).ok();
    let (range, _permissions, offset) = (field()?, field()?, field()?);
    let (start, end) = range.split_once('-')?;
    let number = |text| u64::from_str_radix(text, 16).ok();
    let path = fields.nth(2).unwrap_or_default();
    let path = &path[path.iter().position(|&byte| byte != b' ').unwrap_or(path.len())..];
    Some(Mapping { start: number(start)?, end: number(end)?, offset: number(offset)?, path: path.to_vec() })
}

/// The objects of a process by address, and sentences about those that cannot be read.
pub fn of_process(pid: &str) -> Result<(Vec<Summary>, Vec<String>)> {
    let maps = mappings(pid)?;
    ensure!(!maps.is_empty(), "process {pid} has no memory (it is a kernel thread, or has ended)");
    let name = format!("/proc/{pid}/mem");
    let memory = File::open(&name).map_err(plain).context(name)?;
    let (mut objects, mut problems) = (Vec::new(), Vec::new());
    let begins_file = |mapping: &&Mapping| mapping.offset == 0 && !mapping.path.is_empty() && !mapping.path.starts_with(b"/dev/");
    for mapping in maps.iter().filter(begins_file) {
        let Some(object) = Object::at(&memory, &maps, mapping) else { continue };
        match object.summary() {
            Ok(summary) => objects.push(summary),
            Err(what) => problems.push(format!("{} at {:#x}: {what}", text(&mapping.path), mapping.start)),
        }
    }
    ensure!(!objects.is_empty() || !problems.is_empty(), "process {pid} has no object with a dynamic section that can be read");
    Ok((objects, problems))
}

/// An image in the memory of a process.
struct Object<'p> {
    memory: &'p File,
    path: &'p [u8],
    bias: u64,
    segments: Vec<ProgramHeader>,
}

impl<'p> Object<'p> {
    /// `None`: what is mapped there is no object with a dynamic section, for example a file that is only read.
    fn at(memory: &'p File, maps: &[Mapping], mapping: &'p Mapping) -> Option<Self> {
        let mut bytes = [0; size_of::<Header>()];
        memory.read_exact_at(&mut bytes, mapping.start).ok()?;
        Image::parse(&bytes).ok()?;
        let header: Header = copy_at(&bytes, 0)?;
        let mut table = vec![0; usize::from(header.e_phnum) * size_of::<ProgramHeader>()];
        memory.read_exact_at(&mut table, mapping.start.checked_add(header.e_phoff)?).ok()?;
        let segments: Vec<ProgramHeader> = copies(&table);
        let first = segments.iter().find(|segment| segment.p_type == PT_LOAD)?;
        let bias = mapping.start.wrapping_sub(align_down(first.p_vaddr, PAGE_SIZE));
        let object = Object { memory, path: &mapping.path, bias, segments };
        let dynamic = object.dynamic()?.p_vaddr.wrapping_add(bias);
        let around = maps.iter().find(|other| other.start <= dynamic && dynamic < other.end)?;
        let own = around.path == mapping.path || around.path.is_empty();
        own.then_some(object)
    }

    fn dynamic(&self) -> Option<&ProgramHeader> {
        self.segments.iter().find(|segment| segment.p_type == PT_DYNAMIC)
    }

    fn read(&self, vaddr: u64, size: u64) -> Option<Vec<u8>> {
        /// No table of a real object is larger.
        const LARGEST: u64 = 1 << 30;
        let mut bytes = vec![0; usize::try_from(size.min(LARGEST)).ok()?];
        let mut filled = 0;
        while filled < bytes.len() {
            // memory behind the end of the file cannot be read
            match self.memory.read_at(&mut bytes[filled..], vaddr.wrapping_add(self.bias).wrapping_add(filled as u64)) {
                Ok(count) if count > 0 => filled += count,
                _ => break,
            }
        }
        bytes.truncate(filled);
        (filled > 0 || size == 0).then_some(bytes)
    }

    fn summary(&self) -> Result<Summary, &'static str> {
        let segment = self.dynamic().ok_or("object file has no dynamic section")?;
        let bytes = self.read(segment.p_vaddr, segment.p_memsz).ok_or("the dynamic section cannot be read")?;
        let dynamic = self.unrelocated(&bytes);
        let mut summary = summarize(text(self.path), &self.segments, &dynamic, self)?;
        let (start, end) = span(&self.segments).ok_or("object file has no loadable segments")?;
        summary.bias = Some(self.bias);
        summary.start = Some(start.wrapping_add(self.bias));
        summary.end = Some(end.wrapping_add(self.bias));
        Ok(summary)
    }

    /// glibc's loader adds the bias to addresses in the dynamic section where it lies in writable memory.
    fn unrelocated(&self, bytes: &[u8]) -> Vec<u8> {
        /// The addresses that it changes: `DT_PLTGOT`, `DT_HASH`, `DT_STRTAB`, `DT_SYMTAB`, `DT_RELA`, `DT_JMPREL`, `DT_RELR`,
        /// `DT_VERSYM`, `DT_GNU_HASH`.
        const CHANGED: [u64; 9] = [3, 4, 5, 6, 7, 23, 36, 0x6fff_fff0, 0x6fff_fef5];
        let Some((start, end)) = span(&self.segments) else { return bytes.to_vec() };
        let is_address = |value: u64| value.wrapping_sub(self.bias) >= start && value.wrapping_sub(self.bias) < end;
        let mut words = longs(bytes);
        for pair in words.chunks_exact_mut(2).filter(|pair| CHANGED.contains(&pair[0]) && is_address(pair[1])) {
            let is_linked_there = pair[1] >= start && pair[1] < end;
            if !is_linked_there {
                pair[1] = pair[1].wrapping_sub(self.bias);
            }
        }
        words.into_iter().flat_map(u64::to_le_bytes).collect()
    }
}

impl Source for Object<'_> {
    fn tail(&self, vaddr: Vaddr) -> Option<Vec<u8>> {
        let inside = |segment: &&ProgramHeader| {
            segment.p_type == PT_LOAD && vaddr.0 >= segment.p_vaddr && vaddr.0 - segment.p_vaddr < segment.p_memsz
        };
        let load = self.segments.iter().find(inside)?;
        self.read(vaddr.0, load.p_memsz - (vaddr.0 - load.p_vaddr))
    }
}
