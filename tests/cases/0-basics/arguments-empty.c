// Arguments that are empty or look like options arrive unchanged, as does argv[0].
//#Args:'' -- --list -v '' a=b
#include <stdio.h>

int main(int argc, char **argv) {
    printf("%d arguments, null at the end: %d\n", argc, argv[argc] == NULL);
    for (int i = 0; i < argc; i++)
        printf("[%s]\n", argv[i]);
}
