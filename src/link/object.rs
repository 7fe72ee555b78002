//! [`Object`]: a file the process uses, an identity. [`Version`]: one loaded state of it, immutable once mapped.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use super::segments::Layout;
use crate::addr::{Addr, Bias, Vaddr};
use crate::elf::dynamic::Dynamic;
use crate::elf::symbols::Symbols;
use crate::elf::{Rela, Sym};

/// Names an object for the life of the process; numbers are reused after unloading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);

/// A namespace of dlmopen(3): its objects do not see those of another. The number is the `Lmid_t`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamespaceId(pub u32);

impl NamespaceId {
    /// `LM_ID_BASE`, the program's.
    pub const BASE: NamespaceId = NamespaceId(0);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The executable.
    Program,
    Library,
    /// The dynamic linker itself; each namespace has an object of its own for it.
    Loader,
    /// The kernel's vDSO: never in a scope.
    Vdso,
}

/// One loaded state of an object: where it is and what it says of itself. `'m` is the life of its mapping.
pub struct Version<'m> {
    /// The path it was opened by (glibc `l_name`).
    pub path: Box<[u8]>,
    pub role: Role,
    pub bias: Bias,
    pub layout: Layout,
    pub entry: Vaddr,
    pub dynamic: Dynamic,
    pub symbols: Symbols<'m>,
    pub relocations: Relocations<'m>,
    pub soname: Option<&'m [u8]>,
    /// GNU build ID, if it has one.
    pub build_id: Option<&'m [u8]>,
    /// `DT_VERDEF` and `DT_VERNEED`, each to the end of its segment.
    pub verdef: Option<&'m [u8]>,
    pub verneed: Option<&'m [u8]>,
    /// The native `struct link_map` that names this Version to debuggers and to its own lazy binding.
    pub link_map: Addr,
    /// Address of the program headers in memory.
    pub headers_addr: Addr,
    /// Functions of this object that the loader answers itself: symbol value and the address that is bound instead.
    pub replaced: Vec<(u64, Addr)>,
    /// Pieces of shared data that are seen here under a second address: their one address for the process is in the first
    /// Version. Empty in first Versions.
    pub data_homes: Vec<DataHome>,
    /// Memory that lives as long as the Version: its `link_map`, and private copies of tables that lie where the program
    /// can write; the slices above may point into them.
    pub backing: Vec<Box<[AtomicU64]>>,
}

/// A piece of writable data that this Version shares with an older one: `[start, end)` is the same memory as the equally
/// long range at `home`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataHome {
    pub start: Vaddr,
    pub end: Vaddr,
    pub home: Addr,
}

/// The relocation tables.
#[derive(Clone, Copy, Default)]
pub struct Relocations<'m> {
    pub rela: &'m [Rela],
    /// `DT_JMPREL`
    pub plt: &'m [Rela],
    pub relr: &'m [u64],
}

/// Thread-local storage of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsModule {
    /// Module ID: the index in each dtv.
    pub id: u64,
    /// Bytes from the start of the block up to the thread pointer, if the block is in static TLS (glibc `l_tls_offset`).
    pub static_offset: Option<u64>,
}

/// The search list of an object that dlopen brought.
#[derive(Clone, Debug)]
pub struct LocalScope {
    /// The object that was opened; the list goes when it goes.
    pub root: ObjectId,
    pub list: Arc<[ObjectId]>,
}

/// A file the process uses.
#[derive(Clone)]
pub struct Object<'m> {
    pub id: ObjectId,
    /// Tells it apart from others that had its number before.
    pub serial: u64,
    pub namespace: NamespaceId,
    /// The Version that lookups find.
    pub current: Arc<Version<'m>>,
    pub tls: Option<TlsModule>,
    /// The handle that dlopen gives out: the `link_map` of the first Version.
    pub handle: Addr,
    /// Never unloaded: the initial set, `DF_1_NODELETE`, RTLD_NODELETE.
    pub pinned: bool,
    /// Loaded before the program started.
    pub initial: bool,
    /// Its destructors are about to run: only objects that go with it still find its definitions.
    pub closing: Flag,
    /// Whether its dependencies are loaded, so that `needed` and `filtees` are complete.
    pub linked: bool,
    /// Direct dependencies: those of `DT_NEEDED` in order, then its filtees.
    pub needed: Arc<[ObjectId]>,
    /// The dependencies that are searched before the object itself (`DT_FILTER`, `DT_AUXILIARY`).
    pub filtees: Arc<[ObjectId]>,
    /// Search lists that follow the global scope (or precede it, with `deep_bind`): one for each dlopen that brought
    /// or reused the object.
    pub local_scopes: Vec<LocalScope>,
    pub deep_bind: bool,
    /// What each auditor keeps with it; `None` for what is not audited.
    pub audit: Option<Arc<[AuditMark]>>,
}

