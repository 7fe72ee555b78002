//! All versions of each library in some folders.
//!
//! Key types: [`Library`], [`Version`].

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::Input;

/// One file.
pub struct Version {
    pub input: Input,
    modified: SystemTime,
}

/// All files with one soname, the oldest first.
pub struct Library {
    pub soname: String,
    pub versions: Vec<Version>,
}

/// Every library below `folders`; files with the same content count once, symbolic links and files without DT_SONAME not at all.
pub fn find(folders: &[PathBuf]) -> Result<Vec<Library>, String> {
    let mut paths = Vec::new();
    for folder in folders {
        walk(folder, &mut paths)?;
    }
    let mut found: BTreeMap<String, Vec<Version>> = BTreeMap::new();
    for path in paths {
        let Some((soname, version)) = read(&path)? else { continue };
        let versions = found.entry(soname).or_default();
        if versions.iter().all(|known| known.input.bytes() != version.input.bytes()) {
            versions.push(version);
        }
    }
    let mut libraries = Vec::new();
    for (soname, mut versions) in found {
        versions.sort_by_cached_key(|version| (number(&version.input.path), version.modified, version.input.path.clone()));
        libraries.push(Library { soname, versions });
    }
    Ok(libraries)
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: cannot be read: {error}", folder.display());
    let mut entries = fs::read_dir(folder).map_err(failed)?.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type().map_err(failed)?;
        match kind {
            _ if kind.is_dir() => walk(&entry.path(), paths)?,
            _ if kind.is_file() && entry.file_name().to_string_lossy().contains(".so") => paths.push(entry.path()),
            _ => {}
        }
    }
    Ok(())
}

/// The file with its soname; `None` when it is no library.
fn read(path: &Path) -> Result<Option<(String, Version)>, String> {
    let input = Input::read(path)?;
    let soname = input.view().ok().and_then(|view| Some(crate::names::text(view.soname()?)));
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    Ok(soname.map(|soname| (soname, Version { input, modified })))
}

/// The numbers behind `.so` in a file's name, or those behind its first `-`: 1.6.12 of `libexpat.so.1.6.12`.
fn number(path: &Path) -> Vec<u64> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (stem, behind) = name.split_once(".so").unwrap_or((&name, ""));
    let text = if behind.is_empty() { stem.split_once('-').map_or("", |(_, version)| version) } else { behind };
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_numbers() {
        let mut names = ["libx.so.1.10.0", "libx.so.1.9.2", "libx.so.1.9", "libx-0.3.so"];
        names.sort_by_key(|name| number(Path::new(name)));
        assert_eq!(names, ["libx-0.3.so", "libx.so.1.9", "libx.so.1.9.2", "libx.so.1.10.0"]);
    }
}
