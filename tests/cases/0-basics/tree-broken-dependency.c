// A dependency that is cut short, one that is no ELF file, and one of another machine, which is passed over.
//#Prepare:for n in cut text other; do gcc -shared -fPIC -Wl,-soname,lib$n.so -o lib$n.so lib.c; done
//#Flags:-Wl,--no-as-needed -L. -lcut -ltext -lother
//#Script:head -c 700 libcut.so > x && mv x libcut.so && echo text > libtext.so && printf '\267' | dd of=libother.so bs=1 seek=18 conv=notrunc 2>/dev/null
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:    libcut.so => not usable: ...
//#Expect:        not @DIR@/libcut.so (RUNPATH of ./prog): ...
//#Expect:    libtext.so => not usable: file too short
//#Expect:    libother.so => not found
//#Expect:        not @DIR@/libother.so (RUNPATH of ./prog): wrong machine (not x86-64)
//#Exit:1
int main(void) { return 0; }
//#File:lib.c
int unused = 1;
