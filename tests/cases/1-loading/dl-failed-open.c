// A dlopen that fails leaves nothing behind: no mapping, no static TLS, no descriptor, no half-loaded dependency.
//#Plugin:dependency.c:-ftls-model=initial-exec
//#Plugin:broken.c:-Wl,-z,now -L. -ldependency -ftls-model=initial-exec
//#Plugin:good.c:-ftls-model=initial-exec
//#Expect:no libbroken.so: 300 times
//#Expect:the dependency is gone
//#Expect:mappings: same
//#Expect:descriptors: same
//#Expect:good: 7
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>

static int mappings(void) {
    int lines = 0, byte;
    FILE *maps = fopen("/proc/self/maps", "r");
    while ((byte = fgetc(maps)) != EOF)
        lines += byte == '\n';
    fclose(maps);
    return lines;
}

static int descriptors(void) {
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

int main(void) {
    int failures = 0;
    void *first = dlopen("./libbroken.so", RTLD_NOW);
    if (first || !dlerror())
        return 1;
    int maps = mappings(), open = descriptors();
    for (int i = 0; i < 300; i++)
        failures += !dlopen("./libbroken.so", i % 2 ? RTLD_NOW : RTLD_LAZY);
    printf("no libbroken.so: %d times\n", failures);
    puts(dlopen("libdependency.so", RTLD_NOW | RTLD_NOLOAD) ? "the dependency is still there" : "the dependency is gone");
    // the heap may have grown, and with it one mapping at most
    printf("mappings: %s\n", mappings() <= maps + 1 ? "same" : "more");
    printf("descriptors: %s\n", descriptors() == open ? "same" : "more");
    void *good = dlopen("./libgood.so", RTLD_NOW);
    int (*value)(void) = good ? (int (*)(void))dlsym(good, "good") : NULL;
    if (!value)
        return puts(dlerror()), 1;
    printf("good: %d\n", value());
}
//#File:dependency.c
__thread int dependency[16] = {1};
int from_dependency(void) { return dependency[0]; }
//#File:broken.c
extern int nowhere(void), from_dependency(void);
__thread int block[16] = {2};
int broken(void) { return nowhere() + from_dependency() + block[0]; }
//#File:good.c
__thread int value[16] = {7};
int good(void) { return value[0]; }
