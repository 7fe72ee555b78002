// A library that is nowhere: message and exit status as glibc's.
//#Shared:lib.c
//#Script:rm liblib.so
//#Exit:127
//#Stderr:error while loading shared libraries: liblib.so: cannot open shared object file: No such file or directory
int f(void);

int main(void) { return f(); }
//#File:lib.c
int f(void) { return 0; }
