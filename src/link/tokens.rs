//! Dynamic string tokens: `$ORIGIN`, `$LIB` and `$PLATFORM`, also in braces, in the elements of RPATH, RUNPATH and
//! LD_LIBRARY_PATH and in names given to DT_NEEDED and dlopen (gABI "Substitution Sequences", ld.so(8)).
//!
//! Key type: [`Tokens`], what they stand for in one object. [`super::search`] expands each element before it is used.

use alloc::borrow::Cow;
use alloc::vec::Vec;

/// What the tokens stand for in the strings of one object.
#[derive(Clone, Copy, Debug)]
pub struct Tokens<'a> {
    /// The directory of the object, absolute, without `/` at the end; `None` if it could not be found out.
    pub origin: Option<&'a [u8]>,
    /// What this distribution's loader puts for `$LIB`.
    pub lib: &'a [u8],
    /// AT_PLATFORM.
    pub platform: Option<&'a [u8]>,
    /// In secure-execution mode `$ORIGIN` counts only at the start of a path.
    pub secure: bool,
    /// If set, a path with `$ORIGIN` must lie in one of these directories: for the program itself in secure-execution mode,
    /// since a link to the program can be made anywhere.
    pub trusted: Option<&'a [&'a [u8]]>,
}

/// Expands all tokens of one path or name. `None`: it contains a token that has no value or may not be used here, and must
/// be ignored as a whole. A `$` that starts no token stands for itself.
pub fn expand<'s>(path: &'s [u8], tokens: &Tokens) -> Option<Cow<'s, [u8]>> {
    let Some(first) = path.iter().position(|&byte| byte == b'$') else {
        return Some(Cow::Borrowed(path));
    };
    let mut expanded = Vec::with_capacity(path.len() + tokens.origin.map_or(0, <[u8]>::len));
    expanded.extend_from_slice(&path[..first]);
    let mut from_origin = false;
    let mut at = first;
    while at < path.len() {
        match (path[at] == b'$').then(|| token(&path[at + 1..])).flatten() {
            Some((token, length)) => {
                let end = at + 1 + length;
                let at_start = at == 0 && matches!(path.get(end), None | Some(b'/'));
                expanded.extend_from_slice(value(token, at_start, tokens)?);
                from_origin |= token == Token::Origin;
                at = end;
            }
            None => {
                expanded.push(path[at]);
                at += 1;
            }
        }
    }
    let trusted = !from_origin || tokens.trusted.is_none_or(|trusted| lies_in(&expanded, trusted));
    trusted.then_some(Cow::Owned(expanded))
}

