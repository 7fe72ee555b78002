//! The trampoline of PLTs whose calls auditors are told of, and the register structures they get (glibc's
//! `bits/link.h`, `La_x86_64_regs` and `La_x86_64_retval`).

use core::arch::naked_asm;
use core::arch::x86_64::{__cpuid, _xgetbv};
use core::sync::atomic::{AtomicU64, Ordering};

use crate::rt::audit::{luci_audit_enter, luci_audit_exit};

type Xmm = [u64; 2];
type Vector = [u64; 8];

/// `La_x86_64_regs`, followed by what is our own.
#[repr(C, align(64))]
pub struct InRegisters {
    /// rdx, r8, r9, rcx, rsi, rdi, rbp, rsp (which points to the return address)
    general: [u64; 8],
    xmm: [Xmm; 8],
    vector: [Vector; 8],
    bounds: [u64; 8],
    /// The xmm registers as they were, to see which the auditors have changed.
    before: [Xmm; 8],
}

/// `La_x86_64_retval`, followed by what is our own.
#[repr(C, align(64))]
pub struct OutRegisters {
    rax: u64,
    rdx: u64,
    xmm: [Xmm; 2],
    st: [Xmm; 2],
    vector: [Vector; 2],
    bounds: [u64; 4],
    _padding: [u64; 2],
    before: [Xmm; 2],
}

impl InRegisters {
    /// The vector registers are loaded from `vector`: what was changed in `xmm` goes there.
    pub fn merge(&mut self) {
        merge(&self.xmm, &self.before, &mut self.vector);
    }
}

impl OutRegisters {
    /// As [`InRegisters::merge`].
    pub fn merge(&mut self) {
        merge(&self.xmm, &self.before, &mut self.vector);
    }
}

fn merge(xmm: &[Xmm], before: &[Xmm], vector: &mut [Vector]) {
    for ((new, old), vector) in xmm.iter().zip(before).zip(vector) {
        if new != old {
            vector[..2].copy_from_slice(new);
        }
    }
}

/// Bytes of a vector register that the processor and the kernel offer: 16, 32 or 64.
static VECTOR_BYTES: AtomicU64 = AtomicU64::new(16);

/// Finds out how wide vector registers are. To be called before any call is told.
pub fn measure_vectors() {
    const OSXSAVE: u32 = 1 << 27;
    const AVX: u64 = 0x6;
    const AVX512: u64 = 0xe6;
    if __cpuid(1).ecx & OSXSAVE == 0 {
        return;
    }
    // SAFETY: the operating system has enabled XSAVE, so the instruction exists.
    let enabled = unsafe { xcr0() };
    let bytes = match enabled {
        enabled if enabled & AVX512 == AVX512 => 64,
        enabled if enabled & AVX == AVX => 32,
        _ => 16,
    };
    VECTOR_BYTES.store(bytes, Ordering::Relaxed);
}

/// Which state components are enabled.
///
/// # Safety
/// XSAVE is enabled.
#[target_feature(enable = "xsave")]
unsafe fn xcr0() -> u64 {
    // SAFETY: the caller's contract.
    unsafe { _xgetbv(0) }
}

/// One move between a vector register and its place at an offset from r12.
macro_rules! vector {
    (save $move:literal $register:literal $at:literal $n:literal) => {
        concat!($move, " [r12 + ", $at, " + 64 * ", $n, "], ", $register, $n, "\n")
    };
    (load $move:literal $register:literal $at:literal $n:literal) => {
        concat!($move, " ", $register, $n, ", [r12 + ", $at, " + 64 * ", $n, "]\n")
    };
}

