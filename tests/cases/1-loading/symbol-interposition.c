// A definition in the program replaces that of a library for the library's own calls and data too.
//#Shared:lib.c
//#Flags:-rdynamic
//#Expect:program 1 program 1
#include <stdio.h>

const char *name(void) { return "program"; }
int number = 1;
const char *library_name(void);
int library_number(void);

int main(void) { printf("%s %d %s %d\n", name(), number, library_name(), library_number()); }
//#File:lib.c
const char *name(void) { return "library"; }
int number = 2;
const char *library_name(void) { return name(); }
int library_number(void) { return number; }
