// LD_DEBUG=unused prints the direct dependencies of which the program uses nothing (ldd -u).
//#By:interp
//#Shared:used.c
//#Shared:idle.c
//#Env:LD_TRACE_LOADED_OBJECTS=1
//#Env:LD_DEBUG=unused
//#Wrap:"$@" >out; status=$?; sed "s,$PWD,.," out; echo "status $status"
//#Expect:Unused direct dependencies:
//#Expect:	./libidle.so
//#Expect:status 1
//#Reject:	./libused.so
int f(void);

int main(void) { return f(); }
//#File:used.c
int f(void) { return 0; }
//#File:idle.c
int g(void) { return 0; }
