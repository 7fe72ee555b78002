// The answer in JSON.
//#Prepare:gcc -shared -fPIC -Wl,-soname,libin.so -Wl,--version-script=in.map -o libin.so in.c
//#Prepare:gcc -shared -fPIC -Wl,-soname,liba.so -Wl,-rpath,@DIR@ -o liba.so a.c -L. -lin
//#Prepare:gcc -shared -fPIC -Wl,-soname,libb.so -Wl,-rpath,@DIR@ -Wl,--no-as-needed -o libb.so b.c -L. -lin -la
//#Flags:-Wl,--no-as-needed -L. -la -lb -Wl,-rpath-link,.
//#Wrap:"$@" | python3 check.py
//#Loader:--why libin.so --json
//#Requires:tool:python3
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:dlopen found missing more_ways name path soname users ways
//#Expect:True @DIR@/libin.so 3
//#Expect:[['liba.so', 'libin.so'], ['libb.so', 'libin.so'], ['libb.so', 'liba.so', 'libin.so']]
//#Expect:['libin.so'] ['one@V1', 'two@V2'] ['V1', 'V2']
//#Expect:['libin.so'] [] []
int main(void) { return 0; }
//#File:in.c
int one(void) { return 1; }
int two(void) { return 2; }
//#File:in.map
V1 { global: one; };
V2 { global: two; };
//#File:a.c
int one(void);
int two(void);
int a(void) { return one() + two(); }
//#File:b.c
int b(void) { return 0; }
//#File:check.py
import json, sys
answer = json.load(sys.stdin)["why"]
print(*sorted(answer))
print(answer["found"], answer["path"], len(answer["ways"]))
print([[step["name"] for step in way] for way in answer["ways"]])
for user in answer["users"]:
    print(user["needed_as"], [f"{symbol['name']}@{symbol['version']}" for symbol in user["symbols"]], user["versions"])
