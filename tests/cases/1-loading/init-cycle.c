// Constructor and destructor order in a cycle of libraries, and beside it; older glibcs sort cycles otherwise.
//#Requires:glibc>=2.35
//#Prepare:for n in a b c d e; do printf '#include <stdio.h>\n__attribute__((constructor)) static void begin(void) { puts("+%s"); }\n__attribute__((destructor)) static void end(void) { puts("-%s"); }\n' $n $n > $n.c; done; gcc -shared -fPIC -o libc_.so -Wl,-soname,libc_.so c.c
//#Shared:libd_.so=d.c
//#Shared:libb_.so=b.c:./libc_.so ./libd_.so
//#Shared:liba_.so=a.c:./libb_.so
//#Shared:libc_.so=c.c:./liba_.so
//#Shared:libe_.so=e.c:./libc_.so
//#Flags:-nolibs ./libe_.so ./liba_.so -Wl,-rpath-link,.
#include <stdio.h>

int main(void) { puts("main"); }
