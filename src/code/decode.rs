//! Reads one function: what its operands refer to, and a fingerprint of its bytes that stays the same when the function, or what it
//! refers to, moves.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use iced_x86::{Code, ConstantOffsets, Decoder, DecoderOptions, FlowControl, Instruction, Mnemonic, OpKind, Register};
use xxhash_rust::xxh3::xxh3_64;

use crate::addr::Vaddr;

/// How an operand refers to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// A call or a jump to the address itself.
    Branch,
    /// So many bytes are read or written there; 0 when the instruction does not say.
    Access(u16),
    /// The address is computed (`lea`), or stands in an immediate.
    Address,
}

/// One operand that refers to a place outside its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Of the instruction, in bytes from the start of the function.
    pub at: u32,
    pub way: Way,
    pub target: Vaddr,
}

/// What operands may refer to.
#[derive(Clone, Copy, Debug)]
pub struct Image {
    pub start: Vaddr,
    pub end: Vaddr,
    /// The file has a fixed address, so that immediates and displacements may be addresses.
    pub is_fixed: bool,
}

impl Image {
    fn holds(&self, address: u64) -> bool {
        self.start.0 <= address && address < self.end.0
    }
}

/// Working memory that is used again for each function.
#[derive(Default)]
pub struct Scratch {
    masked: Vec<u8>,
    codes: Vec<u8>,
    instruction: Instruction,
}

/// Two numbers for the code of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    /// Of its bytes, without what depends on where it, or anything else, lies.
    pub fingerprint: u64,
    /// Of the kinds of its instructions alone, whatever registers and numbers they have.
    pub shape: u64,
}

/// Reads the function `bytes` at `start`; its references are appended.
pub fn function(bytes: &[u8], start: Vaddr, image: Image, scratch: &mut Scratch, references: &mut Vec<Reference>) -> Print {
    let Scratch { masked, codes, instruction } = scratch;
    masked.clear();
    codes.clear();
    masked.extend_from_slice(bytes);
    let own = start.0..start.0.saturating_add(bytes.len() as u64);
    let mut decoder = Decoder::with_ip(64, bytes, start.0, DecoderOptions::NONE);
    while decoder.can_decode() {
        let at = decoder.position();
        decoder.decode_out(instruction);
        codes.extend_from_slice(&(instruction.code() as u16).to_le_bytes());
        let Some((way, target)) = operand(instruction, image) else { continue };
        if own.contains(&target) {
            continue;
        }
        let (offset, size) = place_of_operand(&decoder.get_constant_offsets(instruction), way, instruction);
        if let Some(place) = masked.get_mut(at + offset..at + offset + size) {
            place.fill(0);
        }
        references.push(Reference { at: at as u32, way, target: Vaddr(target) });
    }
    Print { fingerprint: xxh3_64(masked), shape: xxh3_64(codes) }
}

/// The operand of an instruction that is an address of the image. No instruction of compilers has two.
fn operand(instruction: &Instruction, image: Image) -> Option<(Way, u64)> {
    if instruction.is_invalid() {
        return None;
    }
    if is_near_branch(instruction.op0_kind()) {
        let target = instruction.near_branch_target();
        return image.holds(target).then_some((Way::Branch, target));
    }
    if instruction.is_ip_rel_memory_operand() {
        let target = instruction.ip_rel_memory_address();
        return image.holds(target).then(|| (way_of_memory(instruction), target));
    }
    if image.is_fixed { fixed_operand(instruction, image) } else { None }
}

/// In a file with a fixed address the linker has resolved immediates and displacements and left no trace of it.
fn fixed_operand(instruction: &Instruction, image: Image) -> Option<(Way, u64)> {
    let is_memory = (0..instruction.op_count()).any(|op| instruction.op_kind(op) == OpKind::Memory);
    let displacement = instruction.memory_displacement64();
    if is_memory && instruction.memory_displ_size() >= 4 && image.holds(displacement) {
        return Some((way_of_memory(instruction), displacement));
    }
    let is_immediate =
        |&op: &u32| matches!(instruction.op_kind(op), OpKind::Immediate32 | OpKind::Immediate32to64 | OpKind::Immediate64);
    let value = (0..instruction.op_count()).find(is_immediate).map(|op| instruction.immediate(op))?;
    image.holds(value).then_some((Way::Address, value))
}

