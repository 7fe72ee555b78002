// An auditor uses its libc: it allocates, has thread-local variables, reads files, and makes a thread; a forked child is audited on.
//#Copy:tests/runner/auditor.h
//#Plugin:late.c
//#Plugin:audit.c
//#Env:LD_AUDIT=./libaudit.so
//#Requires:glibc>=2.35
#include "auditor.h"
#include <sys/wait.h>

int main(void) {
    int status;
    dlclose(dlopen("./liblate.so", RTLD_NOW));
    if (!fork()) {
        dlopen("./liblate.so", RTLD_NOW);
        exit(3);
    }
    wait(&status);
    say("child ended with %d\n", WEXITSTATUS(status));
    dlopen("./liblate.so", RTLD_NOW);
}
//#File:late.c
int late;
//#File:audit.c
#include "auditor.h"
#include <pthread.h>
static __thread int own;
static int count;
static char *names[50];
static void *run(void *unused) { return own++ ? NULL : strdup("from a thread"); }
unsigned la_version(unsigned version) {
    char line[100] = "";
    FILE *file = fopen("/proc/self/status", "r");
    if (file && fgets(line, sizeof line, file))
        say("file: %.5s\n", line);
    fclose(file);
    return version;
}
void la_preinit(uintptr_t *cookie) {
    pthread_t thread;
    void *text;
    own = 5;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, &text);
    say("%s, %d here\n", (char *)text, own);
    free(text);
}
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    if (strstr(map->l_name, "vdso"))
        return 0;
    names[count++] = strdup(base(map->l_name));
    say("%d: %s\n", count, names[count - 1]);
    return 0;
}
unsigned la_objclose(uintptr_t *cookie) {
    if (!strcmp(named(cookie), "liblate.so"))
        say("close %s, %s of %d\n", named(cookie), names[count - 1], count);
    return 0;
}
