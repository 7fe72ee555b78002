//! Whose processor this is, its family and model, the leaves a libc keeps, and which of its features are active: the
//! processor has them, the operating system saves their state. Neighbours: [`super::features`] is the table,
//! [`super::tuning`] goes on from here.

use super::features::{self as f, LEAVES, Leaves, Needs, TABLE};
use super::tuning::Tuning;
use crate::arch::cpuid::{CpuidSource, EAX, EBX, EDX};
use crate::glibc::record::{Flags, Record};

/// glibc's `enum cpu_features_kind`; [`Kind::number`] gives its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Intel,
    Amd,
    Zhaoxin,
    Hygon,
    Other,
}

/// What is known of the processor so far.
pub struct Cpu {
    pub kind: Kind,
    /// Highest basic leaf.
    pub max_leaf: u32,
    pub family: u32,
    pub model: u32,
    pub stepping: u32,
    /// As CPUID gives them.
    pub cpuid: Leaves,
    /// The bits that programs may use.
    pub active: Leaves,
    pub tuning: Tuning,
    /// A non-temporal copy begins at the cache's size divided by this.
    pub threshold_divisor: u64,
}

/// XCR0 bits: state components of Intel SDM volume 1, section 13.1.
const XCR0_AVX: u64 = 1 << 1 | 1 << 2;
const XCR0_AVX512: u64 = 1 << 5 | 1 << 6 | 1 << 7;
const XCR0_TILES: u64 = 1 << 17 | 1 << 18;
const XCR0_APX: u64 = 1 << 19;

/// AT_HWCAP2: user space may use RDFSBASE and its family.
const HWCAP2_FSGSBASE: u64 = 1 << 1;

impl Kind {
    /// The value of the enumerator in the libc that `record` is about: each new vendor moved the last one.
    pub fn number(self, record: &Record) -> u32 {
        match self {
            Kind::Intel => 1,
            Kind::Amd => 2,
            Kind::Zhaoxin => 3,
            Kind::Hygon => 4,
            Kind::Other => 3 + u32::from(record.has(Flags::CPU_ZHAOXIN)) + u32::from(record.has(Flags::CPU_HYGON)),
        }
    }

    fn of(vendor: &[u8; 12], record: &Record) -> Self {
        match vendor {
            b"GenuineIntel" => Kind::Intel,
            b"AuthenticAMD" => Kind::Amd,
            b"HygonGenuine" if record.has(Flags::CPU_HYGON) => Kind::Hygon,
            b"HygonGenuine" if record.has(Flags::CPU_HYGON_IS_AMD) => Kind::Amd,
            b"CentaurHauls" | b"  Shanghai  " if record.has(Flags::CPU_ZHAOXIN) => Kind::Zhaoxin,
            _ => Kind::Other,
        }
    }
}

impl Cpu {
    /// Reads the vendor and the leaves.
    pub fn identify(source: &mut dyn CpuidSource, record: &Record) -> Self {
        let [max_leaf, b, c, d] = source.cpuid(0, 0);
        let mut vendor = [0; 12];
        for (part, word) in vendor.chunks_exact_mut(4).zip([b, d, c]) {
            part.copy_from_slice(&word.to_le_bytes());
        }
        let kind = Kind::of(&vendor, record);
        let mut cpu = Cpu {
            kind,
            max_leaf,
            family: 0,
            model: 0,
            stepping: 0,
            cpuid: Leaves::default(),
            active: Leaves::default(),
            tuning: Tuning::empty(),
            threshold_divisor: 4,
        };
        // of an unknown vendor's processor glibc does not read the leaves that say what it can do
        if kind != Kind::Other {
            cpu.read_signature(source);
            cpu.read_extended(source, record);
        }
        cpu.read_basic(source, record);
        cpu
    }

    /// Leaf 1: what it can do, and family, model and stepping as the manuals compute them.
    fn read_signature(&mut self, source: &mut dyn CpuidSource) {
        let registers = source.cpuid(1, 0);
        self.cpuid.0[f::L1] = registers;
        let signature = registers[EAX];
        let extended_model = signature >> 12 & 0xf0;
        self.family = signature >> 8 & 0xf;
        self.model = signature >> 4 & 0xf;
        self.stepping = signature & 0xf;
        let counts_extended_model = match self.kind {
            Kind::Intel => self.family == 6 || self.family == 0xf,
            Kind::Zhaoxin => true,
            _ => self.family == 0xf,
        };
        if self.family == 0xf {
            self.family += signature >> 20 & 0xff;
        }
        if counts_extended_model {
            self.model += extended_model;
        }
        // glibc keeps no stepping of these
        if self.kind == Kind::Zhaoxin {
            self.stepping = 0;
        }
    }

