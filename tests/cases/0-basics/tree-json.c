// The document has every key that the README describes, and no other.
//#Requires:glibc>=2.34
//#Shared:lib.c
//#Wrap:"$@" | python3 check.py
//#Loader:--tree --json
//#Requires:tool:python3
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:file interpreter objects static status
//#Expect:audit build_id depaudit dlopen kind needs path problems rpath runpath soname unresolved uses versions
//#Expect:error found how kind name not_in_cache object path rule rule_of tried
//#Expect:defined file object state symbols version weak
//#Expect:name object version
//#Expect:liblib.so needed searched runpath ./prog @DIR@/liblib.so
//#Expect:./prog program, @DIR@/liblib.so library, libc.so.6 library, @LD@ loader
int f(void);
int main(void) { return f(); }
//#File:lib.c
int printf(const char *, ...);
int f(void) { return printf("") + 5; }
//#File:check.py
import json, sys
document = json.load(sys.stdin)
root = document["objects"][0]
for keys in (document, root, root["needs"][0], root["versions"][0], root["uses"][0]):
    print(*sorted(keys))
need = root["needs"][0]
print(need["name"], need["kind"], need["how"], need["rule"], need["rule_of"], document["objects"][need["object"]]["path"])
print(", ".join(f"{'libc.so.6' if entry['soname'] == 'libc.so.6' else entry['path']} {entry['kind']}" for entry in document["objects"]))
