//! The words of LD_DEBUG: what each one lets the loader tell, and the text of the word `help`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

bitflags::bitflags! {
    /// What is told. Nearly every word also switches on [`Topics::CALLS`].
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Topics: u32 {
        const LIBS = 1;
        /// Calls of constructors and destructors, and the start of the program. libc tests this bit itself.
        const CALLS = 2;
        const BINDINGS = 4;
        const SYMBOLS = 8;
        const VERSIONS = 0x10;
        const RELOC = 0x20;
        const FILES = 0x40;
        const STATISTICS = 0x80;
        const UNUSED = 0x100;
        const SCOPES = 0x200;
        const HELP = 0x400;
        const TLS = 0x800;
        const SECURITY = 0x1000;
    }
}

/// A word, what it says in the help text, and what it switches on.
const WORDS: &[(&str, &str, Topics)] = &[
    ("libs", "display library search paths", Topics::LIBS.union(Topics::CALLS)),
    ("reloc", "display relocation processing", Topics::RELOC.union(Topics::CALLS)),
    ("files", "display progress for input file", Topics::FILES.union(Topics::CALLS)),
    ("symbols", "display symbol table processing", Topics::SYMBOLS.union(Topics::CALLS)),
    ("bindings", "display information about symbol binding", Topics::BINDINGS.union(Topics::CALLS)),
    ("versions", "display version dependencies", Topics::VERSIONS.union(Topics::CALLS)),
    ("scopes", "display scope information", Topics::SCOPES),
    ("tls", "display the places of thread-local storage", Topics::TLS.union(Topics::CALLS)),
    ("security", "display what secure-execution mode ignores", Topics::SECURITY.union(Topics::CALLS)),
    ("all", "all previous options combined", ALL),
    ("statistics", "display relocation statistics", Topics::STATISTICS),
    ("unused", "determined unused DSOs", Topics::UNUSED),
    ("help", "display this help message and exit", Topics::HELP),
];

const ALL: Topics = Topics::all().difference(Topics::STATISTICS.union(Topics::UNUSED).union(Topics::HELP));

/// What a list of words, separated by blanks, commas or colons, switches on; and the words that mean nothing.
pub fn parse(list: &[u8]) -> (Topics, Vec<&[u8]>) {
    let mut topics = Topics::empty();
    let mut unknown = Vec::new();
    for word in list.split(|byte| matches!(byte, b' ' | b',' | b':')).filter(|word| !word.is_empty()) {
        match WORDS.iter().find(|(known, ..)| known.as_bytes() == word) {
            Some(&(_, _, switched_on)) => topics |= switched_on,
            None => unknown.push(word),
        }
    }
    (topics, unknown)
}

/// The answer to LD_DEBUG=help.
pub fn help() -> String {
    let mut text = String::from("Valid options for the LD_DEBUG environment variable are:\n\n");
    for (word, meaning, _) in WORDS {
        text.push_str(&format!("  {word:<10}  {meaning}\n"));
    }
    text.push_str("\nTo direct the debugging output into a file instead of standard output\n");
    text.push_str("a filename can be specified using the LD_DEBUG_OUTPUT environment variable.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_separated_by_blanks_commas_and_colons() {
        let (topics, unknown) = parse(b" libs,,nosuch:scopes  Libs");
        assert_eq!(topics, Topics::LIBS | Topics::CALLS | Topics::SCOPES);
        assert_eq!(unknown, [&b"nosuch"[..], b"Libs"]);
        assert_eq!(parse(b"").0, Topics::empty());
    }

    #[test]
    fn all_leaves_out_what_changes_the_run() {
        let (topics, _) = parse(b"all");
        assert!(topics.contains(Topics::FILES | Topics::BINDINGS | Topics::CALLS));
        assert!(!topics.intersects(Topics::STATISTICS | Topics::UNUSED | Topics::HELP));
    }

    #[test]
    fn every_word_is_in_the_help_text() {
        for (word, ..) in WORDS {
            assert!(help().contains(&format!("\n  {word} ")));
        }
    }
}
