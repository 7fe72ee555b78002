//! Notes: the build ID, the ABI tag, the properties of the psABI, and which libraries may be opened at run time.

use goblin::elf64::program_header::PT_NOTE;
use goblin::elf64::section_header::SHT_NOTE;
use luci::report::dlopen;
use serde::Serialize;

use crate::image::{Image, words};
use crate::input::{hex, text};

#[derive(Serialize)]
pub struct Note {
    /// Whose type it is, without the NUL.
    pub owner: String,
    pub number: u32,
    /// The type's name.
    #[serde(rename = "type")]
    pub kind: Option<&'static str>,
    /// For people; `None` where nothing is known of the type.
    pub meaning: Option<String>,
    /// The bytes in hexadecimal.
    pub description: String,
}

pub fn read(image: &mut Image) -> Vec<Note> {
    let segments = image.segments.iter().filter(|segment| segment.p_type == PT_NOTE);
    let mut places: Vec<(u64, u64, u64)> = segments.map(|s| (s.p_offset, s.p_filesz, s.p_align)).collect();
    for section in image.sections.iter().filter(|section| section.sh_type == SHT_NOTE) {
        let is_inside = |&(offset, size, _): &(u64, u64, u64)| {
            section.sh_offset >= offset && section.sh_offset.saturating_add(section.sh_size) <= offset.saturating_add(size)
        };
        if !places.iter().any(is_inside) {
            places.push((section.sh_offset, section.sh_size, section.sh_addralign));
        }
    }
    let mut notes = Vec::new();
    for (offset, size, align) in places {
        let whole = image.slice(offset, size).map(|bytes| add(bytes, if align == 8 { 8 } else { 4 }, &mut notes));
        if whole != Some(true) {
            image.problem("notes lie outside the file or are damaged");
        }
    }
    notes
}

/// Adds the notes of one place; false when they do not end where it ends.
fn add(bytes: &[u8], align: usize, notes: &mut Vec<Note>) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        let Some((note, next)) = one(bytes, at, align) else { return false };
        notes.push(note);
        at = next;
    }
    true
}

fn one(bytes: &[u8], at: usize, align: usize) -> Option<(Note, usize)> {
    let word = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let (name_len, size, number) = (word(at)? as usize, word(at + 4)? as usize, word(at + 8)?);
    let name = bytes.get(at + 12..(at + 12).checked_add(name_len)?)?;
    let start = (at + 12 + name_len).checked_next_multiple_of(align)?;
    let end = start.checked_add(size)?;
    let description = bytes.get(start..end)?;
    let owner = name.strip_suffix(b"\0").unwrap_or(name);
    let (kind, meaning) = meaning(owner, number, description);
    let note = Note { owner: text(owner), number, kind, meaning, description: hex(description) };
    Some((note, end.checked_next_multiple_of(align)?))
}

fn meaning(owner: &[u8], number: u32, description: &[u8]) -> (Option<&'static str>, Option<String>) {
    match (owner, number) {
        (b"GNU", 1) => (Some("NT_GNU_ABI_TAG"), abi_tag(description)),
        (b"GNU", 3) => (Some("NT_GNU_BUILD_ID"), Some(hex(description))),
        (b"GNU", 4) => (Some("NT_GNU_GOLD_VERSION"), Some(text(without_nul(description)))),
        (b"GNU", 5) => (Some("NT_GNU_PROPERTY_TYPE_0"), properties(description)),
        (b"FDO", 0x407c_0c0a) => (Some("FDO_DLOPEN_METADATA"), Some(libraries(without_nul(description)))),
        (b"FDO", 0xcafe_1a7e) => (Some("FDO_PACKAGING_METADATA"), Some(text(without_nul(description)))),
        (b"stapsdt", 3) => (Some("NT_STAPSDT"), probe(description)),
        _ => (None, None),
    }
}

fn without_nul(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    &bytes[..end]
}

fn abi_tag(description: &[u8]) -> Option<String> {
    let [system, major, minor, patch] = *words(description).first_chunk()?;
    let system = ["Linux", "Hurd", "Solaris", "FreeBSD", "NetBSD", "Syllable", "NaCl"].get(system as usize)?;
    Some(format!("{system} {major}.{minor}.{patch}"))
}

