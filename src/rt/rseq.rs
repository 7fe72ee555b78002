//! The main thread's restartable sequences area (rseq(2)): in its descriptor or in an extra TLS block, as its libc has it.
//! libc registers those of further threads where the loader has registered this one.

use core::sync::atomic::Ordering;

use luci::glibc::record::{Record, Rseq};
use luci::glibc::tcb;
use luci::glibc::tunables::{Tunables, Value};
use luci::tls::Block;

use super::abi::rtld as exported;
use super::start::{InitialStack, auxv};
use super::sys;

/// Bytes of the area in its first version, which is also its least alignment.
const FIRST_VERSION: u64 = 32;
/// `RSEQ_SIG` of x86-64: the bytes in front of every abort handler.
const SIGNATURE: u64 = 0x5305_3053;

/// The block that the area takes in static TLS, behind those of all modules.
pub fn block(stack: InitialStack, record: &Record) -> Option<Block> {
    if record.rseq != Rseq::ExtraTlsBlock {
        return None;
    }
    let align = stack.aux(auxv::AT_RSEQ_ALIGN).unwrap_or(0).max(FIRST_VERSION).next_power_of_two();
    let size = feature_size(stack, record).max(FIRST_VERSION).next_multiple_of(align);
    Some(Block::new(0, size, align))
}

/// Bytes of the area that the kernel fills.
fn feature_size(stack: InitialStack, record: &Record) -> u64 {
    stack.aux(auxv::AT_RSEQ_FEATURE_SIZE).unwrap_or(0).max(u64::from(record.values.rseq_size))
}

/// Registers the area of the thread at `thread`, unless the tunable says that the program will do so; `offset` is the
/// distance of its block below the thread pointer. Fills the exported variables by which libc and programs find it.
pub fn start(stack: InitialStack, record: &Record, tunables: &Tunables, thread: u64, offset: Option<u64>) {
    let (place, len, size) = match (record.rseq, offset, block(stack, record)) {
        (Rseq::InPthread(offset), _, _) => (u64::from(offset), FIRST_VERSION, u64::from(record.values.rseq_size)),
        (Rseq::ExtraTlsBlock, Some(offset), Some(block)) => (offset.wrapping_neg(), block.memsz, feature_size(stack, record)),
        _ => return,
    };
    let setting = record.tunable_id("glibc.pthread.rseq").and_then(|id| tunables.get(id));
    let wanted = setting != Some(&Value::Number(0));
    let area = thread.wrapping_add(place);
    let registered = wanted && register(area, len);
    if !registered {
        set_cpu_id(area, tcb::RSEQ_FAILED);
    }
    exported::__rseq_offset.store(place, Ordering::Relaxed);
    exported::__rseq_size.store(if registered { size as u32 } else { 0 }, Ordering::Relaxed);
}

fn register(area: u64, len: u64) -> bool {
    set_cpu_id(area, tcb::RSEQ_UNINITIALIZED);
    // SAFETY: the area is that thread's for its whole life, zero but for cpu_id.
    unsafe { sys::syscall(linux_raw_sys::general::__NR_rseq, [area, len, 0, SIGNATURE, 0, 0]) == 0 }
}

fn set_cpu_id(area: u64, value: i32) {
    // SAFETY: the 32-bit word at offset 4 of an area in the main thread's memory, which does not run the program yet.
    unsafe { ((area + 4) as *mut i32).write(value) };
}
