// The second libc has its own locale; its ctype tables work in the thread that loaded it and in its own threads.
//#Plugin:lib.c
//#Requires:glibc>=2.35
#define _GNU_SOURCE
#include <ctype.h>
#include <dlfcn.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    const char *(*locale)(const char *) = dlsym(handle, "locale");
    int (*width)(void) = dlsym(handle, "width"), (*length)(const char *) = dlsym(handle, "length");
    int (*shout)(const char *) = dlsym(handle, "shout"), (*in_thread)(const char *) = dlsym(handle, "in_thread");
    printf("%s %s\n", setlocale(LC_ALL, NULL), locale(NULL));
    printf("%d\n", shout("Abc, dEf!"));
    printf("%d\n", in_thread("Two Words"));
    printf("%s\n", locale("C.UTF-8"));
    printf("%s %s\n", setlocale(LC_ALL, NULL), locale(NULL));
    printf("%zu %d\n", MB_CUR_MAX, width());
    printf("%d %d\n", mblen("\xc3\xa4", 2), length("\xc3\xa4"));
}
//#File:lib.c
#include <ctype.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
const char *locale(const char *name) { return setlocale(LC_ALL, name); }
int width(void) { return MB_CUR_MAX; }
int length(const char *text) { return mblen(text, 2); }
int shout(const char *text) {
    char out[50] = "";
    int letters = 0;
    for (int i = 0; text[i]; i++) {
        out[i] = toupper(text[i]);
        letters += isalpha((unsigned char)text[i]) != 0;
    }
    dprintf(1, "%s\n", out);
    return letters;
}
static void *call(void *text) { return (void *)(long)shout(text); }
int in_thread(const char *text) {
    pthread_t thread;
    void *letters;
    pthread_create(&thread, NULL, call, (void *)text);
    pthread_join(thread, &letters);
    return (long)letters;
}
