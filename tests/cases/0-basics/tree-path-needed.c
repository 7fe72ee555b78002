// A DT_NEEDED with a slash is used as it is.
//#Prepare:gcc -shared -fPIC -o libplain.so lib.c
//#Flags:./libplain.so
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:    ./libplain.so => ./libplain.so (path as it is)
int f(void);
int main(void) { return f(); }
//#File:lib.c
int f(void) { return 0; }
