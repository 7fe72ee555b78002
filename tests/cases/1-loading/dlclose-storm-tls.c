// 100,000 rounds with TLS (__tls_get_addr) in two threads: blocks, module numbers and dtvs do not grow.
//#Copy:tests/runner/storm.h
//#Copy:tests/runner/storm_tls.h
//#Plugin:lib.c:-nostartfiles
//#Plugin:other.c:-nostartfiles
#include "storm_tls.h"
//#File:lib.c
static __thread int count = 3;
static __thread char block[2000];
int next(void) { return count++ + block[7]++; }
//#File:other.c
static __thread int count = 5;
__thread char other_block[300] = {1};
int next(void) { return count++ + other_block[7]++; }
