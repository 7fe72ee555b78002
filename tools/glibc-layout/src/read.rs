//! Reads the [`Layout`] of an installed libc from its debug files.

use anyhow::{Context, Result, ensure};
use indexmap::IndexMap;

use crate::distribution;
use crate::installed::Installed;
use crate::layout::{Layout, Struct};
use crate::library::Library;
use crate::record;
use crate::structures;

const TUNABLE_IDS: &str = "tunable_id_t";
/// The shared objects with the structures that they are.
const SHARED: [(&str, &str); 2] = [("_rtld_global", "rtld_global"), ("_rtld_global_ro", "rtld_global_ro")];

/// The layout, or an error that says how to get the debug files.
pub fn layout(installed: &Installed) -> Result<Layout> {
    let layout = layout_if_there(installed)?;
    layout.with_context(|| {
        let Some(loader) = &installed.loader else { return "there is no stock loader beside this libc".to_owned() };
        let (path, id) = (loader.path.display(), loader.build_id_text());
        let passed_over = installed.debug_files().passed_over(loader);
        let advice = distribution::advice(&installed.root, loader);
        format!("the debug files of {path} (build ID {id}) are missing{passed_over}: {advice}")
    })
}

/// The layout, or none if there are no debug files.
pub fn layout_if_there(installed: &Installed) -> Result<Option<Layout>> {
    let names = record::structures()?;
    let mut structs: IndexMap<String, Struct> = IndexMap::new();
    let mut enums = IndexMap::new();
    let mut build_ids = vec![installed.libc.build_id_text()];
    for library in installed.described_by() {
        let missing: Vec<&str> = names.iter().map(String::as_str).filter(|name| !structs.contains_key(*name)).collect();
        if missing.is_empty() {
            break;
        }
        let Some(info) = installed.debug_files().read(library)? else {
            continue;
        };
        let found = structures::structs(&info, &missing)?;
        agree_with_symbols(library, &found)?;
        if !found.is_empty() {
            build_ids.push(library.build_id_text());
        }
        structs.extend(found);
        if !enums.contains_key(TUNABLE_IDS) {
            enums.extend(structures::enumeration(&info, TUNABLE_IDS)?.map(|values| (TUNABLE_IDS.to_owned(), values)));
        }
    }
    if SHARED.iter().any(|(_, structure)| !structs.contains_key(*structure)) {
        return Ok(None);
    }
    build_ids.retain(|id| !id.is_empty());
    build_ids.sort();
    build_ids.dedup();
    let version = installed.version().context("this libc does not say its version")?;
    Ok(Some(Layout { glibc: version.to_owned(), build: distribution::id(&installed.root), build_ids, structs, enums }))
}

/// The shared objects must be as large in the loader, which defines them, as its debug information says.
fn agree_with_symbols(library: &Library, structs: &IndexMap<String, Struct>) -> Result<()> {
    for (symbol, structure) in SHARED {
        let defined = library.symbol(symbol).map(|(_, size)| size);
        let described = structs.get(structure).map(|structure| structure.size);
        let (Some(defined), Some(described)) = (defined, described) else { continue };
        ensure!(defined == described, "{symbol} has {defined} bytes, struct {structure} in the debug files {described}");
    }
    Ok(())
}
