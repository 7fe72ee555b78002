// 100,000 rounds with TLS descriptors (gnu2), bound lazily and at once, in two threads: their arguments and blocks do not grow.
//#Copy:tests/runner/storm.h
//#Copy:tests/runner/storm_tls.h
//#Requires:cc:-mtls-dialect=gnu2
//#Plugin:lib.c:-nostartfiles -mtls-dialect=gnu2
//#Plugin:other.c:-nostartfiles -mtls-dialect=gnu2 -Wl,-z,now
#include "storm_tls.h"
//#File:lib.c
static __thread int count = 3;
static __thread char block[2000];
int next(void) { return count++ + block[7]++; }
//#File:other.c
static __thread int count = 5;
__thread char other_block[300] = {1};
int next(void) { return count++ + other_block[7]++; }