/// `pr_type`, `pr_datasz`, the data padded to 8 bytes, and so on.
fn properties(description: &[u8]) -> Option<String> {
    let mut rest = description;
    let mut all = Vec::new();
    while !rest.is_empty() {
        let [kind, size] = *words(rest.get(..8)?).first_chunk()?;
        let data = rest.get(8..8usize.checked_add(size as usize)?)?;
        all.push(property(kind, data));
        rest = rest.get(8 + (size as usize).checked_next_multiple_of(8)?..).unwrap_or_default();
    }
    Some(all.join(", "))
}

fn property(kind: u32, data: &[u8]) -> String {
    const FEATURES: &[&str] = &["IBT", "SHSTK", "LAM_U48", "LAM_U57"];
    const LEVELS: &[&str] = &["x86-64-baseline", "x86-64-v2", "x86-64-v3", "x86-64-v4"];
    const NEEDED: &[&str] = &["indirect external access"];
    const USED: &[&str] = &["x86", "x87", "MMX", "XMM", "YMM", "ZMM", "FXSR", "XSAVE", "XSAVEOPT", "XSAVEC", "TMM", "MASK"];
    let bits = words(data).first().copied().unwrap_or(0);
    let (name, known): (&str, &[&str]) = match kind {
        1 => return format!("stack size {}", hex(data)),
        2 => return "no copies on protected symbols".into(),
        0xb000_8000 => ("needs", NEEDED),
        0xc000_0002 => ("x86 feature", FEATURES),
        0xc000_8002 => ("x86 ISA needed", LEVELS),
        0xc001_0002 => ("x86 ISA used", LEVELS),
        0xc001_0001 => ("x86 features used", USED),
        _ => return format!("property {kind:#x} {}", hex(data)),
    };
    let set = (0..u32::BITS).filter(|bit| bits >> bit & 1 != 0);
    let set: Vec<String> = set.map(|bit| known.get(bit as usize).map_or(format!("bit {bit}"), |name| (*name).into())).collect();
    format!("{name}: {}", if set.is_empty() { "none".into() } else { set.join(" ") })
}

fn libraries(json: &[u8]) -> String {
    let one = |feature: dlopen::Feature| {
        if feature.malformed {
            return "an entry that cannot be understood".into();
        }
        let name = feature.feature.map(|name| format!(" for {name}")).unwrap_or_default();
        let priority = feature.priority.map(|priority| format!(", {priority}")).unwrap_or_default();
        let sonames: Vec<String> = feature.sonames.iter().map(|name| text(name.as_bytes())).collect();
        text(format!("{}{name}{priority}", sonames.join(" or ")).as_bytes())
    };
    dlopen::features(json).into_iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Three addresses, then provider, name and arguments.
fn probe(description: &[u8]) -> Option<String> {
    let mut strings = description.get(24..)?.split(|&byte| byte == 0);
    let (provider, name, arguments) = (strings.next()?, strings.next()?, strings.next()?);
    Some(format!("{}:{} {}", text(provider), text(name), text(arguments)).trim_end().to_string())
}

pub fn write(notes: &[Note], out: &mut String) {
    if notes.is_empty() {
        return;
    }
    out.push_str("Notes\n");
    for note in notes {
        let kind = note.kind.map_or_else(|| format!("{:#x}", note.number), str::to_string);
        let what = note.meaning.as_ref().unwrap_or(&note.description);
        *out += &format!("  {} {kind}  {what}\n", note.owner);
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_told_by_name() {
        let ibt = [2, 0, 0, 0xc0, 4, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(properties(&ibt).as_deref(), Some("x86 feature: IBT SHSTK"));
        assert_eq!(properties(&ibt[..10]), None);
        assert_eq!(property(0xc000_8002, &[3, 0, 0, 0]), "x86 ISA needed: x86-64-baseline x86-64-v2");
    }

    #[test]
    fn a_note_that_is_cut_ends_the_walk() {
        let mut notes = Vec::new();
        let whole = b"\x04\0\0\0\x02\0\0\0\x03\0\0\0GNU\0\xab\xcd\0\0";
        assert!(add(whole, 4, &mut notes));
        assert_eq!((notes[0].kind, notes[0].meaning.as_deref()), (Some("NT_GNU_BUILD_ID"), Some("abcd")));
        assert!(!add(&whole[..17], 4, &mut notes));
    }
}
