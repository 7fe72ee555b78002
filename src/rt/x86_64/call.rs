//! Calls from the loader into program code that need not keep to the psABI, because its file may be damaged: constructors,
//! destructors, IFUNC resolvers.

use core::arch::naked_asm;

/// Calls `function` with three arguments. Whatever it does to the callee-saved registers and the direction flag, the caller
/// finds them as they were; when it returns with another stack pointer the process ends with a message.
///
/// # Safety
/// `function` is the address of code of the program.
#[unsafe(naked)]
pub unsafe extern "C" fn call_program(function: u64, first: u64, second: u64, third: u64) -> u64 {
    naked_asm!(
        ".cfi_startproc",
        "push rbx; .cfi_adjust_cfa_offset 8; .cfi_rel_offset rbx, 0",
        "push rbp; .cfi_adjust_cfa_offset 8; .cfi_rel_offset rbp, 0",
        "push r12; .cfi_adjust_cfa_offset 8; .cfi_rel_offset r12, 0",
        "push r13; .cfi_adjust_cfa_offset 8; .cfi_rel_offset r13, 0",
        "push r14; .cfi_adjust_cfa_offset 8; .cfi_rel_offset r14, 0",
        "push r15; .cfi_adjust_cfa_offset 8; .cfi_rel_offset r15, 0",
        // the lowest word says where the stack was
        "push rsp; .cfi_adjust_cfa_offset 8",
        "mov rax, rdi",
        "mov rdi, rsi",
        "mov rsi, rdx",
        "mov rdx, rcx",
        "call rax",
        "cld",
        "pop rcx; .cfi_adjust_cfa_offset -8",
        "cmp rcx, rsp",
        "jne 2f",
        "pop r15; .cfi_adjust_cfa_offset -8; .cfi_restore r15",
        "pop r14; .cfi_adjust_cfa_offset -8; .cfi_restore r14",
        "pop r13; .cfi_adjust_cfa_offset -8; .cfi_restore r13",
        "pop r12; .cfi_adjust_cfa_offset -8; .cfi_restore r12",
        "pop rbp; .cfi_adjust_cfa_offset -8; .cfi_restore rbp",
        "pop rbx; .cfi_adjust_cfa_offset -8; .cfi_restore rbx",
        "ret",
        // no frame is left to return to
        ".cfi_undefined rip",
        "2: and rsp, -16",
        "call {lost}",
        "ud2",
        ".cfi_endproc",
        lost = sym crate::rt::fail::lost_stack,
    )
}
