// A second libc has its own random numbers, malloc and strtok state; it starts with the same array of variables and leaves it when
// it grows.
//#Plugin:lib.c
//#Env:COLOUR=red
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    const char *(*get)(const char *) = dlsym(handle, "get"), *(*next)(char *) = dlsym(handle, "next");
    int (*set)(const char *, const char *) = dlsym(handle, "set"), (*number)(void) = dlsym(handle, "number");
    void *(*block)(size_t) = dlsym(handle, "block");
    void (*release)(void *) = dlsym(handle, "release");
    printf("%s %s\n", getenv("COLOUR"), get("COLOUR"));
    set("COLOUR", "green");
    setenv("SHAPE", "round", 1);
    printf("%s %s %s\n", getenv("COLOUR"), get("COLOUR"), get("SHAPE") ? get("SHAPE") : "no shape there");
    set("COLOUR", "blue");
    printf("%s %s\n", getenv("COLOUR"), get("COLOUR"));
    srand(1);
    int first = rand();
    printf("same numbers %d\n", number() == first);
    char ours[] = "a b c", theirs[] = "x y z";
    printf("%s ", strtok(ours, " "));
    printf("%s ", next(theirs));
    printf("%s ", strtok(NULL, " "));
    printf("%s\n", next(NULL));
    int wrong = 0;
    char *blocks[200];
    for (int i = 0; i < 200; i++) {
        size_t size = 100 + i * 997;
        blocks[i] = i % 2 ? block(size) : malloc(size);
        memset(blocks[i], i, size);
    }
    for (int i = 0; i < 200; i++) {
        size_t size = 100 + i * 997;
        wrong += blocks[i][0] != (char)i || blocks[i][size - 1] != (char)i;
        i % 2 ? release(blocks[i]) : free(blocks[i]);
    }
    printf("wrong blocks %d\n", wrong);
}
//#File:lib.c
#include <stdlib.h>
#include <string.h>
const char *get(const char *name) { return getenv(name); }
int set(const char *name, const char *value) { return setenv(name, value, 1); }
int number(void) { return srand(1), rand(); }
const char *next(char *text) { return strtok(text, " "); }
void *block(size_t size) { return malloc(size); }
void release(void *block) { free(block); }
