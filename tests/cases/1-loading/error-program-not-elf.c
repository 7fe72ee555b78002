// By name, a program that is a script: message and status 127.
//#By:name
//#Script:printf '#!/bin/sh\necho a script that is long enough to hold an ELF header, which it does not\n' > prog
//#Exit:127
//#Stderr:error while loading shared libraries: ./prog: invalid ELF header
int main(void) { return 0; }
