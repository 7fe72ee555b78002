// A dynamic section whose tables cannot be what they say.
//#NoOracle:glibc believes them, and ends by a signal
//#Copy:tests/runner/damage.py
//#Plugin:base.c
//#Plugin:good.c:-Wl,-z,lazy -Wl,--hash-style=both ./libbase.so
//#Script:python3 damage.py libgood.so list
//#Expect:./no-strings: object file has no symbol or string table in its dynamic section
//#Expect:./no-symbols: object file has no symbol or string table in its dynamic section
//#Expect:./syment: DT_SYMENT is not the size of Elf64_Sym
//#Expect:./relaent: DT_RELAENT is not the size of Elf64_Rela
//#Expect:./pltrel: DT_PLTREL is not DT_RELA
//#Expect:./relrent: DT_RELRENT is not 8
//#Expect:./rel: DT_REL relocations do not exist on x86-64
//#Expect:./strings: string table lies outside the segments
//#Expect:./symbols: symbol table is invalid
//#Expect:./hash: symbol hash table is invalid
//#Expect:./rela: relocation table is invalid
//#Expect:./plt: PLT relocation table is invalid
//#Expect:./relr: packed relocation table is invalid
//#Expect:./versym: version table is invalid
//#Expect:./verneed: version section is invalid
//#Expect:./needed: DT_NEEDED lies outside the string table
//#Expect:./init: DT_INIT lies outside the executable segments
//#Expect:./fini: DT_FINI lies outside the executable segments
//#Expect:./init-array: DT_INIT_ARRAY lies outside the segments
//#Expect:./fini-array: DT_FINI_ARRAY lies outside the segments
//#Expect:./preinit-array: DT_PREINIT_ARRAY lies outside the segments
//#Expect:./reloc-kind: unexpected reloc type 0x2a
//#Expect:./overflow: Symbol causes overflow in R_X86_64_32 relocation
//#Expect:./reloc-place: relocation lies outside the writable segments
//#Expect:./reloc-symbol: relocation names a symbol outside the symbol table
//#Expect:./symbol-name: symbol name lies outside the string table
//#Expect:./no-tls: TLS relocation against an object without TLS segment
//#Expect:./ifunc: IFUNC resolver lies outside the executable segments
//#Expect:./constructor: a function that the loader calls lies outside the executable segments
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    FILE *list = fopen("list", "r");
    char name[100] = "./";
    while (fscanf(list, "%90s%*[^\n]", name + 2) == 1)
        puts(dlopen(name, RTLD_NOW) ? "opened" : dlerror());
}
//#File:base.c
int base(void) { return 1; }
//#File:good.c
int base(void);
__thread int local = 5;
extern __thread int local __attribute__((tls_model("global-dynamic")));
int data = 7;
int other(void) { return 3; }
__attribute__((constructor)) static void starts(void) { data++; }
__attribute__((destructor)) static void ends(void) { data--; }
int good(void) { return local + data + other() + base(); }
//#File:list
no-strings d.5=0
no-symbols d.6.tag=0x6ffffef0
syment d.11=16
relaent d.9=12
pltrel d.20=17
relrent d.29=4 d.29.tag=37
rel d.29.tag=17
strings d.5=0x7000000
symbols d.6=0x7000000
hash d.0x6ffffef5=0x7000000
rela d.8=0x7000008
plt d.2=0x7000008
relr d.29=0x7000000 d.29.tag=36 d.0x6ffffff9=16 d.0x6ffffff9.tag=35
versym d.0x6ffffff0=0x7000000
verneed d.0x6ffffffe=0x7000000
needed d.1=0x7000000
init d.12=0x4000
fini d.13=0x4000
init-array d.25=0x7000000
fini-array d.26=0x7000000
preinit-array d.29=0x7000000 d.29.tag=32 d.0x6ffffff9=16 d.0x6ffffff9.tag=33
reloc-kind r.6.kind=42
overflow j.7.kind=10
reloc-place r.6.offset=0
reloc-symbol r.6.symbol=0x7000
symbol-name s.base.name=0x7000000
no-tls p.7.type=0
ifunc s.other.info=0x1a s.other.value=0x4018
constructor r.8.addend=0x4018
