// LD_DEBUG=security tells which variables would not count in secure-execution mode.
//#NoOracle:the word is not known to every glibc
//#Env:LD_DEBUG=security
//#Env:LD_LIBRARY_PATH=/none
//#Env:LD_BIND_NOW=1
//#Env:NLSPATH=/none
//#Wrap:"$@" 2>&1 | cut -f2
//#Expect:security: LD_DEBUG is ignored in secure-execution mode
//#Expect:security: LD_LIBRARY_PATH is ignored in secure-execution mode
//#Expect:security: NLSPATH is ignored in secure-execution mode
//#Reject:security: PATH is ignored in secure-execution mode
int main(void) { return 0; }
