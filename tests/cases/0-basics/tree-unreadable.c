// A file that cannot be read: status 127, and a document all the same when one was asked for.
//#Wrap:echo x > bad; for file in gone bad .; do @LD@ --json ./$file > out 2>/dev/null; echo $?; python3 check.py < out; done
//#Requires:tool:python3
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:127
//#Expect:./gone 127 ./gone: cannot open shared object file: No such file or directory
//#Expect:127
//#Expect:./bad 127 ./bad: file too short
//#Expect:127
int main(void) { return 0; }
//#File:check.py
import json, sys
document = json.load(sys.stdin)
print(document["file"], document["status"], document["error"])
