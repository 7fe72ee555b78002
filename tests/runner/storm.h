// For cases that do something many times: what the process takes of memory must stay as it was after the first rounds. They take it
// with `Copy:tests/runner/storm.h` and define rounds().
#pragma once
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Does it so many times; the result shows that all of it was done.
static int rounds(int count);

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

// Tells the sum of all rounds, and whether anything has grown since the first.
static void storm(int first, int all) {
    rounds(first), maps(), status("VmSize");
    long size = status("VmSize"), resident = status("VmRSS");
    int mappings = maps();
    printf("%d\n", rounds(all));
    printf("mappings: %d more\n", maps() - mappings);
    printf("address space is flat: %d\n", status("VmSize") <= size + 256);
    printf("memory is flat: %d\n", status("VmRSS") <= resident + 512);
}
