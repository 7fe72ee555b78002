// Names with quotes, backslashes, control characters and bytes that are not UTF-8 arrive whole, and terminals are safe.
//#Prepare:gcc -c -fPIC -o hostile.o hostile.s && gcc -shared -Wl,-soname,libhostile.so -o libhostile.so hostile.o
//#Wrap:@LD@ --json ./libhostile.so | python3 check.py; @LD@ --tree ./libhostile.so | grep needs | LC_ALL=C sort
//#Requires:tool:python3
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:['a\\\\b', 'a\\xff"b', 'a\\x1bz\\nq']
//#Expect:    ./libhostile.so needs a\\b (data)
//#Expect:    ./libhostile.so needs a\x1bz\x0aq (data)
//#Expect:    ./libhostile.so needs a\xff"b (data)
int main(void) { return 0; }
//#File:hostile.s
.data
.quad "a\377\"b"
.quad "a\\b"
.quad "a\033z\nq"
//#File:check.py
import json, sys
document = json.load(sys.stdin)
names = [symbol["name"] for symbol in document["objects"][0]["unresolved"]]
print(sorted(names, key=len))
