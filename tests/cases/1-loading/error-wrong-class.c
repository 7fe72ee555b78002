// A dependency by path that is a 32-bit file.
//#Shared:lib.c
//#Script:printf '\001' | dd of=liblib.so bs=1 seek=4 conv=notrunc status=none
//#Exit:127
//#Stderr:error while loading shared libraries
//#Stderr:wrong ELF class: ELFCLASS32
//#Env:LD_PRELOAD=
int f(void);

int main(void) { return f(); }
//#Flags:-nolibs @DIR@/liblib.so
//#File:lib.c
int f(void) { return 0; }
