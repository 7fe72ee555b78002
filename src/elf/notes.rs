//! `PT_NOTE` contents: the build ID, what protected symbols ask for, which libraries may be opened at run time.

/// `NT_GNU_BUILD_ID`
const NT_GNU_BUILD_ID: u32 = 3;

/// The GNU build ID in the bytes of a note segment.
pub fn build_id(notes: &[u8]) -> Option<&[u8]> {
    let mut rest = notes;
    while let Some((note, next)) = split_note(rest) {
        if note.name == b"GNU\0" && note.kind == NT_GNU_BUILD_ID {
            return Some(note.description);
        }
        rest = next;
    }
    None
}

/// The notes by which an object tells which libraries it may open at run time (UAPI.10, "ELF dlopen metadata"): each is a
/// JSON text, perhaps with a NUL at its end.
pub fn dlopen(notes: &[u8]) -> impl Iterator<Item = &[u8]> {
    const FDO_DLOPEN: u32 = 0x407c_0c0a;
    let mut rest = notes;
    core::iter::from_fn(move || {
        loop {
            let (note, next) = split_note(rest)?;
            rest = next;
            if note.name == b"FDO\0" && note.kind == FDO_DLOPEN {
                let end = note.description.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
                return Some(&note.description[..end]);
            }
        }
    })
}

/// Whether the bytes of PT_GNU_PROPERTY say that protected symbols may be reached through the GOT only
/// (GNU_PROPERTY_1_NEEDED with GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS).
pub fn needs_indirect_access(notes: &[u8]) -> bool {
    const NT_GNU_PROPERTY_TYPE_0: u32 = 5;
    const GNU_PROPERTY_1_NEEDED: u32 = 0xb000_8000;
    const INDIRECT_EXTERN_ACCESS: u32 = 1;
    let Some((note, _)) = split_note(notes).filter(|(note, _)| note.name == b"GNU\0" && note.kind == NT_GNU_PROPERTY_TYPE_0)
    else {
        return false;
    };
    let mut rest = note.description;
    let word = |bytes: &[u8], at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    while let Some((kind, size)) = word(rest, 0).zip(word(rest, 4)) {
        if kind == GNU_PROPERTY_1_NEEDED {
            return word(rest, 8).is_some_and(|bits| bits & INDIRECT_EXTERN_ACCESS != 0);
        }
        let next = (size as usize).checked_next_multiple_of(8).and_then(|size| rest.get(8 + size..));
        rest = next.unwrap_or(&[]);
    }
    false
}

/// One note.
struct Note<'a> {
    name: &'a [u8],
    kind: u32,
    description: &'a [u8],
}

/// The first note and what follows it.
fn split_note(bytes: &[u8]) -> Option<(Note<'_>, &[u8])> {
    let word = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let name_len = word(0)? as usize;
    let description_len = word(4)? as usize;
    let kind = word(8)?;
    let name = bytes.get(12..12usize.checked_add(name_len)?)?;
    let start = 12 + name_len.checked_next_multiple_of(4)?;
    let end = start.checked_add(description_len)?;
    let description = bytes.get(start..end)?;
    let next = bytes.get(end.checked_next_multiple_of(4)?..).unwrap_or(&[]);
    Some((Note { name, kind, description }, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_found_behind_others() {
        let mut notes = alloc::vec::Vec::new();
        let words = [4u32, 32, 5, u32::from_le_bytes(*b"GNU\0"), 0xc000_0002, 4, 3, 0, 0xb000_8000, 4, 1, 0];
        words.iter().for_each(|word| notes.extend(word.to_le_bytes()));
        assert!(needs_indirect_access(&notes));
        notes[40] = 0;
        assert!(!needs_indirect_access(&notes));
        assert!(!needs_indirect_access(&notes[..30]));
        notes[20..24].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(!needs_indirect_access(&notes));
    }

    #[test]
    fn notes_about_dlopen_end_at_their_text() {
        let mut notes = alloc::vec::Vec::new();
        for (kind, text) in [(0x407c_0c0a_u32, &b"[1]\0"[..]), (3, b"abcd"), (0x407c_0c0a, b"[22]\0\0\0\0")] {
            notes.extend(4u32.to_le_bytes());
            notes.extend((text.len() as u32).to_le_bytes());
            notes.extend(kind.to_le_bytes());
            notes.extend(b"FDO\0");
            notes.extend(text);
        }
        assert_eq!(dlopen(&notes).collect::<alloc::vec::Vec<_>>(), [&b"[1]"[..], b"[22]"]);
        assert_eq!(dlopen(&notes[..notes.len() - 1]).count(), 1);
        assert_eq!(dlopen(&[0xff; 40]).count(), 0);
    }

    #[test]
    fn the_build_id_is_found_behind_other_notes() {
        let mut notes = alloc::vec::Vec::new();
        for (kind, text) in [(1u32, &b"abcd"[..]), (3, &b"\x01\x02\x03\x04"[..])] {
            notes.extend(4u32.to_le_bytes());
            notes.extend((text.len() as u32).to_le_bytes());
            notes.extend(kind.to_le_bytes());
            notes.extend(b"GNU\0");
            notes.extend(text);
        }
        assert_eq!(build_id(&notes), Some(&b"\x01\x02\x03\x04"[..]));
        assert_eq!(build_id(&notes[..30]), None);
        assert_eq!(build_id(&[0xff; 16]), None);
    }
}
