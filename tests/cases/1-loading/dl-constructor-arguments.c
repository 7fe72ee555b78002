// Constructors of an opened library get argc, argv and the environment as it is now; DT_INIT too.
//#Plugin:lib.c:-Wl,-init,first
//#Args:one 'two words'
//#Env:BEFORE=1
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    argv[1] = "changed";
    setenv("AFTER", "2", 1);
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    char **(*seen)(void) = (char **(*)(void))dlsym(lib, "seen");
    printf("same argv: %d\n", seen() == argv);
}
//#File:lib.c
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static char **vector;
char **seen(void) { return vector; }
static void show(const char *who, int argc, char **argv, char **env) {
    int before = 0;
    for (char **variable = env; *variable; variable++)
        before += !strcmp(*variable, "BEFORE=1");
    printf("%s: %d %s %s %s, BEFORE %d, AFTER %s\n", who, argc, argv[0], argv[1], argv[2], before, getenv("AFTER"));
}
void first(int argc, char **argv, char **env) { show("init", argc, argv, env); }
__attribute__((constructor)) static void begin(int argc, char **argv, char **env) {
    show("array", argc, argv, env);
    vector = argv;
}
