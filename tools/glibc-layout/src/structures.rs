//! From entries of debug information to structures with their fields: what [`crate::debug_info`] gives becomes part of a
//! [`crate::layout::Layout`].
//!
//! Members of members are fields too, `header.self`; those of unnamed members belong to the structure around them; of an
//! array of structures the first element stands for all, `_dl_ns[0]._ns_loaded`.

use anyhow::{Context, Result, bail};
use gimli::{
    DW_AT_bit_size, DW_AT_byte_size, DW_AT_count, DW_AT_data_bit_offset, DW_AT_data_member_location, DW_AT_declaration,
    DW_AT_upper_bound, DwTag,
};
use indexmap::IndexMap;

use crate::debug_info::{DebugInfo, Die};
use crate::layout::{Field, Struct};

/// Size of a pointer in bytes.
const POINTER: u64 = 8;

/// The structures with these names. Of several definitions the largest is taken: some sources see a shortened one.
pub fn structs(info: &DebugInfo, names: &[&str]) -> Result<IndexMap<String, Struct>> {
    let mut largest: IndexMap<String, (u64, Die)> = IndexMap::new();
    for die in info.top_level()? {
        if die.tag()? != gimli::DW_TAG_structure_type || die.has(DW_AT_declaration)? {
            continue;
        }
        let Some(name) = die.name()?.filter(|name| names.contains(&name.as_str())) else { continue };
        let size = die.number(DW_AT_byte_size)?.unwrap_or(0);
        if largest.get(&name).is_none_or(|(known, _)| *known < size) {
            largest.insert(name, (size, die));
        }
    }
    let mut found = IndexMap::new();
    for (name, (size, die)) in largest {
        let mut fields = Vec::new();
        members(die, "", 0, &mut fields).with_context(|| format!("struct {name}"))?;
        found.insert(name, Struct { size, fields });
    }
    Ok(found)
}

/// The values of the enumeration with this name or of that which a typedef gives this name, in the order of the source.
pub fn enumeration(info: &DebugInfo, name: &str) -> Result<Option<Vec<(String, i64)>>> {
    for die in info.top_level()? {
        let fitting = [gimli::DW_TAG_typedef, gimli::DW_TAG_enumeration_type].contains(&die.tag()?);
        if !fitting || die.name()?.as_deref() != Some(name) {
            continue;
        }
        let Some(die) = plain(Some(die))?.filter(|die| die.tag().is_ok_and(|tag| tag == gimli::DW_TAG_enumeration_type)) else {
            continue;
        };
        let mut values = Vec::new();
        for value in die.children()? {
            let number = value.signed(gimli::DW_AT_const_value)?.with_context(|| format!("a value of enum {name}"))?;
            values.push((value.name()?.unwrap_or_default(), number));
        }
        if !values.is_empty() {
            return Ok(Some(values));
        }
    }
    Ok(None)
}

/// The link-time address of the variable with this name.
pub fn address(info: &DebugInfo, name: &str) -> Result<Option<u64>> {
    for die in info.top_level()? {
        if die.tag()? == gimli::DW_TAG_variable
            && die.name()?.as_deref() == Some(name)
            && let Some(address) = die.address()?
        {
            return Ok(Some(address));
        }
    }
    Ok(None)
}

/// Appends the members of a structure or union that begins at byte `base`, their names behind `prefix`.
fn members(structure: Die, prefix: &str, base: u64, fields: &mut Vec<Field>) -> Result<()> {
    for member in structure.children()? {
        if member.tag()? != gimli::DW_TAG_member {
            continue;
        }
        let type_ = member.type_()?.context("a member without type")?;
        let (offset, bits) = place(member, type_)?;
        let offset = base.saturating_add(offset);
        let Some(name) = member.name()? else {
            members(definition(type_)?, prefix, offset, fields)?;
            continue;
        };
        let path = format!("{prefix}{name}");
        fields.push(Field { path: path.clone(), offset, size: size(type_)?, type_name: spelling(Some(type_))?, bits });
        let (inner, prefix) = match array(type_)? {
            Some((element, _)) => (element, format!("{path}[0].")),
            None => (type_, format!("{path}.")),
        };
        let inner = definition(inner)?;
        if is_aggregate(inner.tag()?) {
            members(inner, &prefix, offset, fields)?;
        }
    }
    Ok(())
}

/// Byte offset of a member in its structure, and the first bit and number of bits if it is a bit field.
fn place(member: Die, type_: Die) -> Result<(u64, Option<(u8, u8)>)> {
    let byte = member.number(DW_AT_data_member_location)?;
    let Some(count) = member.number(DW_AT_bit_size)? else {
        if byte.is_none() && member.has(DW_AT_data_member_location)? {
            bail!("the place of {} is an expression", member.name()?.unwrap_or_default());
        }
        return Ok((byte.unwrap_or(0), None));
    };
    let first = match (member.number(DW_AT_data_bit_offset)?, member.number(gimli::DW_AT_bit_offset)?) {
        (Some(bit), _) => bit,
        // DWARF 2 and 3 count from the most significant bit of the storage unit
        (None, Some(from_top)) => {
            let storage = member.number(DW_AT_byte_size)?.map_or_else(|| size(type_), Ok)?;
            let below = (storage * 8).checked_sub(from_top + count).context("a bit field outside its type")?;
            byte.unwrap_or(0) * 8 + below
        }
        (None, None) => byte.unwrap_or(0) * 8,
    };
    Ok((first / 8, Some((u8::try_from(first % 8)?, u8::try_from(count)?))))
}

