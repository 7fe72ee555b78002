//! Thread-local storage arithmetic of x86-64 (TLS variant II): blocks lie below the thread pointer.

use alloc::vec::Vec;

use crate::addr::{Addr, align_up};

/// The static TLS area: blocks of the initial modules, then what late modules may still take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticTls {
    /// Bytes below the thread pointer that are given out.
    pub used: u64,
    /// Bytes below the thread pointer that exist in every thread: `used` at start plus the surplus.
    pub size: u64,
    /// Alignment of the thread pointer in bytes, at least that of the TCB.
    pub align: u64,
    /// Unused gaps between blocks: distance range below the thread pointer (low end exclusive, high end inclusive).
    gaps: Vec<(u64, u64)>,
    /// Blocks of late modules and the room between them.
    late: Vec<Late>,
}

/// A piece of the surplus: distances below the thread pointer, low end exclusive. The pieces lie one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Late {
    low: u64,
    /// A block's offset.
    high: u64,
    in_use: bool,
}

/// A block's needs, from `PT_TLS`; bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    pub memsz: u64,
    pub align: u64,
    /// `p_vaddr` modulo alignment: the block's first byte must keep it.
    pub misalignment: u64,
}

impl Block {
    pub fn new(vaddr: u64, memsz: u64, align: u64) -> Self {
        let align = align.max(1);
        Block { memsz, align, misalignment: vaddr & (align - 1) }
    }
}

impl StaticTls {
    /// An area for threads whose TCB is aligned to `tcb_align` bytes.
    pub fn new(tcb_align: u64) -> Self {
        StaticTls { used: 0, size: 0, align: tcb_align, gaps: Vec::new(), late: Vec::new() }
    }

    /// Places a block of the initial set; the result is its offset: thread pointer minus offset is its address. `None`
    /// when the area would exceed the address space.
    pub fn place(&mut self, block: Block) -> Option<u64> {
        self.align = self.align.max(block.align);
        if let Some(offset) = self.place_in_gap(block) {
            return Some(offset);
        }
        let offset = offset_behind(self.used, block)?;
        let start = offset - block.memsz;
        if start > self.used {
            self.gaps.push((self.used, start));
        }
        self.used = offset;
        self.size = self.size.max(self.used);
        Some(offset)
    }

    /// Places a block below all others, never in a gap.
    pub fn place_at_end(&mut self, block: Block) -> Option<u64> {
        self.align = self.align.max(block.align);
        self.used = offset_behind(self.used, block)?;
        self.size = self.size.max(self.used);
        Some(self.used)
    }

    fn place_in_gap(&mut self, block: Block) -> Option<u64> {
        let at = self.gaps.iter().position(|&(low, high)| offset_behind(low, block).is_some_and(|offset| offset <= high))?;
        let (low, high) = self.gaps.remove(at);
        let offset = offset_behind(low, block)?;
        let start = offset - block.memsz;
        self.gaps.extend([(low, start), (offset, high)].into_iter().filter(|(low, high)| low < high));
        Some(offset)
    }

    /// Fixes the area's size: what is used plus `surplus` bytes for late modules.
    pub fn finish(&mut self, surplus: u64) -> Option<()> {
        self.size = align_up(self.used.checked_add(surplus)?, self.align)?;
        Some(())
    }

    /// Places a block of a late module in the surplus, where another was before if it fits there; `None` when there is no room
    /// or it wants a larger alignment than the running threads have.
    pub fn place_late(&mut self, block: Block) -> Option<u64> {
        if block.align > self.align {
            return None;
        }
        let fits = |low: u64, high: u64| offset_behind(low, block).filter(|&offset| offset <= high);
        let reused = self.late.iter().position(|late| !late.in_use && fits(late.low, late.high).is_some());
        if let Some(index) = reused {
            let Late { low, high, .. } = self.late[index];
            let offset = fits(low, high)?;
            // the room around the block stays free
            self.late[index] = Late { low: offset - block.memsz, high: offset, in_use: true };
            let rest = [(index + 1, offset, high), (index, low, offset - block.memsz)];
            for (at, low, high) in rest.into_iter().filter(|(_, low, high)| low < high) {
                self.late.insert(at, Late { low, high, in_use: false });
            }
            return Some(offset);
        }
        let offset = fits(self.used, self.size)?;
        self.late.push(Late { low: self.used, high: offset, in_use: true });
        self.used = offset;
        Some(offset)
    }

