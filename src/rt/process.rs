//! The one global: everything that the loader knows of its process, each part behind the lock that fits its use.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Ordering};

use luci::glibc::record::Record;
use luci::link::world::World;
use luci::tls::StaticTls;
use luci::update::Verdict;

use super::places;
use super::registry::Registry;
use super::sync::{FutexLock, Locked, Published};

pub struct Process {
    /// What lookups see. Replaced as a whole under the loader's lock (`_dl_load_lock`).
    pub world: Published<World<'static>>,
    /// There is more than the program's.
    pub has_namespaces: AtomicBool,
    /// What loading needs. Never held while program code runs.
    pub registry: Locked<Option<Registry>>,
    pub static_tls: Locked<Option<StaticTls>>,
    /// Grows with each object whose constructors have run; a futex for those who wait for one.
    pub constructed: AtomicU32,
    record: AtomicPtr<Record>,
    pub settings: Settings,
    pub statistics: Statistics,
    pub malloc: Malloc,
    pub start: Start,
    pub updates: Updates,
}

/// Switches that are asked at run time.
pub struct Settings {
    pub bind_now: AtomicBool,
    /// LD_BIND_NOT: functions are bound at each call.
    pub bind_not: AtomicBool,
    pub weak_yields: AtomicBool,
    pub secure: AtomicBool,
    /// valgrind knows threads with a common table of open files only, and segments that are mapped one by one.
    pub under_valgrind: AtomicBool,
    /// LD_DEBUG: bits of `config::debug::Topics`.
    pub debug: AtomicU32,
    /// The descriptor that it is told to.
    pub debug_fd: AtomicI32,
}

/// What LD_DEBUG=statistics counts; times in ticks of the processor's clock.
pub struct Statistics {
    pub start: AtomicU64,
    pub loading: AtomicU64,
    pub relocation: AtomicU64,
    pub lookups: AtomicU64,
    pub reused: AtomicU64,
}

/// The program's allocator, for memory that libc frees; 0 until it is relocated.
pub struct Malloc {
    pub malloc: AtomicU64,
    pub calloc: AtomicU64,
    pub free: AtomicU64,
    pub memalign: AtomicU64,
}

/// What constructors get: the initial arguments.
pub struct Start {
    /// The loader is the program that the kernel started; the user's program is one of its arguments.
    pub by_name: AtomicBool,
    /// `--argv0` replaced the program's first argument; its path is then kept in `program_path`.
    pub argv0_is_set: AtomicBool,
    pub program_path: AtomicU64,
    /// AT_EXECFN of a start by name: our own path.
    pub loader_path: AtomicU64,
    /// LD_ORIGIN_PATH, a C string, or 0.
    pub origin_path: AtomicU64,
    pub argc: AtomicU64,
    pub argv: AtomicU64,
    pub envp: AtomicU64,
    pub auxv: AtomicU64,
    /// The dtv of the main thread, which is not the allocator's.
    pub initial_dtv: AtomicU64,
    pub main_thread: AtomicU64,
}

/// The live update: settings, and the helper thread as the other threads see it.
pub struct Updates {
    /// Everything else is only looked at when this is set.
    pub enabled: AtomicBool,
    /// Objects opened by dlopen are followed too.
    pub follow_opened: AtomicBool,
    pub force: AtomicBool,
    /// LD_RELAX_CHECK
    pub relax_check: AtomicU8,
    /// LD_DEPENDENCY_CHECK
    pub follow_calls: AtomicBool,
    /// LD_SNAPSHOT: 0 auto, 1 always, 2 never.
    pub snapshot: AtomicU8,
    pub settle_ms: AtomicU32,
    pub verbosity: AtomicU32,
    /// Where status lines go; empty for nowhere.
    pub status: Locked<Vec<u8>>,
    pub logfile: Locked<Vec<u8>>,
    /// What comparisons of files have found, so that a file that comes back is judged at once.
    pub findings: Locked<Vec<Finding>>,
    /// Held while the helper is started or stopped.
    pub helper: FutexLock,
    /// The helper's thread ID; 0 when there is none, set so by the kernel when it ends.
    pub helper_id: AtomicU32,
    /// A status line for each first Version is wanted; the start waits for it.
    pub early_status: AtomicBool,
    /// Whether the helper watches what was loaded; a word that threads wait for.
    pub begun: AtomicU32,
    pub helper_memory: AtomicU64,
    /// The process that the helper belongs to: a child that shares the memory (vfork) has none.
    pub helper_process: AtomicU64,
    pub stop: AtomicBool,
    /// Held while an update becomes visible, so that no child sees half of it.
    pub commit: FutexLock,
    /// Counts the updates that became visible.
    pub count: AtomicU64,
}

