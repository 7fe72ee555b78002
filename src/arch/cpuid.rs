//! CPUID and XGETBV as a contract: the loader executes the instructions, tests replay what a processor answered.
//! [`CpuidCache`] sees to it that each leaf is read once, because under a hypervisor each CPUID is a trap of tens of
//! microseconds.

/// The four registers that CPUID answers with: `%eax`, `%ebx`, `%ecx`, `%edx`.
pub type Registers = [u32; 4];

/// Indices into [`Registers`].
pub const EAX: usize = 0;
pub const EBX: usize = 1;
pub const ECX: usize = 2;
pub const EDX: usize = 3;

/// Who answers (Intel SDM volume 2, CPUID and XGETBV).
pub trait CpuidSource {
    /// CPUID with `%eax` = `leaf` and `%ecx` = `subleaf`.
    fn cpuid(&mut self, leaf: u32, subleaf: u32) -> Registers;

    /// XGETBV with `%ecx` = 0: the state components that the kernel enabled (XCR0). Called only if CPUID reports OSXSAVE.
    fn xgetbv(&mut self) -> u64;
}

/// Leaves that are kept; all that are known to be asked for fit.
const CAPACITY: usize = 48;

/// Remembers what `source` answered.
pub struct CpuidCache<'a> {
    source: &'a mut dyn CpuidSource,
    known: [(u32, u32, Registers); CAPACITY],
    count: usize,
    executed: usize,
}

impl<'a> CpuidCache<'a> {
    pub fn new(source: &'a mut dyn CpuidSource) -> Self {
        CpuidCache { source, known: [(0, 0, [0; 4]); CAPACITY], count: 0, executed: 0 }
    }

    /// How many times the source was asked.
    pub fn executed(&self) -> usize {
        self.executed
    }
}

impl CpuidSource for CpuidCache<'_> {
    fn cpuid(&mut self, leaf: u32, subleaf: u32) -> Registers {
        let known = self.known.iter().take(self.count).find(|entry| (entry.0, entry.1) == (leaf, subleaf));
        if let Some(entry) = known {
            return entry.2;
        }
        let registers = self.source.cpuid(leaf, subleaf);
        self.executed += 1;
        if let Some(free) = self.known.get_mut(self.count) {
            *free = (leaf, subleaf, registers);
            self.count += 1;
        }
        registers
    }

    fn xgetbv(&mut self) -> u64 {
        self.source.xgetbv()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counter(u32);

    impl CpuidSource for Counter {
        fn cpuid(&mut self, leaf: u32, subleaf: u32) -> Registers {
            self.0 += 1;
            [leaf, subleaf, self.0, 0]
        }

        fn xgetbv(&mut self) -> u64 {
            7
        }
    }

    #[test]
    fn each_leaf_is_read_once() {
        let mut source = Counter(0);
        let mut cache = CpuidCache::new(&mut source);
        let first = cache.cpuid(4, 1);
        cache.cpuid(4, 2);
        assert_eq!(cache.cpuid(4, 1), first);
        assert_eq!(cache.executed(), 2);
        assert_eq!(cache.xgetbv(), 7);
    }

    #[test]
    fn a_full_cache_still_answers() {
        let mut source = Counter(0);
        let mut cache = CpuidCache::new(&mut source);
        for leaf in 0..2 * CAPACITY as u32 {
            assert_eq!(cache.cpuid(leaf, 0)[EAX], leaf);
        }
        assert_eq!(cache.executed(), 2 * CAPACITY);
    }
}
