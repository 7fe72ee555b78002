//! Tests of [`super`] with caches made here, in ldconfig's order and layout.

use super::*;
use alloc::vec::Vec;

const NAMED: u64 = 1 << 62;

/// An entry as a test writes it: name, path, flags, hwcap.
type Row = (&'static str, &'static str, u32, u64);

const fn row(name: &'static str, path: &'static str) -> Row {
    (name, path, X86_64_LIBC6, 0)
}

fn put(file: &mut [u8], at: usize, value: usize) {
    file[at..at + 4].copy_from_slice(&(value as u32).to_le_bytes());
}

/// A cache with these entries in this order and these names of subdirectories, behind `old` entries of the old format.
fn cache(rows: &[Row], subdirectories: &[&str], old: Option<usize>) -> Vec<u8> {
    let mut file = Vec::new();
    if let Some(old) = old {
        file.extend_from_slice(OLD_MAGIC);
        file.resize((OLD_HEADER + old * OLD_ENTRY).next_multiple_of(8), 0);
        put(&mut file, 12, old);
    }
    let base = file.len();
    file.extend_from_slice(MAGIC);
    file.resize(base + HEADER + rows.len() * ENTRY, 0);
    put(&mut file, base + 20, rows.len());
    file[base + 28] = LITTLE_ENDIAN;
    let string = |file: &mut Vec<u8>, text: &str| {
        let offset = file.len() - base;
        file.extend_from_slice(text.as_bytes());
        file.push(0);
        offset
    };
    for (index, (name, path, flags, hwcap)) in rows.iter().enumerate() {
        let at = base + HEADER + index * ENTRY;
        let (key, value) = (string(&mut file, name), string(&mut file, path));
        put(&mut file, at, *flags as usize);
        put(&mut file, at + 4, key);
        put(&mut file, at + 8, value);
        file[at + 16..at + 24].copy_from_slice(&hwcap.to_le_bytes());
    }
    let offsets: Vec<usize> = subdirectories.iter().map(|name| string(&mut file, name)).collect();
    file.resize(file.len().next_multiple_of(4), 0);
    let extension = file.len();
    put(&mut file, base + 32, extension);
    file.resize(extension + EXTENSION_HEADER + 2 * SECTION + 4 * offsets.len(), 0);
    put(&mut file, extension, EXTENSION_MAGIC as usize);
    put(&mut file, extension + 4, 2);
    let names = extension + EXTENSION_HEADER + 2 * SECTION;
    put(&mut file, extension + EXTENSION_HEADER + SECTION, GLIBC_HWCAPS as usize);
    put(&mut file, extension + EXTENSION_HEADER + SECTION + 8, names);
    put(&mut file, extension + EXTENSION_HEADER + SECTION + 12, 4 * offsets.len());
    for (index, offset) in offsets.iter().enumerate() {
        put(&mut file, names + 4 * index, *offset);
    }
    file
}

const ROWS: &[Row] = &[
    row("libz.so.10", "/l/libz.so.10"),
    ("libz.so.1", "/l/v2/libz.so.1", X86_64_LIBC6, NAMED),
    ("libz.so.1", "/l/v3/libz.so.1", X86_64_LIBC6, NAMED | 1),
    ("libz.so.1", "/l/mine/libz.so.1", X86_64_LIBC6, NAMED | 2),
    ("libz.so.1", "/l/needs-v4/libz.so.1", X86_64_LIBC6, NAMED | 3 << 32),
    ("libz.so.1", "/l/tls/libz.so.1", X86_64_LIBC6, 1 << 63),
    ("libz.so.1", "/l32/libz.so.1", 3, 0),
    row("libz.so.1", "/l/libz.so.1"),
    row("libz.so.1", "/m/libz.so.1"),
    row("libz.so", "relative/libz.so"),
    row("liba2.so", "/l/liba2.so"),
    row("liba-x.so", "/l/liba-x.so"),
];
const SUBDIRECTORIES: &[&str] = &["x86-64-v2", "x86-64-v3", "mine"];

fn lookup(file: &[u8], name: &str, hwcaps: &Hwcaps) -> Vec<String> {
    let cache = Cache::parse(file).unwrap();
    cache.lookup(name.as_bytes(), hwcaps).map(|path| String::from_utf8_lossy(path).into_owned()).collect()
}

#[test]
fn names_are_found_by_number_aware_search() {
    let file = cache(ROWS, SUBDIRECTORIES, None);
    let plain = Hwcaps::default();
    assert_eq!(lookup(&file, "libz.so.10", &plain), ["/l/libz.so.10"]);
    assert_eq!(lookup(&file, "liba2.so", &plain), ["/l/liba2.so"]);
    assert_eq!(lookup(&file, "liba-x.so", &plain), ["/l/liba-x.so"]);
    for missing in ["", "libz.so.2", "libz.so.01", "libz", "liba.so", "zzz", "liba2.so.1", "\u{ff}"] {
        assert!(lookup(&file, missing, &plain).is_empty(), "{missing}");
    }
    assert!(lookup(&file, "libz.so", &plain).is_empty(), "a relative path is no use");
}

