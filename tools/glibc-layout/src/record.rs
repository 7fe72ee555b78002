//! A record: the part of a layout that code outside ld.so relies on, with the build's behaviour. One file per distinct record.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::behaviour::{Behaviour, Build};
use crate::layout::{Layout, Struct};

const HEADER: &str = "# Made by tools/glibc-layout; see README.md. Offsets and sizes are bytes.\n";

/// The tables of a record that are offsets, in the order of the file.
const TABLES: [&str; 6] = ["ro", "rg", "ns", "link_map", "pthread", "cpu"];

/// Length of the build IDs that the loader looks up (SHA-1); a libc with another one is recognised by its layout.
const BUILD_ID_DIGITS: usize = 40;

/// Slots of `l_info` behind those of the generic and the processor's tags: version, extra, value and address tags.
const OTHER_TAGS: u16 = 16 + 3 + 12 + 11;

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Record {
    pub version: String,
    pub builds: Vec<String>,
    pub build_ids: Vec<String>,
    /// Where the numbers come from.
    pub source: String,
    /// The build whose behaviour these builds have, if their own names do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<String>,
    #[serde(flatten)]
    pub content: Content,
}

/// Fields with their places, by table.
pub type Tables = IndexMap<String, IndexMap<String, Place>>;

/// What makes a record distinct: everything but the builds that have it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Content {
    /// Behaviour, see `behaviour.toml` of the tool.
    pub flags: Vec<String>,
    /// CPUID leaves (hexadecimal, `leaf.subleaf`) in the order of the array in cpu_features.
    pub cpuid_leaves: Vec<String>,
    /// Names in the order of their ids.
    pub tunables: Vec<String>,
    pub values: IndexMap<String, u16>,
    pub rseq: Rseq,
    /// Bytes.
    pub sizes: IndexMap<String, u16>,
    /// Bit numbers in the words of cpu_features.preferred or .feature.
    pub bits: IndexMap<String, u8>,
    /// Tables of offsets.
    #[serde(flatten)]
    pub tables: Tables,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Rseq {
    pub place: String,
}

/// A byte offset, or `byte.bit:bits` for a bit field.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Place {
    Byte(u16),
    Bits(String),
}

#[derive(Deserialize)]
struct Table {
    r#struct: String,
    #[serde(default)]
    prefix: String,
    fields: Vec<String>,
}