fn size(type_: Die) -> Result<u64> {
    if let Some(size) = type_.number(DW_AT_byte_size)? {
        return Ok(size);
    }
    if let Some((element, counts)) = array(type_)? {
        return Ok(counts.iter().fold(size(element)?, |size, count| size.saturating_mul(count.unwrap_or(0))));
    }
    match (type_.tag()?, type_.definition()?.type_()?) {
        (gimli::DW_TAG_pointer_type, _) => Ok(POINTER),
        (gimli::DW_TAG_structure_type | gimli::DW_TAG_union_type, _) => {
            type_.definition()?.number(DW_AT_byte_size)?.context("a structure without size")
        }
        (_, Some(target)) => size(target),
        (tag, None) => bail!("a type without size ({tag})"),
    }
}

/// Element type and number of elements in each dimension, behind typedefs and qualifiers.
fn array(type_: Die) -> Result<Option<(Die, Vec<Option<u64>>)>> {
    let Some(die) = plain(Some(type_))?.filter(|die| die.tag().is_ok_and(|tag| tag == gimli::DW_TAG_array_type)) else {
        return Ok(None);
    };
    let mut counts = Vec::new();
    for range in die.children()? {
        if range.tag()? == gimli::DW_TAG_subrange_type {
            let upper = range.number(DW_AT_upper_bound)?.map(|upper| upper.wrapping_add(1));
            counts.push(range.number(DW_AT_count)?.or(upper));
        }
    }
    Ok(Some((die.type_()?.context("an array without element type")?, counts)))
}

/// The type behind typedefs and qualifiers.
fn plain(mut type_: Option<Die>) -> Result<Option<Die>> {
    while let Some(die) = type_ {
        match die.tag()? {
            gimli::DW_TAG_typedef
            | gimli::DW_TAG_const_type
            | gimli::DW_TAG_volatile_type
            | gimli::DW_TAG_restrict_type
            | gimli::DW_TAG_atomic_type => type_ = die.type_()?,
            _ => return Ok(Some(die)),
        }
    }
    Ok(None)
}

/// The entry that describes the type itself.
fn definition(type_: Die) -> Result<Die> {
    plain(Some(type_))?.unwrap_or(type_).definition()
}

fn is_aggregate(tag: DwTag) -> bool {
    [gimli::DW_TAG_structure_type, gimli::DW_TAG_union_type, gimli::DW_TAG_class_type].contains(&tag)
}

/// A type as C writes it, near enough to be read.
fn spelling(type_: Option<Die>) -> Result<String> {
    let Some(die) = type_ else { return Ok("void".to_owned()) };
    let name = || Ok::<_, anyhow::Error>(die.definition()?.name()?.unwrap_or_else(|| "{anon}".to_owned()));
    Ok(match die.tag()? {
        gimli::DW_TAG_structure_type => format!("struct {}", name()?),
        gimli::DW_TAG_union_type => format!("union {}", name()?),
        gimli::DW_TAG_enumeration_type => format!("enum {}", name()?),
        gimli::DW_TAG_const_type => format!("const {}", spelling(die.type_()?)?),
        gimli::DW_TAG_volatile_type => format!("volatile {}", spelling(die.type_()?)?),
        gimli::DW_TAG_restrict_type | gimli::DW_TAG_atomic_type => spelling(die.type_()?)?,
        gimli::DW_TAG_pointer_type => match die.type_()? {
            Some(function) if function.tag()? == gimli::DW_TAG_subroutine_type => signature(function, "(*)")?,
            target => format!("{} *", spelling(target)?),
        },
        gimli::DW_TAG_subroutine_type => signature(die, "")?,
        gimli::DW_TAG_array_type => {
            let (element, counts) = array(die)?.context("an array without element type")?;
            let brackets = counts.iter().map(|count| format!("[{}]", count.map_or(String::new(), |count| count.to_string())));
            spelling(Some(element))? + &brackets.collect::<String>()
        }
        _ => name()?,
    })
}

fn signature(function: Die, between: &str) -> Result<String> {
    let mut parameters = Vec::new();
    for parameter in function.children()? {
        match parameter.tag()? {
            gimli::DW_TAG_formal_parameter => parameters.push(spelling(parameter.type_()?)?),
            gimli::DW_TAG_unspecified_parameters => parameters.push("...".to_owned()),
            _ => {}
        }
    }
    if parameters.is_empty() && function.has(gimli::DW_AT_prototyped)? {
        parameters.push("void".to_owned());
    }
    Ok(format!("{} {between}({})", spelling(function.type_()?)?, parameters.join(", ")))
}
