//! Which files belong to the libc itself: they are loaded together with it or not at all, and are never replaced while it runs.

/// File names up to `.so` or `-`.
const STEMS: &[&[u8]] = &[
    b"ld",
    b"ld-linux-x86-64",
    b"libBrokenLocale",
    b"libSegFault",
    b"libanl",
    b"libc",
    b"libc_malloc_debug",
    b"libdl",
    b"libm",
    b"libmemusage",
    b"libmvec",
    b"libnss_compat",
    b"libnss_db",
    b"libnss_dns",
    b"libnss_files",
    b"libnss_hesiod",
    b"libpcprofile",
    b"libpthread",
    b"libresolv",
    b"librt",
    b"libthread_db",
    b"libutil",
];

/// Whether the file at `path` is one of the libc's own libraries, by its name.
pub fn belongs_to_libc(path: &[u8]) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let end = name.windows(3).position(|window| window == b".so").unwrap_or(name.len());
    let stem = &name[..end];
    // `libm-2.31`: the number is no part of the name
    let dash = stem.iter().rposition(|&byte| byte == b'-');
    let number = dash.filter(|&dash| stem.get(dash + 1).is_some_and(u8::is_ascii_digit) && STEMS.contains(&&stem[..dash]));
    STEMS.contains(&&stem[..number.unwrap_or(stem.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_known_with_and_without_a_number() {
        for name in ["/lib/libc.so.6", "libm.so.6", "/lib64/ld-linux-x86-64.so.2", "libpthread-0.so", "librt-9.x.so"] {
            assert!(belongs_to_libc(name.as_bytes()), "{name}");
        }
        for name in ["/lib/libz.so.1", "libcrypt.so.1", "libmx-9.so", "libc++.so.1", "libstdc++.so.6"] {
            assert!(!belongs_to_libc(name.as_bytes()), "{name}");
        }
    }
}
