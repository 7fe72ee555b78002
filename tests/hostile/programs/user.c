// Depends on all the libraries; copies data of one of them.
#include <stdio.h>
extern int plain_data, plain_function(void), tables_name(void), tables_function(void), rich_function(void), rich_ifunc(void);
extern __thread int tables_tls[];
int (*functions[])(void) = {plain_function, rich_ifunc};
int main(void) {
    int sum = plain_data + plain_function() + tables_name() + tables_function() + rich_function() + tables_tls[0];
    printf("%d\n", sum + functions[0]() + functions[1]());
    return 0;
}
