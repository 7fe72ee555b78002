// Lookup scope: the program first, then preloads, then dependencies breadth first.
//#Shared:deep.c
//#Shared:a.c:./libdeep.so
//#Shared:b.c
//#Plugin:pre.c
//#Flags:-nolibs ./liba.so ./libb.so -Wl,-rpath-link,. -Wl,--export-dynamic
//#Env:LD_PRELOAD=./libpre.so
#include <stdio.h>

const char *in_all(void) { return "program"; }
const char *ask_all(void), *ask_libraries(void), *ask_preloads(void);

int main(void) { printf("%s %s %s\n", ask_all(), ask_preloads(), ask_libraries()); }
//#File:a.c
const char *in_all(void) { return "a"; }
const char *in_preload(void) { return "a"; }
const char *ask_all(void) { return in_all(); }
const char *ask_preloads(void) { return in_preload(); }
const char *in_libraries(void);
const char *ask_libraries(void) { return in_libraries(); }
//#File:b.c
const char *in_libraries(void) { return "b, breadth first"; }
//#File:deep.c
const char *in_libraries(void) { return "deep"; }
//#File:pre.c
const char *in_all(void) { return "preload"; }
const char *in_preload(void) { return "preload"; }
