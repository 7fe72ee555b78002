// A dependency that is an empty file.
//#Shared:lib.c
//#Script:: > liblib.so
//#Exit:127
//#Stderr:error while loading shared libraries
//#Stderr:liblib.so: file too short
int f(void);

int main(void) { return f(); }
//#File:lib.c
int f(void) { return 0; }
