//! All assembly of the loader: the process entry with self-relocation, the jump into the program, the lazy binding
//! trampolines, the TLS descriptor functions and `__tls_get_addr`'s entry.
//!
//! The trampolines are entered in the middle of a call of the program: they save every argument register, and of the vector
//! state what the loader, which is compiled for SSE, may change; all of it where code of the program runs in between.

pub mod audit;
mod call;

pub use call::call_program;

use core::arch::{asm, global_asm, naked_asm};
use core::sync::atomic::AtomicU64;

// The vector state saved is what can carry arguments: SSE, AVX, BNDREGS, opmask, ZMM_Hi256, Hi16_ZMM (mask 0xee, SDM
// vol. 1, 13.1). In the standard format the last of them ends at byte 2688, in the compacted one earlier, so an area of
// 2688 bytes, a multiple of 64, serves every machine.

global_asm!(
    r#"
    .section .text._start,"ax",@progbits
    .globl _start
    .hidden _start
    .type _start,@function
    .hidden __ehdr_start
    .hidden _DYNAMIC
_start:
    .cfi_startproc
    .cfi_undefined rip
    xor ebp, ebp
    mov r12, rsp
    and rsp, -16
    lea rbx, [rip + __ehdr_start]
    lea rsi, [rip + _DYNAMIC]
    xor r8d, r8d
    xor r9d, r9d
1:  mov rax, [rsi]
    test rax, rax
    jz 3f
    mov rdx, [rsi + 8]
    cmp rax, 7
    cmove r8, rdx
    cmp rax, 8
    cmove r9, rdx
    add rsi, 16
    jmp 1b
    // Elf64_Rela: only R_X86_64_RELATIVE may occur
3:  add r8, rbx
    add r9, r8
4:  cmp r8, r9
    jae 5f
    cmp dword ptr [r8 + 8], 8
    jne 9f
    mov rax, [r8]
    mov rdx, [r8 + 16]
    add rdx, rbx
    mov [rbx + rax], rdx
    add r8, 24
    jmp 4b
5:  mov rdi, r12
    mov rsi, rbx
    call luci_start
9:  ud2
    .cfi_endproc
    .size _start, . - _start
"#
);

/// Leaves the loader for the program's entry: initial stack pointer, finaliser in %rdx (psABI "Process Initialization").
///
/// # Safety
/// `entry` is the program's entry and `stack` its initial stack; nothing of the loader's frames is used again.
pub unsafe fn enter(entry: u64, stack: u64, finaliser: u64) -> ! {
    // SAFETY: the caller's contract; no memory of Rust's is live behind this point.
    unsafe {
        asm!(
            "mov rsp, r9",
            "xor ebp, ebp",
            "xor ebx, ebx",
            "xor eax, eax",
            "xor ecx, ecx",
            "xor esi, esi",
            "xor edi, edi",
            "jmp r8",
            in("r9") stack,
            in("r8") entry,
            in("rdx") finaliser,
            options(noreturn)
        )
    }
}

/// The code a lazily bound PLT jumps to. On entry the stack holds GOT[1], the relocation's index and the return address;
/// `luci_bind` returns the function to continue with. The loader is compiled for SSE and its instructions leave everything but
/// the sixteen xmm registers alone, so that saving these is enough; where it calls code of the program, it does that
/// [`with_vectors_saved`].
#[unsafe(naked)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn luci_lazy() {
    naked_asm!(
        ".cfi_startproc",
        ".cfi_adjust_cfa_offset 16",
        "push rbx",
        ".cfi_adjust_cfa_offset 8",
        ".cfi_rel_offset rbx, 0",
        "mov rbx, rsp",
        ".cfi_def_cfa_register rbx",
        "and rsp, -16",
        "sub rsp, 256",
        "movaps [rsp], xmm0; movaps [rsp + 16], xmm1; movaps [rsp + 32], xmm2; movaps [rsp + 48], xmm3",
        "movaps [rsp + 64], xmm4; movaps [rsp + 80], xmm5; movaps [rsp + 96], xmm6; movaps [rsp + 112], xmm7",
        "movaps [rsp + 128], xmm8; movaps [rsp + 144], xmm9; movaps [rsp + 160], xmm10; movaps [rsp + 176], xmm11",
        "movaps [rsp + 192], xmm12; movaps [rsp + 208], xmm13; movaps [rsp + 224], xmm14; movaps [rsp + 240], xmm15",
        "push rax; push rcx; push rdx; push rsi; push rdi; push r8; push r9; push r10",
        "mov rsi, [rbx + 16]",
        "mov rdi, [rbx + 8]",
        "call {bind}",
        "mov r11, rax",
        "pop r10; pop r9; pop r8; pop rdi; pop rsi; pop rdx; pop rcx; pop rax",
        "movaps xmm0, [rsp]; movaps xmm1, [rsp + 16]; movaps xmm2, [rsp + 32]; movaps xmm3, [rsp + 48]",
        "movaps xmm4, [rsp + 64]; movaps xmm5, [rsp + 80]; movaps xmm6, [rsp + 96]; movaps xmm7, [rsp + 112]",
        "movaps xmm8, [rsp + 128]; movaps xmm9, [rsp + 144]; movaps xmm10, [rsp + 160]; movaps xmm11, [rsp + 176]",
        "movaps xmm12, [rsp + 192]; movaps xmm13, [rsp + 208]; movaps xmm14, [rsp + 224]; movaps xmm15, [rsp + 240]",
        "mov rsp, rbx",
        ".cfi_def_cfa_register rsp",
        "pop rbx",
        ".cfi_adjust_cfa_offset -8",
        ".cfi_restore rbx",
        "add rsp, 16",
        ".cfi_adjust_cfa_offset -16",
        "jmp r11",
        ".cfi_endproc",
        bind = sym crate::rt::abi::binding::luci_bind,
    )
}

