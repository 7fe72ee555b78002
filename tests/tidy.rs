//! Rules that a compiler cannot check: the arrows between the rooms, where `unsafe` and `cfg(target_arch)` may stand, no
//! glibc version in Rust code, sizes of functions and files, and the shape of the built loader. Each rule is one test;
//! its exceptions stand beside it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longest function and file, in lines.
const FUNCTION_LINES: usize = 60;
const FILE_LINES: usize = 500;
/// Files that may be longer: tables and big matches.
const LONG_FILES: &[&str] = &[];
/// Functions that may be longer: tables and big matches, as `file: function`.
const LONG_FUNCTIONS: &[&str] = &["rt/x86_64/audit.rs: luci_audit_call"];
/// Files that name symbol versions because they export under them.
const VERSIONED_NAMES: &[&str] = &[];

/// Which rooms a room may name, besides itself, `addr` and `diag`.
const ARROWS: &[(&str, &[&str])] = &[
    ("addr", &[]),
    ("diag", &[]),
    ("elf", &[]),
    ("config", &[]),
    ("arch", &["elf"]),
    ("tls", &["elf", "arch"]),
    ("link", &["elf", "arch", "tls"]),
    ("binary", &["elf", "arch"]),
    ("code", &["binary", "elf", "arch"]),
    ("glibc", &["link", "tls", "elf", "arch"]),
    ("objlink", &["link", "elf", "arch", "tls"]),
    ("update", &["link", "code", "binary", "elf", "status", "arch", "tls"]),
    ("status", &["link"]),
    ("report", &["link", "elf", "arch"]),
];

/// Parts of `rt` that must not name each other.
const RT_NEVER: &[(&str, &[&str])] = &[
    ("sys", &["files", "map", "image", "heap", "sync", "thread", "live", "abi", "boot", "process", "start"]),
    ("abi", &["live", "boot", "start"]),
    ("live", &["abi", "boot", "start"]),
    ("start", &["abi", "boot", "files", "heap", "image", "live", "map", "process", "sync", "sys", "thread"]),
];

/// A source of the product: its path below `src/` and its text without comments and unit tests.
struct Source {
    name: String,
    text: String,
    code: String,
}

impl Source {
    fn room(&self) -> &str {
        let first = self.name.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }
}

#[test]
fn rooms_name_only_rooms_below_them() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some((room, allowed)) = ARROWS.iter().find(|(room, _)| *room == source.room()) else {
            continue;
        };
        let open = [room, "addr", "diag"];
        for named in named_after(&source.code, "crate::").iter().chain(&named_after(&source.code, "luci::")) {
            let is_room = ARROWS.iter().any(|(room, _)| room == named);
            if is_room && !open.contains(&named.as_str()) && !allowed.contains(&named.as_str()) {
                wrong.push(format!("{} names {named}", source.name));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that must not be:\n{}", wrong.join("\n"));
}

#[test]
fn the_parts_of_rt_keep_apart() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.room() == "rt") {
        let part = source.name.split('/').nth(1).unwrap_or_default().trim_end_matches(".rs");
        let never = RT_NEVER.iter().find(|(name, _)| *name == part).map_or(&[][..], |(_, never)| never);
        let named: BTreeSet<String> =
            ["crate::rt::", "super::"].iter().flat_map(|prefix| named_after(&source.code, prefix)).collect();
        wrong.extend(never.iter().filter(|part| named.contains(**part)).map(|part| format!("{} names {part}", source.name)));
    }
    assert!(wrong.is_empty(), "arrows inside rt that must not be:\n{}", wrong.join("\n"));
}

