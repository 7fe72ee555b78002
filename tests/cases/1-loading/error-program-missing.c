// By name, a program that does not exist: message and status 127.
//#By:name
//#Script:rm prog
//#Exit:127
//#Stderr:error while loading shared libraries: ./prog: cannot open shared object file
int main(void) { return 0; }
