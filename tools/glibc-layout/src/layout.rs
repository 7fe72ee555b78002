//! The layout of one build as read from its debug information: structures with their fields, enumerations.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

/// A file of `layouts/`.
#[derive(Deserialize)]
pub struct Layout {
    pub glibc: String,
    pub build: String,
    pub build_ids: Vec<String>,
    pub structs: HashMap<String, Struct>,
    pub enums: HashMap<String, Vec<(String, i64)>>,
}

#[derive(Deserialize)]
pub struct Struct {
    pub size: u16,
    /// Rows `[name, byte offset, size, type]`, bit fields with `bit, bits` behind.
    fields: Vec<Vec<Value>>,
}

/// Where a field is.
pub struct Field {
    pub offset: u16,
    pub type_name: String,
    /// First bit and number of bits of a bit field.
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
}

impl Struct {
    /// The field with this DWARF path, if the build has it.
    pub fn field(&self, path: &str) -> Result<Option<Field>> {
        let Some(row) = self.fields.iter().find(|row| row.first().and_then(Value::as_str) == Some(path)) else {
            return Ok(None);
        };
        let number = |index: usize| row.get(index).and_then(Value::as_u64);
        let (Some(offset), Some(type_name)) = (number(1), row.get(3).and_then(Value::as_str)) else {
            bail!("the row of {path} is not [name, offset, size, type]");
        };
        let bits = match (number(4), number(5)) {
            (Some(bit), Some(bits)) => Some((u8::try_from(bit)?, u8::try_from(bits)?)),
            _ => None,
        };
        Ok(Some(Field { offset: u16::try_from(offset)?, type_name: type_name.to_owned(), bits }))
    }
}

impl Field {
    /// Number of elements when the field is an array: the last bracket of its type.
    pub fn elements(&self) -> Option<usize> {
        let (_, tail) = self.type_name.rsplit_once('[')?;
        tail.strip_suffix(']')?.parse().ok()
    }
}
