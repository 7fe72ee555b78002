// Preloaded objects stand first, under the program.
//#Plugin:pre.c
//#Env:LD_PRELOAD=./libpre.so libgone.so
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:    preload ./libpre.so => ./libpre.so (path as it is)
//#Expect:    preload libgone.so => not found
//#Exit:1
int main(void) { return 0; }
//#File:pre.c
int puts(const char *text) { return !text; }