    fn read_extended(&mut self, source: &mut dyn CpuidSource, record: &Record) {
        let max = source.cpuid(0x8000_0000, 0)[EAX];
        for (index, (leaf, subleaf)) in LEAVES.into_iter().enumerate() {
            if leaf > 0x8000_0000 && leaf <= max && (index == f::L80000001 || keeps(record, index)) {
                self.cpuid.0[index] = source.cpuid(leaf, subleaf);
            }
        }
    }

    /// The other basic leaves. Those that a bit of leaf 7 declares absent are zero by definition and not asked for.
    fn read_basic(&mut self, source: &mut dyn CpuidSource, record: &Record) {
        let mut read = |cpu: &mut Cpu, index: usize, declared: bool| {
            let (leaf, subleaf) = LEAVES[index];
            if declared && cpu.max_leaf >= leaf {
                cpu.cpuid.0[index] = source.cpuid(leaf, subleaf);
            }
        };
        read(self, f::L7, true);
        read(self, f::LD_1, true);
        let leaf7 = self.cpuid.0[f::L7];
        read(self, f::L7_1, keeps(record, f::L7_1) && leaf7[EAX] >= 1);
        read(self, f::L14, keeps(record, f::L14) && leaf7[EBX] & 1 << 25 != 0);
        read(self, f::L19, keeps(record, f::L19) && self.cpuid.has(f::KL));
        let avx10 = self.cpuid.has(f::OSXSAVE) && self.cpuid.has(f::AVX10);
        read(self, f::L24, keeps(record, f::L24) && avx10);
    }

    /// Sets the active bits and what follows from them alone.
    pub fn activate(&mut self, source: &mut dyn CpuidSource, hwcap2: u64, record: &Record) {
        let xsave = self.cpuid.has(f::OSXSAVE);
        let xcr0 = if xsave { source.xgetbv() } else { 0 };
        let saved = |mask: u64| xcr0 & mask == mask;
        let avx = saved(XCR0_AVX) && self.cpuid.has(f::AVX);
        let avx512 = saved(XCR0_AVX | XCR0_AVX512) && self.cpuid.has(f::AVX512F);
        for row in TABLE.iter().filter(|row| row.set <= record.values.cpu_feature_set) {
            let allowed = match row.needs {
                Needs::Nothing => true,
                Needs::Xsave => xsave,
                Needs::Avx => avx,
                Needs::Avx512 => avx512,
                Needs::Amx => saved(XCR0_TILES),
                Needs::Apx => saved(XCR0_APX),
                Needs::KeyLocker => self.cpuid.has(f::AESKLE),
                Needs::Rule => false,
            };
            if allowed && self.cpuid.has(row.feature) {
                self.active.set(row.feature);
            }
        }
        if xsave {
            self.active.set(f::XSAVE);
        }
        self.activate_if_present(f::RTM, !self.active.has(f::RTM_ALWAYS_ABORT));
        self.activate_if_present(f::FSGSBASE, record.has(Flags::CPU_FSGSBASE_BY_HWCAP2) && hwcap2 & HWCAP2_FSGSBASE != 0);
        self.activate_if_present(f::FMA4, self.kind == Kind::Amd && self.active.has(f::AVX));
        if self.cpuid.has(f::OSPKE) {
            self.active.set(f::PKU);
        }
        self.activate_if_present(f::AVX10_XMM, true);
        self.activate_if_present(f::AVX10_YMM, avx);
        self.activate_if_present(f::AVX10_ZMM, saved(XCR0_AVX | XCR0_AVX512));
        if self.active.has(f::AVX2) {
            self.tuning |= Tuning::AVX_FAST_UNALIGNED_LOAD;
        }
    }

    fn activate_if_present(&mut self, feature: f::Feature, allowed: bool) {
        if allowed && self.cpuid.has(feature) {
            self.active.set(feature);
        }
    }

    pub fn is(&self, kind: Kind, family: u32) -> bool {
        self.kind == kind && self.family == family
    }

    /// Logical processors of the package by leaf 1, where simultaneous threads or cores are declared at all.
    pub fn logical_processors(&self) -> Option<u32> {
        let leaf1 = self.cpuid.0[f::L1];
        (leaf1[EDX] & 1 << 28 != 0).then_some(leaf1[EBX] >> 16 & 0xff)
    }
}

/// Whether the libc keeps this leaf.
fn keeps(record: &Record, index: usize) -> bool {
    let (leaf, subleaf) = LEAVES[index];
    record.cpuid_leaves.iter().any(|kept| (kept.leaf, kept.subleaf) == (leaf, subleaf))
}
