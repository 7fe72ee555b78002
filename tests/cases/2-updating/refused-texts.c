// Each thing that a new version may not change is told in its own words; after all refusals a version that fits is taken.
//#Shared:lib.c
//#Version:2:lib.c:-DCOUNT=5
//#Version:3:lib.c:-DVALUE=2
//#Version:4:lib.c:-nosoname -Wl,-soname,libother.so
//#Version:5:lib.c:-DLOCALS=3
//#Version:6:lib.c:-DLOCAL=9
//#Version:7:lib.c:-DLOCAL_ALIGN=64
//#Version:8:lib.c:-DCONSTRUCTORS
//#Version:9:lib.c:-Dhidden_name=other_name
//#Version:10:lib.c:-Wl,-z,execstack
//#Version:11:lib.c:-ftls-model=initial-exec
//#Version:12:lib.c:-DPOINTER=other
//#Version:13:lib.c:-DSWAPPED
//#Version:14:lib.c:-DNEW
//#Send:ask
//#Expect:old
//#Update:liblib.so=2
//#Status:a variable moves from offset
//#Update:liblib.so=3
//#Status:the initial value of writable data changes: `data'
//#Update:liblib.so=4
//#Status:DT_SONAME changes from `liblib.so' to `libother.so'
//#Update:liblib.so=5
//#Status:the size of a variable changes from 8 to 12 bytes: `local'
//#Update:liblib.so=6
//#Status:the initial value of thread-local storage changes
//#Update:liblib.so=7
//#Status:the alignment of the thread-local storage changes from 0x4 to 0x40
//#Update:liblib.so=8
//#Status:the number of functions in DT_INIT_ARRAY changes from 1 to 2
//#Update:liblib.so=9
//#Status:a variable is gone: `hidden_name'
//#Update:liblib.so=10
//#Status:the new version needs an executable stack
//#Update:liblib.so=11
//#Status:the new version needs static thread-local storage
//#Update:liblib.so=12
//#Status:a relocation of writable data changes from type 1 against `first' plus 0x0 to type 1 against `other' plus 0x0: `pointer'
//#Update:liblib.so=13
//#Status:(and 3 more reasons)
//#Send:ask
//#Expect:old
//#Update:liblib.so=14
//#Status:updated to new version
//#Send:ask
//#Expect:new
#include <stdio.h>

const char *word(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        puts(word());
        fflush(stdout);
    }
}
//#File:lib.c
#ifndef COUNT
#define COUNT 4
#endif
#ifndef VALUE
#define VALUE 1
#endif
#ifndef LOCALS
#define LOCALS 2
#endif
#ifndef LOCAL
#define LOCAL 7
#endif
#ifndef LOCAL_ALIGN
#define LOCAL_ALIGN 4
#endif
#ifndef POINTER
#define POINTER first
#endif
int first(void) { return 1; }
int other(void) { return 2; }
int data[COUNT] = {VALUE};
int (*volatile pointer)(void) = POINTER;
#ifdef SWAPPED
int two = 2;
int one = 1;
#else
int one = 1;
int two = 2;
#endif
int hidden_name = 3;
__attribute__((aligned(LOCAL_ALIGN))) __thread int local[LOCALS] = {LOCAL};
#ifdef CONSTRUCTORS
__attribute__((constructor)) static void starts(void) { data[1]++; }
#endif
int sum(void) { return local[0] + data[0] + pointer() + one + two + hidden_name; }
#ifdef NEW
const char *word(void) { return "new"; }
#else
const char *word(void) { return "old"; }
#endif
