// Where no /proc tells the program its directory, LD_ORIGIN_PATH does.
//#By:interp
//#Requires:root
//#Requires:host
//#Requires:tool:unshare
//#Shared:answer.c
//#Env:LD_ORIGIN_PATH=@DIR@/
//#Wrap:unshare -m sh -c 'umount -l /proc && exec "$@"' sh "$@"
//#Expect:7
#include <stdio.h>
int answer(void);

int main(void) { printf("%d\n", answer()); }
//#File:answer.c
int answer(void) { return 7; }
