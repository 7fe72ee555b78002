// An executable at fixed addresses (ET_EXEC).
//#NoPie
//#Script:readelf -hW prog | grep -q 'EXEC'
#include <stdio.h>

static int data = 5;
static int *pointer = &data;

int main(void) {
    printf("%d %d\n", *pointer, (unsigned long)&data < 0x10000000);
}
