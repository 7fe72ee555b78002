//! A thread as libc sees it: `struct pthread` with the TCB at its start, which `%fs` points at, and the dtv. The loader
//! writes the main thread's; [`static_tls`] is the room that libc reserves for each further thread.

use super::bytes::{Image, address_of};
use super::record::{Flags, Record, Rseq};
use crate::addr::align_up;
use crate::diag::{Error, Result};

/// `TCB_ALIGNMENT`: the least alignment of a thread descriptor in bytes.
const TCB_ALIGN: u64 = 64;
/// Distance from the list entry of a robust `pthread_mutex_t` to its futex word: `__lock` (0) minus `__list.__next` (32).
const ROBUST_FUTEX_OFFSET: i64 = -32;
/// `RSEQ_CPU_ID_UNINITIALIZED`: registration is still to come.
pub const RSEQ_UNINITIALIZED: i32 = -1;
/// `RSEQ_CPU_ID_REGISTRATION_FAILED`: this thread has no restartable sequences.
pub const RSEQ_FAILED: i32 = -2;
/// `dtv[m].val` of a module without a block in this thread.
const TLS_DTV_UNALLOCATED: u64 = u64::MAX;

/// What the main thread's descriptor holds. Addresses in the process.
#[derive(Clone, Copy, Debug, Default)]
pub struct TcbValues {
    /// Address of the descriptor: the thread pointer.
    pub address: u64,
    /// Address of `dtv[0]`, the generation; the capacity lies before it.
    pub dtv: u64,
    pub guards: Guards,
    /// set_tid_address(2) returns it.
    pub tid: u32,
    /// `__libc_stack_end`: where argc is.
    pub stack_end: u64,
    /// `__nptl_initial_report_events`, which a debugger may set.
    pub report_events: u8,
    /// Address of `_rtld_global._dl_stack_user`; unused where the lists are not there.
    pub stack_user_list: u64,
    /// `cpu_id` of an rseq area in the descriptor.
    pub rseq_cpu_id: i32,
}

/// The two secrets of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guards {
    /// Stack protector canary.
    pub stack: u64,
    /// What `setjmp`, `atexit` and others mix into stored pointers.
    pub pointer: u64,
}

impl Guards {
    /// From the 16 random bytes that AT_RANDOM points at. The canary's first byte in memory is 0, so that string functions
    /// stop there.
    pub fn from_random(random: &[u8; 16]) -> Self {
        let word = |at: usize| random.iter().skip(at).take(8).rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        Guards { stack: word(0) & !0xff, pointer: word(8) }
    }
}

/// Writes the main thread's `struct pthread` into zeroed bytes. Where libpthread is a library of its own, it does the rest.
///
/// Where the libc has [`Flags::POINTER_GUARD_EXPORTED`], the pointer guard goes into `__pointer_chk_guard` instead.
pub fn fill(record: &Record, values: &TcbValues, bytes: &mut [u8]) -> Result<()> {
    let fields = &record.pthread;
    let mut image = Image::new(bytes, record.sizes.pthread, "a thread descriptor")?;
    image.u64(fields.header_tcb, values.address);
    image.u64(fields.header_self, values.address);
    image.u64(fields.header_dtv, values.dtv);
    image.u64(fields.header_stack_guard, values.guards.stack);
    if !record.has(Flags::POINTER_GUARD_EXPORTED) {
        image.u64(fields.header_pointer_guard, values.guards.pointer);
    }
    if record.has(Flags::STACK_LISTS_IN_RTLD_GLOBAL) {
        image.list(fields.list, values.stack_user_list);
    }
    if record.has(Flags::LOADER_INITS_THREAD) {
        fill_thread(record, values, &mut image);
    }
    if let Rseq::InPthread(_) = record.rseq {
        image.half_word(fields.rseq_area, 1, values.rseq_cpu_id.cast_unsigned());
    }
    Ok(())
}

