// 10,000 rounds with dependencies, global symbols, lazy bindings, dlsym by name and failures in between: nothing grows.
//#Plugin:base.c:-nostartfiles
//#Plugin:lib.c:-nostartfiles -Wl,-z,lazy ./libbase.so
//#Plugin:user.c:-nostartfiles -Wl,-z,lazy
//#Plugin:broken.c:-nostartfiles -Wl,-z,now ./libbase.so
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
        void *lib = dlopen("./liblib.so", RTLD_LAZY | RTLD_GLOBAL), *user = dlopen("./libuser.so", RTLD_LAZY);
        sum += ((int (*)(void))dlsym(user, "use"))();
        if (i % 3 == 0)
            sum += dlopen("./libbroken.so", RTLD_LAZY) == NULL && dlerror() != NULL;
        dlclose(lib);
        // lib and base are held by the binding
        sum += ((int (*)(void))dlsym(user, "use"))();
        dlclose(user);
    }
    return sum;
}

int main(void) {
    rounds(1000), maps(), status("VmSize");
    long size = status("VmSize"), resident = status("VmRSS");
    int mappings = maps();
    printf("%d\n", rounds(10000));
    printf("mappings: %d more\n", maps() - mappings);
    printf("address space is flat: %d\n", status("VmSize") <= size + 256);
    printf("memory is flat: %d\n", status("VmRSS") <= resident + 512);
    printf("all gone: %d\n", dlopen("libbase.so", RTLD_NOW | RTLD_NOLOAD) == NULL);
}
//#File:base.c
static int count;
int base(void) { return ++count; }
//#File:lib.c
int base(void);
int lib(void) { return base(); }
//#File:user.c
int lib(void);
int use(void) { return lib(); }
//#File:broken.c
int base(void), nowhere(void);
int broken(void) { return base() + nowhere(); }
