// Names with quotes, backslashes, control characters and bytes that are not UTF-8 arrive whole, and terminals are safe.
//#Prepare:gcc -shared -fPIC -nostdlib -Wl,-soname,libhostile.so -o libhostile.so hostile.c && python3 spoil.py
//#Wrap:@LD@ --json ./libhostile.so | python3 check.py; @LD@ --tree ./libhostile.so | grep needs | LC_ALL=C sort
//#Requires:tool:python3
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:['a\x1b\\\\z\nqq', 'a\\xff"b\\xc3(']
//#Expect:    ./libhostile.so needs a\x1b\\z\x0aqq (data)
//#Expect:    ./libhostile.so needs a\xff"b\xc3( (data)
int main(void) { return 0; }
//#File:hostile.c
extern int ONENAME;
extern int TWONAMES;
int *one = &ONENAME;
int *two = &TWONAMES;
//#File:spoil.py
data = open("libhostile.so", "rb").read()
data = data.replace(b"\0TWONAMES\0", b"\0a\xff\"b\xc3(\0\0\0").replace(b"\0ONENAME\0", b"\0a\x1b\\z\nqq\0")
open("libhostile.so", "wb").write(data)
//#File:check.py
import json, sys
document = json.load(sys.stdin)
print(sorted(symbol["name"] for symbol in document["objects"][0]["unresolved"]))
