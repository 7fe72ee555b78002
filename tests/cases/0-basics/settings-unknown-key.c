// A key that the file of settings does not know is told with its line, and the others count.
//#By:name
//#NoOracle:the file is ours
//#Plugin:directory/liblib.so=lib.c
//#Script:printf '# comment\n\nnosuch = 1\nlibrary-path = directory\nupdate = perhaps\nno equals sign\n' > conf
//#Loader:--luci-conf conf
//#Message:ld-luci.so: warning: conf: line 3: unknown setting 'nosuch'
//#Message:ld-luci.so: warning: conf: line 5: update: 'perhaps' is neither yes nor no
//#Message:ld-luci.so: warning: conf: line 6: this is not 'key = value'
//#Expect:1
#include <dlfcn.h>
#include <stdio.h>

int main(void) { printf("%d\n", dlopen("liblib.so", RTLD_NOW) != NULL); }
//#File:lib.c
int answer(void) { return 7; }