fn is_near_branch(kind: OpKind) -> bool {
    matches!(kind, OpKind::NearBranch16 | OpKind::NearBranch32 | OpKind::NearBranch64)
}

/// Whether the first instruction is `jmp *place(%rip)`, with `bnd` or `notrack` or without.
pub fn is_jump_through_memory(bytes: &[u8]) -> bool {
    let instruction = Decoder::new(64, bytes, DecoderOptions::NONE).decode();
    instruction.code() == Code::Jmp_rm64 && instruction.is_ip_rel_memory_operand()
}

fn way_of_memory(instruction: &Instruction) -> Way {
    let computes = instruction.mnemonic() == Mnemonic::Lea;
    // an index makes it a table, of which this is only the start
    if computes || !matches!(instruction.memory_index(), Register::None) {
        return Way::Address;
    }
    Way::Access(u16::try_from(instruction.memory_size().size()).unwrap_or(0))
}

/// Offset in the instruction and size of the operand's bytes.
fn place_of_operand(offsets: &ConstantOffsets, way: Way, instruction: &Instruction) -> (usize, usize) {
    let is_immediate = matches!(way, Way::Branch) || !has_memory_address(instruction);
    if is_immediate {
        (offsets.immediate_offset(), offsets.immediate_size())
    } else {
        (offsets.displacement_offset(), offsets.displacement_size())
    }
}

fn has_memory_address(instruction: &Instruction) -> bool {
    instruction.is_ip_rel_memory_operand()
        || (0..instruction.op_count()).any(|op| instruction.op_kind(op) == OpKind::Memory) && instruction.memory_displ_size() >= 4
}

/// The bytes without the padding at their end: `nop`s of any length, `int3`, zeros.
pub fn without_padding(bytes: &[u8]) -> usize {
    let mut decoder = Decoder::new(64, bytes, DecoderOptions::NONE);
    let mut instruction = Instruction::default();
    let mut end = 0;
    while decoder.can_decode() {
        let at = decoder.position();
        decoder.decode_out(&mut instruction);
        if !is_padding(&instruction, &bytes[at..decoder.position()]) {
            end = decoder.position();
        }
    }
    end
}

/// How many bytes at the start are padding.
pub fn leading_padding(bytes: &[u8]) -> usize {
    let mut decoder = Decoder::new(64, bytes, DecoderOptions::NONE);
    let mut instruction = Instruction::default();
    while decoder.can_decode() {
        let at = decoder.position();
        decoder.decode_out(&mut instruction);
        if !is_padding(&instruction, &bytes[at..decoder.position()]) {
            return at;
        }
    }
    bytes.len()
}

/// Zeros decode to `add %al,(%rax)`, an odd one at the end to nothing.
fn is_padding(instruction: &Instruction, bytes: &[u8]) -> bool {
    matches!(instruction.mnemonic(), Mnemonic::Nop | Mnemonic::Int3) || bytes.iter().all(|&byte| byte == 0)
}

/// Addresses at which functions seem to begin in code without symbols and unwind tables: what is called, landing pads for indirect
/// branches, and what follows the end of other code behind bytes that are never run. Where that is the custom, what follows a
/// return without such bytes at an address that needs none is one too.
pub fn starts(bytes: &[u8], start: Vaddr, found: &mut BTreeSet<Vaddr>) {
    const ALIGNMENT: u64 = 16;
    let (mut filled, mut unfilled) = (0, Vec::new());
    let mut decoder = Decoder::with_ip(64, bytes, start.0, DecoderOptions::NONE);
    let mut instruction = Instruction::default();
    // what the bytes before are: the end of a function, and the filling behind it
    let (mut has_ended, mut has_returned, mut is_filled) = (false, false, false);
    while decoder.can_decode() {
        let at = decoder.position();
        decoder.decode_out(&mut instruction);
        let raw = &bytes[at..decoder.position()];
        if is_filling(raw) {
            is_filled = has_ended;
            // an odd zero is taken together with what follows
            let filling = bytes[at..].iter().take_while(|&&byte| byte == raw[0]).count();
            resume(&mut decoder, at + filling, start);
            continue;
        }
        let here = start + at as u64;
        if has_ended && is_filled || instruction.code() == Code::Endbr64 {
            filled += usize::from(is_filled);
            found.insert(here);
        } else if has_returned && here.0.is_multiple_of(ALIGNMENT) {
            unfilled.push(here);
        }
        if instruction.flow_control() == FlowControl::Call && is_near_branch(instruction.op0_kind()) {
            found.insert(Vaddr(instruction.near_branch_target()));
        }
        has_returned = instruction.flow_control() == FlowControl::Return;
        has_ended = is_end(&instruction);
        is_filled = false;
    }
    if filled > unfilled.len() {
        found.extend(unfilled);
    }
}

