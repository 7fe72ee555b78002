//! The layout of one build as read from its debug information: structures with their fields, enumerations. As JSON it is a
//! file of `layouts/`; [`crate::structures`] reads it from DWARF, [`crate::record`] makes a record of it.

use std::fmt::Write;

use anyhow::{Context, Result, anyhow};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A file of `layouts/`.
#[derive(Deserialize)]
pub struct Layout {
    pub glibc: String,
    pub build: String,
    pub build_ids: Vec<String>,
    pub structs: IndexMap<String, Struct>,
    pub enums: IndexMap<String, Vec<(String, i64)>>,
}

#[derive(Deserialize, Debug, PartialEq)]
pub struct Struct {
    pub size: u64,
    pub fields: Vec<Field>,
}

/// Where a field is. In JSON a row `[path, byte offset, size, type]`, of a bit field with `bit, bits` behind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Value>", into = "Vec<Value>")]
pub struct Field {
    pub path: String,
    pub offset: u64,
    pub size: u64,
    pub type_name: String,
    /// First bit, from the byte offset on, and number of bits of a bit field.
    pub bits: Option<(u8, u8)>,
}

impl Layout {
    /// The build's name: version and kind, as in `2.36-debian`.
    pub fn name(&self) -> String {
        format!("{}-{}", self.glibc, self.build)
    }

    pub fn structure(&self, name: &str) -> Result<&Struct> {
        self.structs.get(name).with_context(|| format!("the layout has no struct {name}"))
    }

    /// One row per line, as the files of `layouts/` are.
    pub fn to_json(&self) -> Result<String> {
        let text = |value: &str| serde_json::to_string(value);
        let ids = serde_json::to_string(&self.build_ids)?;
        let mut json = format!("{{\n \"glibc\": {},\n \"build\": {},\n", text(&self.glibc)?, text(&self.build)?);
        write!(json, " \"build_ids\": {ids},\n \"structs\": {{\n")?;
        let structs = self.structs.iter().map(|(name, structure)| {
            let head = format!("  {}: {{\"size\": {}, \"fields\": [\n", text(name)?, structure.size);
            Ok(head + &rows(&structure.fields)? + "\n  ]}")
        });
        json += &structs.collect::<Result<Vec<_>>>()?.join(",\n");
        json += "\n },\n \"enums\": {\n";
        let enums = self.enums.iter().map(|(name, values)| Ok(format!("  {}: [\n{}\n  ]", text(name)?, rows(values)?)));
        json += &enums.collect::<Result<Vec<_>>>()?.join(",\n");
        Ok(json + "\n }\n}\n")
    }
}

fn rows<T: Serialize>(values: &[T]) -> Result<String> {
    let rows: serde_json::Result<Vec<String>> =
        values.iter().map(|row| Ok(format!("   {}", serde_json::to_string(row)?))).collect();
    Ok(rows?.join(",\n"))
}

impl Struct {
    /// The field with this DWARF path, if the build has it.
    pub fn field(&self, path: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.path == path)
    }
}

impl Field {
    /// Number of elements when the field is an array: the last bracket of its type.
    pub fn elements(&self) -> Option<usize> {
        let (_, tail) = self.type_name.rsplit_once('[')?;
        tail.strip_suffix(']')?.parse().ok()
    }
}

impl TryFrom<Vec<Value>> for Field {
    type Error = anyhow::Error;

    fn try_from(row: Vec<Value>) -> Result<Self> {
        let text = |index: usize| row.get(index).and_then(Value::as_str).map(str::to_owned);
        let number = |index: usize| row.get(index).and_then(Value::as_u64);
        let bits = match (number(4), number(5)) {
            (Some(bit), Some(bits)) => Some((u8::try_from(bit)?, u8::try_from(bits)?)),
            _ => None,
        };
        let field = || Some(Field { path: text(0)?, offset: number(1)?, size: number(2)?, type_name: text(3)?, bits });
        field().ok_or_else(|| anyhow!("{} is not [path, offset, size, type]", Value::from(row.clone())))
    }
}

impl From<Field> for Vec<Value> {
    fn from(field: Field) -> Self {
        let mut row: Vec<Value> = vec![field.path.into(), field.offset.into(), field.size.into(), field.type_name.into()];
        if let Some((bit, bits)) = field.bits {
            row.extend([bit.into(), bits.into()]);
        }
        row
    }
}
