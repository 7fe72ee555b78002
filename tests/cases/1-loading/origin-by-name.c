// $ORIGIN of a program that is started by name in many spellings, also by symbolic links and from the root directory: for its RUNPATH,
// a name given to dlopen, LD_LIBRARY_PATH, and dlinfo. Which spelling counts differs between glibcs.
//#By:name
//#Plugin:sub/libneeded.so=needed.c
//#Plugin:sub/libnamed.so=needed.c
//#Plugin:other/libpath.so=needed.c
//#Flags:-norpath -Wl,--enable-new-dtags -Wl,-rpath,'$ORIGIN' -Lsub -lneeded
//#Env:LD_LIBRARY_PATH=/none:$ORIGIN/../other
//#Script:mv prog sub/prog && cp sub/*.so . && ln -s sub/prog link && ln -s sub dirlink && cp sub/prog prog
//#Wrap:sh ./spell.sh "$@"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>

extern int needed;

static void show(const char *what, void *handle) {
    char origin[4096] = "";
    if (!handle) {
        printf("  %s: %s\n", what, dlerror());
        return;
    }
    dlinfo(handle, RTLD_DI_ORIGIN, origin);
    printf("  %s: '%s' in %s\n", what, ((struct link_map *)handle)->l_name, origin);
}

int main(void) {
    show("program", dlopen(NULL, RTLD_NOW));
    show("needed", dlopen("libneeded.so", RTLD_NOW | RTLD_NOLOAD));
    show("named", dlopen("$ORIGIN/libnamed.so", RTLD_NOW));
    show("by path", dlopen("libpath.so", RTLD_NOW));
    return needed;
}
//#File:needed.c
int needed;
//#File:spell.sh
# the words of the command but the last, which is the program
for word; do
    shift
    [ "$word" = ./prog ] || set -- "$@" "$word"
done
start() {
    for name in $names; do
        echo "$name"
        "$@" "$name"
    done
}
here=$PWD
names="./prog ././prog .//prog sub/prog ./sub/prog sub/./prog sub//prog sub/../sub/prog ./link dirlink/prog"
start "$@"
names="$here/./prog /$here//prog $here/link"
start "$@"
cd sub && names="./prog ../prog ../sub/prog ../link" && start "$@"
cd / && names=".$here/prog ${here#/}/prog" && start "$@"
