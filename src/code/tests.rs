//! Analyses of what gcc makes of small sources, and comparisons of two of them, with symbol tables and stripped.

use alloc::string::String;
use alloc::vec::Vec;

use super::*;
use crate::binary::FileView;
use crate::update::tests::build;

/// Compares two libraries and tells what has become of each function of the old one that has a name.
fn changes(old: &[u8], new: &[u8]) -> Vec<(String, Change)> {
    let (Ok(old), Ok(new)) = (FileView::parse(old), FileView::parse(new)) else { panic!("gcc's output is readable") };
    let (old, new) = (Analysis::new(&old), Analysis::new(&new));
    let pairing = Pairing::new(&old, &new);
    let comparison = Comparison::new(&old, &new, &pairing);
    let name = |function| Some(String::from_utf8_lossy(old.names_of(function).next()?).into_owned());
    old.functions.iter().zip(comparison.changes).filter_map(|(function, change)| Some((name(function)?, change))).collect()
}

fn change_of(all: &[(String, Change)], name: &str) -> Change {
    all.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name} in {all:?}")).1
}

const SOURCE: &str = "
    #include <string.h>
    int puts(const char *);
    static int counter;
    static const char *const names[] = { \"zero\", \"one\", \"two\" };
    __attribute__((noinline)) static int helper(int x) { counter += x; return counter; }
    int leaf(int x) { return x * 7 + 3; }
    int calls(int x) { puts(\"calling\"); return helper(x) + leaf(x); }
    const char *name_of(unsigned n) { return n < 3 ? names[n] : \"many\"; }
    int choose(int x, char *out) {
        switch (x) {
        case 0: return puts(out); case 1: return helper(1); case 2: strcpy(out, \"b\"); return 5;
        case 3: return leaf(9); case 4: return helper(leaf(x)); case 5: return puts(\"five\"); default: return -1;
        }
    }
    double scale(double x) { return x * 2.5; }";

const LINES: &[&str] = &["leaf", "calls", "name_of", "choose", "scale"];

#[test]
fn code_that_only_moves_is_the_same() {
    let padded = format!("int first(int x) {{ return x / 3; }} {SOURCE} const char text[] = \"something that moves the rest\";");
    for flags in [&[][..], &["-s"], &["-fcf-protection=full"], &["-O2", "-s"], &["-Os"], &["-fno-plt"], &["-Wl,-z,lazy"]] {
        let all = changes(&build(SOURCE, flags), &build(&padded, flags));
        for name in LINES {
            assert!(matches!(change_of(&all, name), Change::Moved | Change::Same), "{name} with {flags:?}: {all:?}");
        }
    }
}

#[test]
fn stubs_are_the_same_when_they_bind_to_the_same() {
    let more = SOURCE
        .replace("puts(\"calling\");", "extern int abs(int), atoi(const char *); puts(\"calling\"); x = abs(x) + atoi(\"7\");");
    for flags in [&["-fno-builtin"][..], &["-fno-builtin", "-Wl,-z,lazy", "-s"], &["-fno-builtin", "-fcf-protection=full"]] {
        let (old, new) = (build(SOURCE, flags), build(&more, flags));
        let (Ok(old), Ok(new)) = (FileView::parse(&old), FileView::parse(&new)) else { panic!("gcc's output is readable") };
        let (old, new) = (Analysis::new(&old), Analysis::new(&new));
        let pairing = Pairing::new(&old, &new);
        let comparison = Comparison::new(&old, &new, &pairing);
        let stubs = old.functions.iter().zip(&comparison.changes).filter(|(function, _)| function.basis == extents::Basis::Stub);
        let changed: Vec<_> = stubs.filter(|(_, change)| !matches!(change, Change::Same | Change::Moved)).collect();
        assert!(changed.is_empty(), "{flags:?}: {changed:?}");
        let added = comparison.new_functions().filter(|function| new.import_of_stub(function).is_some());
        assert_eq!(added.count(), 2, "{flags:?}");
    }
}

#[test]
fn a_small_function_that_reads_a_variable_of_others_is_no_stub() {
    let source = "extern int other; int puts(const char *);
        __attribute__((noinline)) static int get(void) { return other; }
        int caller(void) { return get() + 1; } int prints(void) { return puts(\"\") + 1; }";
    let bytes = build(source, &["-s"]);
    let Ok(view) = FileView::parse(&bytes) else { panic!("gcc's output is readable") };
    let analysis = Analysis::new(&view);
    let targets = |name: &[u8]| {
        let function = analysis.functions.iter().find(|function| analysis.names_of(function).any(|known| known == name)).unwrap();
        analysis.references(function).iter().map(|reference| analysis.target_of(reference)).collect::<Vec<_>>()
    };
    assert!(matches!(targets(b"caller")[..], [Target::Function { offset: 0, .. }]), "{:?}", targets(b"caller"));
    assert!(targets(b"prints").iter().any(|target| matches!(target, Target::Import { name: b"puts", .. })));
}

#[test]
fn what_changes_is_seen_and_nothing_else() {
    let variants: [(&str, &str, &[&str]); 7] = [
        ("x * 7 + 3", "x * 7 + 4", &["leaf"]),
        ("x * 2.5", "x * 2.25", &["scale"]),
        ("\"many\"", "\"lots\"", &["name_of"]),
        ("\"two\"", "\"TWO\"", &["name_of"]),
        ("puts(\"calling\")", "puts(\"Calling\")", &["calls"]),
        ("case 3: return leaf(9)", "case 6: return leaf(9)", &["choose"]),
        ("return helper(x) + leaf(x)", "return leaf(x) + leaf(x)", &["calls"]),
    ];
    for flags in [&[][..], &["-s"]] {
        let old = build(SOURCE, flags);
        for (from, to, expected) in variants {
            let all = changes(&old, &build(&SOURCE.replace(from, to), flags));
            let changed: Vec<&str> = LINES.iter().copied().filter(|name| change_of(&all, name) == Change::Changed).collect();
            assert_eq!(changed, expected, "{from} -> {to} with {flags:?}");
        }
    }
}

#[test]
fn dependencies_are_followed_through_calls_by_name() {
    let (old, new) = (build(SOURCE, &[]), build(&SOURCE.replace("x * 7 + 3", "x * 7 + 4"), &[]));
    let (Ok(old), Ok(new)) = (FileView::parse(&old), FileView::parse(&new)) else { panic!("gcc's output is readable") };
    let (old, new) = (Analysis::new(&old), Analysis::new(&new));
    let pairing = Pairing::new(&old, &new);
    let mut comparison = Comparison::new(&old, &new, &pairing);
    comparison.follow_dependencies();
    let change_of = |name: &[u8]| {
        let index = old.functions.iter().position(|function| old.names_of(function).any(|known| known == name));
        comparison.changes[index.unwrap()]
    };
    // `leaf` can be interposed, so that `calls` and `choose` call it through the PLT
    assert_eq!(
        [change_of(b"leaf"), change_of(b"calls"), change_of(b"choose")],
        [Change::Changed, Change::Depends, Change::Depends]
    );
    assert!(matches!(change_of(b"scale"), Change::Same | Change::Moved));
}

#[test]
fn hashes_of_functions_stay_when_everything_moves() {
    let hashes = |bytes: &[u8]| {
        let Ok(view) = FileView::parse(bytes) else { panic!("gcc's output is readable") };
        let analysis = Analysis::new(&view);
        let hash = |function| {
            let name = String::from_utf8_lossy(analysis.names_of(function).next()?).into_owned();
            LINES.contains(&name.as_str()).then(|| (name, targets::external_hash(&analysis, function)))
        };
        let mut hashes: Vec<(String, u64)> = analysis.functions.iter().filter_map(hash).collect();
        hashes.sort();
        hashes
    };
    // `choose` has a jump table and `name_of` a table of pointers, in the file as addends of RELR
    for flags in [&["-O2"][..], &["-Wl,-z,pack-relative-relocs"]] {
        let elsewhere = [flags, &["-Wl,--section-start=.text=0x9000"]].concat();
        let (old, new) = (hashes(&build(SOURCE, flags)), hashes(&build(SOURCE, &elsewhere)));
        assert_eq!(old.len(), LINES.len());
        assert_eq!(old, new, "{flags:?}");
    }
}

#[test]
fn dependencies_are_followed_through_functions_without_name() {
    let (old, new) = (build(SOURCE, &["-s"]), build(&SOURCE.replace("counter += x;", "counter += x + 1;"), &["-s"]));
    let (Ok(old), Ok(new)) = (FileView::parse(&old), FileView::parse(&new)) else { panic!("gcc's output is readable") };
    let (old, new) = (Analysis::new(&old), Analysis::new(&new));
    let pairing = Pairing::new(&old, &new);
    let mut comparison = Comparison::new(&old, &new, &pairing);
    let find = |name: &[u8]| old.functions.iter().position(|function| old.names_of(function).next() == Some(name)).unwrap();
    let calls = find(b"calls");
    assert!(matches!(comparison.changes[calls], Change::Same | Change::Moved));
    comparison.follow_dependencies();
    assert_eq!(comparison.changes[calls], Change::Depends);
    assert!(matches!(comparison.changes[find(b"scale")], Change::Same | Change::Moved));
}

#[test]
fn functions_are_found_without_unwind_tables_and_symbols() {
    let flags = ["-s", "-fno-asynchronous-unwind-tables", "-fno-exceptions"];
    let source = "__attribute__((noinline)) static int inner(int x) { return x ^ 0x55; }
        __attribute__((noinline)) static int second(int x) { return inner(x) * 3; }
        int outer(int x) { return inner(x) + second(x); }";
    let bytes = build(source, &flags);
    let Ok(view) = FileView::parse(&bytes) else { panic!("gcc's output is readable") };
    let analysis = Analysis::new(&view);
    let outer = analysis.functions.iter().find(|function| analysis.names_of(function).any(|name| name == b"outer")).unwrap();
    let called: Vec<Target> = analysis.references(outer).iter().map(|reference| analysis.target_of(reference)).collect();
    let starts = |target: &Target| matches!(target, Target::Function { offset: 0, .. });
    assert!(called.len() == 2 && called.iter().all(starts), "{called:?}");
}

#[test]
fn padding_is_no_part_of_a_function() {
    const CODE: &[u8] = b"\xb8\0\0\0\0\xc3";
    for padding in [&b""[..], b"\0", b"\0\0", b"\0\0\0", b"\xcc\xcc", b"\x66\x2e\x0f\x1f\x84\0\0\0\0\0\0\0\0", b"\x90\0"] {
        assert_eq!(decode::without_padding(&[CODE, padding].concat()), CODE.len(), "{padding:x?}");
    }
    assert_eq!(decode::leading_padding(&[b"\0\0\x90\xcc", CODE].concat()), 4);
    assert_eq!(decode::leading_padding(b"\0\0\0"), 3);
}

#[test]
fn constants_that_point_to_each_other_are_equal_only_together() {
    let source = |value: u32| {
        format!(
            "struct node {{ const struct node *next; int value; }};
             extern const struct node first, second;
             const struct node first __attribute__((visibility(\"hidden\"))) = {{ &second, {value} }};
             const struct node second __attribute__((visibility(\"hidden\"))) = {{ &first, 9 }};
             const void *get_first(void) {{ return &first; }} const void *get_second(void) {{ return &second; }}"
        )
    };
    for flags in [&[][..], &["-s"]] {
        let old = build(&source(1), flags);
        let all = changes(&old, &build(&(source(1) + "int more(int x) { return x / 7; }"), flags));
        assert!(all.iter().all(|(_, change)| !matches!(change, Change::Changed)), "{all:?}");
        let all = changes(&old, &build(&source(2), flags));
        for name in ["get_first", "get_second"] {
            assert_eq!(change_of(&all, name), Change::Changed, "{name} with {flags:?}");
        }
    }
}

#[test]
fn long_chains_of_constants_are_followed_to_their_end() {
    let source = |last: u32| {
        let node = |number: u32| format!("static const struct node n{number} = {{ &n{}, {number} }};", number - 1);
        let nodes: String = (1..500).map(node).collect();
        format!(
            "struct node {{ const struct node *next; int value; }}; static const struct node n0 = {{ 0, {last} }}; {nodes}
             const void *get(void) {{ return &n499; }}"
        )
    };
    for flags in [&[][..], &["-s"]] {
        let old = build(&source(7), flags);
        let more = source(7) + "int more(int x) { return x / 7; }";
        assert_ne!(change_of(&changes(&old, &build(&more, flags)), "get"), Change::Changed, "{flags:?}");
        assert_eq!(change_of(&changes(&old, &build(&source(8), flags)), "get"), Change::Changed, "{flags:?}");
    }
}

#[test]
fn tables_that_begin_like_a_text_are_compared_to_their_end() {
    let source = |last: u32, text: &str| {
        format!(
            "static const int numbers[] = {{ 65, 66, {last} }}; static const char list[] = \"one\\0two\\0{text}\";
             int number(unsigned n) {{ return numbers[n]; }} const char *word(unsigned n) {{ return list + n; }}
             const char *other(void) {{ return \"AB\"; }}"
        )
    };
    for flags in [&[][..], &["-s"]] {
        let old = build(&source(67, "three"), flags);
        let seen = |new: &str| {
            let all = changes(&old, &build(new, flags));
            ["number", "word", "other"].map(|name| change_of(&all, name) == Change::Changed)
        };
        assert_eq!(seen(&source(68, "three")), [true, false, false], "{flags:?}");
        assert_eq!(seen(&source(67, "seven")), [false, true, false], "{flags:?}");
    }
}

#[test]
fn a_text_whose_end_is_used_apart_is_compared_to_its_end() {
    let source = "static const char text[] = \"program 1.4\";
        const char *whole(void) { return text; } const char *version(void) { return text + 8; }";
    let other = source.replace("1.4", "1.5");
    let all = changes(&build(source, &["-s"]), &build(&other, &["-s"]));
    for name in ["whole", "version"] {
        assert_eq!(change_of(&all, name), Change::Changed, "{name}: {all:?}");
    }
}

#[test]
fn sections_that_overlap_are_decoded_once() {
    let mut bytes = build(SOURCE, &["-s"]);
    let whole = bytes.len() as u64;
    let offset = |bytes: &[u8], at: usize| u64::from_le_bytes(*bytes[at..].first_chunk().unwrap()) as usize;
    // each further header is that of .text or of .plt again (elf.h: e_shoff, e_shnum; sh_flags, sh_addr)
    let table = offset(&bytes, 0x28);
    let count = usize::from(bytes[0x3c]);
    let headers: Vec<Vec<u8>> = bytes[table..table + 64 * count].as_chunks::<64>().0.iter().map(|h| h.to_vec()).collect();
    let code: Vec<&Vec<u8>> = headers.iter().filter(|header| header[8] & 4 != 0).collect();
    bytes.truncate(table);
    bytes.extend(headers.iter().flatten());
    for number in 0..60_000 - count {
        bytes.extend(code[number % code.len()]);
    }
    bytes[0x3c..0x3e].copy_from_slice(&60_000u16.to_le_bytes());
    let Ok(view) = FileView::parse(&bytes) else { panic!("the file is readable") };
    let analysis = Analysis::new(&view);
    let decoded: u64 = analysis.functions.iter().map(|function| function.size).sum();
    assert!(!analysis.functions.is_empty() && decoded < whole, "{decoded} of {whole} bytes");
    assert!(analysis.functions.windows(2).all(|pair| pair[0].start.0 + pair[0].size <= pair[1].start.0));
}

#[test]
fn files_that_map_themselves_too_often_are_not_read() {
    let good = build(SOURCE, &["-s"]);
    // elf.h: e_phoff, e_phnum; all headers again at the end, with copies of the first PT_LOAD
    let headers = &good[64..64 + 56 * usize::from(good[0x38])];
    let load = headers.as_chunks::<56>().0.iter().find(|header| header[0] == 1).unwrap();
    let with = |copies: usize| {
        let mut bytes = good.clone();
        bytes[0x20..0x28].copy_from_slice(&(good.len() as u64).to_le_bytes());
        bytes[0x38..0x3a].copy_from_slice(&((headers.len() / 56 + copies) as u16).to_le_bytes());
        bytes.extend(headers);
        (0..copies).for_each(|_| bytes.extend(load));
        FileView::parse(&bytes).is_ok()
    };
    assert!(with(0) && with(1));
    assert!(!with(200) && !with(60_000));
}

#[test]
fn damaged_files_are_analysed_in_bounded_time() {
    let bytes = build(SOURCE, &[]);
    // a small generator of changes; the places that matter are headers and tables at the start and the end of the file
    let mut state = 88172645463325252u64;
    for _ in 0..300 {
        let mut damaged = bytes.clone();
        for _ in 0..8 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let at = (state >> 8) as usize % damaged.len();
            damaged[at] = state as u8;
        }
        if let (Ok(old), Ok(new)) = (FileView::parse(&bytes), FileView::parse(&damaged)) {
            let (old, new) = (Analysis::new(&old), Analysis::new(&new));
            let pairing = Pairing::new(&old, &new);
            let mut comparison = Comparison::new(&old, &new, &pairing);
            comparison.follow_dependencies();
            assert_eq!(comparison.changes.len(), old.functions.len());
        }
    }
}
