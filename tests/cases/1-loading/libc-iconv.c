// iconv opens its conversion modules through the loader.
#include <iconv.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    for (int i = 0; i < 2; i++) {
        iconv_t converter = iconv_open("UTF-8", i ? "EUC-JP" : "ISO-8859-15");
        if (converter == (iconv_t)-1) {
            puts("no such conversion");
            continue;
        }
        char in[] = "\xa4\xa2 ok", out[50] = "", *from = in, *to = out;
        size_t left = strlen(in), space = sizeof out;
        size_t result = iconv(converter, &from, &left, &to, &space);
        printf("%zd %s\n", (ssize_t)result, out);
        iconv_close(converter);
    }
}
