// LD_TRACE_LOADED_OBJECTS names what is missing.
//#Shared:lib.c
//#Script:rm liblib.so
//#Env:LD_TRACE_LOADED_OBJECTS=1
//#Wrap:"$@" | sed 's/ (0x[0-9a-f]*)//; /ld-/d; s/^[[:space:]]*//'
//#Expect:liblib.so => not found
int f(void);

int main(void) { return f(); }
//#File:lib.c
int f(void) { return 0; }