#[test]
fn unsafe_stands_in_rt_with_its_reason() {
    let mut wrong = Vec::new();
    for source in sources() {
        let inside = source.room() == "rt";
        let lines: Vec<&str> = source.text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if !inside && has_word(code, "unsafe") {
                wrong.push(format!("src/{}:{}: unsafe outside rt", source.name, index + 1));
            }
            let needs_reason = code.contains("unsafe {") || code.contains("unsafe impl");
            let reason = lines[index.saturating_sub(8)..=index].iter().any(|line| line.contains("SAFETY:"));
            if inside && needs_reason && !reason {
                wrong.push(format!("src/{}:{}: unsafe without SAFETY", source.name, index + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_machine_is_asked_for_in_arch_and_rt_only() {
    for source in sources() {
        let allowed = source.name == "arch/mod.rs" || source.room() == "rt";
        assert!(allowed || !source.code.contains("target_arch"), "src/{} asks for the machine", source.name);
    }
}

#[test]
fn every_lock_is_held_across_a_fork() {
    let sources = sources();
    let fork = sources.iter().find(|source| source.name == "rt/fork.rs").expect("rt/fork.rs is there");
    for source in sources.iter().filter(|source| source.room() == "rt" && source.name != "rt/fork.rs") {
        for line in source.code.lines().filter(|line| line.contains("static ") && line.contains(": Locked<")) {
            let name = line.split("static ").nth(1).and_then(|rest| rest.split(':').next()).unwrap_or_default();
            assert!(fork.code.contains(&format!("::{name}.raw()")), "src/{}: fork.rs does not hold {name}", source.name);
        }
    }
}

#[test]
fn assembly_stands_in_one_place() {
    for source in sources() {
        let allowed =
            source.name == "rt/freestanding.rs" || ["rt/sys/", "rt/x86_64/"].iter().any(|folder| source.name.starts_with(folder));
        let assembly = ["asm!(", "naked_asm!("].iter().any(|text| source.code.contains(text));
        assert!(allowed || !assembly, "src/{} holds assembly", source.name);
    }
}

#[test]
fn no_glibc_version_in_code() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !VERSIONED_NAMES.contains(&source.name.as_str())) {
        for (index, line) in source.code.lines().enumerate() {
            if names_glibc_version(line) {
                wrong.push(format!("src/{}:{}: {}", source.name, index + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "glibc versions belong into the records:\n{}", wrong.join("\n"));
}

#[test]
fn sources_open_with_their_purpose_and_stay_short() {
    let mut wrong = Vec::new();
    for source in sources() {
        if !source.text.starts_with("//!") {
            wrong.push(format!("src/{} does not open with //!", source.name));
        }
        let lines = source.text.lines().count();
        if lines > FILE_LINES && !LONG_FILES.contains(&source.name.as_str()) {
            wrong.push(format!("src/{} has {lines} lines", source.name));
        }
        for (function, lines) in functions(&source.text) {
            let name = format!("{}: {function}", source.name);
            if lines > FUNCTION_LINES && !LONG_FUNCTIONS.contains(&name.as_str()) {
                wrong.push(format!("src/{name} has {lines} lines"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn folders_are_shallow() {
    for source in sources() {
        let limit = if source.room() == "rt" { 3 } else { 2 };
        assert!(source.name.matches('/').count() <= limit, "src/{} lies too deep", source.name);
    }
}

#[test]
fn no_test_sleeps() {
    let tests = repository().join("tests");
    let cases = tests.join("cases");
    // the runner itself is Rust, and this file names what it looks for
    let is_runner = |path: &Path| path.extension().is_some_and(|extension| extension == "rs") && !path.starts_with(&cases);
    for path in files(&tests).into_iter().filter(|path| !is_runner(path)) {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let naps = text
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .find(|word| ["sleep", "usleep", "nanosleep", "clock_nanosleep", "sleep_for", "sleep_until"].contains(word));
        assert!(naps.is_none(), "{} uses {}", path.display(), naps.unwrap_or_default());
    }
}

#[test]
fn the_loader_exports_what_the_script_names() {
    let script = fs::read_to_string(repository().join("linker.ld")).expect("linker.ld");
    let wanted = script_names(&script);
    let exported: BTreeSet<String> = readelf("--dyn-syms")
        .lines()
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let is_defined = words.len() >= 8
                && words[4] != "LOCAL"
                && words[6] != "UND"
                && words[0].trim_end_matches(':').parse::<u32>().is_ok();
            (is_defined && words[6] != "ABS").then(|| words[7].split('@').next().unwrap_or_default().to_string())
        })
        .collect();
    assert!(!exported.is_empty(), "the loader exports nothing");
    let missing: Vec<_> = wanted.difference(&exported).collect();
    let extra: Vec<_> = exported.difference(&wanted).collect();
    assert!(missing.is_empty() && extra.is_empty(), "not exported: {missing:?}; not in linker.ld: {extra:?}");
}

#[test]
fn the_loader_can_start_itself() {
    let relocations = readelf("-r");
    let foreign: Vec<&str> =
        relocations.lines().filter(|line| line.contains("R_X86_64_") && !line.contains("R_X86_64_RELATIV")).collect();
    assert!(foreign.is_empty(), "relocations that the loader cannot do for itself: {foreign:?}");
    let headers = readelf("-l");
    for kind in ["  INTERP ", "  TLS "] {
        assert!(!headers.contains(kind), "the loader has a{kind}segment");
    }
    let dynamic = readelf("-d");
    for tag in ["(NEEDED)", "(TEXTREL)", "TEXTREL", "(RELR)"] {
        assert!(!dynamic.contains(tag), "the loader has {tag}");
    }
    let writable_code = headers.lines().any(|line| line.contains("LOAD") && line.contains("RWE"));
    assert!(!writable_code, "a segment is writable and executable");
}

#[test]
fn the_loader_uses_of_the_vector_registers_what_a_lazily_bound_call_saves() {
    let output = Command::new("objdump").args(["-d", "--no-show-raw-insn"]).arg(built_loader()).output().expect("objdump");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("luci_bind>:"), "objdump shows no function names");
    let mut function = "";
    let mut foreign = BTreeSet::new();
    for line in text.lines() {
        if line.ends_with(">:") {
            function = line;
        }
        let mnemonic = line.split('\t').nth(1).unwrap_or_default();
        let is_wide = ["%ymm", "%zmm", "%k"].iter().any(|register| mnemonic.contains(register));
        // auditors get the whole registers
        if (is_wide || mnemonic.starts_with('v') && mnemonic.contains("%xmm")) && !function.contains("luci_audit_call") {
            foreign.insert(function);
        }
    }
    assert!(foreign.is_empty(), "more than SSE is used in {foreign:?}");
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())).flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn sources() -> Vec<Source> {
    let folder = repository().join("src");
    let rust = files(&folder).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let sources: Vec<Source> = rust
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.strip_prefix(&folder).expect("a path below src").display().to_string();
            let code = if name.ends_with("tests.rs") { String::new() } else { code_of(&text) };
            Source { name, text, code }
        })
        .collect();
    assert!(sources.len() > 5, "no sources found");
    sources
}

/// A source without comments and without the unit tests at its end; line numbers stay.
fn code_of(text: &str) -> String {
    let lines = text.lines().take_while(|line| line.trim() != "#[cfg(test)]");
    lines.map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The names that directly follow a path prefix: `prefix::name` and `prefix::{name, name::…}`.
fn named_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(list) => names.extend(top_level_names(list)),
            None => names.extend(first_word(rest)),
        }
    }
    names
}

/// First words of the elements of a `use` list whose opening brace is already read.
fn top_level_names(list: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut fresh = true;
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            _ if fresh && !character.is_whitespace() => {
                names.extend(first_word(&list[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

fn first_word(text: &str) -> Option<String> {
    let word: String = text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    (!word.is_empty()).then_some(word)
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|found| found == word)
}

/// `GLIBC_2…`, or a number of the shape 2.17 … 2.99.
fn names_glibc_version(line: &str) -> bool {
    let number = line.match_indices("2.").any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric() || c == '.');
        let digits = line[at + 2..].chars().take_while(char::is_ascii_digit).count();
        !before && digits == 2
    });
    number || line.contains("GLIBC_2")
}

/// Every function with its number of lines, relying on rustfmt's indentation.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let code = line.split("//").next().unwrap_or_default();
        let Some(at) = code.find("fn ").filter(|at| code[..*at].trim_start().split(' ').all(is_qualifier)) else {
            continue;
        };
        // a trait's declaration has no body
        let signature_end = lines[start..].iter().find(|line| line.ends_with(['{', ';']));
        if signature_end.is_some_and(|line| line.ends_with(';')) {
            continue;
        }
        let close = format!("{}}}", &line[..indent]);
        let length = lines[start..].iter().position(|line| line.trim_end() == close);
        if let (Some(name), Some(length), false) = (first_word(&code[at + 3..]), length, code.trim_end().ends_with(['}', ';'])) {
            found.push((name, length + 1));
        }
    }
    found
}

fn is_qualifier(word: &str) -> bool {
    word.is_empty()
        || word.starts_with("pub")
        || ["const", "unsafe", "extern", "\"C\"", "async"].contains(&word)
        || word.ends_with(')')
}

/// The global names of a version script.
fn script_names(script: &str) -> BTreeSet<String> {
    let mut text = String::new();
    let mut rest = script;
    while let Some((before, after)) = rest.split_once("/*") {
        text.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let statements = text.split(['{', '}', ';']).map(|part| part.rsplit(':').next().unwrap_or_default().trim().to_string());
    let nodes = |name: &str| name.starts_with("GLIBC_") || name == "*" || name.is_empty();
    statements.filter(|name| !nodes(name) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')).collect()
}

fn built_loader() -> PathBuf {
    let loader = repository().join("target/dist/ld-luci.so");
    assert!(loader.exists(), "{} is not built: run `make`", loader.display());
    loader
}

/// What readelf says of the built loader.
fn readelf(option: &str) -> String {
    let output = Command::new("readelf").args(["-W", option]).arg(built_loader()).env("LC_ALL", "C").output().expect("readelf");
    assert!(output.status.success(), "readelf {option}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
