// What is wrong with a command line, a variable or the file of settings: a sentence for each. A wrong option ends the loader, a wrong
// variable or line is told and does not count.
//#By:name
//#NoOracle:the sentences are ours
//#Wrap:sh ./errors.sh @LD@
//#Expect:ld-luci.so: missing program name; the option --help shows the usage; 1
//#Expect:ld-luci.so: unrecognized option '-Y'; the option --help shows the usage; 1
//#Expect:ld-luci.so: unrecognized option '--nosuch'; the option --help shows the usage; 1
//#Expect:ld-luci.so: --list: this option takes no value; 1
//#Expect:ld-luci.so: --snapshot: 'perhaps' is none of: auto, always, never; 1
//#Expect:ld-luci.so: --update: 'perhaps' is neither yes nor no; 1
//#Expect:ld-luci.so: --verbosity: 'many' is not a number from 0 to 7; 1
//#Expect:ld-luci.so: --update-settle-ms: '-1' is not a number from 0 to 3600000; 1
//#Expect:ld-luci.so: none.conf: cannot read the configuration file: No such file or directory; 1
//#Expect:ld-luci.so: warning: LD_UPDATE_SETTLE_MS: 'soon' is not a number from 0 to 3600000; ran; 0
//#Expect:ld-luci.so: warning: LD_LOGLEVEL: '8' is not a number from 0 to 7; ran; 0
//#Expect:ld-luci.so: warning: LD_SNAPSHOT: 'perhaps' is none of: auto, always, never; ran; 0
//#Expect:ld-luci.so: warning: LD_PROFILE: profiles are not written by this loader; ran; 0
//#Expect:ran; 0
//#Expect:ld-luci.so: warning: conf: line 1: there is no key before '='; ran; 0
//#Expect:ld-luci.so: warning: conf: line 1: there is text after the closing quote; ran; 0
//#Expect:ld-luci.so: warning: conf: line 1: the closing quote is missing; ran; 0
#include <stdio.h>

int main(void) { puts("ran"); }
//#File:errors.sh
loader=$1
# told WORDS: what is told, and the exit status, in one line
told() {
    text=$(env "$@" 2>&1)
    status=$?
    printf '%s\n' "$text" "$status" | paste -s -d '|' | sed 's/|/; /g'
}
told "$loader" --bind-now
told "$loader" -Y ./prog
told "$loader" --nosuch ./prog
told "$loader" --list=1 ./prog
told "$loader" --snapshot perhaps ./prog
told "$loader" --update=perhaps ./prog
told "$loader" --verbosity many ./prog
told "$loader" --update-settle-ms -1 ./prog
told "$loader" --luci-conf none.conf ./prog
told LD_UPDATE_SETTLE_MS=soon "$loader" ./prog
told LD_LOGLEVEL=8 "$loader" ./prog
told LD_SNAPSHOT=perhaps "$loader" ./prog
told LD_PROFILE=libc.so.6 "$loader" ./prog
told LD_PROFILE=libc.so.6 "$loader" --verbosity 2 ./prog
for line in '= value' 'preload = "one" two' 'preload = "one'; do
    echo "$line" >conf
    told "$loader" -C conf ./prog
done
