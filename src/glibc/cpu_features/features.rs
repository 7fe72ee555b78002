//! The features CPUID reports, by the names of the manuals, and what each needs from the operating system before a
//! program may use it. [`Leaves`] are the registers of the leaves a libc keeps, once as CPUID gave them and once with
//! only what is active. Neighbours: [`super::identify`] reads them, [`super::tuning`] asks for them.

use crate::arch::cpuid::{EAX, EBX, ECX, EDX, Registers};

/// The leaves (with subleaf) a libc may keep, in the order of [`Leaves`].
pub const LEAVES: [(u32, u32); 10] =
    [(1, 0), (7, 0), (0x8000_0001, 0), (0xd, 1), (0x8000_0007, 0), (0x8000_0008, 0), (7, 1), (0x19, 0), (0x14, 0), (0x24, 0)];

/// Indices into [`LEAVES`].
pub const L1: usize = 0;
pub const L7: usize = 1;
pub const L80000001: usize = 2;
pub const LD_1: usize = 3;
pub const L80000008: usize = 5;
pub const L7_1: usize = 6;
pub const L19: usize = 7;
pub const L14: usize = 8;
pub const L24: usize = 9;

/// One feature bit: index of its leaf, register, bit number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    leaf: usize,
    register: usize,
    bit: u8,
}

/// The registers of all of [`LEAVES`]; a leaf the processor does not have is zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaves(pub [Registers; LEAVES.len()]);

impl Leaves {
    pub fn has(&self, feature: Feature) -> bool {
        self.0[feature.leaf][feature.register] & feature.mask() != 0
    }

    pub fn all(&self, features: &[Feature]) -> bool {
        features.iter().all(|feature| self.has(*feature))
    }

    pub fn set(&mut self, feature: Feature) {
        self.0[feature.leaf][feature.register] |= feature.mask();
    }

    pub fn clear(&mut self, feature: Feature) {
        self.0[feature.leaf][feature.register] &= !feature.mask();
    }
}

impl Feature {
    const fn mask(self) -> u32 {
        1 << self.bit
    }
}

/// What must hold, besides the processor's bit, before a feature is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// The kernel uses XSAVE (CPUID.OSXSAVE).
    Xsave,
    /// AVX and its state.
    Avx,
    /// AVX512F and its state.
    Avx512,
    /// The tile state.
    Amx,
    /// The state of the extended general purpose registers.
    Apx,
    /// The processor's key locker is set up by the kernel (AESKLE).
    KeyLocker,
    /// A rule of its own in [`super::active`].
    Rule,
}

/// A row of [`TABLE`].
pub struct Row {
    pub feature: Feature,
    pub needs: Needs,
    /// The feature set that brought it: libcs with a lower number do not know the feature.
    pub set: u16,
}

macro_rules! features {
    ($($name:ident $leaf:ident $register:ident $bit:literal $needs:ident $set:literal,)*) => {
        $(pub const $name: Feature = Feature { leaf: $leaf, register: $register, bit: $bit };)*

        /// Every feature that can be active.
        pub const TABLE: &[Row] = &[$(Row { feature: $name, needs: Needs::$needs, set: $set },)*];
    };
}

