// A name that nothing asks for.
//#Loader:--why libnone.so
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:libnone.so is not needed by anything here
//#Exit:1
int main(void) { return 0; }
