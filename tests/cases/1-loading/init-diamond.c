// Constructor and destructor order in diamonds of dependencies, listed in unhelpful orders.
//#Prepare:for n in a b c d e f; do printf '#include <stdio.h>\n__attribute__((constructor)) static void begin(void) { puts("+%s"); }\n__attribute__((destructor)) static void end(void) { puts("-%s"); }\n' $n $n > $n.c; done
//#Shared:libf_.so=f.c
//#Shared:libe_.so=e.c:./libf_.so
//#Shared:libd_.so=d.c:./libf_.so
//#Shared:libc_.so=c.c:./libe_.so ./libd_.so
//#Shared:libb_.so=b.c:./libd_.so ./libf_.so ./libe_.so
//#Shared:liba_.so=a.c:./libf_.so ./libb_.so ./libc_.so
//#Flags:-nolibs ./libd_.so ./liba_.so ./libc_.so -Wl,-rpath-link,.
#include <stdio.h>

int main(void) { puts("main"); }
