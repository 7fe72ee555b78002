// LD_DEBUG_OUTPUT names the file; the process number follows its name and begins each line, ten columns wide.
//#Env:LD_DEBUG=reloc
//#Env:LD_DEBUG_OUTPUT=@DIR@/trace
//#Wrap:rm -f trace.*; "$@"; for f in trace.*; do sed "s/^/:/" "$f" | grep -c -E "^: {0,9}${f#trace.}:	relocation processing: ./prog"; done
//#Expect:ran
//#Expect:1
#include <stdio.h>

int main(void) { puts("ran"); }
