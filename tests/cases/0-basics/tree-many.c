// Two hundred libraries in a chain, each of which needs the next one and the last.
//#Requires:glibc>=2.34
//#Prepare:sh build.sh
//#Flags:-L. -l1 -Wl,-rpath-link,.
//#Wrap:@LD@ --json ./prog | python3 check.py && @LD@ --tree ./prog | tail -n 1 && @LD@ --why lib200.so ./prog | grep -c -- '->'
//#Requires:tool:python3
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:203 True
//#Expect:203 objects; nothing is missing
//#Expect:199
//#Exit:0
int f1(void);
int main(void) { return f1(); }
//#File:build.sh
echo 'int f200(void) { return 0; }' | gcc -shared -fPIC -Wl,-soname,lib200.so -o lib200.so -x c -
n=199
while [ $n -gt 0 ]; do
    next=$((n + 1))
    echo "int f$next(void); int f$n(void) { return f$next(); }" > n.c
    gcc -shared -fPIC -Wl,-soname,lib$n.so -Wl,-rpath,'$ORIGIN' -Wl,--no-as-needed -Wl,-rpath-link,. -o lib$n.so n.c -L. -l$next -l200
    n=$next; n=$((n - 2))
done
//#File:check.py
import json, sys
document = json.load(sys.stdin)
found = all(need["found"] for entry in document["objects"] for need in entry["needs"])
print(len(document["objects"]), found)
