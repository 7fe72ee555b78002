// LD_PROFILE: the program runs as without it. (Ours says in a sentence that it does not profile.)
//#Shared:lib.c
//#Flags:-Wl,-z,lazy
//#Env:LD_PROFILE=liblib.so
//#Env:LD_PROFILE_OUTPUT=@DIR@
//#Message:LD_PROFILE
//#Exit:4
#include <stdio.h>

int work(int), other(int);

int main(void) {
    int sum = 0;
    for (int i = 0; i < 1000; i++)
        sum += work(i);
    printf("%d\n", sum);
    return other(3);
}
//#File:lib.c
int other(int number) { return number + 1; }
int work(int number) { return number % 2 ? other(number) : number; }
