//! Tunables that `tunables.toml` does not have: their rows are read from the table in the stock loader, which the debug
//! information describes.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use luci::addr::Vaddr;

use crate::debug_info::DebugInfo;
use crate::installed::Installed;
use crate::layout::Struct;
use crate::library::Library;
use crate::structures;

const FILE: &str = "tunables.toml";
/// The loader's table, the structure of an element, and the enumeration of its types.
const TABLE: &str = "tunable_list";
const ELEMENT: &str = "_tunable";
const TYPES: &str = "tunable_type_code_t";
/// The enumeration's names and those of the records.
const TYPE_NAMES: [(&str, &str); 4] = [
    ("TUNABLE_TYPE_INT_32", "int32"),
    ("TUNABLE_TYPE_UINT_64", "uint64"),
    ("TUNABLE_TYPE_SIZE_T", "size_t"),
    ("TUNABLE_TYPE_STRING", "string"),
];

/// Gives every tunable of this list a row in the folder's table; returns the names of the new ones.
pub fn complete(names: &[String], installed: &Installed, folder: &Path) -> Result<Vec<String>> {
    let path = folder.join(FILE);
    let mut text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let known: toml::Table = text.parse().with_context(|| path.display().to_string())?;
    let new: Vec<String> = names.iter().filter(|name| !known.contains_key(*name)).cloned().collect();
    if new.is_empty() {
        return Ok(new);
    }
    let unreadable =
        || format!("{} has no {}, and the loader's table of tunables cannot be read", path.display(), new.join(", "));
    let table = Table::read(installed).with_context(unreadable)?;
    for name in &new {
        let id = names.iter().position(|known| known == name).unwrap_or_default();
        writeln!(text, "{}", table.row(id, name).with_context(unreadable)?)?;
    }
    fs::write(&path, text).with_context(|| path.display().to_string())?;
    Ok(new)
}

struct Table<'a> {
    bytes: &'a [u8],
    element: Struct,
    types: Vec<(String, i64)>,
}

impl<'a> Table<'a> {
    fn read(installed: &'a Installed) -> Result<Self> {
        let loader: &Library = installed.loader.as_ref().context("there is no stock loader")?;
        let info: DebugInfo = installed.debug_files().read(loader)?.context("its debug file is missing")?;
        let element = structures::structs(&info, &[ELEMENT])?.swap_remove(ELEMENT).context("struct _tunable is not described")?;
        let types = structures::enumeration(&info, TYPES)?.context("the types of tunables are not described")?;
        let at = structures::address(&info, TABLE)?.context("the table's address is not described")?;
        let bytes = loader.bytes_at(Vaddr(at)).context("the loader's file has no bytes at the table's address")?;
        Ok(Table { bytes, element, types })
    }

    /// The row of the tunable with this id.
    fn row(&self, id: usize, name: &str) -> Result<String> {
        let found = self.text(id, "name")?;
        anyhow::ensure!(found == name, "the tunable {id} is {found} and not {name}");
        let code = self.number(id, "type.type_code")? & u64::from(u32::MAX);
        let in_source = self.types.iter().find(|(_, value)| u64::try_from(*value) == Ok(code)).map(|(name, _)| name.as_str());
        let kind = TYPE_NAMES.iter().find(|(name, _)| Some(*name) == in_source).context("a type of its own")?.1;
        let mut row = format!("\"{name}\" = {{ type = \"{kind}\"");
        let alias = self.text(id, "env_alias")?;
        if !alias.is_empty() {
            write!(row, ", alias = \"{alias}\"")?;
        }
        if kind != "string" {
            let default = if self.element.field("def.numval").is_some() { "def.numval" } else { "val.numval" };
            let largest = if kind == "int32" { u64::from(i32::MAX.unsigned_abs()) } else { u64::MAX };
            for (key, field, usual) in [("default", default, 0), ("min", "type.min", 0), ("max", "type.max", largest)] {
                // TOML's numbers are signed; only the largest value of the type is beyond them
                let value = self.number(id, field)?;
                if value != usual && i64::try_from(value).is_ok() {
                    write!(row, ", {key} = {value}")?;
                }
            }
        }
        Ok(row + " }")
    }

    fn number(&self, id: usize, field: &str) -> Result<u64> {
        let bytes = self.field(id, field)?.get(..8).context("the table ends early")?;
        Ok(u64::from_le_bytes(bytes.try_into()?))
    }

    /// A text that lies in the table itself.
    fn text(&self, id: usize, field: &str) -> Result<String> {
        let place = self.element.field(field).with_context(|| format!("{ELEMENT} has no {field}"))?;
        place.elements().with_context(|| format!("{field} is no text in the table"))?;
        let bytes = self.field(id, field)?.get(..usize::try_from(place.size)?).context("the table ends early")?;
        Ok(String::from_utf8_lossy(bytes.split(|&byte| byte == 0).next().unwrap_or_default()).into_owned())
    }

    fn field(&self, id: usize, field: &str) -> Result<&'a [u8]> {
        let place = self.element.field(field).with_context(|| format!("{ELEMENT} has no {field}"))?;
        let start = u64::try_from(id)? * self.element.size + place.offset;
        self.bytes.get(usize::try_from(start)?..).context("the table ends early")
    }
}
