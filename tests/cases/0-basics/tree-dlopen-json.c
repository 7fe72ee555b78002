// The same in JSON.
//#Wrap:"$@" | python3 check.py
//#Loader:--json
//#Requires:tool:python3
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:extra required None False [('libgone.so.1', False, True)]
__asm__(".pushsection .note.dlopen, \"a\", %note\n"
        ".balign 4\n.long 4\n.long 2f - 1f\n.long 0x407c0c0a\n.asciz \"FDO\"\n"
        "1: .asciz \"[{\\\"soname\\\":[\\\"libgone.so.1\\\"],\\\"feature\\\":\\\"extra\\\",\\\"priority\\\":\\\"required\\\"}]\"\n2: .balign 4\n.popsection");
int main(void) { return 0; }
//#File:check.py
import json, sys
entry = json.load(sys.stdin)["objects"][0]["dlopen"][0]
names = [(name["name"], name["found"], len(name["tried"]) > 0) for name in entry["sonames"]]
print(entry["feature"], entry["priority"], entry["description"], entry["malformed"], names)
