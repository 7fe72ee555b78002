// An answer that standard output does not take is no success, and standard error says why; a program runs all the same.
//#By:name
//#NoOracle:the system's loader says nothing
//#Wrap:for option in --help --version --list-tunables --list-diagnostics --debug=help --list "--list --list-versions" --tree --json "--why libc.so.6" "--show-auxv --show-args --show-env"; do @LD@ $option ./prog > /dev/full 2> err; s=$?; LC_ALL=C sort err | uniq -c | sed 's/^ *//'; echo "$option: $s"; done
//#Expect:1 ld-luci.so: standard output: cannot be written: No space left on device
//#Expect:--help: 127
//#Expect:1 ld-luci.so: standard output: cannot be written: No space left on device
//#Expect:--version: 127
//#Expect:1 ld-luci.so: standard output: cannot be written: No space left on device
//#Expect:--list-tunables: 127
//#Expect:1 ld-luci.so: standard output: cannot be written: No space left on device
//#Expect:--list-diagnostics: 127
//#Expect:1 ld-luci.so: standard output: cannot be written: No space left on device
//#Expect:--debug=help: 127
//#Expect:1 ld-luci.so: standard output: cannot be written: No space left on device
//#Expect:--list: 127
//#Expect:1 ld-luci.so: standard output: cannot be written: No space left on device
//#Expect:--list --list-versions: 127
//#Expect:1 ld-luci.so: standard output: cannot be written: No space left on device
//#Expect:--tree: 127
//#Expect:1 ld-luci.so: standard output: cannot be written: No space left on device
//#Expect:--json: 127
//#Expect:1 ld-luci.so: standard output: cannot be written: No space left on device
//#Expect:--why libc.so.6: 127
//#Expect:3 ld-luci.so: standard output: cannot be written: No space left on device
//#Expect:1 ran
//#Expect:--show-auxv --show-args --show-env: 0
#include <stdio.h>

int main(void) { fputs("ran\n", stderr); }
