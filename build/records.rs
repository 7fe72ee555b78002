//! Turns the records of `glibc-compat/` into constant tables: `RECORDS`, `BUILD_IDS` and `TUNABLES`, included by
//! `src/glibc/record.rs`. Texts and lists are ranges of shared pools: without pointers there is nothing to relocate.

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

/// What the records' texts and lists are ranges of.
#[derive(Default)]
struct Pools {
    text: String,
    leaves: Vec<String>,
    tunable_ids: Vec<String>,
}

/// Reads `folder` and writes `records.rs` into `out_dir`. Panics with the file's name when a record is malformed.
pub fn generate(folder: &Path, out_dir: &Path) {
    println!("cargo:rerun-if-changed={}", folder.display());
    let tunables = read(&folder.join("tunables.toml"));
    let tunable_names: Vec<&String> = tunables.keys().collect();
    let mut pools = Pools::default();
    let mut build_ids = BTreeMap::new();
    let files = record_files(folder);
    let mut rows = String::new();
    for (index, file) in files.iter().enumerate() {
        let record = read(file);
        rows += &record_literal(file, &record, &tunable_names, &mut pools);
        for id in strings(file, &record, "build_ids") {
            build_ids.insert(id, index);
        }
    }
    let mut code = format!(
        "/// Every record, in the order of the files in `glibc-compat/`.\npub static RECORDS: [Record; {}] = [\n{rows}];\n",
        files.len()
    );
    let ids: String = build_ids.iter().map(|(id, index)| format!("    ({}, {index}),\n", id_literal(id))).collect();
    write!(
        code,
        "/// Build IDs with the index of their record, sorted.\npub static BUILD_IDS: [([u8; 20], u8); {}] = [\n{ids}];\n",
        build_ids.len()
    )
    .unwrap();
    let rows: String = tunables.iter().map(|(name, row)| tunable_literal(name, row, &mut pools)).collect();
    write!(
        code,
        "/// Every tunable that some libc has, sorted by name.\npub static TUNABLES: [Tunable; {}] = [\n{rows}];\n",
        tunables.len()
    )
    .unwrap();
    code += &pools.code();
    fs::write(out_dir.join("records.rs"), code).expect("OUT_DIR can be written");
}

impl Pools {
    /// The range of the text, as `(start, length)`.
    fn text(&mut self, text: &str) -> String {
        let start = self.text.find(text).unwrap_or_else(|| {
            self.text += text;
            self.text.len() - text.len()
        });
        format!("Text::range({start}, {})", text.len())
    }

    fn code(&self) -> String {
        let Pools { text, leaves, tunable_ids } = self;
        format!(
            "pub const TEXT: &str = {text:?};\n\
             pub static CPUID_LEAVES: [CpuidLeaf; {}] = [{}];\n\
             pub static TUNABLE_IDS: [u8; {}] = [{}];\n",
            leaves.len(),
            leaves.join(", "),
            tunable_ids.len(),
            tunable_ids.join(", ")
        )
    }
}

/// Where `items` are in the pool, as `start, length`; they are added unless they are there already.
fn range(pool: &mut Vec<String>, items: &[String]) -> String {
    let known = pool.windows(items.len().max(1)).position(|window| window == items);
    let start = known.unwrap_or_else(|| {
        pool.extend_from_slice(items);
        pool.len() - items.len()
    });
    format!("{start}, {}", items.len())
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

fn record_literal(file: &Path, record: &Table, tunable_names: &[&String], pools: &mut Pools) -> String {
    let mut code = String::from("    Record {\n");
    let mut field = |name: &str, value: &str| writeln!(code, "        {name}: {value},").unwrap();
    let version = record["version"].as_str().unwrap_or_else(|| panic!("{}: version", file.display()));
    field("version", &pools.text(version));
    field("builds", &pools.text(&strings(file, record, "builds").join(" ")));
    let flags: String =
        strings(file, record, "flags").iter().map(|flag| format!(".union(Flags::{})", flag.to_uppercase())).collect();
    field("flags", &format!("Flags::empty(){flags}"));
    let leaves: Vec<String> = strings(file, record, "cpuid_leaves").iter().map(|leaf| leaf_literal(leaf)).collect();
    field("cpuid_leaves", &format!("CpuidLeaves::range({})", range(&mut pools.leaves, &leaves)));
    let ids: Vec<String> =
        strings(file, record, "tunables").iter().map(|name| tunable_index(file, name, tunable_names)).collect();
    field("tunables", &format!("TunableIds::range({})", range(&mut pools.tunable_ids, &ids)));
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
    format!("CpuidLeaf {{ leaf: 0x{leaf}, subleaf: 0x{subleaf} }}")
}

fn tunable_index(file: &Path, name: &str, names: &[&String]) -> String {
    let index = names.iter().position(|known| *known == name);
    index.unwrap_or_else(|| panic!("{}: tunables.toml has no {name}", file.display())).to_string()
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

fn tunable_literal(name: &str, row: &Value, pools: &mut Pools) -> String {
    let kind = match row.get("type").and_then(Value::as_str) {
        Some("int32") => "Int32",
        Some("size_t") => "SizeT",
        Some("uint64") => "Uint64",
        Some("string") => "String",
        _ => panic!("tunables.toml: the type of {name}"),
    };
    let default = row.get("default").and_then(Value::as_integer).unwrap_or(0);
    let bound = |key: &str| row.get(key).and_then(Value::as_integer);
    let min = bound("min").unwrap_or(0);
    let max = match (bound("max"), kind) {
        (Some(max), _) => max.to_string(),
        (None, "Int32") => i32::MAX.to_string(),
        (None, _) => "u64::MAX".to_string(),
    };
    let alias = row.get("alias").and_then(Value::as_str).unwrap_or("");
    let (name, alias) = (pools.text(name), pools.text(alias));
    format!(
        "    Tunable {{ name: {name}, kind: TunableKind::{kind}, default: {default}, min: {min}, max: {max}, alias: {alias} }},\n"
    )
}

fn strings(file: &Path, record: &Table, key: &str) -> Vec<String> {
    let list = record.get(key).and_then(Value::as_array).unwrap_or_else(|| panic!("{}: no list {key}", file.display()));
    list.iter().map(|value| value.as_str().unwrap_or_else(|| panic!("{}: {key}", file.display())).to_owned()).collect()
}
