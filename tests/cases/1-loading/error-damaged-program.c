// A program whose headers or symbols cannot be what they say is not started.
//#By:name
//#NoOracle:glibc jumps there, or copies what is not its own
//#NoPie
//#Copy:tests/runner/damage.py
//#Shared:lib.c
//#Script:python3 damage.py prog programs; mkdir copy && cp liblib.so good.so && python3 damage.py good.so libraries && mv damaged copy/liblib.so
//#Wrap:for name in ./entry ./tls ./init; do @LD@ $name; echo $?; done 2>&1; LD_LIBRARY_PATH=copy @LD@ ./copied 2>&1; echo $?
//#Expect:./entry: error while loading shared libraries: ./entry: entry point lies outside the executable segments
//#Expect:127
//#Expect:./tls: error while loading shared libraries: ./tls: TLS segment size is invalid
//#Expect:127
//#Expect:./init: error while loading shared libraries: ./init: DT_INIT lies outside the executable segments
//#Expect:127
//#Expect:./copied: error while loading shared libraries: copy/liblib.so: symbol of a copy relocation lies outside the object
//#Expect:127
//#Reject:ran
#include <stdio.h>

extern int shared;
__thread int local = 3;

int main(void) { printf("ran %d\n", shared + local); }
//#File:lib.c
int shared = 5;
//#File:programs
entry e.entry=0
tls p.7.memsz=0x7000000000000000
init d.12=0
copied d.29.tag=0x6ffffef0
//#File:libraries
damaged s.shared.value=0x7000000
