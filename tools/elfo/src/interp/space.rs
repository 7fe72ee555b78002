//! Room for a path in the file as it is: that of the present path, or the zeros behind the end of a read-only segment.

use goblin::elf64::program_header::{PF_W, PF_X, PT_LOAD, ProgramHeader};
use luci::addr::{align_down, align_up};
use luci::arch::PAGE_SIZE;

use super::program::{Program, file_range};
use super::record;

/// Over the present path, when the new one fits. Sizes become those that a linker writes; what is left is zero. A file without
/// section headers keeps its sizes, because nothing else would tell later how much room there was.
pub fn in_place(program: &Program, path: &[u8]) -> Option<Vec<u8>> {
    let segment = &program.segments[program.interp];
    let (offset, vaddr, stored) = (segment.p_offset, segment.p_vaddr, segment.p_filesz as usize);
    let room = if program.interp_section().is_some() { room_in_place(program) } else { stored };
    if path.len() >= room {
        return None;
    }
    let mut program = program.clone();
    let size = if program.interp_section().is_some() { path.len() + 1 } else { stored };
    let start = offset as usize;
    program.bytes[start..start + stored.max(size)].fill(0);
    program.bytes[start..start + path.len()].copy_from_slice(path);
    program.set_interp(offset, vaddr, size as u64);
    Some(program.into_bytes())
}

/// The bytes from the start of the path to whatever comes next; behind the present path only zeros count.
fn room_in_place(program: &Program) -> usize {
    let range = file_range(&program.segments[program.interp]);
    let load_end = program.load_of_interp().map_or(range.end, |load| file_range(&program.segments[load]).end);
    let next = program.claims().iter().map(|claim| claim.start).filter(|&start| start > range.start).min();
    let limit = next.unwrap_or(range.end).min(load_end);
    if limit < range.end {
        // something else claims a part of the path
        return 0;
    }
    let zeros = program.bytes[range.end..limit].iter().take_while(|&&byte| byte == 0).count();
    range.end + zeros - range.start
}

/// Behind the end of a read-only segment, in the same page. Data that no code runs in is preferred.
pub fn in_padding(program: &Program, path: &[u8]) -> Option<Vec<u8>> {
    let mut loads: Vec<usize> = (0..program.segments.len()).filter(|&index| can_be_longer(&program.segments[index])).collect();
    loads.sort_by_key(|&index| program.segments[index].p_flags & PF_X);
    loads.into_iter().find_map(|load| lengthen(program, load, path))
}

fn can_be_longer(segment: &ProgramHeader) -> bool {
    segment.p_type == PT_LOAD && segment.p_flags & PF_W == 0 && segment.p_filesz == segment.p_memsz && segment.p_filesz > 0
}

fn lengthen(program: &Program, load: usize, path: &[u8]) -> Option<Vec<u8>> {
    let segment = program.segments[load];
    let size = path.len() as u64 + 1;
    let (end, memory_end) = (segment.p_offset + segment.p_filesz, segment.p_vaddr + segment.p_memsz);
    let vaddr = align_up(memory_end, 8)?;
    let offset = end + (vaddr - memory_end);
    let room_in_page = align_up(memory_end, PAGE_SIZE)?.checked_sub(vaddr)?;
    if room_in_page < size || is_mapped_by_others(program, load, vaddr) {
        return None;
    }
    let start = offset as usize;
    let limit = start.saturating_add(room_in_page as usize);
    let next = program.claims().iter().filter(|claim| claim.end > end as usize).map(|claim| claim.start).min();
    let limit = limit.min(next.unwrap_or(program.bytes.len())).min(program.bytes.len());
    let room = program.bytes.get(end as usize..limit)?;
    let free = end as usize + room.iter().take_while(|&&byte| byte == 0).count();
    if free < start + size as usize {
        return None;
    }
    let mut changed = program.clone();
    changed.bytes[start..start + path.len()].copy_from_slice(path);
    changed.set_interp(offset, vaddr, size);
    let longer = offset + size - segment.p_offset;
    (changed.segments[load].p_filesz, changed.segments[load].p_memsz) = (longer, longer);
    let claims = changed.claims();
    let places = record::places(&changed);
    let mut bytes = changed.into_bytes();
    let record = record::make(program, &bytes, start..start + size as usize);
    let is_free = |at: usize| {
        let room = at..at + record.len();
        let claimed = claims.iter().any(|claim| claim.start < room.end && room.start < claim.end);
        !claimed && bytes.get(room).is_some_and(|room| room.iter().all(|&byte| byte == 0))
    };
    // without room for the record the change holds as well, it just cannot be undone to the byte
    if let Some(at) = places.into_iter().find(|&at| is_free(at)) {
        bytes[at..at + record.len()].copy_from_slice(&record);
    }
    Some(bytes)
}

/// Whether the page of `vaddr` also belongs to another segment, which would be mapped over this one.
fn is_mapped_by_others(program: &Program, load: usize, vaddr: u64) -> bool {
    let page = align_down(vaddr, PAGE_SIZE);
    program.segments.iter().enumerate().any(|(index, other)| {
        let start = align_down(other.p_vaddr, PAGE_SIZE);
        let end = other.p_vaddr + other.p_memsz;
        index != load && other.p_type == PT_LOAD && other.p_memsz > 0 && start <= page && page < end
    })
}
