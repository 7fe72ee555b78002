// Standard output of a second libc has its own buffer, its own buffering mode and its own files.
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    void (*say)(const char *, double) = dlsym(handle, "say"), (*flush)(void) = dlsym(handle, "flush");
    FILE *(*output)(void) = dlsym(handle, "output");
    int (*scan)(const char *, int *) = dlsym(handle, "scan");
    printf("own stdout %d\n", output() != stdout);
    printf("first in the program's buffer\n");
    say("first in the other", 2.5);
    fflush(NULL);
    printf("second in the program's buffer\n");
    flush();
    fflush(stdout);
    int value = 0;
    printf("%d ", scan("0x1f apples", &value));
    printf("%d\n", value);
    fflush(stdout);
    setvbuf(output(), NULL, _IOLBF, 0);
    say("a line", 1.0 / 3);
    printf("after the line\n");
}
//#File:lib.c
#include <stdio.h>
void say(const char *text, double number) { printf("%s: %.3f %s %5d|\n", text, number, "text", 42); }
void flush(void) { fflush(NULL); }
FILE *output(void) { return stdout; }
int scan(const char *text, int *value) { return sscanf(text, "%i apples", value); }