    /// Takes back a late block. Neighbouring free room becomes one.
    pub fn give_back(&mut self, offset: u64) {
        let Some(index) = self.late.iter().position(|late| late.in_use && late.high == offset) else { return };
        self.late[index].in_use = false;
        for index in [index, index.wrapping_sub(1)] {
            if let Some([first, second]) = self.late.get(index..index.saturating_add(2))
                && !first.in_use
                && !second.in_use
            {
                self.late[index].high = second.high;
                self.late.remove(index + 1);
            }
        }
        if let Some(last) = self.late.pop_if(|last| !last.in_use) {
            self.used = last.low;
        }
    }

    /// Takes back room for late modules, as far as it is not in use.
    pub fn shrink(&mut self, bytes: u64) {
        let least = align_up(self.used, self.align).unwrap_or(self.size);
        self.size = (self.size.saturating_sub(bytes & !(self.align - 1))).max(least).min(self.size);
    }

    /// Bytes that late modules may still take.
    pub fn free(&self) -> u64 {
        self.size - self.used
    }
}

/// The smallest offset of a block that starts at least `used` bytes below the thread pointer. The block's address is
/// minus the offset, so that must be congruent to the block's misalignment.
fn offset_behind(used: u64, block: Block) -> Option<u64> {
    let end = used.checked_add(block.memsz)?.checked_add(block.misalignment)?;
    let offset = align_up(end, block.align)?;
    Some(offset - block.misalignment)
}

/// The modules of the process by module ID, from 1; a slot without a module is free for reuse.
#[derive(Clone, Debug, Default)]
pub struct TlsModules {
    slots: Vec<Slot>,
    /// Grows with every change; a thread whose dtv is older looks again.
    pub generation: u64,
}

/// One module ID.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slot {
    /// The generation in which the slot last changed.
    pub generation: u64,
    pub module: Option<Module>,
}

/// What a thread needs to make its block of a module.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// Initialisation image: address and bytes; the rest of the block is zero.
    pub image: Addr,
    pub filesz: u64,
    pub block: Block,
    /// Thread pointer minus address of the block, when it lies in static TLS.
    pub static_offset: Option<u64>,
}

impl TlsModules {
    /// Gives a module the lowest free ID. The change counts from generation `self.generation + 1` on, see [`Self::advance`].
    pub fn add(&mut self, module: Module) -> u64 {
        let free = self.slots.iter().position(|slot| slot.module.is_none());
        let slot = Slot { generation: self.generation + 1, module: Some(module) };
        let index = free.unwrap_or(self.slots.len());
        if free.is_some() {
            self.slots[index] = slot
        } else {
            self.slots.push(slot)
        }
        index as u64 + 1
    }

    pub fn remove(&mut self, id: u64) {
        if let Some(slot) = self.slot_mut(id) {
            slot.module = None;
        }
        let generation = self.generation + 1;
        if let Some(slot) = self.slot_mut(id) {
            slot.generation = generation;
        }
    }

    /// Makes new blocks of a module from another, equal image.
    pub fn set_image(&mut self, id: u64, image: Addr) {
        if let Some(module) = self.slot_mut(id).and_then(|slot| slot.module.as_mut()) {
            module.image = image;
        }
    }

    /// Says where a module's block is in static TLS.
    pub fn set_static_offset(&mut self, id: u64, offset: u64) {
        if let Some(module) = self.slot_mut(id).and_then(|slot| slot.module.as_mut()) {
            module.static_offset = Some(offset);
        }
    }

    /// Ends a series of changes: they become visible together.
    pub fn advance(&mut self) {
        self.generation += 1;
    }

    pub fn get(&self, id: u64) -> Option<&Module> {
        self.slots.get(usize::try_from(id).ok()?.checked_sub(1)?)?.module.as_ref()
    }

