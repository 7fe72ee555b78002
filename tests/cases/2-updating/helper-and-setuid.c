// With updates on, setuid in the program holds for the helper as well: no thread keeps uid 0.
//#Env:LD_DYNAMIC_UPDATE=1
//#Requires:root
//#Requires:file:/proc/self/task
//#Expect:no thread is root
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    int roots = 0;
    if (setgid(1234) || setuid(1234))
        return 1;
    DIR *directory = opendir("/proc/self/task");
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        char name[300], line[200];
        snprintf(name, sizeof name, "/proc/self/task/%s/status", entry->d_name);
        FILE *file = entry->d_name[0] == '.' ? NULL : fopen(name, "r");
        while (file && fgets(line, sizeof line, file))
            roots += !strncmp(line, "Uid:", 4) && (strstr(line, "\t0\t") || strstr(line, "\t0\n"));
        if (file)
            fclose(file);
    }
    puts(roots ? "a thread is root" : "no thread is root");
}
