// What dlmopen refuses: numbers that are no namespace, a null name or RTLD_GLOBAL for another than the program's, bad modes.
//#Plugin:lib.c:-nostdlib
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

static void try(const char *what, Lmid_t number, const char *name, int mode) {
    void *handle = dlmopen(number, name, mode);
    printf("%s: %s\n", what, handle ? "opened" : dlerror());
}

int main(void) {
    try("unused number", 1, "./liblib.so", RTLD_NOW);
    try("large number", 15, "./liblib.so", RTLD_NOW);
    try("first beyond", 16, "./liblib.so", RTLD_NOW);
    try("huge number", 1000000, "./liblib.so", RTLD_NOW);
    try("negative number", -7, "./liblib.so", RTLD_NOW);
    try("null name in a new one", LM_ID_NEWLM, NULL, RTLD_NOW);
    try("RTLD_GLOBAL in a new one", LM_ID_NEWLM, "./liblib.so", RTLD_NOW | RTLD_GLOBAL);
    try("RTLD_NOLOAD in a new one", LM_ID_NEWLM, "./liblib.so", RTLD_NOW | RTLD_NOLOAD);
    try("no mode", LM_ID_NEWLM, "./liblib.so", 0);
    try("missing file", LM_ID_NEWLM, "./libnone.so", RTLD_NOW);
    try("good", LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    try("null name in it", 1, NULL, RTLD_NOW);
    try("RTLD_GLOBAL in it", 1, "./liblib.so", RTLD_NOW | RTLD_GLOBAL);
    try("missing file in it", 1, "./libnone.so", RTLD_NOW);
    try("RTLD_NOLOAD in it", 1, "./liblib.so", RTLD_NOW | RTLD_NOLOAD);
    try("the next number", 2, "./liblib.so", RTLD_NOW);
}
//#File:lib.c
int nothing;
