//! What can go wrong, as values, and the one sentence each becomes. The wording follows glibc's where glibc has one,
//! because scripts and people look for it. Open to all rooms.

use alloc::string::String;
use core::fmt;

/// A failure with everything needed to say it: the file it is about, and what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The object, path or setting that the sentence is about; empty when it is about the process.
    pub object: String,
    pub kind: ErrorKind,
}

/// The classes of failure; the texts are in `Display`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A file could not be opened, read or mapped: what was tried and the errno.
    Os { action: &'static str, errno: i32 },
    /// The file is not what the ELF specification or this machine asks for.
    BadElf(&'static str),
    /// A symbol that a relocation or a lookup needs is nowhere: name and, if one was asked for, version.
    UndefinedSymbol { name: String, version: Option<String> },
    /// A version that an object needs is not defined by the object it names: version, the object that needs it.
    VersionNotFound { version: String, needed_by: String },
    /// Anything else, as a whole sentence.
    Other(String),
}

pub type Result<T> = core::result::Result<T, Error>;

impl Error {
    pub fn new(object: impl Into<String>, kind: ErrorKind) -> Self {
        Error { object: object.into(), kind }
    }

    /// The file violates its format; `what` says how.
    pub fn bad_elf(object: impl Into<String>, what: &'static str) -> Self {
        Error::new(object, ErrorKind::BadElf(what))
    }

    pub fn os(object: impl Into<String>, action: &'static str, errno: i32) -> Self {
        Error::new(object, ErrorKind::Os { action, errno })
    }

    pub fn other(object: impl Into<String>, sentence: impl Into<String>) -> Self {
        Error::new(object, ErrorKind::Other(sentence.into()))
    }

    /// The sentence without the object that it is about.
    pub fn reason(&self) -> String {
        match &self.kind {
            // what was tried is clear where a path is told with its reason
            ErrorKind::Os { action: "cannot open shared object file", errno } => alloc::format!("{}", Errno(*errno)),
            kind => alloc::format!("{}", Error::new("", kind.clone())),
        }
    }

    /// Whether there is no such file.
    pub fn is_not_found(&self) -> bool {
        const ENOENT: i32 = 2;
        const ENOTDIR: i32 = 20;
        matches!(self.kind, ErrorKind::Os { errno: ENOENT | ENOTDIR, .. })
    }

    /// glibc's class of the message: a failed lookup is a "symbol lookup error", everything else an
    /// "error while loading shared libraries".
    pub fn is_symbol_lookup(&self) -> bool {
        matches!(self.kind, ErrorKind::UndefinedSymbol { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.object.is_empty() {
            write!(f, "{}: ", self.object)?;
        }
        match &self.kind {
            ErrorKind::Os { action, errno } => write!(f, "{action}: {}", Errno(*errno)),
            ErrorKind::BadElf(what) => f.write_str(what),
            ErrorKind::UndefinedSymbol { name, version: None } => write!(f, "undefined symbol: {name}"),
            ErrorKind::UndefinedSymbol { name, version: Some(version) } => {
                write!(f, "undefined symbol: {name}, version {version}")
            }
            ErrorKind::VersionNotFound { version, needed_by } => {
                write!(f, "version `{version}' not found (required by {needed_by})")
            }
            ErrorKind::Other(sentence) => f.write_str(sentence),
        }
    }
}

/// An error number with the text strerror(3) gives it, for the numbers that loading can meet.
struct Errno(i32);

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            1 => "Operation not permitted",
            2 => "No such file or directory",
            4 => "Interrupted system call",
            5 => "Input/output error",
            8 => "Exec format error",
            9 => "Bad file descriptor",
            11 => "Resource temporarily unavailable",
            12 => "Cannot allocate memory",
            13 => "Permission denied",
            14 => "Bad address",
            16 => "Device or resource busy",
            17 => "File exists",
            19 => "No such device",
            20 => "Not a directory",
            21 => "Is a directory",
            22 => "Invalid argument",
            23 => "Too many open files in system",
            24 => "Too many open files",
            27 => "File too large",
            28 => "No space left on device",
            29 => "Illegal seek",
            32 => "Broken pipe",
            36 => "File name too long",
            38 => "Function not implemented",
            40 => "Too many levels of symbolic links",
            116 => "Stale file handle",
            number => return write!(f, "error {number}"),
        };
        f.write_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_missing_library_reads_like_glibcs_message() {
        let error = Error::os("libx.so", "cannot open shared object file", 2);
        assert_eq!(error.to_string(), "libx.so: cannot open shared object file: No such file or directory");
    }

    #[test]
    fn an_undefined_symbol_names_its_version() {
        let kind = ErrorKind::UndefinedSymbol { name: "f".into(), version: Some("V1".into()) };
        assert_eq!(Error::new("a.so", kind).to_string(), "a.so: undefined symbol: f, version V1");
    }
}
