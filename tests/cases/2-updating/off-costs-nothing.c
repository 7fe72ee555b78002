// With updates off there is one thread and no descriptor more than under the system's loader.
//#Requires:file:/proc/self/task
//#Expect:1 threads
#include <dirent.h>
#include <stdio.h>

static int entries(const char *folder) {
    int count = 0;
    DIR *directory = opendir(folder);
    for (struct dirent *entry; (entry = readdir(directory));)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

int main(void) {
    printf("%d threads\n", entries("/proc/self/task"));
    printf("%d descriptors\n", entries("/proc/self/fd") - 1);
}
