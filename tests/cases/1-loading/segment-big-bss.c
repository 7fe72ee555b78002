// A bss of 256 MiB, and one that begins in the middle of a page whose rest must be zero.
//#Shared:lib.c
//#Expect:0 0 1 0
#include <stdio.h>

extern char big[];
int count_nonzero_after_data(void);
extern char initialised[];

int main(void) {
    big[(256 << 20) - 1] += 0;
    printf("%d %d %d %d\n", big[0], big[(256 << 20) - 1], initialised[0], count_nonzero_after_data());
}
//#File:lib.c
char initialised[5] = {1, 2, 3, 4, 5};
char small[3000];
char big[256 << 20];
int count_nonzero_after_data(void) {
    int count = 0;
    for (int i = 0; i < 3000; i++)
        count += small[i] != 0;
    return count;
}
