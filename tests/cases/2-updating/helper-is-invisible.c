// With updates on the program's descriptors are its own, closing them closes them, and the process ends when main returns.
//#Env:LD_DYNAMIC_UPDATE=1
//#Shared:lib.c
//#Wrap:"$@" | tr X Y
//#Expect:next is 3
//#Expect:Y
//#Requires:file:/proc/self/fd
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>

int f(void);

int main(void) {
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    for (struct dirent *entry; (entry = readdir(directory));)
        count += entry->d_name[0] != '.';
    closedir(directory);
    printf("%d descriptors\n", count - 1);
    printf("next is %d\n", open("/dev/null", O_RDONLY));
    puts("X");
    return f();
}
//#File:lib.c
int f(void) { return 0; }
