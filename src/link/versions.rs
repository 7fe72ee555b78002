//! The check that every version an object needs is defined by the object it names, with glibc's rules and sentences.

use alloc::string::String;
use alloc::vec::Vec;

use super::object::Version;
use crate::diag::{Error, ErrorKind};
use crate::elf::versions::{self, Defined, Needed};

/// What the check found: errors stop the load, warnings are printed.
#[derive(Debug, Default)]
pub struct Findings {
    pub errors: Vec<Error>,
    pub warnings: Vec<Error>,
}

/// Checks the needs of `object` against the objects that `provider` finds by soname; a provider that is not loaded is not
/// this check's concern.
pub fn check<'w, 'm: 'w>(object: &Version<'m>, provider: impl Fn(&[u8]) -> Option<&'w Version<'m>>, findings: &mut Findings) {
    let Some(verneed) = object.verneed else { return };
    for need in versions::needed(verneed, object.symbols.strings) {
        let Some(provider) = provider(need.file) else { continue };
        let Some(verdef) = provider.verdef else {
            let sentence = alloc::format!("no version information available (required by {})", text(&object.path));
            let warning = Error::other(text(&provider.path), sentence);
            if !findings.warnings.contains(&warning) {
                findings.warnings.push(warning);
            }
            continue;
        };
        if versions::defined(verdef, provider.symbols.strings).any(|have| fits(&have, &need)) {
            continue;
        }
        let kind = ErrorKind::VersionNotFound { version: text(need.name), needed_by: text(&object.path) };
        let error = Error::new(text(&provider.path), kind);
        let list = if need.weak { &mut findings.warnings } else { &mut findings.errors };
        list.push(error);
    }
}

fn fits(have: &Defined<'_>, need: &Needed<'_>) -> bool {
    have.hash == need.hash && have.name == need.name
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
