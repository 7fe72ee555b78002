//! System calls the crates lack, or whose wrappers say more than is needed here. No policy.

use core::arch::asm;

use linux_raw_sys::general as nr;
use luci::addr::Addr;

/// Ends all threads of the process.
pub fn exit_group(status: i32) -> ! {
    loop {
        // SAFETY: exit_group does not return and touches no memory.
        unsafe { syscall(nr::__NR_exit_group, [status as u64, 0, 0, 0, 0, 0]) };
    }
}

/// Writes all bytes to a descriptor as far as it takes them; whether it took all. An error ends the attempt.
pub fn write_all(fd: i32, mut bytes: &[u8]) -> Result<(), i32> {
    while !bytes.is_empty() {
        // SAFETY: the kernel only reads the bytes of the slice.
        let written = unsafe { syscall(nr::__NR_write, [fd as u64, bytes.as_ptr() as u64, bytes.len() as u64, 0, 0, 0]) };
        match written {
            1.. => bytes = bytes.get(written as usize..).unwrap_or(&[]),
            EINTR => {}
            error => return Err(-error as i32),
        }
    }
    Ok(())
}

/// Lets another thread go first.
pub fn yield_processor() {
    // SAFETY: sched_yield takes nothing.
    unsafe { syscall(nr::__NR_sched_yield, [0; 6]) };
}

const EINTR: i64 = -4;

/// A raw system call; the result is the kernel's, a negative errno on failure.
///
/// # Safety
/// The call with these arguments must be sound: pointers valid for what the kernel does with them.
#[inline]
pub unsafe fn syscall(number: u32, arguments: [u64; 6]) -> i64 {
    let result: i64;
    // SAFETY: the kernel's calling convention; the effect itself is the caller's contract.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") u64::from(number) => result,
            in("rdi") arguments[0],
            in("rsi") arguments[1],
            in("rdx") arguments[2],
            in("r10") arguments[3],
            in("r8") arguments[4],
            in("r9") arguments[5],
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack)
        )
    };
    result
}

/// Sets the thread pointer (ARCH_SET_FS).
///
/// # Safety
/// `tcb` is the address of an initialised TCB that outlives the thread.
pub unsafe fn set_thread_pointer(tcb: u64) {
    const ARCH_SET_FS: u64 = 0x1002;
    // SAFETY: the caller's contract.
    unsafe { syscall(nr::__NR_arch_prctl, [ARCH_SET_FS, tcb, 0, 0, 0, 0]) };
}

/// Whether the word at `addr` can be read: the kernel is asked to wait for a change of it, for no time at all.
pub fn is_readable(addr: Addr) -> bool {
    const FUTEX_WAIT_PRIVATE: u64 = 128;
    const EFAULT: i64 = -14;
    let word = addr.0 & !3;
    let no_time = [0u64; 2];
    // SAFETY: the kernel reads the word if it can, and the time.
    let result = unsafe { syscall(nr::__NR_futex, [word, FUTEX_WAIT_PRIVATE, 0, no_time.as_ptr() as u64, 0, 0]) };
    result != EFAULT
}

/// gettid(2)
pub fn thread_id() -> u32 {
    // SAFETY: no memory is involved.
    unsafe { syscall(nr::__NR_gettid, [0; 6]) as u32 }
}

/// getpid(2)
pub fn process_id() -> u64 {
    // SAFETY: no memory is involved.
    unsafe { syscall(nr::__NR_getpid, [0; 6]) as u64 }
}

/// Ends the calling thread only.
pub fn exit_thread(status: u64) -> ! {
    loop {
        // SAFETY: exit does not return; what the thread used is freed by whoever sees it gone.
        unsafe { syscall(nr::__NR_exit, [status, 0, 0, 0, 0, 0]) };
    }
}
