// A library that came as somebody's dependency is opened by itself: it becomes global alone, and outlives who brought it.
//#Plugin:dependency.c
//#Plugin:lib.c:./libdependency.so
#include <dlfcn.h>
#include <stdio.h>

static int found(const char *name) { return dlsym(dlopen(NULL, RTLD_NOW), name) != NULL; }

int main(void) {
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    printf("%d %d\n", found("in_lib"), found("in_dependency"));
    void *dependency = dlopen("libdependency.so", RTLD_NOW | RTLD_GLOBAL);
    printf("%d %d\n", found("in_lib"), found("in_dependency"));
    int (*in_dependency)(void) = (int (*)(void))dlsym(dependency, "in_dependency");
    printf("not in its list: %d\n", dlsym(dependency, "in_lib") == NULL);
    dlclose(lib);
    puts("closed");
    printf("%d\n", in_dependency());
    dlclose(dependency);
    printf("%d %d\n", found("in_lib"), found("in_dependency"));
    // opened as global, the dependency becomes global with it
    dlclose(dlopen("./liblib.so", RTLD_NOW | RTLD_GLOBAL));
    printf("%d %d\n", found("in_lib"), found("in_dependency"));
    lib = dlopen("./liblib.so", RTLD_NOW | RTLD_GLOBAL);
    printf("%d %d\n", found("in_lib"), found("in_dependency"));
}
//#File:dependency.c
#include <stdio.h>
int in_dependency(void) { return 1; }
__attribute__((destructor)) static void end(void) { puts("dependency ends"); }
//#File:lib.c
#include <stdio.h>
int in_dependency(void);
int in_lib(void) { return in_dependency(); }
__attribute__((destructor)) static void end(void) { puts("lib ends"); }
