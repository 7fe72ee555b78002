//! The record that a change leaves behind the path, or behind another segment where there is more room, by which a later run undoes it to the byte: the file's former length and the
//! former bytes of every place that was changed. It counts only while those places still hold what the change wrote; after
//! strip(1) or another edit the file is what it is.

use std::ops::Range;

use goblin::elf64::program_header::PT_LOAD;
use luci::elf::hash::gnu_hash;

use super::program::{Program, file_range};

const MAGIC: &[u8; 16] = b"elfo-setinterp\0\x01";
/// Magic, former length, present length, hash, number of places.
const HEADER: usize = 16 + 8 + 8 + 4 + 4;
/// Offset and length of a place.
const PLACE: usize = 8 + 4;
/// Places that lie closer together are one.
const NEAR: usize = 12;

/// The record for the change from `former` to `present`, whose path lies at `path`.
pub fn make(former: &Program, present: &[u8], path: Range<usize>) -> Vec<u8> {
    let places = changed(&former.bytes, present, &path);
    let mut record = MAGIC.to_vec();
    record.extend((former.bytes.len() as u64).to_le_bytes());
    record.extend((present.len() as u64).to_le_bytes());
    record.extend(hash(present, &places).to_le_bytes());
    record.extend((places.len() as u32).to_le_bytes());
    for place in places {
        record.extend((place.start as u64).to_le_bytes());
        record.extend((place.len() as u32).to_le_bytes());
        record.extend(&former.bytes[place]);
    }
    record
}

/// An upper bound of the length of a record with so many places and bytes in them.
pub fn bound(places: usize, bytes: usize) -> usize {
    HEADER + places * PLACE + bytes
}

/// Where a record may be: behind the path, else behind the end of a segment.
pub fn places(program: &Program) -> Vec<usize> {
    let loads = program.segments.iter().filter(|segment| segment.p_type == PT_LOAD).map(|load| file_range(load).end);
    let ends = std::iter::once(file_range(&program.segments[program.interp]).end).chain(loads);
    ends.map(|end| end.next_multiple_of(8)).collect()
}

/// The file as it was before it was changed; `None` when it has no record that holds.
pub fn undo(program: &Program) -> Option<Vec<u8>> {
    let bytes = &program.bytes;
    let path = file_range(&program.segments[program.interp]);
    let is_record = |&at: &usize| bytes.get(at..).is_some_and(|there| there.starts_with(MAGIC));
    let at = places(program).into_iter().find(is_record)?;
    let mut rest = &bytes[at + MAGIC.len()..];
    let former_len = usize::try_from(take_long(&mut rest)?).ok()?;
    let present_len = take_long(&mut rest)?;
    let (wanted, count) = (take_word(&mut rest)?, take_word(&mut rest)?);
    let mut former = bytes.clone();
    let mut changed = Vec::new();
    for _ in 0..count {
        let start = usize::try_from(take_long(&mut rest)?).ok()?;
        let length = take_word(&mut rest)? as usize;
        let (old, behind) = rest.split_at_checked(length)?;
        rest = behind;
        let place = start..start.checked_add(length)?;
        former.get_mut(place.clone())?.copy_from_slice(old);
        changed.push(place);
    }
    let end = bytes.len() - rest.len();
    if present_len != bytes.len() as u64 || former_len > bytes.len() || hash(bytes, &changed) != wanted {
        return None;
    }
    former[path].fill(0);
    former[at..end].fill(0);
    former.truncate(former_len);
    // whatever the record says, the outcome must be a program again
    Program::parse(&former).ok().map(|_| former)
}

/// Where two files differ, except for the path.
fn changed(former: &[u8], present: &[u8], path: &Range<usize>) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = Vec::new();
    let differs = |&at: &usize| former[at] != present[at] && !path.contains(&at);
    for at in (0..former.len().min(present.len())).filter(differs) {
        match places.last_mut() {
            Some(last) if at - last.end < NEAR && !(last.end..at).any(|between| path.contains(&between)) => last.end = at + 1,
            _ => places.push(at..at + 1),
        }
    }
    places
}

fn hash(bytes: &[u8], places: &[Range<usize>]) -> u32 {
    let all: Vec<u8> = places.iter().flat_map(|place| bytes.get(place.clone()).unwrap_or_default()).copied().collect();
    gnu_hash(&all)
}

fn take_long(rest: &mut &[u8]) -> Option<u64> {
    let (value, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(u64::from_le_bytes(*value))
}

fn take_word(rest: &mut &[u8]) -> Option<u32> {
    let (value, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(u32::from_le_bytes(*value))
}
