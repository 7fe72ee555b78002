// The tags that ask for auditors are told; no auditor is loaded.
//#Flags:-Wl,--audit=libmine.so -Wl,--depaudit=libtheirs.so
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:Auditors:
//#Expect:    ./prog asks for libmine.so (DT_AUDIT), not loaded for this answer
//#Expect:    ./prog asks for libtheirs.so (DT_DEPAUDIT), not loaded for this answer
//#Exit:0
int main(void) { return 0; }
