// A note about dlopen that is no JSON is told and does no harm.
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:    ./prog has a note that cannot be understood
//#Exit:0
__asm__(".pushsection .note.dlopen, \"a\", %note\n"
        ".balign 4\n.long 4\n.long 2f - 1f\n.long 0x407c0c0a\n.asciz \"FDO\"\n"
        "1: .asciz \"[{\\\"soname\\\": 5},[[[[[[[[[[[[[[[[[[[[[[[[[[\"\n2: .balign 4\n.popsection");
int main(void) { return 0; }
