//! Numbers that must never be mixed: a position in a file, an address as the linker wrote it, an address in the process.
//!
//! `Vaddr + Bias = Addr`. Every type is a plain 64-bit number of bytes. Open to all rooms.

use core::fmt;
use core::ops::{Add, Sub};

/// Byte offset from the start of a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileOffset(pub u64);

/// Link-time virtual address: what an ELF file says (gABI `p_vaddr`, `st_value`, `r_offset`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Vaddr(pub u64);

/// Address in the running process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Addr(pub u64);

/// Difference between where an object is and where it was linked to be (gABI "base address", glibc `l_addr`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bias(pub u64);

impl Bias {
    /// The link-time address of `addr` in the object loaded with this bias.
    pub fn vaddr_of(self, addr: Addr) -> Vaddr {
        Vaddr(addr.0.wrapping_sub(self.0))
    }
}

/// Wraps like the hardware does: a non-PIE object has bias 0, a prelinked one may have a negative bias.
impl Add<Bias> for Vaddr {
    type Output = Addr;
    fn add(self, bias: Bias) -> Addr {
        Addr(self.0.wrapping_add(bias.0))
    }
}

impl Add<u64> for Addr {
    type Output = Addr;
    fn add(self, bytes: u64) -> Addr {
        Addr(self.0.wrapping_add(bytes))
    }
}

impl Sub for Addr {
    type Output = u64;
    fn sub(self, other: Addr) -> u64 {
        self.0.wrapping_sub(other.0)
    }
}

impl Add<u64> for Vaddr {
    type Output = Vaddr;
    fn add(self, bytes: u64) -> Vaddr {
        Vaddr(self.0.wrapping_add(bytes))
    }
}

macro_rules! hex_debug {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:#x})"), self.0)
            }
        }
    )*};
}
hex_debug!(FileOffset, Vaddr, Addr, Bias);

/// `value` rounded down to a multiple of `align` (a power of two).
pub const fn align_down(value: u64, align: u64) -> u64 {
    value & !(align - 1)
}

/// `value` rounded up to a multiple of `align` (a power of two); `None` when that does not fit in 64 bits.
pub const fn align_up(value: u64, align: u64) -> Option<u64> {
    match value.checked_add(align - 1) {
        Some(sum) => Some(sum & !(align - 1)),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vaddr_and_its_address_are_inverse() {
        let bias = Bias(0xffff_ffff_ffff_f000);
        let addr = Vaddr(0x2010) + bias;
        assert_eq!(addr, Addr(0x1010));
        assert_eq!(bias.vaddr_of(addr), Vaddr(0x2010));
    }

    #[test]
    fn alignment_rounds_and_notices_overflow() {
        assert_eq!(align_down(0x1fff, 0x1000), 0x1000);
        assert_eq!(align_up(0x1001, 0x1000), Some(0x2000));
        assert_eq!(align_up(u64::MAX - 1, 0x1000), None);
    }
}