/// Runs what calls code of the program in the middle of a call of the program, whose vector registers may hold arguments.
pub fn with_vectors_saved<R, F: FnOnce() -> R>(function: F) -> R {
    unsafe extern "C" fn run<R, F: FnOnce() -> R>(state: *mut u8) {
        // SAFETY: the pair below, which nobody else has at this time.
        let (function, result) = unsafe { &mut *state.cast::<(Option<F>, Option<R>)>() };
        *result = function.take().map(|function| function());
    }
    let mut state: (Option<F>, Option<R>) = (Some(function), None);
    // SAFETY: `run` gets the state that it expects.
    unsafe { call_with_vectors_saved(run::<R, F>, (&raw mut state).cast()) };
    state.1.expect("the function was called")
}

#[unsafe(naked)]
unsafe extern "C" fn call_with_vectors_saved(function: unsafe extern "C" fn(*mut u8), argument: *mut u8) {
    naked_asm!(
        ".cfi_startproc",
        "push rbx",
        ".cfi_adjust_cfa_offset 8",
        ".cfi_rel_offset rbx, 0",
        "mov rbx, rsp",
        ".cfi_def_cfa_register rbx",
        "and rsp, -64",
        // the vector state, and eight words
        "sub rsp, 2752",
        "call {save}",
        "mov rax, rdi",
        "mov rdi, rsi",
        "call rax",
        "call {restore}",
        "mov rsp, rbx",
        ".cfi_def_cfa_register rsp",
        "pop rbx",
        ".cfi_adjust_cfa_offset -8",
        "ret",
        ".cfi_endproc",
        save = sym save_vector_state,
        restore = sym restore_vector_state,
    )
}

/// TLS descriptor of a variable in static TLS: the second word is the offset from the thread pointer.
#[unsafe(naked)]
pub unsafe extern "C" fn luci_tlsdesc_static() {
    naked_asm!("mov rax, [rax + 8]", "ret")
}

