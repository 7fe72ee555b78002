//! Separate debug files: where a file's is, and the functions and data that its symbol table names.
//!
//! gdb's rules: by build ID below `usr/lib/debug/.build-id`, else by `.gnu_debuglink` beside the file, in `.debug` beside it, or below
//! `usr/lib/debug` with the same folder; its checksum must agree. At last `debuginfod-find` is asked when it is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use luci::addr::Vaddr;
use luci::binary::Symbol;
use luci::elf::symbols::{STB_GLOBAL, STB_LOCAL, STT_FUNC, STT_OBJECT, STT_TLS};
use object::read::elf::{ElfFile64, FileHeader as _};
use object::{Endianness, Object, ObjectSymbol, SymbolKind};

/// The path of the debug file of `path`, whose content is `bytes`; the error says where it was looked for and what to install.
pub fn find(path: &Path, bytes: &[u8], root: &Path) -> Result<PathBuf, String> {
    let what = |problem: String| format!("{}: {problem}", path.display());
    let file = parse(bytes).map_err(what)?;
    let build_id = file.build_id().ok().flatten().map(hex);
    if let Some(found) = build_id.as_deref().and_then(|id| by_build_id(id, root)) {
        return Ok(found);
    }
    if let Some((name, checksum)) = file.gnu_debuglink().ok().flatten()
        && let Some(found) = by_link(path, &String::from_utf8_lossy(name), checksum, root)
    {
        return Ok(found);
    }
    if let Some(found) = build_id.as_deref().filter(|_| root == Path::new("/")).and_then(from_debuginfod) {
        return Ok(found);
    }
    Err(what(match build_id {
        Some(id) => format!(
            "no debug file for build ID {id} below {}: install the package that ends in -dbgsym or -dbg (debuginfo) for this file, or \
             debuginfod",
            root.join("usr/lib/debug").display()
        ),
        None => "it has no build ID, and no debug file that .gnu_debuglink names is there".to_string(),
    }))
}

fn parse(bytes: &[u8]) -> Result<ElfFile64<'_, Endianness>, String> {
    let is_elf = object::elf::FileHeader64::<Endianness>::parse(bytes).is_ok_and(|header| header.endian().is_ok());
    if !is_elf {
        return Err("invalid ELF header".to_string());
    }
    ElfFile64::parse(bytes).map_err(|error| format!("the file is damaged: {error}"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn by_build_id(id: &str, root: &Path) -> Option<PathBuf> {
    let (folder, rest) = id.split_at_checked(2)?;
    let path = root.join("usr/lib/debug/.build-id").join(folder).join(format!("{rest}.debug"));
    path.is_file().then_some(path)
}

fn by_link(path: &Path, name: &str, checksum: u32, root: &Path) -> Option<PathBuf> {
    let path = path.canonicalize().ok()?;
    let folder = path.parent()?;
    let below = folder.strip_prefix("/").unwrap_or(folder);
    let places = [folder.join(name), folder.join(".debug").join(name), root.join("usr/lib/debug").join(below).join(name)];
    places.into_iter().find(|place| *place != path && fs::read(place).is_ok_and(|bytes| crc32fast::hash(&bytes) == checksum))
}

/// The path that `debuginfod-find` prints; `None` when it is not installed or has no such file.
fn from_debuginfod(id: &str) -> Option<PathBuf> {
    let output =
        Command::new("debuginfod-find").args(["debuginfo", id]).output().ok().filter(|output| output.status.success())?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    path.is_file().then_some(path)
}

/// The functions and data that the symbol table of a debug file names.
pub fn symbols(debug: &[u8]) -> Result<Vec<Symbol<'_>>, String> {
    let file = parse(debug)?;
    let mut symbols = Vec::new();
    for symbol in file.symbols().filter(|symbol| symbol.is_definition()) {
        let kind = match symbol.kind() {
            SymbolKind::Text => STT_FUNC,
            SymbolKind::Data => STT_OBJECT,
            SymbolKind::Tls => STT_TLS,
            _ => continue,
        };
        let (Ok(name), Some(section)) = (symbol.name_bytes(), symbol.section_index()) else { continue };
        if name.is_empty() {
            continue;
        }
        symbols.push(Symbol {
            name,
            version: b"",
            kind,
            binding: if symbol.is_local() { STB_LOCAL } else { STB_GLOBAL },
            section: section.0 as u16,
            value: Vaddr(symbol.address()),
            size: symbol.size(),
        });
    }
    if symbols.is_empty() { Err("it has no symbol table".to_string()) } else { Ok(symbols) }
}
