// DT_FILTER (ld -F): symbols of the filter are taken from the filtee; what only the filter has comes from itself.
//#Plugin:filtee.c
//#Shared:lib.c:-Wl,-F,libfiltee.so
//#Script:readelf -dW liblib.so | grep -q FILTER
#include <stdio.h>

const char *both(void), *only_filter(void), *inside(void);
extern int number;

int main(void) { printf("%s, %s, %s, %d\n", both(), only_filter(), inside(), number); }
//#File:filtee.c
const char *both(void) { return "both of the filtee"; }
int number = 2;
//#File:lib.c
const char *both(void) { return "both of the filter"; }
const char *only_filter(void) { return "only of the filter"; }
const char *inside(void) { return both(); }
int number = 1;