/// The processor's clock.
pub fn clock() -> u64 {
    // SAFETY: every x86-64 processor has the instruction.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// TLS descriptor of an undefined weak variable: its address is the addend, so the offset undoes the thread pointer.
#[unsafe(naked)]
pub unsafe extern "C" fn luci_tlsdesc_undefined() {
    naked_asm!("mov rax, [rax + 8]", "sub rax, fs:[0]", "ret")
}

/// TLS descriptor of a variable in a module whose block is allocated on first use. Preserves everything but rax.
#[unsafe(naked)]
pub unsafe extern "C" fn luci_tlsdesc_dynamic() {
    naked_asm!(
    ".cfi_startproc",
        "push rdi",
        ".cfi_adjust_cfa_offset 8",
        "push rsi",
        ".cfi_adjust_cfa_offset 8",
        "mov rdi, [rax + 8]",
        "mov rsi, fs:[8]",
        "mov rax, [rdi + 16]",
        "cmp rax, [rsi]",
        "ja 2f",
        "mov rax, [rdi]",
        "shl rax, 4",
        "mov rax, [rsi + rax]",
        "cmp rax, -1",
        "je 2f",
        "add rax, [rdi + 8]",
        "1: sub rax, fs:[0]",
        "pop rsi",
        ".cfi_adjust_cfa_offset -8",
        "pop rdi",
        ".cfi_adjust_cfa_offset -8",
        "ret",
        ".cfi_adjust_cfa_offset 16",
        "2: push rbx",
        ".cfi_adjust_cfa_offset 8",
        "mov rbx, rsp",
        ".cfi_def_cfa_register rbx",
        "and rsp, -64",
        "sub rsp, 2688",
        "push rcx; push rdx; push r8; push r9; push r10; push r11; push rax; push rax",
        "call {save}",
        "call {slow}",
        "mov [rsp + 8], rax",
        "call {restore}",
        "pop rax; pop rax; pop r11; pop r10; pop r9; pop r8; pop rdx; pop rcx",
        "mov rsp, rbx",
        ".cfi_def_cfa_register rsp",
        "pop rbx",
        ".cfi_adjust_cfa_offset -8",
        "jmp 1b",
    ".cfi_endproc",
        save = sym save_vector_state,
        restore = sym restore_vector_state,
        slow = sym crate::rt::abi::tls::luci_tls_block_address,
    )
}

/// How [`save_vector_state`] saves: 0 XSAVEC, 1 XSAVE, 2 FXSAVE.
#[unsafe(no_mangle)]
pub static LUCI_VECTOR_SAVE: AtomicU64 = AtomicU64::new(2);

/// Saves the vector state above the eight words on top of the caller's stack; clobbers rax, rdx, r11.
#[unsafe(naked)]
unsafe extern "C" fn save_vector_state() {
    naked_asm!(
        "xor edx, edx",
        "mov r11d, [rip + {way}]",
        "cmp r11d, 2",
        "je 3f",
        "mov [rsp + 72 + 512], rdx",
        "mov [rsp + 72 + 520], rdx",
        "mov [rsp + 72 + 528], rdx",
        "mov [rsp + 72 + 536], rdx",
        "mov [rsp + 72 + 544], rdx",
        "mov [rsp + 72 + 552], rdx",
        "mov [rsp + 72 + 560], rdx",
        "mov [rsp + 72 + 568], rdx",
        "mov eax, 0xee",
        "cmp r11d, 1",
        "je 2f",
        "xsavec [rsp + 72]",
        "ret",
        "2: xsave [rsp + 72]",
        "ret",
        "3: fxsave [rsp + 72]",
        "ret",
        way = sym LUCI_VECTOR_SAVE,
    )
}

/// The reverse of [`save_vector_state`].
#[unsafe(naked)]
unsafe extern "C" fn restore_vector_state() {
    naked_asm!(
        "xor edx, edx",
        "mov r11d, [rip + {way}]",
        "cmp r11d, 2",
        "je 2f",
        "mov eax, 0xee",
        "xrstor [rsp + 72]",
        "ret",
        "2: fxrstor [rsp + 72]",
        "ret",
        way = sym LUCI_VECTOR_SAVE,
    )
}

/// The newest generation of the TLS modules; a dtv with an older one may hold freed blocks.
#[unsafe(no_mangle)]
pub static LUCI_TLS_GENERATION: AtomicU64 = AtomicU64::new(1);

/// `__tls_get_addr` (psABI TLS): old compilers call it with a misaligned stack, so the slow way realigns.
#[unsafe(naked)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __tls_get_addr() {
    naked_asm!(
    ".cfi_startproc",
        "mov rdx, fs:[8]",
        "mov rax, [rip + {generation}]",
        "cmp rax, [rdx]",
        "jne 2f",
        "mov rax, [rdi]",
        "shl rax, 4",
        "mov rax, [rdx + rax]",
        "cmp rax, -1",
        "je 2f",
        "add rax, [rdi + 8]",
        "ret",
        "2: push rbp",
        ".cfi_adjust_cfa_offset 8",
        ".cfi_rel_offset rbp, 0",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        "and rsp, -16",
        "call {slow}",
        "leave",
        ".cfi_def_cfa rsp, 8",
        "ret",
    ".cfi_endproc",
        generation = sym LUCI_TLS_GENERATION,
        slow = sym crate::rt::abi::tls::luci_tls_block_address,
    )
}

/// dl_iterate_phdr(3) and the object that calls it: the return address becomes a third argument.
#[unsafe(naked)]
pub unsafe extern "C" fn dl_iterate_phdr() {
    naked_asm!("mov rdx, [rsp]", "jmp {function}", function = sym crate::rt::abi::find::dl_iterate_phdr)
}

