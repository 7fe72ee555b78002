//! The answer of the comparison as a value: a list of reasons, each one sentence. Status line, JSON and exit status are made from it.
//!
//! Key types: [`Verdict`], [`Reason`], [`Difference`].

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::binary::Place;

/// May the new version replace the old one in the running process? Yes when there is no reason against it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The soname, or what the caller calls the object.
    pub object: String,
    pub reasons: Vec<Reason>,
    /// How many reasons were found after the list was full.
    pub omitted: usize,
}

/// One reason to refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub object: String,
    /// The symbol it is about, with `@VERSION` when it has one; the symbol around `offset` when the difference has none itself.
    pub symbol: Option<String>,
    /// Where: bytes from the start of the shared data (or of the thread-local image, or of the variable) in the old file.
    pub offset: Option<u64>,
    pub difference: Difference,
}

/// What differs. Pairs are (old, new).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// `e_type`
    FileType,
    Soname(String, String),
    /// `DT_TEXTREL` in the new file.
    TextRelocations,
    /// `DF_STATIC_TLS` in the new file only.
    StaticTls,
    /// `PT_GNU_STACK` with `PF_X` in the new file only.
    ExecutableStack,
    /// Number of pieces of the shared data.
    SharedRanges(usize, usize),
    SharedPermissions,
    SharedSize(u64, u64),
    SharedAlignment(u64, u64),
    SharedPageOffset(u64, u64),
    /// Initial content of shared data.
    Content,
    DataMissing,
    DataNew,
    DataMoved(u64, u64),
    DataSize(u64, u64),
    RelocationMissing,
    RelocationNew,
    /// Type, symbol, version or addend: what it was and what it is, as text.
    Relocation(String, String),
    TargetPlace(Place, Place),
    Target(String, String),
    TlsSegment(bool, bool),
    TlsSize(u64, u64),
    TlsAlignment(u64, u64),
    TlsContent,
    /// What differs between variables or relocations of the thread-local image.
    ThreadLocal(Box<Difference>),
    /// A tag such as `DT_INIT` that only one file has.
    InitPresence(&'static str),
    /// A tag such as `DT_INIT_ARRAY` with its number of entries.
    InitCount(&'static str, u64, u64),
    InitFunction(&'static str, String, String),
    /// Its code, or what that refers to, has changed.
    InitCode(&'static str),
    /// The code of a function that it calls, directly or not, has changed.
    InitCallee(&'static str),
    /// There is no code where the tag leads.
    InitUnknown(&'static str),
    ExportMissing,
    ExportType(u8, u8),
    ExportSize(u64, u64),
    VersionMissing(String),
    PltSlots(usize, usize),
    PltSlot(String, String),
    CopyContent,
    /// The function of the reason refers to a variable at another place: (old, new) offset.
    VariableMoved(u64, u64),
    /// Nothing in the new file shows that the variable is still the one at this place.
    VariableUnverified,
    /// Number of virtual functions of a class.
    VirtualFunctions(u64, u64),
    /// Index of the slot that holds another function.
    VirtualSlot(u64),
    /// The file waits on addresses, and the program has so many threads.
    Locks(usize),
    /// A word of shared data points into the object's own shared data.
    OwnPointer,
}

impl Verdict {
    /// More reasons than anybody reads are only counted.
    pub const MAX_REASONS: usize = 32;

    pub fn new(object: impl Into<String>) -> Self {
        Verdict { object: object.into(), ..Verdict::default() }
    }

    pub fn is_accepted(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Whether the update could be applied all the same when the user insists (`--force`): the memory layout agrees, only what
    /// the program would have computed from other initial values or constructors is lost.
    pub fn is_accepted_when_forced(&self) -> bool {
        self.omitted == 0 && self.reasons.iter().all(|reason| reason.difference.can_be_forced())
    }

    /// Whether the update is acceptable at a level of [`Difference::relaxed_at`]. What was only counted is never accepted.
    pub fn is_accepted_at(&self, level: u8) -> bool {
        let is_let_through = |reason: &Reason| reason.difference.relaxed_at().is_some_and(|needed| needed <= level);
        self.omitted == 0 && self.reasons.iter().all(is_let_through)
    }

    pub(super) fn refuse(&mut self, symbol: Option<String>, offset: Option<u64>, difference: Difference) {
        if self.reasons.len() == Self::MAX_REASONS {
            self.omitted += 1;
        } else {
            self.reasons.push(Reason { object: self.object.clone(), symbol, offset, difference });
        }
    }
}

impl Difference {
    /// See [`Verdict::is_accepted_when_forced`].
    pub fn can_be_forced(&self) -> bool {
        use Difference::*;
        matches!(
            self,
            Content
                | CopyContent
                | InitPresence(_)
                | InitCount(..)
                | InitFunction(..)
                | InitCode(_)
                | InitCallee(_)
                | InitUnknown(_)
                | VariableUnverified
                | Locks(_)
                | OwnPointer
        )
    }

    /// The lowest level of `--relax` that lets it through: 1 where evidence is only missing, 2 what the program would have computed
    /// from other initial values, constructors or addresses, 3 where old and new mean something else by the same place. Sizes, the
    /// layout of memory and missing symbols never are.
    pub fn relaxed_at(&self) -> Option<u8> {
        use Difference::*;
        match self {
            VariableUnverified => Some(1),
            VirtualFunctions(..) | VirtualSlot(_) | VariableMoved(..) | Target(..) | TargetPlace(..) => Some(3),
            _ => self.can_be_forced().then_some(2),
        }
    }

    /// The rule that refuses it: 1 shape of the file, 2 shared data, 3 thread-local storage, 4 constructors, 5 what others use,
    /// 7 lazily bound slots. Rules 6 (what the new file needs) and 8 (policy) are decided in the process.
    pub fn rule(&self) -> u8 {
        use Difference::*;
        match self {
            FileType | Soname(..) | TextRelocations | ExecutableStack | SharedRanges(..) | SharedPermissions => 1,
            SharedSize(..) | SharedAlignment(..) | SharedPageOffset(..) | Content | DataMissing | DataNew | DataMoved(..)
            | DataSize(..) | RelocationMissing | RelocationNew | Relocation(..) | TargetPlace(..) | Target(..) | CopyContent
            | VariableMoved(..) | VariableUnverified | VirtualFunctions(..) | VirtualSlot(_) | Locks(_) | OwnPointer => 2,
            StaticTls | TlsSegment(..) | TlsSize(..) | TlsAlignment(..) | TlsContent | ThreadLocal(_) => 3,
            InitPresence(_) | InitCount(..) | InitFunction(..) | InitCode(_) | InitCallee(_) | InitUnknown(_) => 4,
            ExportMissing | ExportType(..) | ExportSize(..) | VersionMissing(_) => 5,
            PltSlots(..) | PltSlot(..) => 7,
        }
    }

    /// One word for programs that read verdicts; it stays the same when the sentence is worded anew.
    pub fn kind(&self) -> &'static str {
        use Difference::*;
        match self {
            FileType => "file-type",
            Soname(..) => "soname",
            TextRelocations => "text-relocations",
            StaticTls => "static-tls",
            ExecutableStack => "executable-stack",
            SharedRanges(..) => "shared-ranges",
            SharedPermissions => "shared-permissions",
            SharedSize(..) => "shared-size",
            SharedAlignment(..) => "shared-alignment",
            SharedPageOffset(..) => "shared-page-offset",
            Content => "content",
            DataMissing => "data-missing",
            DataNew => "data-new",
            DataMoved(..) => "data-moved",
            DataSize(..) => "data-size",
            RelocationMissing => "relocation-missing",
            RelocationNew => "relocation-new",
            Relocation(..) => "relocation",
            TargetPlace(..) => "target-place",
            Target(..) => "target",
            _ => self.interface_kind(),
        }
    }

    fn interface_kind(&self) -> &'static str {
        use Difference::*;
        match self {
            TlsSegment(..) => "tls-segment",
            TlsSize(..) => "tls-size",
            TlsAlignment(..) => "tls-alignment",
            TlsContent => "tls-content",
            ThreadLocal(inner) => match **inner {
                DataMissing => "tls-missing",
                DataNew => "tls-new",
                DataMoved(..) => "tls-moved",
                DataSize(..) => "tls-variable-size",
                _ => "tls-relocation",
            },
            InitPresence(_) => "init-presence",
            InitCount(..) => "init-count",
            InitFunction(..) => "init-function",
            InitCode(_) => "init-code",
            InitCallee(_) => "init-callee",
            InitUnknown(_) => "init-unknown",
            ExportMissing => "export-missing",
            ExportType(..) => "export-type",
            ExportSize(..) => "export-size",
            VersionMissing(_) => "version-missing",
            PltSlots(..) => "plt-slots",
            PltSlot(..) => "plt-slot",
            CopyContent => "copy-content",
            VariableMoved(..) => "variable-moved",
            VariableUnverified => "variable-unverified",
            VirtualFunctions(..) => "virtual-functions",
            VirtualSlot(_) => "virtual-slot",
            Locks(_) => "locks",
            OwnPointer => "own-pointer",
            _ => "difference",
        }
    }
}

/// The first reason, and how many more there are.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.reasons.first() else {
            return write!(f, "{}: the new version is compatible", self.object);
        };
        match self.reasons.len() - 1 + self.omitted {
            0 => write!(f, "{first}"),
            1 => write!(f, "{first} (and one more reason)"),
            more => write!(f, "{first} (and {more} more reasons)"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.object, self.difference)?;
        match (&self.symbol, self.offset) {
            (Some(symbol), Some(offset)) => write!(f, ": `{symbol}' at offset {offset:#x}"),
            (Some(symbol), None) => write!(f, ": `{symbol}'"),
            (None, Some(offset)) => write!(f, " at offset {offset:#x}"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Difference::*;
        match self {
            FileType => f.write_str("the file changes between ET_EXEC and ET_DYN"),
            Soname(old, new) => write!(f, "DT_SONAME changes from `{old}' to `{new}'"),
            TextRelocations => f.write_str("the new version has text relocations"),
            StaticTls => f.write_str("the new version needs static thread-local storage"),
            ExecutableStack => f.write_str("the new version needs an executable stack"),
            SharedRanges(old, new) => write!(f, "the number of writable segments changes from {old} to {new}"),
            SharedPermissions => f.write_str("the permissions of a writable segment change"),
            SharedSize(old, new) => write!(f, "the size of the writable data changes from {old} to {new} bytes"),
            SharedAlignment(old, new) => write!(f, "the alignment of the writable data changes from {old:#x} to {new:#x}"),
            SharedPageOffset(old, new) => {
                write!(f, "the writable data moves from offset {old:#x} of its page to {new:#x}")
            }
            Content => f.write_str("the initial value of writable data changes"),
            DataMissing => f.write_str("a variable is gone"),
            DataNew => f.write_str("a variable is new"),
            DataMoved(old, new) => write!(f, "a variable moves from offset {old:#x} to {new:#x}"),
            DataSize(old, new) => write!(f, "the size of a variable changes from {old} to {new} bytes"),
            RelocationMissing => f.write_str("a relocation of writable data is gone"),
            RelocationNew => f.write_str("a relocation of writable data is new"),
            Relocation(old, new) => write!(f, "a relocation of writable data changes from {old} to {new}"),
            TargetPlace(old, new) => write!(f, "a pointer in writable data moves from {old} to {new}"),
            Target(old, new) => write!(f, "a pointer in writable data changes from `{old}' to `{new}'"),
            _ => self.fmt_interface(f),
        }
    }
}

impl Difference {
    fn fmt_interface(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Difference::*;
        match self {
            TlsSegment(..) => f.write_str("thread-local storage appears or disappears"),
            TlsSize(old, new) => write!(f, "the size of the thread-local storage changes from {old} to {new} bytes"),
            TlsAlignment(old, new) => {
                write!(f, "the alignment of the thread-local storage changes from {old:#x} to {new:#x}")
            }
            TlsContent => f.write_str("the initial value of thread-local storage changes"),
            ThreadLocal(difference) => write!(f, "in thread-local storage, {difference}"),
            InitPresence(tag) => write!(f, "only one of the versions has {tag}"),
            InitCount(tag, old, new) => write!(f, "the number of functions in {tag} changes from {old} to {new}"),
            InitFunction(tag, old, new) => write!(f, "a function in {tag} changes from `{old}' to `{new}'"),
            InitCode(tag) => write!(f, "a function in {tag} changes"),
            InitCallee(tag) => write!(f, "a function that {tag} calls changes"),
            InitUnknown(tag) => write!(f, "{tag} leads to no code"),
            ExportMissing => f.write_str("a symbol in use is gone"),
            ExportType(old, new) => {
                write!(f, "a symbol in use changes its type from {} to {}", symbol_type(*old), symbol_type(*new))
            }
            ExportSize(old, new) => write!(f, "a symbol in use changes its size from {old} to {new} bytes"),
            VersionMissing(version) => write!(f, "the version `{version}' that others need is gone"),
            PltSlots(old, new) => write!(f, "the number of lazily bound functions changes from {old} to {new}"),
            PltSlot(old, new) => write!(f, "a slot of lazily bound functions changes from `{old}' to `{new}'"),
            CopyContent => f.write_str("the initial value of a variable that the executable has copied changes"),
            VariableMoved(old, new) => {
                write!(f, "a variable without name moves within the writable data from {old:#x} to {new:#x}, as code shows")
            }
            VariableUnverified => f.write_str("the code does not show whether a variable without name is still the same"),
            VirtualFunctions(old, new) => write!(f, "the number of virtual functions of a class changes from {old} to {new}"),
            VirtualSlot(index) => write!(f, "virtual function {index} of a class is another one"),
            Locks(threads) => {
                write!(f, "it locks, and new code has variables at another address than old code in {threads} threads")
            }
            OwnPointer => f.write_str("a variable points into the library's own data, which new code has at another address"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Code => f.write_str("code"),
            Place::ReadOnly => f.write_str("read-only data"),
            Place::Relro => f.write_str("data that is read-only after relocation"),
            Place::Shared { offset, .. } => write!(f, "offset {offset:#x} of the writable data"),
            Place::Outside => f.write_str("an address outside the file"),
        }
    }
}

fn symbol_type(kind: u8) -> &'static str {
    use crate::elf::symbols::{STT_COMMON, STT_FUNC, STT_GNU_IFUNC, STT_NOTYPE, STT_OBJECT, STT_TLS};
    match kind {
        STT_NOTYPE => "none",
        STT_OBJECT => "variable",
        STT_FUNC => "function",
        STT_COMMON => "common variable",
        STT_TLS => "thread-local variable",
        STT_GNU_IFUNC => "indirect function",
        _ => "unknown",
    }
}