#[test]
fn active_subdirectories_come_first_and_best_first() {
    let file = cache(ROWS, SUBDIRECTORIES, None);
    let ordinary = ["/l/libz.so.1", "/m/libz.so.1"];
    assert_eq!(lookup(&file, "libz.so.1", &Hwcaps::default()), ordinary);
    assert_eq!(lookup(&file, "libz.so.1", &Hwcaps::new(1, None, None)), ordinary);
    let expected = ["/l/v3/libz.so.1", "/l/v2/libz.so.1", "/l/libz.so.1", "/m/libz.so.1"];
    assert_eq!(lookup(&file, "libz.so.1", &Hwcaps::new(3, None, None)), expected);
    let expected = ["/l/v3/libz.so.1", "/l/v2/libz.so.1", "/l/needs-v4/libz.so.1", "/l/libz.so.1", "/m/libz.so.1"];
    assert_eq!(lookup(&file, "libz.so.1", &Hwcaps::new(4, None, None)), expected);
    let expected = ["/l/mine/libz.so.1", "/l/v2/libz.so.1", "/l/libz.so.1", "/m/libz.so.1"];
    assert_eq!(lookup(&file, "libz.so.1", &Hwcaps::new(2, Some(b"mine"), None)), expected);
}

#[test]
fn the_new_format_is_found_behind_the_old_one() {
    let hwcaps = Hwcaps::new(2, None, None);
    for old in [0, 1, 2, 7] {
        let file = cache(ROWS, SUBDIRECTORIES, Some(old));
        assert_eq!(lookup(&file, "libz.so.1", &hwcaps), ["/l/v2/libz.so.1", "/l/libz.so.1", "/m/libz.so.1"], "{old}");
    }
}

#[test]
fn what_is_no_cache_is_refused_with_a_sentence() {
    let message = |file: &[u8]| alloc::string::ToString::to_string(&Cache::parse(file).unwrap_err());
    assert_eq!(message(b""), "/etc/ld.so.cache: the cache has an unknown format");
    assert_eq!(message(b"glibc-ld.so.cache1.1"), "/etc/ld.so.cache: the cache is truncated");
    assert_eq!(message(b"ld.so-1.7.0"), "/etc/ld.so.cache: the cache is truncated");
    let mut file = cache(ROWS, SUBDIRECTORIES, None);
    file[28] = 3;
    assert_eq!(message(&file), "/etc/ld.so.cache: the cache was written for another byte order");
    file[28] = 0;
    assert!(Cache::parse(&file).is_ok(), "older ldconfigs do not say");
    put(&mut file, 20, u32::MAX as usize);
    assert_eq!(message(&file), "/etc/ld.so.cache: the cache is truncated");
}

#[test]
fn names_compare_as_ldconfig_compares_them() {
    let less = |a: &str, b: &str| {
        assert_eq!(compare_names(a.as_bytes(), b.as_bytes()), Ordering::Less, "{a} {b}");
        assert_eq!(compare_names(b.as_bytes(), a.as_bytes()), Ordering::Greater, "{b} {a}");
    };
    less("libc.so.6", "libc.so.10");
    less("libc.so", "libc.so.6");
    less("lib-x.so", "lib2.so");
    less("liba.so", "lib2.so");
    less("a", "b");
    less("a3000000000", "a1");
    assert_eq!(compare_names(b"lib01.so", b"lib1.so"), Ordering::Equal);
    assert_eq!(compare_names(b"", b""), Ordering::Equal);
}

/// A small generator of numbers that is the same in every run.
fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) as usize
}

#[test]
fn no_mutation_makes_a_lookup_panic_or_leave_the_file() {
    let hwcaps = Hwcaps::new(3, Some(b"mine"), None);
    let mut seed = 1;
    let mut readable = 0;
    for old in [None, Some(3)] {
        let good = cache(ROWS, SUBDIRECTORIES, old);
        for length in 0..good.len() {
            readable += usize::from(try_all(&good[..length], &hwcaps));
        }
        for _ in 0..4000 {
            let mut file = good.clone();
            for _ in 0..1 + next(&mut seed) % 4 {
                let at = next(&mut seed) % file.len();
                file[at] = [0, 0xff, 0x7f, 0x80, next(&mut seed) as u8][next(&mut seed) % 5];
            }
            readable += usize::from(try_all(&file, &hwcaps));
        }
    }
    assert!(readable > 1000, "most mutations must get past the headers: {readable}");
}

fn try_all(file: &[u8], hwcaps: &Hwcaps) -> bool {
    let Ok(cache) = Cache::parse(file) else { return false };
    for (name, ..) in ROWS {
        for path in cache.lookup(name.as_bytes(), hwcaps) {
            assert!(path.starts_with(b"/") && path.len() < file.len());
        }
    }
    true
}

#[test]
fn the_cache_of_this_machine_is_read_like_ldconfig_reads_it() {
    let (Ok(file), Ok(listing)) = (std::fs::read(PATH), std::process::Command::new("/sbin/ldconfig").arg("-p").output()) else {
        return;
    };
    let cache = Cache::parse(&file).unwrap();
    let listing = String::from_utf8_lossy(&listing.stdout).into_owned();
    for line in listing.lines().filter(|line| line.contains("(libc6,x86-64)")) {
        let (name, path) = (line.trim().split(' ').next().unwrap(), line.split("=> ").nth(1).unwrap());
        let found: Vec<&[u8]> = cache.lookup(name.as_bytes(), &Hwcaps::default()).collect();
        assert!(found.contains(&path.as_bytes()), "{line}");
    }
}
