//! A new page at the end of the file with a `PT_LOAD` of its own. Its program header takes the place of one that says nothing, or
//! the table grows over what follows it: the path and the notes, which move to the new page, because only program headers and
//! section headers say where they are. The table itself stays: objcopy(1) and strip(1) write it behind the file header wherever it
//! was, and make a broken file when there is no room.

use std::ops::Range;

use anyhow::{Context, Result, ensure};
use goblin::elf64::program_header::{PF_R, PT_GNU_PROPERTY, PT_INTERP, PT_LOAD, PT_NOTE, PT_NULL, PT_PHDR, ProgramHeader};
use luci::addr::align_up;
use luci::arch::PAGE_SIZE;

use super::program::{MOST_SEGMENTS, Program, file_range, section_range};
use super::record;

/// The end of what a process can map.
const USER_END: u64 = 1 << 47;

/// Where `e_phnum` is in the file header.
const E_PHNUM: usize = 56;

/// The file with `path` in a new page; `None` when there is no way to one more program header.
pub fn grow(program: &Program, path: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut changed = program.clone();
    let mut area = Area::behind(program)?;
    let victim = spare(&changed.segments);
    if victim.is_none() {
        let Some(moving) = what_must_move(&changed) else { return Ok(None) };
        let headers_end = changed.program_headers().end;
        moving.iter().for_each(|&index| area.take(&mut changed, index));
        // nothing of what moved is left behind the longer table
        changed.bytes[headers_end..headers_end + size_of::<ProgramHeader>()].fill(0);
    }
    let offset = area.offset + area.bytes.len() as u64;
    changed.set_interp(offset, area.vaddr_of(offset), path.len() as u64 + 1);
    area.bytes.extend(path);
    area.bytes.push(0);
    let path_range = offset as usize..offset as usize + path.len() + 1;
    add_load(&mut changed, victim, &area)?;
    changed.bytes.resize(area.offset as usize, 0);
    changed.bytes.extend(&area.bytes);
    with_record(program, changed, &area, path_range).map(Some)
}

/// The new page, or pages.
struct Area {
    offset: u64,
    vaddr: u64,
    bytes: Vec<u8>,
}

impl Area {
    fn behind(program: &Program) -> Result<Area> {
        let loads = program.segments.iter().filter(|segment| segment.p_type == PT_LOAD);
        let end = loads.map(|load| load.p_vaddr + load.p_memsz).max().unwrap_or(0);
        let page = |end: u64| align_up(end, PAGE_SIZE).filter(|&end| end < USER_END).context("no addresses are left behind it");
        Ok(Area { offset: page(program.bytes.len() as u64)?, vaddr: page(end)?, bytes: Vec::new() })
    }

    fn vaddr_of(&self, offset: u64) -> u64 {
        self.vaddr + (offset - self.offset)
    }

    /// Moves what a program header holds, and all headers that speak of it, here.
    fn take(&mut self, program: &mut Program, index: usize) {
        let segment = program.segments[index];
        if segment.p_offset >= self.offset || segment.p_type == PT_INTERP {
            // moved with another header, or written anew
            return;
        }
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let range = file_range(&segment);
        let to = self.offset + self.bytes.len() as u64;
        let to_vaddr = self.vaddr_of(to);
        self.bytes.extend(&program.bytes[range.clone()]);
        let inside = |part: &Range<usize>| range.start <= part.start && part.end <= range.end && !part.is_empty();
        for other in program.segments.iter_mut().filter(|other| other.p_type != PT_LOAD && inside(&file_range(other))) {
            let into = other.p_offset - segment.p_offset;
            (other.p_offset, other.p_vaddr, other.p_paddr) = (to + into, to_vaddr + into, to_vaddr + into);
        }
        for section in program.sections.iter_mut().filter(|section| inside(&section_range(section))) {
            let into = section.sh_offset - segment.p_offset;
            (section.sh_offset, section.sh_addr) = (to + into, to_vaddr + into);
        }
    }
}

/// A program header that can go: an empty one, or a note segment of which `PT_GNU_PROPERTY` says the same.
fn spare(segments: &[ProgramHeader]) -> Option<usize> {
    let property = segments.iter().find(|segment| segment.p_type == PT_GNU_PROPERTY);
    let is_said_twice = |segment: &ProgramHeader| {
        let same = |property: &ProgramHeader| {
            (property.p_offset, property.p_filesz) == (segment.p_offset, segment.p_filesz) && property.p_vaddr == segment.p_vaddr
        };
        segment.p_type == PT_NOTE && property.is_some_and(same)
    };
    let empty = segments.iter().position(|segment| segment.p_type == PT_NULL);
    empty.or_else(|| segments.iter().position(is_said_twice))
}

