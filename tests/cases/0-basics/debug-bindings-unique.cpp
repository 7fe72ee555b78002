// LD_DEBUG=bindings tells the one definition that an STB_GNU_UNIQUE symbol has: of a relocation, of dlsym, of the program's copy.
//#Copy:tests/normalise.sh
//#NoPie
//#Shared:first.cpp:-fgnu-unique -DVALUE=1
//#Shared:second.cpp:-fgnu-unique -DVALUE=2 -Wl,--version-script=second.map
//#Plugin:third.cpp:-fgnu-unique -DVALUE=3
//#Prepare:cp first.cpp second.cpp && cp first.cpp third.cpp
//#Env:LD_DEBUG=bindings
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh | grep -E 'shared|lonely'
//#Expect:binding file DIR/libfirst.so [0] to ./prog [0]: normal symbol `shared'
//#Expect:binding file ./libthird.so [0] to ./prog [0]: normal symbol `shared'
//#Expect:binding file ./libthird.so [0] to DIR/libfirst.so [0]: normal symbol `lonely'
#include <dlfcn.h>

extern int shared;

int main() {
    void *third = dlopen("./libthird.so", RTLD_NOW | RTLD_DEEPBIND);
    return !third || !dlsym(third, "shared") || !dlsym(third, "lonely") || shared != 1;
}
//#File:first.cpp
inline int shared = VALUE;
inline int lonely = VALUE;
extern "C" int use() { return shared + lonely; }
//#File:second.map
SECOND { global: *; };
