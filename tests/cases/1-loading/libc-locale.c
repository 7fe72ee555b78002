// setlocale, wide characters, strftime and character classes.
//#Env:LC_ALL=C.UTF-8
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

int main(void) {
    const char *name = setlocale(LC_ALL, "");
    wchar_t wide[20];
    printf("%s\n", name ? name : "none");
    printf("%zu %d\n", mbstowcs(wide, "äöü€", 20), iswalpha(0xe4) != 0);
    time_t zero = 0;
    char text[100];
    strftime(text, sizeof text, "%A %d %B %Y", gmtime(&zero));
    puts(text);
    printf("%d\n", strcoll("a", "b") < 0);
}
