//! What a hosted Rust program gets from libc and std: the memcpy family, the panic handler, unwinder names.

use core::arch::naked_asm;
use core::fmt::Write;

/// memcpy(3): up to 1 KiB in vector registers, more with the string instruction. Also right for an overlapping copy to lower
/// addresses: whatever a store reaches has been loaded before.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(_to: *mut u8, _from: *const u8, _len: usize) -> *mut u8 {
    naked_asm!(
        "mov rax, rdi",
        "cmp rdx, 16",
        "jb 3f",
        "cmp rdx, 1024",
        "ja 9f",
        "movups xmm1, [rsi + rdx - 16]",
        "lea rcx, [rdi + rdx - 16]",
        "sub rdx, 32",
        "jbe 1f",
        "2: movups xmm0, [rsi]",
        "movups xmm2, [rsi + 16]",
        "movups [rdi], xmm0",
        "movups [rdi + 16], xmm2",
        "add rsi, 32",
        "add rdi, 32",
        "sub rdx, 32",
        "ja 2b",
        "1: add rdx, 16",
        "jle 8f",
        "movups xmm0, [rsi]",
        "movups [rdi], xmm0",
        "8: movups [rcx], xmm1",
        "ret",
        // fewer than 16: the first and the last half, which may overlap
        "3: cmp edx, 8",
        "jb 4f",
        "mov rcx, [rsi]",
        "mov r8, [rsi + rdx - 8]",
        "mov [rdi], rcx",
        "mov [rdi + rdx - 8], r8",
        "ret",
        "4: cmp edx, 4",
        "jb 5f",
        "mov ecx, [rsi]",
        "mov r8d, [rsi + rdx - 4]",
        "mov [rdi], ecx",
        "mov [rdi + rdx - 4], r8d",
        "ret",
        "5: test edx, edx",
        "jz 6f",
        "movzx ecx, byte ptr [rsi]",
        "cmp edx, 1",
        "je 7f",
        "movzx r8d, word ptr [rsi + rdx - 2]",
        "mov [rdi + rdx - 2], r8w",
        "7: mov [rdi], cl",
        "6: ret",
        "9: mov rcx, rdx",
        "rep movsb",
        "ret",
    )
}

/// memmove(3)
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(_to: *mut u8, _from: *const u8, _len: usize) -> *mut u8 {
    naked_asm!(
        "mov rcx, rdi",
        "sub rcx, rsi",
        "cmp rcx, rdx",
        "jae {memcpy}",
        "cmp rdx, 16",
        "jb {memcpy}",
        // the destination starts inside the source: backwards, the first bytes last
        "mov rax, rdi",
        "movups xmm1, [rsi]",
        "2: movups xmm0, [rsi + rdx - 16]",
        "movups [rdi + rdx - 16], xmm0",
        "sub rdx, 16",
        "cmp rdx, 16",
        "ja 2b",
        "movups [rdi], xmm1",
        "ret",
        memcpy = sym memcpy,
    )
}

/// memset(3): short ranges with overlapping stores, longer ones with the string instruction.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(_to: *mut u8, _byte: i32, _len: usize) -> *mut u8 {
    naked_asm!(
        "mov rax, rdi",
        "movzx ecx, sil",
        "cmp rdx, 8",
        "jb 3f",
        "mov r8, 0x0101010101010101",
        "imul rcx, r8",
        "cmp rdx, 16",
        "jb 4f",
        "cmp rdx, 512",
        "ja 3f",
        "movq xmm0, rcx",
        "punpcklqdq xmm0, xmm0",
        "lea r8, [rdi + rdx - 16]",
        "2: movups [rdi], xmm0",
        "add rdi, 16",
        "cmp rdi, r8",
        "jb 2b",
        "movups [r8], xmm0",
        "ret",
        "4: mov [rdi], rcx",
        "mov [rdi + rdx - 8], rcx",
        "ret",
        "3: mov r8, rax",
        "mov eax, esi",
        "mov rcx, rdx",
        "rep stosb",
        "mov rax, r8",
        "ret",
    )
}

/// memcmp(3): eight bytes at a time, the first difference decides byte by byte.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(_a: *const u8, _b: *const u8, _len: usize) -> i32 {
    naked_asm!(
        "2: cmp rdx, 8",
        "jb 3f",
        "mov rax, [rdi]",
        "cmp rax, [rsi]",
        "jne 3f",
        "add rdi, 8",
        "add rsi, 8",
        "sub rdx, 8",
        "jmp 2b",
        "3: test rdx, rdx",
        "jz 4f",
        "movzx eax, byte ptr [rdi]",
        "movzx ecx, byte ptr [rsi]",
        "sub eax, ecx",
        "jnz 5f",
        "inc rdi",
        "inc rsi",
        "dec rdx",
        "jmp 3b",
        "4: xor eax, eax",
        "5: ret",
    )
}

/// bcmp(3): equal or not.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(_a: *const u8, _b: *const u8, _len: usize) -> i32 {
    naked_asm!(
        "cmp rdx, 8",
        "jb {memcmp}",
        // the last eight bytes first, then from the front up to them
        "mov rax, [rdi + rdx - 8]",
        "xor rax, [rsi + rdx - 8]",
        "jnz 3f",
        "2: sub rdx, 8",
        "jbe 4f",
        "mov rax, [rdi]",
        "add rdi, 8",
        "xor rax, [rsi]",
        "lea rsi, [rsi + 8]",
        "jz 2b",
        "3: mov eax, 1",
        "ret",
        "4: xor eax, eax",
        "ret",
        memcmp = sym memcmp,
    )
}

/// strlen(3): sixteen bytes at a time, aligned, so that no other page is touched.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn strlen(_text: *const u8) -> usize {
    naked_asm!(
        "pxor xmm0, xmm0",
        "mov rax, rdi",
        "and rax, -16",
        "movdqa xmm1, [rax]",
        "pcmpeqb xmm1, xmm0",
        "pmovmskb edx, xmm1",
        // what comes before the text does not count
        "mov ecx, edi",
        "and ecx, 15",
        "shr edx, cl",
        "shl edx, cl",
        "2: test edx, edx",
        "jnz 3f",
        "add rax, 16",
        "movdqa xmm1, [rax]",
        "pcmpeqb xmm1, xmm0",
        "pmovmskb edx, xmm1",
        "jmp 2b",
        "3: bsf edx, edx",
        "add rax, rdx",
        "sub rax, rdi",
        "ret",
    )
}

/// Named by the prebuilt `core`; never called, because panics abort.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// Named by the prebuilt `core`; never called, because panics abort.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() {}

/// A panic is a bug of the loader: it says where and ends the process like every other failure to load.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    let mut text = super::print::Line::new(2);
    let _ = writeln!(text, "ld-luci.so: internal error: {info}");
    text.write_out();
    super::sys::exit_group(127)
}
