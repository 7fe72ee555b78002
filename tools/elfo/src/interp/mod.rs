//! Sets a program's interpreter, the path in `PT_INTERP`, with as few changed bytes as can be.
//!
//! A path goes, in this order ([`change`]):
//!
//! 1. back to where it was: a file that was changed before is first undone by its [`record`],
//! 2. into the room of the present path ([`space::in_place`]),
//! 3. into the zeros between a read-only segment's end and the end of its page, by making that segment longer
//!    ([`space::in_padding`]): the file keeps its size, and nothing more is mapped than was mapped before,
//! 4. into a new page at the end of the file, mapped by a new `PT_LOAD` ([`grow`]). The table of program headers stays where
//!    it is, because objcopy(1) and strip(1) put it there again.
//!
//! The bytes of the former path stay in the file in 3 and 4. [`replace`] puts the new file in the place of the old one.
//!
//! Key types: [`program::Program`] (headers that can be edited), [`Change`].

pub mod grow;
pub mod program;
pub mod record;
pub mod replace;
pub mod space;

use anyhow::{Result, bail, ensure};

use program::Program;

/// Longest path with its NUL; the kernel's `PATH_MAX`.
const PATH_MAX: usize = 4096;

/// Where the path went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Unchanged,
    /// All bytes are as they were before the interpreter was changed.
    Restored,
    InPlace,
    Padding,
    Grown,
}

impl How {
    /// For people.
    pub fn sentence(self) -> &'static str {
        match self {
            How::Unchanged => "the interpreter is this already",
            How::Restored => "the file is as it was before",
            How::InPlace => "written over the former path",
            How::Padding => "written behind the end of a segment, in the rest of its page",
            How::Grown => "written to a new page at the end of the file",
        }
    }
}

/// A file with another interpreter.
pub struct Change {
    pub bytes: Vec<u8>,
    pub how: How,
}

/// The path in `PT_INTERP`.
pub fn current(bytes: &[u8]) -> Result<Vec<u8>> {
    Ok(Program::parse(bytes)?.interpreter()?.to_vec())
}

/// The file with `path` as its interpreter. `force` lets it grow although something that is no part of the program, such as an
/// archive or a signature, follows it.
pub fn change(bytes: &[u8], path: &[u8], force: bool) -> Result<Change> {
    ensure!(!path.is_empty(), "the path is empty");
    ensure!(!path.contains(&0), "the path holds a NUL");
    ensure!(path.len() < PATH_MAX, "the path is longer than the kernel takes ({} bytes)", PATH_MAX - 1);
    let present = Program::parse(bytes)?;
    if present.interpreter()? == path {
        return Ok(Change { bytes: bytes.to_vec(), how: How::Unchanged });
    }
    let former = record::undo(&present);
    let was_changed = former.is_some();
    let base = match &former {
        Some(former) => Program::parse(former)?,
        None => present,
    };
    if was_changed && base.interpreter()? == path {
        return Ok(Change { bytes: base.bytes, how: How::Restored });
    }
    if let Some(bytes) = space::in_place(&base, path) {
        return Ok(Change { bytes, how: How::InPlace });
    }
    if let Some(bytes) = space::in_padding(&base, path) {
        return Ok(Change { bytes, how: How::Padding });
    }
    let overlay = base.overlay();
    if overlay > 0 && !force {
        bail!(
            "{overlay} bytes that are no part of the program follow it, and the path only fits behind them (--force writes it there)"
        );
    }
    match grow::grow(&base, path)? {
        Some(bytes) => Ok(Change { bytes, how: How::Grown }),
        None => bail!("no room for a path of {} bytes, nor for one more program header", path.len()),
    }
}
