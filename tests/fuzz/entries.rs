//! What is fuzzed: every reader of bytes that others wrote, each behind one function that takes any bytes. Shared by the smoke
//! test beside this file and by the cargo-fuzz targets in `fuzz/`.

use luci::binary::FileView;
use luci::code::classes::virtual_tables;
use luci::code::targets::external_hash;
use luci::code::{Analysis, Comparison, Pairing};
use luci::config::{self, Config};
use luci::elf::dynamic::Dynamic;
use luci::elf::hash::{self, GnuHash, SysVHash};
use luci::elf::header::Header;
use luci::elf::segments::{self, PT_DYNAMIC, PT_NOTE};
use luci::elf::strings::Strings;
use luci::elf::{notes, relocs, versions};
use luci::glibc::record::RECORDS;
use luci::glibc::tunables::Tunables;
use luci::link::cache::Cache;
use luci::link::hwcaps::Hwcaps;
use luci::link::segments as layout;
use luci::link::tokens::{self, Tokens};
use luci::update::{Usage, compare, new_needed, new_undefined, pointer_moves};

pub type Entry = fn(&[u8]);

/// All of them by name; the name is also that of the cargo-fuzz target and of the folder in `fuzz/corpus`.
pub const ENTRIES: [(&str, Entry); 9] = [
    ("elf", elf),
    ("dynamic", dynamic),
    ("cache", cache),
    ("config_file", config_file),
    ("environment", environment),
    ("tunables", tunables),
    ("tokens", path_tokens),
    ("analysis", analysis),
    ("comparison", comparison),
];

/// A whole file: header, program headers, the plan of its segments, notes, and its dynamic section where that says it is.
pub fn elf(file: &[u8]) {
    let Ok(header) = Header::parse(file, luci::arch::MACHINE) else { return };
    let (offset, len) = header.program_header_range();
    let table = usize::try_from(offset).ok().and_then(|start| file.get(start..start.checked_add(len)?));
    let headers: Vec<_> = segments::parse(table.unwrap_or_default()).collect();
    let part = |header: &segments::ProgramHeader| {
        let start = usize::try_from(header.offset.0).ok()?;
        file.get(start..start.checked_add(usize::try_from(header.filesz).ok()?)?)
    };
    for bytes in headers.iter().filter(|header| header.kind == PT_NOTE).filter_map(part) {
        let _ = (notes::build_id(bytes), notes::needs_indirect_access(bytes));
    }
    let section = headers.iter().find(|header| header.kind == PT_DYNAMIC).and_then(part);
    let decoded = section.map(Dynamic::parse);
    let Ok(plan) = layout::plan(headers, header.phoff, file.len() as u64) else { return };
    assert!(plan.size() > 0 && plan.start.0.is_multiple_of(luci::arch::PAGE_SIZE));
    for segment in &plan.segments {
        assert!(segment.start <= segment.data_end && segment.data_end <= segment.page_end.max(segment.alloc_end));
        assert!(segment.file_bytes_from(segment.vaddr).is_none_or(|len| len <= file.len() as u64));
    }
    let _ = (plan.writable_pages(), plan.is_contiguous(), plan.is_code(luci::addr::Vaddr(header.entry)));
    if let Some(Ok(dynamic)) = decoded {
        let _ = plan.segment_of(dynamic.strtab.vaddr, dynamic.strtab.size);
        let _ = plan.in_relro(dynamic.init_array.vaddr, dynamic.init_array.size);
    }
}

/// A dynamic section, hash tables, version sections, a string table and RELR, all the same bytes: each starts anywhere.
pub fn dynamic(bytes: &[u8]) {
    let _ = Dynamic::parse(bytes).map(|dynamic| (dynamic.binds_now(), dynamic.entry_index(5)));
    let Some((&[first, second], rest)) = bytes.split_first_chunk::<2>() else { return };
    let (sections, names) = rest.split_at(rest.len().min(usize::from(first) * 16));
    let strings = Strings::new(names);
    let table = versions::table(Some(sections), Some(sections), strings);
    assert!(table.len() <= usize::from(versions::HIDDEN));
    let _ = strings.get(u64::from(second));
    let words: Vec<u32> = sections.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().expect("four"))).collect();
    for name in [names, b"printf", b""] {
        if let Some(hash) = GnuHash::parse(&words) {
            let wanted = hash::gnu_hash(name);
            let _ = (hash.may_contain(wanted), hash.may_contain_either(wanted), hash.symbol_count());
            assert!(hash.candidates(wanted).count() <= words.len());
            let _ = hash.hash_of(u32::from(second));
        }
        if let Some(hash) = SysVHash::parse(&words) {
            assert!(hash.candidates(hash::sysv_hash(name)).count() <= words.len());
        }
    }
    let wide: Vec<u64> = sections.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().expect("eight"))).collect();
    assert!(relocs::relr(&wide).count() <= wide.len() * 64);
}

/// `/etc/ld.so.cache`, asked for names.
pub fn cache(file: &[u8]) {
    let Ok(cache) = Cache::parse(file) else { return };
    for hwcaps in [Hwcaps::default(), Hwcaps::new(4, Some(b"mine:x86-64-v3"), None)] {
        for name in [&b"libc.so.6"[..], b"libz.so.1", b"", b"libx.so.99999999999999999999"] {
            assert!(cache.lookup(name, &hwcaps).all(|path| path.starts_with(b"/")));
        }
    }
}

pub fn config_file(file: &[u8]) {
    for setting in config::file::settings(file) {
        assert!(setting.value.is_err() || setting.line > 0);
    }
    let read = |secure| Config::read(None, core::iter::empty(), secure, |_| Ok(file)).expect("the file cannot fail a start");
    lists(&read(false));
    let secure = read(true);
    assert!(secure.statusinfo.is_none() && secure.logfile.is_none());
    lists(&secure);
}