/// Moves eight (or two) vector registers from or to the memory at an offset from r12, as wide as they are; clobbers rax.
macro_rules! vectors {
    ($way:ident $at:literal, $label:literal, $($n:literal)*) => {
        concat!(
            "mov rax, [rip + {bytes}]\n", "cmp eax, 32\n", "je ", $label, "2f\n", "ja ", $label, "3f\n",
            $(vector!($way "movups" "xmm" $at $n),)*
            "jmp ", $label, "4f\n",
            $label, "2:\n",
            $(vector!($way "vmovdqu" "ymm" $at $n),)*
            "jmp ", $label, "4f\n",
            $label, "3:\n",
            $(vector!($way "vmovdqu64" "zmm" $at $n),)*
            $label, "4:\n",
        )
    };
}

/// Brings back every register of the call from the frame at r12.
macro_rules! restore {
    ($label:literal) => {
        concat!(
            "mov eax, 0xee\n", "xor edx, edx\n",
            "cmp dword ptr [rip + {way}], 2\n", "je ", $label, "5f\n",
            "xrstor [r12 + 1024]\n", "jmp ", $label, "6f\n",
            $label, "5: fxrstor [r12 + 1024]\n", $label, "6:\n",
            vectors!(load 192, $label, 0 1 2 3 4 5 6 7),
            "mov rdx, [r12]\n", "mov r8, [r12 + 8]\n", "mov r9, [r12 + 16]\n", "mov rcx, [r12 + 24]\n",
            "mov rsi, [r12 + 32]\n", "mov rdi, [r12 + 40]\n", "mov rax, [r12 + 960]\n", "mov r10, [r12 + 968]\n",
        )
    };
}

