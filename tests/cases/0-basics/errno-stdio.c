// errno, formatted output of floating point, files, sorting: libc at work.
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

int main(void) {
    int numbers[] = {5, 3, 9, 1};
    qsort(numbers, 4, sizeof *numbers, by_value);
    printf("%d %d %d %d\n", numbers[0], numbers[1], numbers[2], numbers[3]);
    printf("%.10f %Lg %a\n", sqrt(2.0), 1.5L, 0.1);
    printf("%d\n", open("/nonexistent", O_RDONLY));
    printf("%s\n", strerror(errno));
    char *text = malloc(100000);
    memset(text, 'x', 99999);
    text[99999] = 0;
    printf("%zu\n", strlen(text));
    free(text);
}
//#Flags:-lm