fn fill_thread(record: &Record, values: &TcbValues, image: &mut Image) {
    let fields = &record.pthread;
    let address = |at| address_of(values.address, at).unwrap_or(0);
    image.u32(fields.tid, values.tid);
    image.word(fields.specific, 0, address(fields.specific_1stblock));
    image.u8(fields.user_stack, 1);
    image.u32(fields.stack_mode, record.values.stack_mode_user.into());
    image.u32(fields.joinstate, record.values.joinstate_joinable.into());
    image.u8(fields.report_events, values.report_events);
    image.u64(fields.robust_prev, address(fields.robust_head));
    image.u64(fields.robust_head, address(fields.robust_head));
    image.u64(fields.robust_head_futex_offset, ROBUST_FUTEX_OFFSET.cast_unsigned());
    image.u64(fields.stackblock_size, values.stack_end);
}

/// Offset in the descriptor of the word that the kernel clears when the thread ends: the argument of set_tid_address(2).
/// `None` where libpthread makes that call.
pub fn tid_address_offset(record: &Record) -> Option<usize> {
    if !record.has(Flags::LOADER_INITS_THREAD) {
        return None;
    }
    let joinstate = record.has(Flags::TID_ADDRESS_IS_JOINSTATE);
    if joinstate { record.pthread.joinstate.get() } else { record.pthread.tid.get() }
}

/// Offset in the descriptor of the head that set_robust_list(2) gets; `None` where libpthread makes that call.
pub fn robust_list_offset(record: &Record) -> Option<usize> {
    record.pthread.robust_head.get().filter(|_| record.has(Flags::LOADER_INITS_THREAD))
}

/// Room for a thread's static TLS and descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaticTls {
    /// `_dl_tls_static_size`, bytes.
    pub size: u64,
    /// `_dl_tls_static_align`, bytes.
    pub align: u64,
}

/// The room for static blocks of `used` bytes below the thread pointer, with the surplus for libraries loaded later.
/// `align` is the largest alignment of any block. `None` when that does not fit in 64 bits or `align` is no power of two.
pub fn static_tls(record: &Record, used: u64, surplus: u64, align: u64) -> Option<StaticTls> {
    let align = align.max(TCB_ALIGN);
    let blocks = used.checked_add(surplus).filter(|_| align.is_power_of_two())?;
    let size = align_up(blocks, align)?.checked_add(record.sizes.pthread.into())?;
    Some(StaticTls { size, align })
}

/// Bytes of a dtv with room for modules 1 to `capacity`.
pub const fn dtv_size(capacity: usize) -> usize {
    16 * (capacity + 2)
}

/// Offset of `dtv[0]` in these bytes: the TCB holds that address.
pub const DTV_OFFSET: usize = 16;