/// What a lazily bound PLT jumps to when calls are told. On entry the stack holds GOT[1], the relocation's index and the return
/// address.
///
/// The frame at r12: [`InRegisters`] at 0, of which its own copies at 768; rax at 960, r10 at 968, the frame size at 976, the
/// number of x87 results at 984; the vector state at 1024; [`OutRegisters`] at 3712, of which its own copies at 3968.
#[unsafe(naked)]
pub unsafe extern "C" fn luci_audit_call() {
    naked_asm!(
        ".cfi_startproc",
        ".cfi_adjust_cfa_offset 16",
        "push rbx",
        ".cfi_adjust_cfa_offset 8",
        ".cfi_rel_offset rbx, 0",
        "push r12",
        ".cfi_adjust_cfa_offset 8",
        ".cfi_rel_offset r12, 0",
        "mov rbx, rsp",
        ".cfi_def_cfa_register rbx",
        "and rsp, -64",
        "sub rsp, 4032",
        "mov r12, rsp",
        "mov [r12], rdx",
        "mov [r12 + 8], r8",
        "mov [r12 + 16], r9",
        "mov [r12 + 24], rcx",
        "mov [r12 + 32], rsi",
        "mov [r12 + 40], rdi",
        "mov [r12 + 48], rbp",
        "mov [r12 + 960], rax",
        "mov [r12 + 968], r10",
        "lea rax, [rbx + 32]",
        "mov [r12 + 56], rax",
        "xor edx, edx",
        "mov [r12 + 1024 + 512], rdx; mov [r12 + 1024 + 520], rdx; mov [r12 + 1024 + 528], rdx; mov [r12 + 1024 + 536], rdx",
        "mov [r12 + 1024 + 544], rdx; mov [r12 + 1024 + 552], rdx; mov [r12 + 1024 + 560], rdx; mov [r12 + 1024 + 568], rdx",
        "mov eax, 0xee",
        "mov ecx, [rip + {way}]",
        "cmp ecx, 1",
        "je 21f",
        "ja 22f",
        "xsavec [r12 + 1024]",
        "jmp 23f",
        "21: xsave [r12 + 1024]",
        "jmp 23f",
        "22: fxsave [r12 + 1024]",
        "23:",
        "movups [r12 + 64], xmm0; movups [r12 + 80], xmm1; movups [r12 + 96], xmm2; movups [r12 + 112], xmm3",
        "movups [r12 + 128], xmm4; movups [r12 + 144], xmm5; movups [r12 + 160], xmm6; movups [r12 + 176], xmm7",
        "movups [r12 + 768], xmm0; movups [r12 + 784], xmm1; movups [r12 + 800], xmm2; movups [r12 + 816], xmm3",
        "movups [r12 + 832], xmm4; movups [r12 + 848], xmm5; movups [r12 + 864], xmm6; movups [r12 + 880], xmm7",
        vectors!(save 192, "3", 0 1 2 3 4 5 6 7),
        "mov rdi, [rbx + 16]",
        "mov rsi, [rbx + 24]",
        "mov rdx, r12",
        "lea rcx, [r12 + 976]",
        "call {enter}",
        "mov r11, rax",
        "cmp qword ptr [r12 + 976], 0",
        "jge 24f",
        // nobody wants to know of the return: the function returns to the caller
        restore!("4"),
        "mov rsp, rbx",
        ".cfi_remember_state",
        ".cfi_def_cfa_register rsp",
        "pop r12",
        ".cfi_adjust_cfa_offset -8",
        ".cfi_restore r12",
        "pop rbx",
        ".cfi_adjust_cfa_offset -8",
        ".cfi_restore rbx",
        "add rsp, 16",
        ".cfi_adjust_cfa_offset -16",
        "jmp r11",
        ".cfi_restore_state",
        // the function is called from here, with a copy of its stack arguments
        "24: mov rcx, [r12 + 976]",
        "lea rax, [rcx + 63]",
        "and rax, -64",
        "sub rsp, rax",
        "mov rdi, rsp",
        "lea rsi, [rbx + 40]",
        "rep movsb",
        restore!("5"),
        "call r11",
        "mov rsp, r12",
        "mov [r12 + 3712], rax",
        "mov [r12 + 3720], rdx",
        "movups [r12 + 3728], xmm0; movups [r12 + 3744], xmm1",
        "movups [r12 + 3968], xmm0; movups [r12 + 3984], xmm1",
        vectors!(save 3792, "6", 0 1),
        // results on the x87 stack, if it has any
        "xor ecx, ecx",
        "fxam",
        "fnstsw ax",
        "and eax, 0x4500",
        "cmp eax, 0x4100",
        "je 25f",
        "fstp tbyte ptr [r12 + 3760]",
        "inc ecx",
        "fxam",
        "fnstsw ax",
        "and eax, 0x4500",
        "cmp eax, 0x4100",
        "je 25f",
        "fstp tbyte ptr [r12 + 3776]",
        "inc ecx",
        "25: mov [r12 + 984], rcx",
        "mov rdi, [rbx + 16]",
        "mov rsi, [rbx + 24]",
        "mov rdx, r12",
        "lea rcx, [r12 + 3712]",
        "call {exit}",
        "mov rcx, [r12 + 984]",
        "cmp ecx, 1",
        "jb 27f",
        "je 26f",
        "fld tbyte ptr [r12 + 3776]",
        "26: fld tbyte ptr [r12 + 3760]",
        "27:",
        vectors!(load 3792, "7", 0 1),
        "mov rax, [r12 + 3712]",
        "mov rdx, [r12 + 3720]",
        "mov rsp, rbx",
        ".cfi_def_cfa_register rsp",
        "pop r12",
        ".cfi_adjust_cfa_offset -8",
        ".cfi_restore r12",
        "pop rbx",
        ".cfi_adjust_cfa_offset -8",
        ".cfi_restore rbx",
        "add rsp, 16",
        ".cfi_adjust_cfa_offset -16",
        "ret",
        ".cfi_endproc",
        bytes = sym VECTOR_BYTES,
        way = sym super::LUCI_VECTOR_SAVE,
        enter = sym luci_audit_enter,
        exit = sym luci_audit_exit,
    )
}

const _: () = assert!(core::mem::offset_of!(InRegisters, before) == 768);
const _: () = assert!(core::mem::offset_of!(InRegisters, vector) == 192);
const _: () = assert!(core::mem::offset_of!(OutRegisters, st) == 48 && core::mem::offset_of!(OutRegisters, vector) == 80);
const _: () = assert!(core::mem::offset_of!(OutRegisters, before) == 256);
