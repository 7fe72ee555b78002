// Where everything is used, the status is 0 and nothing is printed.
//#Requires:glibc>=2.34
//#By:interp
//#Shared:used.c
//#Env:LD_TRACE_LOADED_OBJECTS=1
//#Env:LD_DEBUG=unused
//#Wrap:"$@" >out; status=$?; sed "s,$PWD,.," out; echo "status $status"
//#Expect:status 0
//#Reject:Unused...
int f(void);

int main(void) { return f(); }
//#File:used.c
int f(void) { return 0; }
//#File:idle.c
int g(void) { return 0; }
