// A library with versions of its own and calls that are bound at their first use.
#include <stdlib.h>
#include <string.h>
__asm__(".symver one, tables_name@V1\n.symver two, tables_name@@V2");
static __thread int counter = 7;
__thread int tables_tls[20] = {1, 2};
int one(void) { return 1; }
int two(void) { return 2; }
int tables_function(void) {
    char *copy = strdup("12");
    int value = atoi(copy) + abs(-counter) + tables_tls[1];
    free(copy);
    return value;
}
int tables_data[100] = {1};
int *tables_pointers[] = {tables_data, tables_data + 50};
