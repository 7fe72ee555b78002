// A plain C library: data that programs copy, pointers to relocate, constructors, destructors and their arrays.
#include <stdlib.h>
#include <string.h>
int plain_data = 5;
int *plain_pointer = &plain_data;
const char *plain_names[] = {"one", "two", "three"};
static int constructed;
extern void plain_absent(void) __attribute__((weak));
__attribute__((constructor)) static void construct(void) { constructed = 1; }
__attribute__((destructor)) static void destruct(void) { constructed = 0; }
void _init(void) { constructed |= 2; }
void _fini(void) { constructed |= 2; }
int plain_function(void) { return *plain_pointer + constructed + (plain_absent != NULL) + (int)strlen(plain_names[2]); }
