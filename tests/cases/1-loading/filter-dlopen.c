// dlopen of a filter: dlsym through its handle finds the filtee's symbols first, dlclose unloads both.
//#Oracle:glibc>=2.36 2.31's fails an assertion
//#Plugin:filtee.c
//#Plugin:lib.c:-Wl,-F,libfiltee.so
#include <dlfcn.h>
#include <stdio.h>

static const char *(*function(void *handle, const char *name))(void) {
    return (const char *(*)(void))dlsym(handle, name);
}

int main(void) {
    for (int i = 0; i < 2; i++) {
        void *handle = dlopen("./liblib.so", i ? RTLD_LAZY : RTLD_NOW);
        if (!handle)
            return puts(dlerror()), 1;
        dprintf(1, "%s, %s, %s\n", function(handle, "both")(), function(handle, "only_filter")(), function(handle, "inside")());
        dprintf(1, "only_filtee %s\n", function(handle, "only_filtee") ? "found" : "not found");
        void *filtee = dlopen("libfiltee.so", RTLD_NOW | RTLD_NOLOAD);
        dprintf(1, "filtee loaded %d\n", filtee != NULL);
        dprintf(1, "%s\n", function(filtee, "both")());
        dlclose(filtee);
        dlclose(handle);
        dprintf(1, "filtee loaded %d\n", dlopen("libfiltee.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
    }
}
//#File:filtee.c
#include <stdio.h>
const char *both(void) { return "both of the filtee"; }
const char *only_filtee(void) { return "only of the filtee"; }
__attribute__((destructor)) static void end(void) { dprintf(1, "-filtee\n"); }
//#File:lib.c
#include <stdio.h>
const char *both(void) { return "both of the filter"; }
const char *only_filter(void) { return "only of the filter"; }
const char *inside(void) { return both(); }
__attribute__((destructor)) static void end(void) { dprintf(1, "-filter\n"); }
