// A directory or a FIFO in the place of a library's file is told and changes nothing.
//#Shared:lib.c
//#Script:mkfifo status
//#Env:LD_DYNAMIC_UPDATE=1
//#Env:LD_STATUS_INFO=@DIR@/status
//#NoOracle:the system's loader has no updates
//#Expect:told
//#Expect:told
//#Expect:7
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int answer(void);

static int tell(int status) {
    char line[1000] = "";
    if (read(status, line, sizeof line - 1) < 0)
        return 1;
    puts(strstr(line, "ERROR (unsupported format: not a regular file) for liblib.so") ? "told" : line);
    return 0;
}

int main(void) {
    int status = open("status", O_RDWR);
    if (unlink("liblib.so") || mkdir("liblib.so", 0755) || tell(status))
        return 1;
    if (rmdir("liblib.so") || mkfifo("liblib.so", 0644) || tell(status))
        return 2;
    printf("%d\n", answer());
}
//#File:lib.c
int answer(void) { return 7; }
