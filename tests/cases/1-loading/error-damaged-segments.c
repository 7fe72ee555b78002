// Program headers that contradict themselves or the file.
//#NoOracle:glibc maps what it can, and ends by a signal
//#Copy:tests/runner/damage.py
//#Plugin:good.c
//#Script:python3 damage.py libgood.so list
//#Expect:./filesz: ELF load command has more bytes in the file than in memory
//#Expect:./outside: file too short: an ELF load command lies outside the file
//#Expect:./no-sum: ELF load command lies outside the file
//#Expect:./address: ELF load command lies outside the address space
//#Expect:./order: ELF load commands are not in ascending order
//#Expect:./share: ELF load commands share a page
//#Expect:./unaligned: ELF load command alignment not page-aligned
//#Expect:./align: ELF load command alignment not page-aligned
//#Expect:./both: a segment is both writable and executable
//#Expect:./dynamic: object file's dynamic section lies outside its segments
//#Expect:./tls: object file's TLS image lies outside its segments
//#Expect:./tls-align: TLS segment alignment is not a power of two
//#Expect:./tls-size: TLS segment size is invalid
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    FILE *list = fopen("list", "r");
    char name[100] = "./";
    while (fscanf(list, "%90s%*[^\n]", name + 2) == 1)
        puts(dlopen(name, RTLD_NOW) ? "opened" : dlerror());
}
//#File:good.c
__thread int local = 5;
int data = 7;
int good(void) { return local + data; }
//#File:list
filesz p.1.0.memsz=-1
outside p.1.3.filesz=+0x100000 p.1.3.memsz=+0x100000
no-sum p.1.3.filesz=-0x1000 p.1.3.memsz=0xffffffffffffffff p.1.3.filesz=0xffffffffffffffff
address p.1.3.memsz=0x7fffffffffffffff
order p.1.1.vaddr=0
share p.1.1.vaddr=-0x800 p.1.1.offset=-0x800 p.1.0.memsz=0x10 p.1.0.filesz=0x10
unaligned p.1.0.align=3
align p.1.0.align=0x4000000000000000
both p.1.1.flags=7
dynamic p.2.vaddr=+0x10000000
tls p.7.vaddr=+0x10000000
tls-align p.7.align=3
tls-size p.7.memsz=1
