//! What functions and addresses are called: by a symbol, the import behind a stub, the text of a constant, else by the address.

use luci::addr::Vaddr;
use luci::binary::Relocation;
use luci::code::decode::Way;
use luci::code::extents::Basis;
use luci::code::targets::content;
use luci::code::{Analysis, Function, Reference, Target};

/// The first of a function's names, `NAME@plt` for a stub, else its address.
pub fn function(analysis: &Analysis, function: &Function) -> String {
    if let Some(name) = analysis.names_of(function).next() {
        return text(name);
    }
    match analysis.import_of_stub(function) {
        Some((name, _)) => format!("{}@plt", text(name)),
        None if function.basis == Basis::Stub => format!("the stub at {:#x}", function.start.0),
        None => format!("the function at {:#x}", function.start.0),
    }
}

/// All names of a function; none when it has no symbol.
pub fn all(analysis: &Analysis, function: &Function) -> Vec<String> {
    analysis.names_of(function).map(text).collect()
}

/// What a reference leads to.
pub fn target(analysis: &Analysis, reference: &Reference) -> String {
    describe(analysis, analysis.target_of(reference), reference.target)
}

fn describe(analysis: &Analysis, target: Target, vaddr: Vaddr) -> String {
    match target {
        Target::Function { index, offset } => with_offset(function(analysis, &analysis.functions[index]), offset),
        Target::Import { name, version: b"", .. } => text(name),
        Target::Import { name, version, .. } => format!("{}@{}", text(name), text(version)),
        Target::Slot(at) => format!("pointer to {}", describe(analysis, analysis.target(at, Way::Address), at)),
        Target::ThreadLocal { offset, .. } => format!("thread-local at offset {offset:#x}"),
        Target::Shared { offset, .. } => symbol(analysis, vaddr).unwrap_or_else(|| format!("variable at offset {offset:#x}")),
        Target::Constant(at) => constant(analysis, at),
        Target::Code => format!("code at {:#x}", vaddr.0),
        Target::Outside => format!("{:#x}, outside the file", vaddr.0),
    }
}

/// The symbol at or around an address.
pub fn symbol(analysis: &Analysis, vaddr: Vaddr) -> Option<String> {
    let symbol = analysis.names_at(vaddr).first()?;
    Some(with_offset(text(symbol.name), vaddr.0 - symbol.value.0))
}

fn constant(analysis: &Analysis, at: Vaddr) -> String {
    let name = symbol(analysis, at).or_else(|| string(analysis, at));
    name.unwrap_or_else(|| format!("constant at {:#x}", at.0))
}

/// The beginning of the text at an address, in quotes; `None` when there is none.
pub fn string(analysis: &Analysis, at: Vaddr) -> Option<String> {
    /// Characters that are shown
    const SHOWN: usize = 40;
    let (0, string) = content(analysis, at).split_last()? else { return None };
    let is_text = |&byte: &u8| byte >= 0x20 || byte == b'\n' || byte == b'\t';
    let string = str::from_utf8(string).ok().filter(|text| !text.is_empty() && text.bytes().all(|byte| is_text(&byte)))?;
    let shown: String = string.chars().take(SHOWN).collect();
    Some(if shown.len() < string.len() { format!("{shown:?}…") } else { format!("{shown:?}") })
}

fn with_offset(name: String, offset: u64) -> String {
    if offset == 0 { name } else { format!("{name}+{offset:#x}") }
}

/// A name of the file as text.
pub fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// What a relocation stores, without saying where that lies: the symbol, or the function or datum with its name or content.
pub fn relocation(analysis: &Analysis, relocation: &Relocation) -> String {
    let symbol = analysis.view.symbols.dynamic.get(relocation.symbol as usize).filter(|symbol| !symbol.name.is_empty());
    match (relocation.relative_target(), symbol) {
        (Some(target), _) => match analysis.target(target, Way::Address) {
            Target::Function { index, offset } => {
                let function = &analysis.functions[index];
                let name = analysis.names_of(function).next().map_or_else(|| format!("{:#x}", function.fingerprint), text);
                format!("{} {}", relocation.kind, with_offset(name, offset))
            }
            Target::Constant(at) => format!("{} {}", relocation.kind, place_free(analysis, at)),
            target => format!("{} {}", relocation.kind, describe(analysis, target, Vaddr(0))),
        },
        (None, Some(symbol)) => format!("{} {}+{:#x}", relocation.kind, text(symbol.name), relocation.addend),
        (None, None) => format!("{} {:#x}", relocation.kind, relocation.addend),
    }
}

/// A constant by its name, or by its text.
fn place_free(analysis: &Analysis, at: Vaddr) -> String {
    symbol(analysis, at).unwrap_or_else(|| String::from_utf8_lossy(content(analysis, at)).into_owned())
}
