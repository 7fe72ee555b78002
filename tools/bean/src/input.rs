//! A file that is to be judged or described: its bytes, and those of its debug file when names are wanted from there.
//!
//! Key type: [`Input`].

use std::fs;
use std::path::{Path, PathBuf};

use luci::update::{FileView, Unreadable};

use crate::dbgsym;

/// A file that was read as a whole.
pub struct Input {
    pub path: PathBuf,
    bytes: Vec<u8>,
    /// The separate debug file.
    debug: Option<Vec<u8>>,
}

impl Input {
    /// Reads the file; the error is a sentence with its path.
    pub fn read(path: &Path) -> Result<Self, String> {
        let bytes = fs::read(path).map_err(|error| format!("{}: cannot be read: {error}", path.display()))?;
        Ok(Input { path: path.to_path_buf(), bytes, debug: None })
    }

    /// Reads the file and, when `root` is there, the debug file that belongs to it below this root.
    pub fn read_with_debug(path: &Path, root: Option<&Path>) -> Result<Self, String> {
        let mut input = Input::read(path)?;
        if let Some(root) = root {
            let debug = dbgsym::find(path, &input.bytes, root)?;
            input.debug = Some(fs::read(&debug).map_err(|error| format!("{}: cannot be read: {error}", debug.display()))?);
        }
        Ok(input)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file's tables; the error is a sentence with its path.
    pub fn view(&self) -> Result<FileView<'_>, String> {
        let view = FileView::parse(&self.bytes).map_err(|error| {
            let (Unreadable::NotReady(what) | Unreadable::Unsupported(what)) = error;
            format!("{}: {what}", self.path.display())
        })?;
        match &self.debug {
            Some(debug) => {
                let symbols = dbgsym::symbols(debug);
                Ok(view.with_symbols(symbols.map_err(|what| format!("the debug file of {}: {what}", self.path.display()))?))
            }
            None => Ok(view),
        }
    }

    /// What reasons call the object: its soname, or the file's name when it has none.
    pub fn object(&self, view: &FileView) -> String {
        match view.soname() {
            Some(soname) => String::from_utf8_lossy(soname).into_owned(),
            None => self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned(),
        }
    }
}
