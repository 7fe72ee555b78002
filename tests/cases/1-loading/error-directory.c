// A folder in place of the library.
//#Shared:lib.c
//#Script:rm liblib.so; mkdir liblib.so
//#Exit:127
//#Stderr:error while loading shared libraries: 
//#Stderr:liblib.so: cannot read file data
int f(void);

int main(void) { return f(); }
//#File:lib.c
int f(void) { return 0; }
