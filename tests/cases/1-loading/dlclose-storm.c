// 100,000 rounds of dlopen, call and dlclose: address space, resident memory and the number of mappings stay as they were.
//#Plugin:lib.c:-nostartfiles -Wl,-z,norelro -Wl,-z,noseparate-code
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long status(const char *key) {
    char line[200];
    long value = -1;
    FILE *file = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, key, strlen(key)))
            value = atol(line + strlen(key) + 1);
    fclose(file);
    return value;
}

static int maps(void) {
    int lines = 0, byte;
    FILE *file = fopen("/proc/self/maps", "r");
    while ((byte = fgetc(file)) != EOF)
        lines += byte == '\n';
    fclose(file);
    return lines;
}

static int rounds(int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
        void *lib = dlopen("./liblib.so", i % 2 ? RTLD_NOW : RTLD_LAZY);
        sum += ((int (*)(void))dlsym(lib, "next"))();
        dlclose(lib);
    }
    return sum;
}

int main(void) {
    rounds(2000), maps(), status("VmSize");
    long size = status("VmSize"), resident = status("VmRSS");
    int mappings = maps();
    printf("%d\n", rounds(100000));
    printf("mappings: %d more\n", maps() - mappings);
    printf("address space is flat: %d\n", status("VmSize") <= size + 256);
    printf("memory is flat: %d\n", status("VmRSS") <= resident + 512);
}
//#File:lib.c
static int count = 3;
int next(void) { return count++; }
