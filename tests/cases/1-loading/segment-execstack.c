// A library that asks for an executable stack (PT_GNU_STACK with PF_X) is refused: no memory is writable and executable.
//#Shared:lib.c:-Wl,-z,execstack
//#NoOracle:glibc's loader makes the stack executable
//#Exit:127
//#Stderr:an executable stack is asked for, which is refused
int nothing(void);

int main(void) { return nothing(); }
//#File:lib.c
int nothing(void) { return 0; }
