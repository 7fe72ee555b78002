// A library that a caller would like to get into a program with more rights; it also does for an auditor.
#include <unistd.h>

__attribute__((constructor)) static void begin(void) { write(1, "INTRUDED\n", 9); }
unsigned la_version(unsigned version) { return write(1, "AUDITED\n", 8) == 8 ? version : 0; }
const char *work(void) { return "the intruder's"; }