impl Record {
    /// The record of one build. Its behaviour is that of `like` where that is given: the name of a build with the same backports.
    pub fn of(layout: &Layout, like: Option<&str>) -> Result<Record> {
        let wanted = wanted()?;
        let behaviour = Behaviour::read()?;
        let name = layout.name();
        let mut sizes = IndexMap::new();
        let mut tables = IndexMap::new();
        for name in TABLES {
            let table = &wanted[name];
            let structure = layout.structure(&table.r#struct)?;
            sizes.insert(name.to_owned(), structure.size.try_into()?);
            tables.insert(name.to_owned(), places(structure, table)?);
        }
        let build = Build { version: &layout.glibc, name: like.unwrap_or(&name), tables: &tables };
        let mut values = behaviour.values(&build);
        values.insert("dt_num".to_owned(), dt_num(layout, values["dt_procnum"])?);
        values.insert("namespaces".to_owned(), elements(layout.structure("rtld_global")?, "_dl_ns")?.try_into()?);
        let content = Content {
            flags: behaviour.flags(&build),
            cpuid_leaves: behaviour.leaves(cpuid_leaves(layout)?)?,
            tunables: tunables(layout)?,
            values,
            rseq: Rseq { place: behaviour.rseq_place(&build)?.to_owned() },
            sizes,
            bits: behaviour.bits(&build),
            tables,
        };
        Ok(Record {
            version: layout.glibc.clone(),
            builds: vec![name],
            build_ids: layout.build_ids.iter().filter(|id| id.len() == BUILD_ID_DIGITS).cloned().collect(),
            source: "debug information".to_owned(),
            like: like.map(str::to_owned),
            content,
        })
    }

    pub fn read(path: &Path) -> Result<Record> {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        toml::from_str(&text).with_context(|| path.display().to_string())
    }

    pub fn write(&self, path: &Path) -> Result<()> {
        let text = HEADER.to_owned() + &toml::to_string(self)?;
        fs::write(path, text).with_context(|| path.display().to_string())
    }

    /// Takes the builds of a record with the same content.
    pub fn merge(&mut self, other: Record) {
        self.builds.extend(other.builds);
        self.build_ids.extend(other.build_ids);
        self.like = self.like.take().or(other.like);
        for list in [&mut self.builds, &mut self.build_ids] {
            list.sort();
            list.dedup();
        }
    }

    /// The file's name: the first build's.
    pub fn file_name(&self) -> Option<String> {
        self.builds.first().map(|build| format!("{build}.toml"))
    }

    pub fn same_content(&self, other: &Record) -> bool {
        self.version == other.version && self.content == other.content
    }
}

/// The names of the structures that a record is made from.
pub fn structures() -> Result<Vec<String>> {
    Ok(wanted()?.into_values().map(|table| table.r#struct).collect())
}

fn wanted() -> Result<IndexMap<String, Table>> {
    toml::from_str(include_str!("../fields.toml")).context("fields.toml")
}

/// The records of a folder with their files, in the order of versions.
pub fn read_all(folder: &Path) -> Result<Vec<(PathBuf, Record)>> {
    let mut records = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let is_record = path.extension().is_some_and(|e| e == "toml") && path.file_name().is_some_and(|n| n != "tunables.toml");
        if is_record {
            let record = Record::read(&path)?;
            records.push((path, record));
        }
    }
    records.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(records)
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Byte(offset) => write!(f, "{offset}"),
            Place::Bits(text) => f.write_str(text),
        }
    }
}

fn places(structure: &Struct, table: &Table) -> Result<IndexMap<String, Place>> {
    let mut places = IndexMap::new();
    for path in &table.fields {
        if let Some(field) = structure.field(path) {
            let place = match field.bits {
                None => Place::Byte(field.offset.try_into()?),
                Some((bit, bits)) => Place::Bits(format!("{}.{bit}:{bits}", field.offset)),
            };
            places.insert(key(path, &table.prefix), place);
        }
    }
    Ok(places)
}

/// The record's word for a DWARF path.
fn key(path: &str, prefix: &str) -> String {
    path.strip_prefix(prefix).unwrap_or(path).trim_start_matches('_').replace('.', "_")
}

fn elements(structure: &Struct, path: &str) -> Result<usize> {
    let field = structure.field(path).with_context(|| format!("no field {path}"))?;
    field.elements().with_context(|| format!("{path} is no array"))
}

fn dt_num(layout: &Layout, dt_procnum: u16) -> Result<u16> {
    let slots: u16 = elements(layout.structure("link_map")?, "l_info")?.try_into()?;
    slots.checked_sub(OTHER_TAGS + dt_procnum).context("l_info is too short")
}

fn cpuid_leaves(layout: &Layout) -> Result<usize> {
    let structure = layout.structure("cpu_features")?;
    elements(structure, "features").or_else(|_| elements(structure, "cpuid"))
}

/// The tunables in the order of their ids, `glibc_malloc_check` as `glibc.malloc.check`.
fn tunables(layout: &Layout) -> Result<Vec<String>> {
    let Some(rows) = layout.enums.get("tunable_id_t") else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for (index, (name, id)) in rows.iter().enumerate() {
        ensure!(*id == index as i64, "the ids of the tunables have a gap at {name}");
        let mut words = name.splitn(3, '_');
        let (Some(top), Some(namespace), Some(tunable)) = (words.next(), words.next(), words.next()) else {
            anyhow::bail!("{name} is no tunable's name");
        };
        names.push(format!("{top}.{namespace}.{tunable}"));
    }
    Ok(names)
}
