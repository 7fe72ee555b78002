// A library with the SysV hash table only.
//#Shared:lib.c:-Wl,--hash-style=sysv
//#Script:readelf -dW liblib.so | grep -q '(HASH)'; ! readelf -dW liblib.so | grep -q GNU_HASH
//#Expect:a b c
#include <stdio.h>

const char *first(void), *second(void), *a_rather_long_name_for_a_function_so_that_the_hash_wraps(void);

int main(void) { printf("%s %s %s\n", first(), second(), a_rather_long_name_for_a_function_so_that_the_hash_wraps()); }
//#File:lib.c
const char *first(void) { return "a"; }
const char *second(void) { return "b"; }
const char *a_rather_long_name_for_a_function_so_that_the_hash_wraps(void) { return "c"; }