/// Lines: first the environment, behind an empty line the command line.
pub fn environment(bytes: &[u8]) {
    let mut lines = bytes.split(|&byte| byte == b'\n');
    let variables: Vec<&[u8]> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
    let arguments: Vec<&[u8]> = lines.collect();
    for secure in [false, true] {
        let interpreter = Config::read(None, variables.iter().copied(), secure, |_| Err(luci::diag::Error::os("", "", 2)))
            .expect("the environment cannot fail a start");
        assert!(!secure || interpreter.library_path.is_empty() && interpreter.tunables.is_none() && interpreter.audit.is_empty());
        lists(&interpreter);
        let mut all = arguments.iter().copied();
        if let Ok(config) = Config::read(Some(&mut all), variables.iter().copied(), secure, |_| Ok(bytes)) {
            assert!(config.program.is_none_or(|program| program.consumed < arguments.len()));
            assert!(!secure || matches!(config.mode, config::Mode::Help | config::Mode::Version));
            lists(&config);
        }
    }
}

fn lists(config: &Config<'_>) {
    assert!(config.preload().all(|(name, _)| !name.is_empty() && (!config.secure || !name.contains(&b'/'))));
    let _ = (config.library_path().count(), config.exclude.iter().any(|list| config::excludes(list.text, b"libc.so.6")));
    let _ = config.problems.iter().map(ToString::to_string).count();
}

/// GLIBC_TUNABLES for each libc, behind a line with an alias variable's value.
pub fn tunables(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (alias, text) = text.split_once('\n').unwrap_or(("", &text));
    for record in &RECORDS {
        let mut tunables = Tunables::parse(record, text);
        tunables.set_alias(record, "MALLOC_CHECK_", alias);
        for id in 0..64 {
            let answer = tunables.answer(record, id);
            assert!(matches!(answer.bytes().len(), 4 | 8 | 16));
            assert!(answer.text.is_none_or(|value| text.contains(value)));
        }
    }
}

/// A path and, behind a NUL, the value of `$ORIGIN`.
pub fn path_tokens(bytes: &[u8]) {
    let (path, origin) = match bytes.iter().position(|&byte| byte == 0) {
        Some(at) => (&bytes[..at], Some(&bytes[at + 1..])),
        None => (bytes, None),
    };
    let directories: &[&[u8]] = &[b"/lib", b"/usr/lib"];
    for trusted in [None, Some(directories)] {
        let secure = trusted.is_some();
        let tokens = Tokens { origin, lib: b"lib", platform: Some(b"x86_64"), secure, trusted };
        let Some(expanded) = tokens::expand(path, &tokens) else { continue };
        assert!(expanded.len() <= (path.len() + 1) * (origin.map_or(0, <[u8]>::len) + 8));
        let from_origin = origin.is_some_and(|_| path.starts_with(b"$ORIGIN/"));
        assert!(!(secure && from_origin) || expanded.starts_with(b"/"), "$ORIGIN must be absolute in a secure program");
    }
    for element in config::library_path_elements(bytes).chain(config::preload_names(bytes)) {
        assert!(element.len() <= bytes.len());
    }
    let _ = config::without_comments(bytes).flat_map(config::preload_names).count();
}

/// A whole file as evidence: its tables, its functions with what they refer to, its vtables.
pub fn analysis(file: &[u8]) {
    let Ok(view) = FileView::parse(file) else { return };
    let analysis = Analysis::new(&view);
    let decoded: u64 = analysis.functions.iter().map(|function| function.size).sum();
    assert!(decoded <= 4 * file.len() as u64, "{decoded} bytes of code in {} bytes", file.len());
    assert!(analysis.functions.windows(2).all(|pair| pair[0].start <= pair[1].start));
    assert!(analysis.reference_count() as u64 <= decoded);
    for function in &analysis.functions {
        external_hash(&analysis, function);
        assert!(analysis.function_at(function.start).is_some());
    }
    assert!(virtual_tables(&analysis).len() <= view.relocations.len());
}

/// An old file with edits. The input: how many edits, for each where (three bytes) and what (one byte), then the file.
pub fn comparison(bytes: &[u8]) {
    const LARGEST_EDIT: usize = 4;
    let Some((&count, rest)) = bytes.split_first() else { return };
    let Some((edits, old)) = rest.split_at_checked(usize::from(count) * LARGEST_EDIT) else { return };
    let mut new = old.to_vec();
    for edit in edits.chunks_exact(LARGEST_EDIT) {
        let at = u32::from_le_bytes([edit[0], edit[1], edit[2], 0]) as usize % new.len().max(1);
        new.iter_mut().skip(at).take(1).for_each(|byte| *byte = edit[3]);
    }
    let (Ok(old), Ok(new)) = (FileView::parse(old), FileView::parse(&new)) else { return };
    let usage = Usage { copied: &[b"counter", b"limits"], ..Usage::everything() };
    for (old, new) in [(&old, &new), (&new, &old)] {
        let verdict = compare("libx.so", old, new, &usage);
        assert!(verdict.reasons.iter().all(|reason| !reason.to_string().is_empty()));
        assert!(verdict.omitted == 0 || !verdict.is_accepted());
        pointer_moves(old, new);
        let _ = (new_undefined(old, new).count(), new_needed(old, new).count());
        let (before, after) = (Analysis::new(old), Analysis::new(new));
        let pairing = Pairing::new(&before, &after);
        let mut changes = Comparison::new(&before, &after, &pairing);
        changes.follow_dependencies();
        assert_eq!(changes.changes.len(), before.functions.len());
    }
}