/// The same for libc's own dlopen.
#[unsafe(naked)]
pub unsafe extern "C" fn libc_dlopen_mode() {
    naked_asm!("mov rdx, [rsp]", "jmp {function}", function = sym crate::rt::abi::libc_calls::libc_dlopen_mode)
}

/// dlclose(3), with the caller as a second argument.
#[unsafe(naked)]
pub unsafe extern "C" fn dlclose() {
    naked_asm!("mov rsi, [rsp]", "jmp {function}", function = sym crate::rt::abi::dl::dlclose)
}

/// dlerror(3), with the caller as an argument.
#[unsafe(naked)]
pub unsafe extern "C" fn dlerror() {
    naked_asm!("mov rdi, [rsp]", "jmp {function}", function = sym crate::rt::abi::dl::dlerror)
}

/// dlinfo(3), with the caller as a fourth argument.
#[unsafe(naked)]
pub unsafe extern "C" fn dlinfo() {
    naked_asm!("mov rcx, [rsp]", "jmp {function}", function = sym crate::rt::abi::info::dlinfo)
}

/// Runs `function(argument)` and returns 0, or returns non-zero when [`jump_back`] was called with the same `frame`.
/// The eight words of `frame` hold the callee-saved registers, the stack pointer and the return address.
#[unsafe(naked)]
pub unsafe extern "C" fn call_with_way_back(
    frame: *mut [u64; 8],
    function: unsafe extern "C" fn(*mut u8),
    argument: *mut u8,
) -> i32 {
    naked_asm!(
        ".cfi_startproc",
        "mov [rdi], rbx",
        "mov [rdi + 8], rbp",
        "mov [rdi + 16], r12",
        "mov [rdi + 24], r13",
        "mov [rdi + 32], r14",
        "mov [rdi + 40], r15",
        "mov [rdi + 48], rsp",
        "sub rsp, 8",
        ".cfi_adjust_cfa_offset 8",
        "mov rdi, rdx",
        "call rsi",
        "add rsp, 8",
        ".cfi_adjust_cfa_offset -8",
        "xor eax, eax",
        "ret",
        ".cfi_endproc",
    )
}

/// Returns from the [`call_with_way_back`] that filled `frame`, with 1.
#[unsafe(naked)]
pub unsafe extern "C" fn jump_back(frame: *const [u64; 8]) -> ! {
    naked_asm!(
        "mov rbx, [rdi]",
        "mov rbp, [rdi + 8]",
        "mov r12, [rdi + 16]",
        "mov r13, [rdi + 24]",
        "mov r14, [rdi + 32]",
        "mov r15, [rdi + 40]",
        "mov rsp, [rdi + 48]",
        "mov eax, 1",
        "ret",
    )
}

/// clone(2) with a stack of its own; the new thread runs `function`. The result is its ID or a negative errno.
///
/// # Safety
/// `stack` is the end of writable memory that only the new thread uses, `tls` its thread descriptor.
#[unsafe(naked)]
pub unsafe extern "C" fn clone_thread(
    flags: u64,
    stack: u64,
    parent_id: *mut u32,
    child_id: *mut u32,
    tls: u64,
    function: extern "C" fn() -> !,
) -> i64 {
    naked_asm!(
        ".cfi_startproc",
        "mov r10, rcx",
        "and rsi, -16",
        "mov eax, 56",
        "syscall",
        "test eax, eax",
        "jz 2f",
        "ret",
        ".cfi_undefined rip",
        "2: xor ebp, ebp",
        "call r9",
        "ud2",
        ".cfi_endproc",
    )
}

/// The processor itself as the source of CPUID answers.
pub struct Processor;

impl luci::arch::cpuid::CpuidSource for Processor {
    fn cpuid(&mut self, leaf: u32, subleaf: u32) -> [u32; 4] {
        let result = core::arch::x86_64::__cpuid_count(leaf, subleaf);
        [result.eax, result.ebx, result.ecx, result.edx]
    }

    fn xgetbv(&mut self) -> u64 {
        let (low, high): (u32, u32);
        // SAFETY: the caller has seen OSXSAVE, so the instruction exists; it touches only these registers.
        unsafe { asm!("xgetbv", in("ecx") 0, out("eax") low, out("edx") high, options(nostack, preserves_flags, nomem)) };
        u64::from(low) | u64::from(high) << 32
    }
}

/// The thread pointer of the calling thread: address of its TCB.
pub fn thread_pointer() -> u64 {
    let pointer;
    // SAFETY: reads the TCB's own address from its first word, which every thread with a TCB has.
    unsafe { asm!("mov {}, fs:[0]", out(reg) pointer, options(nostack, preserves_flags, readonly)) };
    pointer
}
