//! Protected symbols (gABI STV_PROTECTED), whose references inside their object mean its own definition, while an executable
//! at fixed addresses may hold them at another address: in a copy of the variable, or in its own PLT entry.

use alloc::string::String;

use super::object::{Role, Version};
use super::resolve::{Class, Definition};
use crate::arch::reloc::*;
use crate::elf::symbols as sym;

/// A protected symbol means the object's own definition, except where the executable has made the address its own: by a
/// PLT entry for a function, or by a copy relocation for data that is reached through the GOT.
pub fn meant<'w, 'm>(found: Definition<'w, 'm>, own: Definition<'w, 'm>, class: Class, kind: u32) -> Definition<'w, 'm> {
    if found.object.id == own.object.id || class.contains(Class::PLT) {
        return own;
    }
    let is_plt_entry = found.symbol.st_shndx == sym::SHN_UNDEF;
    let in_program = found.object.current.role == Role::Program;
    let is_copy = in_program && sym::kind(own.symbol) == sym::STT_OBJECT && kind == R_X86_64_GLOB_DAT;
    if is_plt_entry || is_copy { found } else { own }
}

/// Whether a program's undefined symbol has an address: that of its PLT entry, which is the function's for the whole process.
pub fn takes_address(version: &Version<'_>, index: u32) -> bool {
    let symbol = version.symbols.get(index);
    version.role == Role::Program && symbol.is_some_and(|symbol| symbol.st_shndx == sym::SHN_UNDEF && symbol.st_value != 0)
}

/// The warning for a program whose symbol `index` makes another object's protected symbol have two addresses.
pub fn complaint(version: &Version<'_>, index: u32, found: &Definition<'_, '_>, kind: u32) -> Option<String> {
    let defining = &found.object.current;
    if version.role != Role::Program || defining.role == Role::Program || sym::visibility(found.symbol) != sym::STV_PROTECTED {
        return None;
    }
    let (what, effect) = match kind {
        R_X86_64_COPY => ("copy relocation against non-copyable protected symbol", ""),
        R_X86_64_JUMP_SLOT if takes_address(version, index) => {
            ("direct reference to protected function", " may break pointer equality")
        }
        _ => return None,
    };
    let name = String::from_utf8_lossy(defining.symbols.name(found.symbol).unwrap_or_default());
    let path = String::from_utf8_lossy(&defining.path);
    Some(alloc::format!("warning: {what} `{name}' in `{path}'{effect}"))
}
