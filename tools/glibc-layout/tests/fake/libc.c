// Stands for libc: says its version, and is another build for other structures.
#include "structures.h"

const char __nptl_version[] = VERSION;
const size_t __libc_sizes[] = {sizeof(struct rtld_global), sizeof(struct rtld_global_ro)};

const char *gnu_get_libc_version(void) { return __nptl_version; }
