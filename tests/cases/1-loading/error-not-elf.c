// A text file in place of the library.
//#Shared:lib.c
//#Script:for i in 1 2 3 4 5 6 7 8 9 10; do echo 'this is a text and no shared object at all'; done > liblib.so
//#Exit:127
//#Stderr:error while loading shared libraries
//#Stderr:liblib.so: invalid ELF header
int f(void);

int main(void) { return f(); }
//#File:lib.c
int f(void) { return 0; }