/// Writes a dtv: capacity, generation, and an entry per module. `blocks` are (module ID, address) of the static blocks; the
/// others have none yet.
pub fn fill_dtv(record: &Record, generation: u64, blocks: &[(usize, u64)], bytes: &mut [u8]) -> Result<()> {
    let capacity = (bytes.len() / 16).saturating_sub(2);
    let short = || Error::other("", alloc::format!("a dtv of {capacity} entries is too short"));
    bytes.fill(0);
    for entry in bytes.chunks_exact_mut(16).skip(2) {
        entry.get_mut(..8).ok_or_else(short)?.copy_from_slice(&TLS_DTV_UNALLOCATED.to_le_bytes());
    }
    let mut put = |at: usize, value: u64| -> Result<()> {
        bytes.get_mut(at..at + 8).ok_or_else(short)?.copy_from_slice(&value.to_le_bytes());
        Ok(())
    };
    put(0, capacity as u64)?;
    put(DTV_OFFSET, generation)?;
    for &(modid, block) in blocks {
        let entry = modid.checked_mul(16).and_then(|at| at.checked_add(DTV_OFFSET)).ok_or_else(short)?;
        put(entry, block)?;
        // without to_free the second word says that the block is static, so that libpthread does not free it
        put(entry + 8, u64::from(!record.has(Flags::DTV_TO_FREE)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::record::of_build;
    use super::*;
    use std::vec::Vec;

    fn word(bytes: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
    }

    fn values() -> TcbValues {
        TcbValues {
            address: 0x1_0000,
            dtv: 0x2010,
            guards: Guards { stack: 0x1100, pointer: 0x22 },
            tid: 77,
            stack_end: 0x7fff_1234,
            report_events: 1,
            stack_user_list: 0x3000,
            rseq_cpu_id: RSEQ_FAILED,
        }
    }

    #[test]
    fn the_main_thread_is_ready_when_the_loader_prepares_it() {
        let mut bytes = [0; 2368];
        fill(of_build("2.36-debian"), &values(), &mut bytes).unwrap();
        assert_eq!((word(&bytes, 0), word(&bytes, 8), word(&bytes, 16)), (0x1_0000, 0x2010, 0x1_0000));
        assert_eq!((word(&bytes, 40), word(&bytes, 48)), (0x1100, 0x22));
        assert_eq!((word(&bytes, 704), word(&bytes, 712), bytes[720]), (0x3000, 0x3000, 77));
        assert_eq!((word(&bytes, 728), word(&bytes, 736), word(&bytes, 744)), (0x1_0000 + 736, 0x1_0000 + 736, (-32i64) as u64));
        assert_eq!(word(&bytes, 1296), 0x1_0000 + 784);
        assert_eq!((bytes[1553], bytes[1554]), (1, 1));
        assert_eq!(word(&bytes, 1688), 0x7fff_1234);
        assert_eq!((word(&bytes, 2336) >> 32) as u32 as i32, RSEQ_FAILED);
        assert_eq!(tid_address_offset(of_build("2.36-debian")), Some(720));
    }

    #[test]
    fn a_libpthread_of_its_own_prepares_the_rest() {
        let record = of_build("2.31-debian");
        let mut bytes = [0; 2304];
        fill(record, &values(), &mut bytes).unwrap();
        assert_eq!((word(&bytes, 16), word(&bytes, 48)), (0x1_0000, 0x22));
        assert!(bytes[64..].iter().all(|&byte| byte == 0));
        assert_eq!((tid_address_offset(record), robust_list_offset(record)), (None, None));
    }

    #[test]
    fn the_newest_threads_have_a_join_state_and_no_pointer_guard() {
        let record = of_build("2.44-debian");
        let mut bytes = [0; 2368];
        fill(record, &values(), &mut bytes).unwrap();
        assert_eq!((word(&bytes, 48), bytes[1554], bytes[1556], bytes[1576]), (0, 0, 2, 2));
        assert_eq!((tid_address_offset(record), robust_list_offset(record)), (Some(1576), Some(736)));
        assert!(fill(record, &values(), &mut [0; 100]).is_err());
    }

    #[test]
    fn guards_come_from_the_random_bytes() {
        let random = core::array::from_fn(|index| index as u8 + 1);
        let guards = Guards::from_random(&random);
        assert_eq!(guards, Guards { stack: 0x0807_0605_0403_0200, pointer: 0x100f_0e0d_0c0b_0a09 });
    }

    #[test]
    fn a_threads_room_holds_blocks_surplus_and_descriptor() {
        let record = of_build("2.36-debian");
        assert_eq!(static_tls(record, 0x100, 1664, 32), Some(StaticTls { size: 1920 + 2368, align: 64 }));
        assert_eq!(
            static_tls(record, 144, 1664, 64),
            Some(StaticTls { size: 4224, align: 64 }),
            "as a stock loader under python3"
        );
        assert_eq!(static_tls(record, 1, 0, 4096), Some(StaticTls { size: 4096 + 2368, align: 4096 }));
        assert_eq!(static_tls(record, u64::MAX, 1, 64), None);
        assert_eq!(static_tls(record, 1, 0, 65), None);
    }

    #[test]
    fn a_dtv_counts_its_entries_and_marks_static_blocks() {
        let mut bytes = [0xff; dtv_size(3)];
        fill_dtv(of_build("2.36-debian"), 1, &[(2, 0x500)], &mut bytes).unwrap();
        let words: Vec<u64> = (0..10).map(|index| word(&bytes, index * 8)).collect();
        assert_eq!(words, [3, 0, 1, 0, u64::MAX, 0, 0x500, 0, u64::MAX, 0]);
        fill_dtv(of_build("2.24-vanilla"), 1, &[(2, 0x500)], &mut bytes).unwrap();
        assert_eq!(word(&bytes, 56), 1, "is_static");
        assert!(fill_dtv(of_build("2.36-debian"), 1, &[(4, 0x500)], &mut bytes).is_err());
        assert!(fill_dtv(of_build("2.36-debian"), 1, &[(usize::MAX / 16, 0)], &mut bytes).is_err());
    }
}
