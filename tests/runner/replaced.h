// The program of cases about where an update is told: each line of input is what word() of the library is to say, and is waited for.
// After the line "told" it waits for the update in the files that are its arguments.
#include <sched.h>
#include <stdio.h>
#include <string.h>

const char *word(void);
int value(void);

// Waits for the line in a file that others write.
static void show(const char *file, const char *text) {
    char line[600] = "";
    while (!strstr(line, text) || !strchr(line, '\n')) {
        FILE *lines = fopen(file, "r");
        while (lines && fgets(line, sizeof line, lines) && !strstr(line, text))
            ;
        if (lines)
            fclose(lines);
        sched_yield();
    }
    printf("%s: %s", file, strstr(line, "SUCCESS"));
}

int main(int argc, char **argv) {
    char line[300];
    while (fgets(line, sizeof line, stdin) && strcmp(line, "told\n")) {
        line[strcspn(line, "\n")] = 0;
        while (strcmp(word(), line))
            sched_yield();
        printf("%s %d\n", word(), value());
        fflush(stdout);
    }
    for (int i = 1; i < argc; i++)
        show(argv[i], "updated to new version");
}
