//! Every relocation: those that the loader carries out (`DT_RELA`, `DT_RELR`, `DT_JMPREL`), and in object files those of the linker.

use goblin::elf64::header::ET_REL;
use goblin::elf64::section_header::SHT_RELA;
use luci::elf::dynamic::Table as DynamicTable;
use luci::elf::{Rela, relocs};
use serde::Serialize;

use super::dynamic::Linked;
use super::symbols::{Symbol, Tables};
use crate::image::{Image, copies, longs};
use crate::input::text;
use crate::names;
use crate::table::{Table, hex};

#[derive(Serialize)]
pub struct Relocation {
    /// `DT_RELA`, `DT_RELR`, `DT_JMPREL` or a section's name.
    pub table: String,
    /// Link-time address; in an object file the offset in the section.
    pub at: u64,
    #[serde(rename = "type")]
    pub kind: String,
    pub symbol: Option<String>,
    pub addend: i64,
}

pub fn read(image: &mut Image, linked: &Linked, symbols: &Tables) -> Vec<Relocation> {
    if image.header.e_type == ET_REL {
        return of_sections(image, symbols);
    }
    let mut all = Vec::new();
    for (name, table) in [("DT_RELA", linked.dynamic.rela), ("DT_JMPREL", linked.dynamic.jmprel)] {
        let bytes = bytes_of(image, name, table);
        add(image, name, bytes, &symbols.dynamic, &mut all);
    }
    let words = longs(bytes_of(image, "DT_RELR", linked.dynamic.relr));
    for at in relocs::relr(&words) {
        // its addend is what the word holds
        let addend = image.tail(at).and_then(|tail| tail.first_chunk()).map(|word| i64::from_le_bytes(*word));
        if addend.is_none() {
            image.problem("a packed relative relocation lies outside the file's segments");
        }
        let (table, kind) = ("DT_RELR".into(), "R_X86_64_RELATIVE".into());
        all.push(Relocation { table, at: at.0, kind, symbol: None, addend: addend.unwrap_or(0) });
    }
    all
}

fn bytes_of<'a>(image: &mut Image<'a>, name: &str, table: DynamicTable) -> &'a [u8] {
    image.table(table).unwrap_or_else(|| {
        image.problem(format!("the relocations of {name} lie outside the file's segments"));
        &[]
    })
}

fn add(image: &mut Image, table: &str, bytes: &[u8], symbols: &[Symbol], all: &mut Vec<Relocation>) {
    for rela in copies::<Rela>(bytes) {
        let index = relocs::symbol(&rela) as usize;
        let symbol = symbols.get(index).filter(|_| index != 0).map(|symbol| image.bounded(symbol.full_name()));
        if index != 0 && symbol.is_none() {
            image.problem(format!("a relocation of {table} names a symbol outside the symbol table"));
        }
        let kind = names::relocation(relocs::kind(&rela));
        all.push(Relocation { table: table.into(), at: rela.r_offset, kind, symbol, addend: rela.r_addend });
    }
}

fn of_sections(image: &mut Image, symbols: &Tables) -> Vec<Relocation> {
    let mut all = Vec::new();
    for section in image.sections.clone().iter().filter(|section| section.sh_type == SHT_RELA) {
        let name = text(image.section_name(section));
        match image.section_bytes(section) {
            Some(bytes) => add(image, &name, bytes, &symbols.all, &mut all),
            None => image.problem(format!("the relocations of {name} lie outside the file")),
        }
    }
    all
}

pub fn write(relocations: &[Relocation], out: &mut String) {
    let mut table = Table::new(&["table", ">at", "type", ">addend", "symbol"]);
    for relocation in relocations {
        let addend = relocation.addend;
        let sign = if addend < 0 { "-" } else { "" };
        table.row([
            relocation.table.clone(),
            hex(relocation.at),
            relocation.kind.clone(),
            format!("{sign}{:#x}", addend.unsigned_abs()),
            relocation.symbol.clone().unwrap_or_default(),
        ]);
    }
    table.write("Relocations", out);
}