/// Whether execution goes on behind the last instruction.
pub fn falls_through(bytes: &[u8]) -> bool {
    let mut decoder = Decoder::new(64, bytes, DecoderOptions::NONE);
    let mut instruction = Instruction::default();
    while decoder.can_decode() {
        decoder.decode_out(&mut instruction);
    }
    !is_end(&instruction)
}

fn is_end(instruction: &Instruction) -> bool {
    use FlowControl::{Exception, IndirectBranch, Return, UnconditionalBranch};
    matches!(instruction.flow_control(), Return | UnconditionalBranch | IndirectBranch | Exception)
}

/// Zeros and `int3`, which stand between functions only; compilers align loops with `nop`.
fn is_filling(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte == 0) || bytes == [0xcc]
}

fn resume(decoder: &mut Decoder, position: usize, start: Vaddr) {
    if decoder.set_position(position).is_ok() {
        decoder.set_ip(start.0 + position as u64);
    }
}

/// One instruction of a function, for comparing two functions piece by piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Bytes from the start of the function
    pub at: u32,
    /// Of the instruction's bytes without what depends on the place.
    pub fingerprint: u64,
    /// The kind of instruction, whatever registers and numbers it has.
    pub code: u16,
    pub reference: Option<Reference>,
    /// Of a memory operand from a register that is not the stack pointer, when it has the width that linkers fill in.
    pub displacement: Option<u64>,
}

/// The instructions of a function one by one; branches inside it count as equal wherever they lead.
pub fn pieces(bytes: &[u8], start: Vaddr, image: Image) -> Vec<Piece> {
    let own = start.0..start.0.saturating_add(bytes.len() as u64);
    let mut decoder = Decoder::with_ip(64, bytes, start.0, DecoderOptions::NONE);
    let mut instruction = Instruction::default();
    let mut pieces = Vec::new();
    let mut masked = [0u8; 16];
    while decoder.can_decode() {
        let at = decoder.position();
        decoder.decode_out(&mut instruction);
        let raw = &bytes[at..decoder.position()];
        let copy = &mut masked[..raw.len()];
        copy.copy_from_slice(raw);
        let mut reference = None;
        if let Some((way, target)) = operand(&instruction, image) {
            let (offset, size) = place_of_operand(&decoder.get_constant_offsets(&instruction), way, &instruction);
            if let Some(place) = copy.get_mut(offset..offset + size) {
                place.fill(0);
            }
            reference = (!own.contains(&target)).then_some(Reference { at: at as u32, way, target: Vaddr(target) });
        }
        let displacement = displacement_of(&instruction);
        pieces.push(Piece {
            at: at as u32,
            fingerprint: xxh3_64(copy),
            code: instruction.code() as u16,
            reference,
            displacement,
        });
    }
    pieces
}

fn displacement_of(instruction: &Instruction) -> Option<u64> {
    let is_wide = instruction.memory_displ_size() >= 4;
    let is_memory = is_wide && (0..instruction.op_count()).any(|op| instruction.op_kind(op) == OpKind::Memory);
    let is_other = matches!(instruction.memory_base(), Register::None | Register::RIP | Register::RSP);
    (is_memory && !is_other).then(|| instruction.memory_displacement64())
}
