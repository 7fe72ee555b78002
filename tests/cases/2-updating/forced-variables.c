// Variables of updates: LD_FORCE_UPDATE applies a version that is refused, as long as the layout of memory agrees (here the initial value of
// a variable is another); LD_LOGLEVEL and LD_LOGFILE say where it is told.
//#Env:LD_FORCE_UPDATE=1
//#Env:LD_LOGLEVEL=5
//#Env:LD_LOGFILE=log
//#Env:LD_UPDATE_SETTLE_MS=10
//#Copy:tests/runner/replaced.h
//#Args:log
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
//#Send:old
//#Expect:old 1
//#Update:liblib.so=2
//#Send:new
//#Expect:new 1
//#Send:told
//#Expect:log: SUCCESS (updated to new version) for liblib.so...
#include "replaced.h"
//#File:lib.c
#ifdef NEW
int number = 2;
const char *word(void) { return "new"; }
#else
int number = 1;
const char *word(void) { return "old"; }
#endif
int value(void) { return number; }