/// The program headers whose contents lie where the table must grow to; `None` when something else is there.
fn what_must_move(program: &Program) -> Option<Vec<usize>> {
    let start = program.program_headers().end;
    let wanted = start..start + size_of::<ProgramHeader>();
    let meets = |range: &Range<usize>| range.start < wanted.end && range.end > wanted.start;
    let can_move = |segment: &ProgramHeader| matches!(segment.p_type, PT_INTERP | PT_NOTE | PT_GNU_PROPERTY);
    let moving: Vec<usize> = (0..program.segments.len())
        .filter(|&index| can_move(&program.segments[index]) && meets(&file_range(&program.segments[index])))
        .collect();
    let moves = |range: &Range<usize>| {
        moving
            .iter()
            .map(|&index| file_range(&program.segments[index]))
            .any(|all| all.start <= range.start && range.end <= all.end)
    };
    let others = program.segments.iter().filter(|segment| segment.p_type != PT_LOAD).map(file_range);
    let all_move = others.chain(program.sections.iter().map(section_range)).filter(meets).all(|range| moves(&range));
    let rest_is_zero = wanted.clone().all(|at| moves(&(at..at + 1)) || program.bytes.get(at) == Some(&0));
    let is_loaded = program.segments.iter().any(|segment| {
        let range = file_range(segment);
        segment.p_type == PT_LOAD && range.start <= program.phoff as usize && wanted.end <= range.end
    });
    // without section headers nobody can tell what zeros are for
    (all_move && rest_is_zero && is_loaded && !program.sections.is_empty()).then_some(moving)
}

/// Puts the new `PT_LOAD` behind the last one; they must ascend. `PT_PHDR` must tell the table's length.
fn add_load(program: &mut Program, victim: Option<usize>, area: &Area) -> Result<()> {
    let last = program.segments.iter().rposition(|segment| segment.p_type == PT_LOAD).context("it has no segment to load")?;
    let load = ProgramHeader {
        p_type: PT_LOAD,
        p_flags: PF_R,
        p_offset: area.offset,
        p_vaddr: area.vaddr,
        p_paddr: area.vaddr,
        p_filesz: 0,
        p_memsz: 0,
        p_align: PAGE_SIZE,
    };
    program.segments.insert(last + 1, load);
    match victim {
        Some(victim) => drop(program.segments.remove(if victim > last { victim + 1 } else { victim })),
        None => {
            ensure!(program.segments.len() <= MOST_SEGMENTS, "it has as many program headers as the kernel takes");
            let count = program.segments.len() as u16;
            program.bytes[E_PHNUM..E_PHNUM + 2].copy_from_slice(&count.to_le_bytes());
            let size = size_of_val(&program.segments[..]) as u64;
            for own in program.segments.iter_mut().filter(|segment| segment.p_type == PT_PHDR) {
                (own.p_filesz, own.p_memsz) = (size, size);
            }
        }
    }
    program.interp =
        program.segments.iter().position(|segment| segment.p_type == PT_INTERP).context("it names no interpreter")?;
    Ok(())
}

/// Appends the record and lets the new segment hold it, so that it is no foreign data behind the program.
fn with_record(former: &Program, changed: Program, area: &Area, path: Range<usize>) -> Result<Vec<u8>> {
    let at = path.end.next_multiple_of(8);
    let is_new = |segment: &ProgramHeader| segment.p_type == PT_LOAD && segment.p_offset == area.offset;
    let new = changed.segments.iter().position(is_new).context("the new segment is lost")?;
    let finish = |length: usize| {
        let mut program = changed.clone();
        let size = (length as u64) - area.offset;
        (program.segments[new].p_filesz, program.segments[new].p_memsz) = (size, size);
        program.bytes.resize(length, 0);
        program.into_bytes()
    };
    // the record's length depends on how the headers differ, and they tell the record's length; one more place at most
    let first = finish(at);
    let guess = record::make(former, &first, path.clone()).len();
    let room = guess + record::bound(1, size_of::<ProgramHeader>()) - record::bound(0, 0);
    let mut bytes = finish(at + room);
    let record = record::make(former, &bytes, path);
    ensure!(record.len() <= room, "the record of the change does not fit");
    bytes[at..at + record.len()].copy_from_slice(&record);
    Ok(bytes)
}
