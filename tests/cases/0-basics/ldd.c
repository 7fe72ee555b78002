// ldd prints the same with us in the place of the system's loader: plain, -d, -r, -u, -v; programs, libraries, and what is neither.
//#By:interp
//#Requires:root
//#Requires:host
//#Requires:tool:unshare
//#Requires:tool:ldd
//#NoOracle:the script asks both
//#Shared:lib.c
//#Shared:idle.c
//#Flags:-Wl,--unresolved-symbols=ignore-all
//#Wrap:both() { ldd "$@" 2>&1; echo "status $?"; }; same() { both "$@" | sed "s/0x[0-9a-f]*/ADDRESS/" >a; unshare -m sh -c 'mount --bind @LD@ "$(readlink -f /lib64/ld-linux-x86-64.so.2)"; ldd "$@" 2>&1; echo "status $?"' sh "$@" | sed "s/0x[0-9a-f]*/ADDRESS/" >b; diff a b >&2 && echo "same $*"; }; for o in '' -d -r -u -v '-v -r' '-u -v'; do same $o ./liblib.so; same $o ./sys; same $o /bin/sh; same $o ./lib.c; same $o ./nosuch; done
//#Script:gcc -o sys -Wl,--no-as-needed main.c ./liblib.so ./libidle.so -Wl,--unresolved-symbols=ignore-all
//#Expect:same ./liblib.so
//#Expect:same ./sys
//#Expect:same /bin/sh
//#Expect:same ./lib.c
//#Expect:same ./nosuch
//#Expect:same -d ./liblib.so
//#Expect:same -d ./sys
//#Expect:same -r ./liblib.so
//#Expect:same -r ./sys
//#Expect:same -u ./liblib.so
//#Expect:same -u ./sys
//#Expect:same -u /bin/sh
//#Expect:same -v ./sys
//#Expect:same -v -r ./sys
//#Expect:same -u -v ./sys
int f(void);

int main(void) { return f(); }
//#File:lib.c
int nosuch(void);
extern int nothing;
int *address = &nothing;
int f(void) { return nosuch(); }
//#File:idle.c
int g(void) { return 0; }