/// A property that changes in the world that everybody sees, instead of making a new one.
#[derive(Default)]
pub struct Flag(AtomicBool);

impl Flag {
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub fn set(&self, value: bool) {
        self.0.store(value, Ordering::Release);
    }
}

impl Clone for Flag {
    fn clone(&self) -> Self {
        Flag(AtomicBool::new(self.get()))
    }
}

/// What one auditor keeps with an object (rtld-audit(7)). The auditor has its address.
#[derive(Debug)]
pub struct AuditMark {
    /// The `link_map`'s address, until the auditor stores something else.
    pub cookie: AtomicU64,
    /// `LA_FLG_*`
    pub flags: AtomicU32,
}

impl<'m> Object<'m> {
    /// A freshly mapped object, of which nothing else is known.
    pub fn new(id: ObjectId, namespace: NamespaceId, version: Arc<Version<'m>>) -> Self {
        Object {
            id,
            serial: 0,
            namespace,
            tls: None,
            handle: version.link_map,
            initial: false,
            closing: Flag::default(),
            pinned: version.dynamic.flags_1.contains(crate::elf::dynamic::Flags1::NODELETE),
            current: version,
            linked: false,
            needed: Arc::from([]),
            filtees: Arc::from([]),
            local_scopes: Vec::new(),
            deep_bind: false,
            audit: None,
        }
    }
}

impl<'m> Version<'m> {
    /// Run-time address of a symbol of this version (`SHN_ABS` symbols do not move).
    pub fn address_of(&self, symbol: &Sym) -> Addr {
        if symbol.st_shndx == crate::elf::symbols::SHN_ABS {
            return Addr(symbol.st_value);
        }
        let replaced = self.replaced.iter().find(|(value, _)| *value == symbol.st_value);
        replaced.map_or_else(|| self.address_at(Vaddr(symbol.st_value)), |&(_, addr)| addr)
    }

    /// The one address that `vaddr` has for the process: shared data is where the first Version has it, so that pointers
    /// made by different Versions are equal.
    #[inline]
    pub fn address_at(&self, vaddr: Vaddr) -> Addr {
        if self.data_homes.is_empty() { vaddr + self.bias } else { self.home_of(vaddr) }
    }

    fn home_of(&self, vaddr: Vaddr) -> Addr {
        let homes = &self.data_homes;
        let inside = homes.iter().find(|piece| vaddr >= piece.start && vaddr < piece.end);
        // C allows pointers to one past the last byte
        let past = || homes.iter().find(|piece| vaddr == piece.end && self.layout.segment_of(vaddr, 1).is_none());
        inside.or_else(past).map_or(vaddr + self.bias, |piece| piece.home + (vaddr.0 - piece.start.0))
    }

    /// First and one-past-last address of the image.
    pub fn range(&self) -> (Addr, Addr) {
        (self.layout.start + self.bias, self.layout.end + self.bias)
    }

    /// Whether `addr` lies in one of the segments.
    pub fn contains(&self, addr: Addr) -> bool {
        let (start, end) = self.range();
        // a page has nobody else's bytes, so where there is no hole everything is the object's
        let inside = || self.layout.is_contiguous() || self.layout.segment_of(self.bias.vaddr_of(addr), 1).is_some();
        addr >= start && addr < end && inside()
    }

    /// The name that other objects ask for it by: the soname, else the file name.
    pub fn name(&self) -> &[u8] {
        self.soname.unwrap_or_else(|| self.path.rsplit(|&byte| byte == b'/').next().unwrap_or(&[]))
    }

    /// A string of the dynamic section, such as a `DT_NEEDED`.
    pub fn string(&self, offset: u64) -> Option<&'m [u8]> {
        self.symbols.strings.get(offset)
    }
}
