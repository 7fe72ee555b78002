// Three hundred libraries in one program.
//#Prepare:for n in $(seq 1 300); do echo "int f$n(void) { return $n; }" > f.c; gcc -shared -fPIC -nostdlib -Wl,-soname,libf$n.so -o libf$n.so f.c; done; { echo 'int f0(void) { return 0; }'; for n in $(seq 1 300); do echo "int f$n(void);"; done; echo 'int sum(void) { return 0'; for n in $(seq 1 300); do echo "+ f$n()"; done; echo '; }'; } > sum.c; gcc -shared -fPIC -Wl,--no-as-needed -o libsum.so sum.c $(for n in $(seq 1 300); do echo ./libf$n.so; done) -Wl,-rpath,'$ORIGIN'
//#Flags:./libsum.so -Wl,-rpath-link,.
//#Expect:45150
#include <stdio.h>

int sum(void);

int main(void) { printf("%d\n", sum()); }
