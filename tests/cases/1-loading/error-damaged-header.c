// What is wrong with a file header that no loader takes, and with program headers: glibc's sentences.
//#Oracle:glibc>=2.35 2.31 says that address and offset are not properly aligned
//#Copy:tests/runner/damage.py
//#Plugin:good.c
//#Script:python3 damage.py libgood.so list
//#Expect:./magic: invalid ELF header
//#Expect:./class: wrong ELF class: ELFCLASS32
//#Expect:./class32: wrong ELF class: ELFCLASS32
//#Expect:./data: ELF file data encoding not little-endian
//#Expect:./ident-version: ELF file version ident does not match current one
//#Expect:./os-abi: ELF file OS ABI invalid
//#Expect:./abi-version: ELF file ABI version invalid
//#Expect:./padding: nonzero padding in e_ident
//#Expect:./version: ELF file version does not match current one
//#Expect:./type: only ET_DYN and ET_EXEC can be loaded
//#Expect:./phentsize: ELF file's phentsize not the expected size
//#Expect:./phnum: object file has no loadable segments
//#Expect:./offset: ELF load command address/offset not page-aligned
//#Expect:./no-load: object file has no loadable segments
//#Expect:./no-dynamic: object file has no dynamic section
//#Expect:./short: file too short
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    FILE *list = fopen("list", "r");
    char name[100] = "./";
    while (fscanf(list, "%90s%*[^\n]", name + 2) == 1)
        puts(dlopen(name, RTLD_NOW) ? "opened" : dlerror());
}
//#File:good.c
int good(void) { return 1; }
//#File:list
magic e.ident.0=0
class e.ident.4=3
class32 e.ident.4=1
data e.ident.5=2
ident-version e.ident.6=2
os-abi e.ident.7=9
abi-version e.ident.8=9
padding e.ident.12=1
version e.version=2
type e.type=1
phentsize e.phentsize=32
phnum e.phnum=0
offset p.1.1.offset=+1
no-load p.1.3.type=0 p.1.2.type=0 p.1.1.type=0 p.1.0.type=0
no-dynamic p.2.type=0
short size=40
