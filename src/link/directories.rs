//! Which directories there are, so that a search does not fail in the same missing directory for each library.
//!
//! Key type: [`DirectoryCache`], which [`super::search`] fills by asking its caller.

use super::search::Files;
use alloc::boxed::Box;
use hashbrown::HashMap;

/// What was found out about directories. Only absolute names are kept: others change their meaning with chdir(2).
#[derive(Clone, Debug, Default)]
pub struct DirectoryCache {
    exists: HashMap<Box<[u8]>, bool>,
}

impl DirectoryCache {
    /// Whether the directory is known not to exist.
    pub fn is_missing(&self, directory: &[u8]) -> bool {
        self.exists.get(directory) == Some(&false)
    }

    /// Whether the directory exists; asks if that is not known yet.
    pub fn exists<F: Files>(&mut self, directory: &[u8], files: &mut F) -> bool {
        if let Some(&known) = self.exists.get(directory) {
            return known;
        }
        let exists = files.is_directory(directory);
        if directory.starts_with(b"/") {
            self.exists.insert(directory.into(), exists);
        }
        exists
    }

    /// Forgets everything, when directories may have been made in the meantime.
    pub fn clear(&mut self) {
        self.exists.clear();
    }
}
