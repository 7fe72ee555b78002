//! How much room the extended state takes that a trampoline saves (Intel SDM volume 1, chapter 13): what a libc's structure
//! says of its stock loader's trampolines, and what the loader's own need. Neighbours: [`super::identify`].

use super::features as f;
use super::identify::Cpu;
use crate::arch::cpuid::{CpuidSource, EAX, EBX, ECX};
use crate::glibc::record::{Flags, Record};

/// State components by their numbers in XCR0.
const SSE: u32 = 1;
const AVX: u32 = 2;
const BNDREGS: u32 = 3;
const OPMASK: u32 = 5;
const ZMM_HIGH: u32 = 6;
const ZMM_UPPER: u32 = 7;
const TILE_CONFIG: u32 = 17;
const TILE_DATA: u32 = 18;
const APX: u32 = 19;

/// Registers that carry arguments, without the tiles.
const ARGUMENTS: u32 = 1 << SSE | 1 << AVX | 1 << BNDREGS | 1 << OPMASK | 1 << ZMM_HIGH | 1 << ZMM_UPPER | 1 << APX;
const TILES: u32 = 1 << TILE_CONFIG | 1 << TILE_DATA;

/// The x87 state, which a TLS descriptor must preserve too.
const X87: u32 = 1;

/// End of the legacy area and the header of the XSAVE area in bytes.
const EXTENDED_START: u32 = 576;

/// No area or component is larger, in bytes; a processor that says so is not believed.
const LARGEST: u32 = 1 << 20;

/// What saves the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// 512 bytes, no mask.
    Fxsave,
    /// The standard format.
    Xsave,
    /// The compacted format.
    Xsavec,
}

/// What the loader's own trampolines save. Sizes are bytes, multiples of 64, and hold nothing but the XSAVE area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SavedState {
    pub instruction: Instruction,
    /// For lazy binding: `%edx:%eax` of XSAVE, everything that can carry an argument.
    pub binding_mask: u64,
    pub binding_size: u32,
    /// For TLS descriptors, which preserve all registers.
    pub descriptor_mask: u64,
    pub descriptor_size: u32,
}

/// The two numbers of a libc's structure, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateSizes {
    pub state: u64,
    pub full: u32,
}

/// What the processor says of its XSAVE area.
struct Area {
    /// Components that the processor can save.
    supported: u32,
    /// The standard format with everything the kernel enabled, in bytes; 0 without XSAVE.
    standard: u32,
    compacted: bool,
}

impl Area {
    fn of(cpu: &Cpu, source: &mut dyn CpuidSource) -> Self {
        if !cpu.cpuid.has(f::OSXSAVE) || cpu.max_leaf < 0xd {
            return Area { supported: 0, standard: 0, compacted: false };
        }
        let registers = source.cpuid(0xd, 0);
        Area { supported: registers[EAX], standard: registers[EBX].min(LARGEST), compacted: cpu.cpuid.has(f::XSAVEC) }
    }

    /// Bytes of the compacted format with the components of `mask`. The sizes of vector registers are what they are; only
    /// the tiles' is asked for. All but the tiles' alignment keep the next multiple of 64.
    fn compacted_size(&self, source: &mut dyn CpuidSource, mask: u32) -> u32 {
        let mut end = EXTENDED_START;
        for component in AVX..=APX {
            if mask & self.supported & 1 << component == 0 {
                continue;
            }
            let (size, aligned) = match component {
                AVX => (256, false),
                BNDREGS | OPMASK => (64, false),
                ZMM_HIGH => (512, false),
                ZMM_UPPER => (1024, false),
                _ => {
                    let registers = source.cpuid(0xd, component);
                    (registers[EAX].min(LARGEST), registers[ECX] & 2 != 0)
                }
            };
            end = size + if aligned { end.next_multiple_of(64) } else { end };
        }
        end
    }
}

/// What a stock loader of this libc computes.
pub fn state_sizes(cpu: &Cpu, source: &mut dyn CpuidSource, record: &Record) -> StateSizes {
    let area = Area::of(cpu, source);
    if area.standard == 0 {
        return StateSizes::default();
    }
    // room for integer registers in front of the area
    let registers = if record.has(Flags::CPU_XSAVE_WITH_DESCRIPTORS) { 88 } else { 64 };
    let rounded = |size: u32| (size + registers).next_multiple_of(64);
    let full = rounded(area.standard);
    if !area.compacted {
        return StateSizes { state: full.into(), full };
    }
    let apx = if record.has(Flags::CPU_XSAVE_APX) { 0 } else { 1 << APX };
    let state = rounded(area.compacted_size(source, ARGUMENTS & !apx)).into();
    let full = match record.has(Flags::CPU_XSAVE_FULL_COMPACTED) {
        true => rounded(area.compacted_size(source, (ARGUMENTS | TILES) & !apx)),
        false => full,
    };
    StateSizes { state, full }
}

/// What the loader's own trampolines need.
pub fn saved_state(cpu: &Cpu, source: &mut dyn CpuidSource) -> SavedState {
    let area = Area::of(cpu, source);
    let (instruction, binding, descriptor) = if area.standard == 0 || !cpu.active.has(f::XSAVE) {
        (Instruction::Fxsave, 512, 512)
    } else if area.compacted && cpu.active.has(f::XSAVEC) {
        let all = area.compacted_size(source, ARGUMENTS | TILES);
        (Instruction::Xsavec, area.compacted_size(source, ARGUMENTS), all)
    } else {
        (Instruction::Xsave, area.standard, area.standard)
    };
    SavedState {
        instruction,
        binding_mask: ARGUMENTS.into(),
        binding_size: binding.next_multiple_of(64),
        descriptor_mask: (ARGUMENTS | TILES | X87).into(),
        descriptor_size: descriptor.next_multiple_of(64),
    }
}
