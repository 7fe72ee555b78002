// What a program says it may open at run time, and whether each name would be found. Nothing of it counts as missing.
//#Requires:glibc>=2.34
//#Plugin:extra.c
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:May be opened at run time:
//#Expect:    ./prog has extra (suggested): more of "it"
//#Expect:        libgone.so.1 => not found
//#Expect:            not @DIR@/libgone.so.1 (RUNPATH of ./prog): No such file or directory
//#Expect:        libextra.so => @DIR@/libextra.so (RUNPATH of ./prog)
//#Expect:    ./prog has second
//#Expect:        libc.so.6 => /...
//#Expect:3 objects; nothing is missing
//#Exit:0
__asm__(".pushsection .note.dlopen, \"a\", %note\n"
        ".balign 4\n.long 4\n.long 2f - 1f\n.long 0x407c0c0a\n.asciz \"FDO\"\n"
        "1: .asciz \"[{\\\"soname\\\":[\\\"libgone.so.1\\\",\\\"libextra.so\\\"],\\\"feature\\\":\\\"extra\\\",\\\"priority\\\":\\\"suggested\\\",\\\"description\\\":\\\"more of \\\\\\\"it\\\\\\\"\\\"},{\\\"soname\\\":[\\\"libc.so.6\\\"],\\\"feature\\\":\\\"second\\\"}]\"\n2: .balign 4\n.popsection");
int main(void) { return 0; }
//#File:extra.c
int extra = 1;
