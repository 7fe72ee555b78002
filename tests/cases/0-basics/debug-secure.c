// In secure-execution mode LD_DEBUG, LD_DEBUG_OUTPUT and LD_SHOW_AUXV do not count.
//#By:interp
//#Requires:root
//#Requires:tool:setpriv
//#Env:LD_DEBUG=all
//#Env:LD_DEBUG_OUTPUT=@DIR@/trace
//#Env:LD_SHOW_AUXV=1
//#Wrap:chmod 777 .; file=/tmp/luci-setuid.$$; cp prog $file; chmod 4755 $file; trap 'rm -f $file' EXIT; for word; do shift; [ "$word" = ./prog ] && word=$file; set -- "$@" "$word"; done; setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@" 2>&1 | grep -c -e "."
//#Script:rm -f trace.*
//#Expect:1
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void) { printf("%d, files %d\n", geteuid(), system("ls trace.* >/dev/null 2>&1") == 0); }