/// The verdict on two files by their content hashes, but for what depends on the process.
pub struct Finding {
    pub old: u128,
    pub new: u128,
    pub verdict: Verdict,
}

impl Updates {
    pub fn are_on(&self) -> bool {
        self.enabled.load(Ordering::Relaxed)
    }
}

pub static PROCESS: Process = Process {
    world: Published::empty(),
    has_namespaces: AtomicBool::new(false),
    registry: Locked::new(None),
    static_tls: Locked::new(None),
    constructed: AtomicU32::new(0),
    record: AtomicPtr::new(core::ptr::null_mut()),
    settings: Settings {
        bind_now: AtomicBool::new(false),
        bind_not: AtomicBool::new(false),
        weak_yields: AtomicBool::new(false),
        secure: AtomicBool::new(false),
        under_valgrind: AtomicBool::new(false),
        debug: AtomicU32::new(0),
        debug_fd: AtomicI32::new(2),
    },
    statistics: Statistics {
        start: AtomicU64::new(0),
        loading: AtomicU64::new(0),
        relocation: AtomicU64::new(0),
        lookups: AtomicU64::new(0),
        reused: AtomicU64::new(0),
    },
    malloc: Malloc { malloc: AtomicU64::new(0), calloc: AtomicU64::new(0), free: AtomicU64::new(0), memalign: AtomicU64::new(0) },
    start: Start {
        by_name: AtomicBool::new(false),
        argv0_is_set: AtomicBool::new(false),
        program_path: AtomicU64::new(0),
        loader_path: AtomicU64::new(0),
        origin_path: AtomicU64::new(0),
        argc: AtomicU64::new(0),
        argv: AtomicU64::new(0),
        envp: AtomicU64::new(0),
        auxv: AtomicU64::new(0),
        initial_dtv: AtomicU64::new(0),
        main_thread: AtomicU64::new(0),
    },
    updates: Updates {
        enabled: AtomicBool::new(false),
        follow_opened: AtomicBool::new(false),
        force: AtomicBool::new(false),
        relax_check: AtomicU8::new(0),
        follow_calls: AtomicBool::new(false),
        snapshot: AtomicU8::new(0),
        settle_ms: AtomicU32::new(50),
        verbosity: AtomicU32::new(3),
        status: Locked::new(Vec::new()),
        logfile: Locked::new(Vec::new()),
        findings: Locked::new(Vec::new()),
        helper: FutexLock::new(),
        helper_id: AtomicU32::new(0),
        early_status: AtomicBool::new(false),
        begun: AtomicU32::new(0),
        helper_memory: AtomicU64::new(0),
        helper_process: AtomicU64::new(0),
        stop: AtomicBool::new(false),
        commit: FutexLock::new(),
        count: AtomicU64::new(0),
    },
};

impl Process {
    /// Lets lookups see a world. Writers exclude each other outside.
    pub fn publish(&self, world: World<'static>) {
        places::store(&world);
        self.has_namespaces.store(world.namespaces().len() > 1, Ordering::Relaxed);
        self.world.replace(Box::new(world));
    }

    /// The record of this process's libc.
    pub fn record(&self) -> &'static Record {
        // SAFETY: null or a pointer to one of the constant records, set by `set_record`.
        let record = unsafe { self.record.load(Ordering::Relaxed).as_ref() };
        record.expect("the libc is identified before anything needs its record")
    }

    pub fn set_record(&self, record: &'static Record) {
        self.record.store(core::ptr::from_ref(record).cast_mut(), Ordering::Relaxed);
    }

    /// Runs `f` with the registry of loaded objects.
    pub fn with_registry<R>(&self, f: impl FnOnce(&mut Registry) -> R) -> R {
        self.registry.with(|registry| f(registry.as_mut().expect("the registry exists before the first lookup")))
    }
}
