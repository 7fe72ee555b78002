# Functions as people write them: no sizes, no unwind tables, data between code.
        .text
        .globl  outer
        .type   outer, @function
outer:  push    %rbx
        mov     %edi, %ebx
        call    inner
        lea     (%rax,%rbx), %edi
        pop     %rbx
        jmp     last
        .balign 16
        .type   inner, @function
inner:  lea     table(%rip), %rax
        and     $3, %edi
        mov     (%rax,%rdi,4), %eax
        ret
        .balign 16
table:  .long   0x1234, 0xe8e8e8, 3, 4
        .type   last, @function
last:   imul    $77, %edi, %eax
        ret
        .section .note.GNU-stack, "", @progbits
