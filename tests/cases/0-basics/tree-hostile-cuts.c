// A library cut short at any length ends in an answer or in status 127, never in a signal.
//#Shared:lib.c
//#Wrap:for n in 0 1 63 64 100 500 900 1500 3000 5000 8000 9000 12000; do head -c $n liblib.so > cut.so; @LD@ --tree ./cut.so > /dev/null 2>&1; s=$?; [ $s -le 1 ] || [ $s = 127 ] || echo "$n: $s"; done; echo done
//#By:name
//#NoOracle:the system's loader has no such option
//#Reject:9000: 139
//#Expect:done
int f(void);
int main(void) { return f(); }
//#File:lib.c
int f(void) { return 0; }
