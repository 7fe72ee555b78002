//! The dynamic section entry by entry, and [`Linked`]: what the loader makes of it.

use goblin::elf64::dynamic as raw;
use luci::elf::dynamic::{Dynamic, ENTRY_SIZE};
use luci::elf::strings::Strings;
use serde::Serialize;

use crate::image::{Image, longs};
use crate::input::text;
use crate::names;
use crate::table::{Table, hex};

/// The decoded dynamic section with its strings; without one both are empty.
pub struct Linked<'a> {
    pub dynamic: Dynamic,
    pub strings: Strings<'a>,
}

impl<'a> Linked<'a> {
    pub fn read(image: &mut Image<'a>) -> Self {
        let dynamic = match image.dynamic() {
            Some(Ok(dynamic)) => dynamic,
            Some(Err(what)) => {
                image.problem(what);
                Dynamic::default()
            }
            None => Dynamic::default(),
        };
        let strings = image.strings(&dynamic);
        if dynamic.strtab.size > 0 && image.table(dynamic.strtab).is_none() {
            image.problem("the string table (DT_STRTAB) lies outside the file's segments");
        }
        Linked { dynamic, strings }
    }
}

/// One `Elf64_Dyn`.
#[derive(Serialize)]
pub struct Entry {
    pub tag: String,
    pub value: u64,
    /// The string or the flags that the value stands for.
    pub meaning: Option<String>,
}

pub fn entries(image: &mut Image, linked: &Linked) -> Option<Vec<Entry>> {
    let bytes = image.dynamic_bytes()?;
    let mut all = Vec::new();
    for pair in longs(&bytes[..bytes.len() - bytes.len() % ENTRY_SIZE]).chunks_exact(2) {
        let (tag, value) = (pair[0], pair[1]);
        let meaning = meaning(tag, value, linked).unwrap_or_else(|| {
            image.problem(format!("the string of {} lies outside the string table", names::dynamic_tag(tag)));
            None
        });
        all.push(Entry { tag: names::dynamic_tag(tag), value, meaning });
        if tag == raw::DT_NULL {
            break;
        }
    }
    if all.last().is_some_and(|last| last.tag != "DT_NULL") {
        image.problem("the dynamic section has no end (DT_NULL)");
    }
    (!all.is_empty()).then_some(all)
}

/// `None`: its string is not there.
fn meaning(tag: u64, value: u64, linked: &Linked) -> Option<Option<String>> {
    /// `DT_CONFIG`, `DT_DEPAUDIT`, `DT_AUDIT`, `DT_AUXILIARY`, `DT_FILTER`
    const MORE_STRINGS: [u64; 5] = [0x6fff_fefa, 0x6fff_fefb, 0x6fff_fefc, 0x7fff_fffd, 0x7fff_ffff];
    match tag {
        raw::DT_NEEDED | raw::DT_SONAME | raw::DT_RPATH | raw::DT_RUNPATH => Some(Some(text(linked.strings.get(value)?))),
        raw::DT_FLAGS => Some(Some(names::flags(value))),
        raw::DT_FLAGS_1 => Some(Some(names::flags_1(value))),
        raw::DT_PLTREL => Some(Some(names::dynamic_tag(value))),
        _ if MORE_STRINGS.contains(&tag) => Some(Some(text(linked.strings.get(value)?))),
        _ => Some(None),
    }
}

pub fn write(entries: &[Entry], out: &mut String) {
    let mut table = Table::new(&["tag", ">value", "meaning"]);
    for entry in entries {
        table.row([entry.tag.clone(), hex(entry.value), entry.meaning.clone().unwrap_or_default()]);
    }
    table.write("Dynamic section", out);
}
