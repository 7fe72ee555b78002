// A file of settings that is named and cannot be read ends the start, and the sentence says why.
//#By:name
//#NoOracle:the file is ours
//#Script:mkdir folder; mkfifo fifo; ln -s loop loop; truncate -s 2M large; printf x > file
//#Wrap:for conf in missing folder fifo loop large file/below "$(head -c 10000 /dev/zero | tr '\0' x)"; do @LD@ -C "$conf" ./prog 2> err; s=$?; sed 's/xx*: c/xxx: c/' err; echo $s; done; @LD@ -C /dev/null ./prog; @LD@ -C "" ./prog
//#Expect:ld-luci.so: missing: cannot read the configuration file: No such file or directory
//#Expect:1
//#Expect:ld-luci.so: folder: cannot read the configuration file: Is a directory
//#Expect:1
//#Expect:ld-luci.so: fifo: cannot read the configuration file: Illegal seek
//#Expect:1
//#Expect:ld-luci.so: loop: cannot read the configuration file: Too many levels of symbolic links
//#Expect:1
//#Expect:ld-luci.so: large: cannot read the configuration file: File too large
//#Expect:1
//#Expect:ld-luci.so: file/below: cannot read the configuration file: Not a directory
//#Expect:1
//#Expect:ld-luci.so: xxx: cannot read the configuration file: File name too long
//#Expect:1
//#Expect:ran
//#Expect:ran
#include <stdio.h>

int main(void) { puts("ran"); }
