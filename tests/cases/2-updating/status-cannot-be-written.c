// A place for status lines that cannot be opened is told in the log, here a FIFO, and the program runs.
//#Shared:lib.c
//#Script:mkfifo log
//#Env:LD_DYNAMIC_UPDATE=1
//#Env:LD_STATUS_INFO=@DIR@/missing/status
//#Env:LD_LOGFILE=@DIR@/log
//#NoOracle:the system's loader has no log
//#Expect:7
//#Expect:told
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int answer(void);

int main(void) {
    char line[1000] = "";
    printf("%d\n", answer());
    int log = open("log", O_RDWR);
    if (read(log, line, sizeof line - 1) < 0)
        return 1;
    puts(strstr(line, "/missing/status: cannot be opened to write status lines") ? "told" : line);
}
//#File:lib.c
int answer(void) { return 7; }
