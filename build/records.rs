//! Turns the records of `glibc-compat/` into constant tables: `RECORDS`, `BUILD_IDS` and `TUNABLES`, included by
//! `src/glibc/record.rs`. Strings are shared, so that the loader has few pointers to relocate.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// The tables of a record that are offsets: key in the file, type in Rust.
const OFFSET_TABLES: [(&str, &str); 6] = [
    ("ro", "RoFields"),
    ("rg", "RgFields"),
    ("ns", "NamespaceFields"),
    ("link_map", "LinkMapFields"),
    ("pthread", "PthreadFields"),
    ("cpu", "CpuFields"),
];

/// Reads `folder` and writes `records.rs` into `out_dir`. Panics with the file's name when a record is malformed.
pub fn generate(folder: &Path, out_dir: &Path) {
    println!("cargo:rerun-if-changed={}", folder.display());
    let tunables = read(&folder.join("tunables.toml"));
    let tunable_names: Vec<&String> = tunables.keys().collect();
    let mut records = String::new();
    let mut build_ids = BTreeMap::new();
    let files = record_files(folder);
    for (index, file) in files.iter().enumerate() {
        let record = read(file);
        records += &record_literal(file, &record, &tunable_names);
        for id in strings(file, &record, "build_ids") {
            build_ids.insert(id, index);
        }
    }
    let mut code = format!("pub static RECORDS: [Record; {}] = [\n{records}];\n", files.len());
    let ids: String = build_ids.iter().map(|(id, index)| format!("    ({}, {index}),\n", id_literal(id))).collect();
    write!(code, "pub static BUILD_IDS: [([u8; 20], u8); {}] = [\n{ids}];\n", build_ids.len()).unwrap();
    let rows: String = tunables.iter().map(|(name, row)| tunable_literal(name, row)).collect();
    write!(code, "pub static TUNABLES: [Tunable; {}] = [\n{rows}];\n", tunables.len()).unwrap();
    fs::write(out_dir.join("records.rs"), code).expect("OUT_DIR can be written");
}

fn record_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("glibc-compat/ can be read");
    let paths = entries.map(|entry| entry.expect("glibc-compat/ can be read").path());
    let is_record = |path: &PathBuf| path.extension().is_some_and(|e| e == "toml") && !path.ends_with("tunables.toml");
    let mut files: Vec<PathBuf> = paths.filter(is_record).collect();
    files.sort();
    files
}

fn read(path: &Path) -> Table {
    println!("cargo:rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn record_literal(file: &Path, record: &Table, tunable_names: &[&String]) -> String {
    let mut code = String::from("    Record {\n");
    let mut field = |name: &str, value: &str| writeln!(code, "        {name}: {value},").unwrap();
    field("version", &format!("{:?}", record["version"].as_str().unwrap_or_else(|| panic!("{}: version", file.display()))));
    field("builds", &format!("{:?}", strings(file, record, "builds").join(" ")));
    let flags =
        strings(file, record, "flags").iter().map(|flag| format!(".union(Flags::{})", flag.to_uppercase())).collect::<String>();
    field("flags", &format!("Flags::empty(){flags}"));
    let leaves: String = strings(file, record, "cpuid_leaves").iter().map(|leaf| leaf_literal(leaf)).collect();
    field("cpuid_leaves", &format!("&[{leaves}]"));
    let ids: String = strings(file, record, "tunables").iter().map(|name| tunable_index(file, name, tunable_names)).collect();
    field("tunables", &format!("&[{ids}]"));
    field("rseq", &rseq_literal(file, record));
    field("sizes", &struct_literal(file, record, "sizes", "Sizes", "Sizes::ZERO", &|value| value.to_string()));
    field("values", &struct_literal(file, record, "values", "Values", "Values::ZERO", &|value| value.to_string()));
    field(
        "bits",
        &struct_literal(file, record, "bits", "ArchBits", "ArchBits::ABSENT", &|value| format!("BitIndex::at({value})")),
    );
    for (name, type_name) in OFFSET_TABLES {
        field(name, &struct_literal(file, record, name, type_name, &format!("{type_name}::ABSENT"), &place_literal));
    }
    code + "    },\n"
}

/// `Type { key: value, …, ..rest }` for a table of the record.
fn struct_literal(
    file: &Path,
    record: &Table,
    key: &str,
    type_name: &str,
    rest: &str,
    literal: &dyn Fn(&Value) -> String,
) -> String {
    let table = record.get(key).and_then(Value::as_table).unwrap_or_else(|| panic!("{}: no table {key}", file.display()));
    let fields: String = table.iter().map(|(name, value)| format!("{}: {}, ", name.to_lowercase(), literal(value))).collect();
    format!("{type_name} {{ {fields}..{rest} }}")
}

/// A byte offset, or a bit field written as `byte.bit:bits`.
fn place_literal(value: &Value) -> String {
    match value.as_str() {
        None => format!("Offset::at({value})"),
        Some(text) => format!("BitField::at({})", text.replace(['.', ':'], ", ")),
    }
}

/// `7.1` (hexadecimal) as leaf and subleaf.
fn leaf_literal(text: &str) -> String {
    let (leaf, subleaf) = text.split_once('.').unwrap_or((text, "0"));
    format!("CpuidLeaf {{ leaf: 0x{leaf}, subleaf: 0x{subleaf} }}, ")
}

fn tunable_index(file: &Path, name: &str, names: &[&String]) -> String {
    let index = names.iter().position(|known| *known == name);
    format!("{}, ", index.unwrap_or_else(|| panic!("{}: tunables.toml has no {name}", file.display())))
}

fn rseq_literal(file: &Path, record: &Table) -> String {
    let place = record["rseq"].get("place").and_then(Value::as_str);
    match place {
        Some("none") => "Rseq::None".into(),
        Some("extra-tls") => "Rseq::ExtraTlsBlock".into(),
        Some("pthread") => format!("Rseq::InPthread({})", record["pthread"]["rseq_area"]),
        _ => panic!("{}: rseq.place", file.display()),
    }
}

fn id_literal(id: &str) -> String {
    let digits = (0..id.len()).step_by(2).map(|at| format!("0x{}, ", id.get(at..at + 2).expect("a build ID has whole bytes")));
    format!("[{}]", digits.collect::<String>())
}

fn tunable_literal(name: &str, row: &Value) -> String {
    let kind = match row.get("type").and_then(Value::as_str) {
        Some("int32") => "Int32",
        Some("size_t") => "SizeT",
        Some("uint64") => "Uint64",
        Some("string") => "String",
        _ => panic!("tunables.toml: the type of {name}"),
    };
    let default = row.get("default").and_then(Value::as_integer).unwrap_or(0);
    let alias = row.get("alias").and_then(Value::as_str).unwrap_or("");
    format!("    Tunable {{ name: {name:?}, kind: TunableKind::{kind}, default: {default}, alias: {alias:?} }},\n")
}

fn strings(file: &Path, record: &Table, key: &str) -> Vec<String> {
    let list = record.get(key).and_then(Value::as_array).unwrap_or_else(|| panic!("{}: no list {key}", file.display()));
    list.iter().map(|value| value.as_str().unwrap_or_else(|| panic!("{}: {key}", file.display())).to_owned()).collect()
}
