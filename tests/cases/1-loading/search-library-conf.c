// The directories of --library-conf come in place of the cache and the default directories; the file may have comments.
//#NoOracle:the file is ours
//#Plugin:one/liblib.so=lib.c
//#Plugin:two/libother.so=lib.c
//#Script:{ echo '# ours'; echo '@DIR@/one # first'; echo relative; echo; echo '  @DIR@/two'; dirname "$(gcc -print-file-name=libc.so.6)"; } > dirs
//#Env:LD_LIBRARY_CONF=@DIR@/dirs
//#Env:LD_DEBUG=libs
//#Wrap:"$@" 2>told; grep -c 'search cache\|relative' told; grep -o 'search path=.*/one:@DIR@/two:' told | head -n 1 | sed "s|@DIR@||g"
//#Expect:1 1 0
//#Expect:0
//#Expect:search path=/one:/two:
#include <dlfcn.h>
#include <stdio.h>

static int opens(const char *name) { return dlopen(name, RTLD_NOW) != NULL; }

int main(void) { printf("%d %d %d\n", opens("liblib.so"), opens("libother.so"), opens("libnosuch.so")); }
//#File:lib.c
int answer(void) { return 7; }
