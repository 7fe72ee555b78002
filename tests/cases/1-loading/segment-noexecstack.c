// Without such a request the stack is not executable, nor is any writable mapping.
//#Requires:file:/proc/self/maps
//#Expect:0 writable and executable
#include <stdio.h>
#include <string.h>

int main(void) {
    char line[500];
    int count = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps)) {
        char *permissions = strchr(line, ' ') + 1;
        count += permissions[1] == 'w' && permissions[2] == 'x';
    }
    printf("%d writable and executable\n", count);
}