/// Whether an absolute path, with `.` and `..` resolved by name only, is one of these directories or lies below one.
fn lies_in(path: &[u8], directories: &[&[u8]]) -> bool {
    if !path.starts_with(b"/") {
        return false;
    }
    let mut normal: Vec<&[u8]> = Vec::new();
    for component in path.split(|&byte| byte == b'/') {
        match component {
            b"" | b"." => {}
            b".." => drop(normal.pop()),
            name => normal.push(name),
        }
    }
    directories.iter().any(|directory| {
        let mut components = normal.iter();
        directory.split(|&byte| byte == b'/').filter(|name| !name.is_empty()).all(|name| components.next() == Some(&name))
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Origin,
    Lib,
    Platform,
}

const NAMES: [(&[u8], Token); 3] = [(b"ORIGIN", Token::Origin), (b"LIB", Token::Lib), (b"PLATFORM", Token::Platform)];

/// The token after a `$` and its length with the braces. The name is the longest run of letters, digits and `_`.
fn token(after: &[u8]) -> Option<(Token, usize)> {
    let (braces, name) = match after.strip_prefix(b"{") {
        Some(inner) => (2, &inner[..inner.iter().position(|&byte| byte == b'}')?]),
        None => {
            let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            (0, &after[..after.iter().position(|byte| !is_name(byte)).unwrap_or(after.len())])
        }
    };
    NAMES.iter().find(|(known, _)| *known == name).map(|&(_, token)| (token, name.len() + braces))
}

fn value<'t>(token: Token, at_start: bool, tokens: &Tokens<'t>) -> Option<&'t [u8]> {
    match token {
        Token::Origin if tokens.secure && !at_start => None,
        Token::Origin => tokens.origin,
        Token::Lib => Some(tokens.lib),
        Token::Platform => tokens.platform,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Tokens = Tokens {
        origin: Some(b"/opt/app"),
        lib: b"lib/x86_64-linux-gnu",
        platform: Some(b"haswell"),
        secure: false,
        trusted: None,
    };

    fn expanded(path: &str, tokens: &Tokens) -> Option<String> {
        expand(path.as_bytes(), tokens).map(|bytes| String::from_utf8(bytes.into_owned()).unwrap())
    }

    #[test]
    fn every_token_is_known_with_and_without_braces() {
        let path = expanded("$ORIGIN/../${LIB}/$PLATFORM:${PLATFORM}${ORIGIN}", &PLAIN).unwrap();
        assert_eq!(path, "/opt/app/../lib/x86_64-linux-gnu/haswell:haswell/opt/app");
        assert!(matches!(expand(b"/no/token", &PLAIN), Some(Cow::Borrowed(_))));
    }

    #[test]
    fn only_whole_names_are_tokens() {
        for path in ["$ORIGINAL", "$LIB64/a", "$LIB_", "${LIB", "${LIB }", "$", "$$", "${}", "$lib", "a$/b"] {
            assert_eq!(expanded(path, &PLAIN).as_deref(), Some(path));
        }
        assert_eq!(expanded("$$LIB", &PLAIN).unwrap(), "$lib/x86_64-linux-gnu");
        assert_eq!(expanded("${LIB}64", &PLAIN).unwrap(), "lib/x86_64-linux-gnu64");
        assert_eq!(expanded("$LIB-x", &PLAIN).unwrap(), "lib/x86_64-linux-gnu-x");
    }

    #[test]
    fn a_token_without_value_drops_the_path() {
        let unknown = Tokens { origin: None, platform: None, ..PLAIN };
        assert_eq!(expanded("/a/$ORIGIN", &unknown), None);
        assert_eq!(expanded("/a/${PLATFORM}/b", &unknown), None);
        assert!(expanded("/a/$LIB", &unknown).is_some());
    }

    #[test]
    fn secure_mode_wants_origin_at_the_start() {
        let secure = Tokens { secure: true, ..PLAIN };
        assert_eq!(expanded("$ORIGIN/lib", &secure).unwrap(), "/opt/app/lib");
        assert_eq!(expanded("${ORIGIN}", &secure).unwrap(), "/opt/app");
        assert_eq!(expanded("/x/$ORIGIN", &secure), None);
        assert_eq!(expanded("${ORIGIN}x", &secure), None);
        assert_eq!(expanded("/x/$LIB", &secure).unwrap(), "/x/lib/x86_64-linux-gnu");
    }

    #[test]
    fn a_secure_program_may_use_origin_in_trusted_directories_only() {
        let trusted: &[&[u8]] = &[b"/lib", b"/usr/lib"];
        let secure = |origin| Tokens { origin: Some(origin), secure: true, trusted: Some(trusted), ..PLAIN };
        assert!(expanded("$ORIGIN", &secure(b"/usr/lib")).is_some());
        assert!(expanded("$ORIGIN/../lib/./x", &secure(b"/usr/bin")).is_some());
        assert!(expanded("$ORIGIN/../../tmp", &secure(b"/usr/lib")).is_none());
        assert!(expanded("$ORIGIN", &secure(b"/usr/lib64")).is_none());
        assert!(expanded("$ORIGIN", &secure(b"lib")).is_none());
        assert!(expanded("$ORIGIN/../../../../..//lib", &secure(b"/tmp")).is_some());
        assert!(expanded("/tmp/$LIB", &secure(b"/tmp")).is_some(), "the rule is about $ORIGIN");
    }
}