features! {
    SSE3 L1 ECX 0 Nothing 0,
    PCLMULQDQ L1 ECX 1 Nothing 0,
    SSSE3 L1 ECX 9 Nothing 0,
    FMA L1 ECX 12 Avx 0,
    CMPXCHG16B L1 ECX 13 Nothing 0,
    SSE4_1 L1 ECX 19 Nothing 0,
    SSE4_2 L1 ECX 20 Nothing 0,
    MOVBE L1 ECX 22 Nothing 0,
    POPCNT L1 ECX 23 Nothing 0,
    AES L1 ECX 25 Nothing 0,
    XSAVE L1 ECX 26 Rule 0,
    OSXSAVE L1 ECX 27 Nothing 0,
    AVX L1 ECX 28 Avx 0,
    F16C L1 ECX 29 Avx 0,
    RDRAND L1 ECX 30 Nothing 2,
    TSC L1 EDX 4 Nothing 0,
    CX8 L1 EDX 8 Nothing 0,
    CMOV L1 EDX 15 Nothing 0,
    CLFSH L1 EDX 19 Nothing 0,
    MMX L1 EDX 23 Nothing 0,
    FXSR L1 EDX 24 Nothing 0,
    SSE L1 EDX 25 Nothing 0,
    SSE2 L1 EDX 26 Nothing 0,
    HTT L1 EDX 28 Nothing 0,
    FSGSBASE L7 EBX 0 Rule 0,
    BMI1 L7 EBX 3 Nothing 0,
    HLE L7 EBX 4 Nothing 0,
    AVX2 L7 EBX 5 Avx 0,
    BMI2 L7 EBX 8 Nothing 0,
    ERMS L7 EBX 9 Nothing 0,
    RTM L7 EBX 11 Rule 0,
    AVX512F L7 EBX 16 Avx512 0,
    AVX512DQ L7 EBX 17 Avx512 0,
    RDSEED L7 EBX 18 Nothing 0,
    ADX L7 EBX 19 Nothing 0,
    AVX512_IFMA L7 EBX 21 Avx512 0,
    CLFLUSHOPT L7 EBX 23 Nothing 0,
    CLWB L7 EBX 24 Nothing 0,
    AVX512PF L7 EBX 26 Avx512 0,
    AVX512ER L7 EBX 27 Avx512 0,
    AVX512CD L7 EBX 28 Avx512 0,
    SHA L7 EBX 29 Nothing 0,
    AVX512BW L7 EBX 30 Avx512 0,
    AVX512VL L7 EBX 31 Avx512 0,
    PREFETCHWT1 L7 ECX 0 Nothing 0,
    AVX512_VBMI L7 ECX 1 Avx512 0,
    PKU L7 ECX 3 Rule 0,
    OSPKE L7 ECX 4 Nothing 0,
    WAITPKG L7 ECX 5 Nothing 0,
    AVX512_VBMI2 L7 ECX 6 Avx512 0,
    GFNI L7 ECX 8 Nothing 0,
    VAES L7 ECX 9 Avx 0,
    VPCLMULQDQ L7 ECX 10 Avx 0,
    AVX512_VNNI L7 ECX 11 Avx512 0,
    AVX512_BITALG L7 ECX 12 Avx512 0,
    AVX512_VPOPCNTDQ L7 ECX 14 Avx512 0,
    RDPID L7 ECX 22 Nothing 0,
    KL L7 ECX 23 KeyLocker 1,
    CLDEMOTE L7 ECX 25 Nothing 0,
    MOVDIRI L7 ECX 27 Nothing 0,
    MOVDIR64B L7 ECX 28 Nothing 0,
    AVX512_4VNNIW L7 EDX 2 Avx512 0,
    AVX512_4FMAPS L7 EDX 3 Avx512 0,
    FSRM L7 EDX 4 Nothing 0,
    AVX512_VP2INTERSECT L7 EDX 8 Avx512 0,
    RTM_ALWAYS_ABORT L7 EDX 11 Nothing 2,
    SERIALIZE L7 EDX 14 Nothing 0,
    TSXLDTRK L7 EDX 16 Nothing 0,
    AMX_BF16 L7 EDX 22 Amx 1,
    AVX512_FP16 L7 EDX 23 Avx512 1,
    AMX_TILE L7 EDX 24 Amx 1,
    AMX_INT8 L7 EDX 25 Amx 1,
    LAHF64_SAHF64 L80000001 ECX 0 Nothing 0,
    LZCNT L80000001 ECX 5 Nothing 0,
    SSE4A L80000001 ECX 6 Nothing 0,
    PREFETCHW L80000001 ECX 8 Nothing 0,
    XOP L80000001 ECX 11 Avx 0,
    FMA4 L80000001 ECX 16 Rule 0,
    TBM L80000001 ECX 21 Nothing 0,
    RDTSCP L80000001 EDX 27 Nothing 0,
    XSAVEOPT LD_1 EAX 0 Xsave 0,
    XSAVEC LD_1 EAX 1 Xsave 0,
    XGETBV_ECX_1 LD_1 EAX 2 Xsave 0,
    XFD LD_1 EAX 4 Xsave 1,
    WBNOINVD L80000008 EBX 9 Nothing 0,
    RAO_INT L7_1 EAX 3 Nothing 3,
    AVX_VNNI L7_1 EAX 4 Avx 1,
    AVX512_BF16 L7_1 EAX 5 Avx512 0,
    CMPCCXADD L7_1 EAX 7 Nothing 3,
    FZLRM L7_1 EAX 10 Nothing 2,
    FSRS L7_1 EAX 11 Nothing 2,
    FSRCS L7_1 EAX 12 Nothing 2,
    AMX_FP16 L7_1 EAX 21 Amx 3,
    AVX_IFMA L7_1 EAX 23 Avx 3,
    AVX_VNNI_INT8 L7_1 EDX 4 Avx 3,
    AVX_NE_CONVERT L7_1 EDX 5 Avx 3,
    AMX_COMPLEX L7_1 EDX 8 Amx 3,
    PREFETCHI L7_1 EDX 14 Nothing 3,
    AVX10 L7_1 EDX 19 Xsave 4,
    APX_F L7_1 EDX 21 Apx 4,
    AESKLE L19 EBX 0 KeyLocker 1,
    WIDE_KL L19 EBX 2 KeyLocker 1,
    PTWRITE L14 EBX 4 Nothing 2,
    AVX10_XMM L24 EBX 16 Rule 4,
    AVX10_YMM L24 EBX 17 Rule 4,
    AVX10_ZMM L24 EBX 18 Rule 4,
}

/// The x87 unit; it is never among the active ones, the ISA levels ask for the processor's own bit.
pub const FPU: Feature = Feature { leaf: L1, register: EDX, bit: 0 };
