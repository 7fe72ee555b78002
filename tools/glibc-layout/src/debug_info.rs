//! The debug information of one library as a graph of entries (DIEs), over gimli: which unit, section or file an entry that is
//! referred to lies in does not matter to [`crate::structures`], which reads it.
//!
//! [`DebugInfo`] holds the library's debug file and the alternate file into which dwz moved what several libraries have in
//! common; [`Die`] is one entry of either.

use std::rc::Rc;

use anyhow::{Context, Result};
use gimli::{AttributeValue, DebugInfoOffset, DwAt, DwTag, EndianRcSlice, LittleEndian, SectionId, UnitOffset, UnitType};
use object::{Object, ObjectSection};

type Reader = EndianRcSlice<LittleEndian>;
type Value = AttributeValue<Reader>;
type Entry = gimli::DebuggingInformationEntry<Reader>;

pub struct DebugInfo {
    main: Part,
    alternate: Option<Part>,
}

/// The DWARF sections of one file.
struct Part {
    dwarf: gimli::Dwarf<Reader>,
    units: Vec<gimli::Unit<Reader>>,
}

/// An entry and what is needed to follow its references.
#[derive(Clone, Copy)]
pub struct Die<'a> {
    info: &'a DebugInfo,
    part: &'a Part,
    unit: &'a gimli::Unit<Reader>,
    offset: UnitOffset,
}

impl DebugInfo {
    /// Reads a debug file, given as its bytes, and the alternate file that it names.
    pub fn read(file: &[u8], alternate: Option<&[u8]>) -> Result<Self> {
        let mut dwarf = sections(file)?;
        let alternate = alternate.map(|file| -> Result<Part> {
            dwarf.set_sup(sections(file)?);
            Part::read(sections(file)?)
        });
        let alternate = alternate.transpose().context("the alternate debug file")?;
        Ok(DebugInfo { main: Part::read(dwarf)?, alternate })
    }

    /// The entries at the top of all units: in C, all types that have a name.
    pub fn top_level(&self) -> Result<Vec<Die<'_>>> {
        let mut found = Vec::new();
        for part in [Some(&self.main), self.alternate.as_ref()].into_iter().flatten() {
            for unit in &part.units {
                found.extend(Die { info: self, part, unit, offset: unit.header.root_offset() }.children()?);
            }
        }
        Ok(found)
    }

    fn in_part<'a>(&'a self, part: &'a Part, at: DebugInfoOffset) -> Result<Die<'a>> {
        let in_unit =
            |unit: &'a gimli::Unit<Reader>| at.to_unit_offset(&unit.header).map(|offset| Die { info: self, part, unit, offset });
        part.units.iter().find_map(in_unit).with_context(|| format!("no unit holds the entry at {:#x}", at.0))
    }

    /// The type that a type unit with this signature describes.
    fn by_signature(&self, signature: gimli::DebugTypeSignature) -> Result<Die<'_>> {
        let part = &self.main;
        let describes = |unit: &gimli::Unit<Reader>| match unit.header.type_() {
            UnitType::Type { type_signature, type_offset } => (type_signature == signature).then_some(type_offset),
            _ => None,
        };
        let found = part.units.iter().find_map(|unit| Some(Die { info: self, part, unit, offset: describes(unit)? }));
        found.with_context(|| format!("no type unit has the signature {:#x}", signature.0))
    }
}

impl Part {
    fn read(dwarf: gimli::Dwarf<Reader>) -> Result<Self> {
        let mut units = Vec::new();
        let mut headers = dwarf.units();
        while let Some(header) = headers.next()? {
            units.push(dwarf.unit(header)?);
        }
        let mut headers = dwarf.type_units();
        while let Some(header) = headers.next()? {
            units.push(dwarf.unit(header)?);
        }
        Ok(Part { dwarf, units })
    }
}

impl<'a> Die<'a> {
    pub fn tag(self) -> Result<DwTag> {
        Ok(self.entry()?.tag())
    }

    pub fn name(self) -> Result<Option<String>> {
        let Some(value) = self.attribute(gimli::DW_AT_name)? else { return Ok(None) };
        let text = self.part.dwarf.attr_string(self.unit, value)?;
        Ok(Some(gimli::Reader::to_string_lossy(&text)?.into_owned()))
    }

    pub fn has(self, name: DwAt) -> Result<bool> {
        Ok(self.attribute(name)?.is_some())
    }

    pub fn number(self, name: DwAt) -> Result<Option<u64>> {
        Ok(self.attribute(name)?.and_then(|value| value.udata_value()))
    }

    pub fn signed(self, name: DwAt) -> Result<Option<i64>> {
        let Some(value) = self.attribute(name)? else { return Ok(None) };
        // a form without sign holds a value that is not negative
        Ok(value.udata_value().and_then(|value| i64::try_from(value).ok()).or_else(|| value.sdata_value()))
    }

    /// The address of a variable, if DW_AT_location is a fixed one.
    pub fn address(self) -> Result<Option<u64>> {
        let Some(location) = self.attribute(gimli::DW_AT_location)?.and_then(|value| value.exprloc_value()) else {
            return Ok(None);
        };
        match location.operations(self.unit.encoding()).next()? {
            Some(gimli::Operation::Address { address }) => Ok(Some(address)),
            _ => Ok(None),
        }
    }

    /// The entry that DW_AT_type names; void has none.
    pub fn type_(self) -> Result<Option<Die<'a>>> {
        let Some(value) = self.attribute(gimli::DW_AT_type)? else { return Ok(None) };
        self.target(value).map(Some)
    }

    /// The entry itself, or that of the type unit which it stands for.
    pub fn definition(self) -> Result<Die<'a>> {
        match self.attribute(gimli::DW_AT_signature)? {
            Some(value) => self.target(value),
            None => Ok(self),
        }
    }

    pub fn children(self) -> Result<Vec<Die<'a>>> {
        let mut tree = self.unit.entries_tree(Some(self.offset))?;
        let mut children = tree.root()?.children();
        let mut found = Vec::new();
        while let Some(child) = children.next()? {
            found.push(Die { offset: child.entry().offset(), ..self });
        }
        Ok(found)
    }

    fn entry(self) -> Result<Entry> {
        Ok(self.unit.entry(self.offset)?)
    }

    fn attribute(self, name: DwAt) -> Result<Option<Value>> {
        Ok(self.entry()?.attr_value(name))
    }

    fn target(self, value: Value) -> Result<Die<'a>> {
        match value {
            AttributeValue::UnitRef(offset) => Ok(Die { offset, ..self }),
            AttributeValue::DebugInfoRef(at) => self.info.in_part(self.part, at),
            AttributeValue::DebugInfoRefSup(at) => {
                let alternate = self.info.alternate.as_ref().context("the alternate debug file is missing")?;
                self.info.in_part(alternate, at)
            }
            AttributeValue::DebugTypesRef(signature) => self.info.by_signature(signature),
            other => anyhow::bail!("{other:?} is no reference to an entry"),
        }
    }
}

/// The sections of an ELF file, uncompressed; what the file does not have is empty.
fn sections(file: &[u8]) -> Result<gimli::Dwarf<Reader>> {
    let elf = object::File::parse(file)?;
    gimli::Dwarf::load(|id: SectionId| {
        let data = elf.section_by_name(id.name()).map(|section| section.uncompressed_data()).transpose();
        let data = data.with_context(|| format!("section {}", id.name()))?.unwrap_or_default();
        Ok(EndianRcSlice::new(Rc::from(&*data), LittleEndian))
    })
}
