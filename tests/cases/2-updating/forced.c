// Long options of updates: --force applies a version that is refused, as long as the layout of memory agrees (here the initial value of
// a variable is another); --verbosity, --logfile and --statusinfo say where it is told.
//#By:name
//#Copy:tests/runner/replaced.h
//#Args:log told
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
//#Loader:--update --force --verbosity=5 --logfile @DIR@/log --statusinfo @DIR@/told --update-settle-ms 10
//#Send:old
//#Expect:old 1
//#Update:liblib.so=2
//#Send:new
//#Expect:new 1
//#Send:told
//#Expect:log: SUCCESS (updated to new version) for liblib.so...
//#Expect:told: SUCCESS (updated to new version) for liblib.so...
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