    /// The generation since which the ID has its module; `None` when it has none.
    pub fn generation_of(&self, id: u64) -> Option<u64> {
        let slot = self.slots.get(usize::try_from(id).ok()?.checked_sub(1)?)?;
        slot.module.is_some().then_some(slot.generation)
    }

    /// All slots with their IDs.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Slot)> {
        self.slots.iter().enumerate().map(|(index, slot)| (index as u64 + 1, slot))
    }

    /// The highest module ID ever used.
    pub fn highest(&self) -> u64 {
        self.slots.len() as u64
    }

    fn slot_mut(&mut self, id: u64) -> Option<&mut Slot> {
        self.slots.get_mut(usize::try_from(id).ok()?.checked_sub(1)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lie_one_below_the_other() {
        let mut area = StaticTls::new(64);
        assert_eq!(area.place(Block::new(0, 4, 4)), Some(4));
        assert_eq!(area.place(Block::new(0x10, 0x20, 16)), Some(0x30));
        assert_eq!(area.place(Block::new(0, 8, 8)), Some(0x10), "the gap is used");
        area.finish(1664).unwrap();
        assert_eq!(area.size % 64, 0);
        assert!(area.size >= 0x30 + 1664);
    }

    #[test]
    fn misaligned_starts_are_kept() {
        let mut area = StaticTls::new(64);
        let offset = area.place(Block::new(0x1004, 8, 16)).unwrap();
        assert_eq!((0u64.wrapping_sub(offset)) % 16, 4);
        assert!(offset >= 8);
    }

    #[test]
    fn late_blocks_come_back_in_any_order() {
        let mut area = StaticTls::new(64);
        area.place(Block::new(0, 100, 8)).unwrap();
        area.finish(512).unwrap();
        let free = area.free();
        let first = area.place_late(Block::new(0, 10, 64)).unwrap();
        let second = area.place_late(Block::new(0, 10, 8)).unwrap();
        area.give_back(first);
        assert!(area.free() < free, "the second block is still behind it");
        area.give_back(second);
        assert_eq!(area.free(), free);
        area.give_back(second);
        assert_eq!(area.free(), free);
    }

    #[test]
    fn room_between_late_blocks_is_used_again() {
        let mut area = StaticTls::new(64);
        area.finish(1024).unwrap();
        let blocks: Vec<u64> = (0..4).map(|_| area.place_late(Block::new(0, 64, 8)).unwrap()).collect();
        let free = area.free();
        area.give_back(blocks[1]);
        area.give_back(blocks[2]);
        assert_eq!(area.place_late(Block::new(0, 16, 8)), Some(blocks[0] + 16));
        assert_eq!(area.place_late(Block::new(0, 64, 64)), Some(blocks[2]), "aligned inside what is left");
        assert_eq!(area.place_late(Block::new(0, 48, 8)), Some(blocks[1]), "and before it");
        assert_eq!(area.free(), free);
        for offset in [blocks[0], blocks[0] + 16, blocks[1], blocks[2], blocks[3]] {
            area.give_back(offset);
        }
        assert_eq!(area, {
            let mut new = StaticTls::new(64);
            new.finish(1024).unwrap();
            new
        });
    }

    #[test]
    fn a_reserve_is_given_back_as_far_as_it_is_free() {
        let mut area = StaticTls::new(64);
        area.place(Block::new(0, 100, 8)).unwrap();
        area.finish(512 + 4096).unwrap();
        let size = area.size;
        area.place_late(Block::new(0, 1000, 8)).unwrap();
        area.shrink(4096);
        assert_eq!(area.size, (1104u64).next_multiple_of(64));
        area.shrink(1 << 40);
        assert!(area.size >= area.used && area.size < size);
    }

    #[test]
    fn a_late_block_must_fit_the_surplus() {
        let mut area = StaticTls::new(64);
        area.place(Block::new(0, 100, 8)).unwrap();
        area.finish(128).unwrap();
        assert!(area.place_late(Block::new(0, 64, 64)).is_some());
        assert!(area.place_late(Block::new(0, 8, 4096)).is_none());
        assert!(area.place_late(Block::new(0, 1 << 20, 8)).is_none());
        assert!(area.place(Block::new(0, u64::MAX, 8)).is_none());
    }
}
