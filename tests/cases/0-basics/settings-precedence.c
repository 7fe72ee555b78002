// The command line beats the environment, the environment beats the file, switched on and switched off: all combinations.
//#By:name
//#NoOracle:the switch is ours
//#Shared:lib.c
//#Script:echo 'update = no # off' > no; echo 'update = "yes"' > yes
//#Wrap:echo $(for conf in no yes; do for LD_DYNAMIC_UPDATE in "" 0 1; do export LD_DYNAMIC_UPDATE; for option in "" --update=no --update; do @LD@ -C $conf $option ./prog; done; done; done)
//#Expect:off off on off off on on off on on off on off off on on off on
#include <dirent.h>
#include <stdio.h>

int answer(void);

int main(void) {
    answer();
    DIR *threads = opendir("/proc/self/task");
    int count = 0;
    while (readdir(threads))
        count++;
    // the helper thread is there when updates are on
    puts(count - 2 > 1 ? "on" : "off");
}
//#File:lib.c
int answer(void) { return 7; }
