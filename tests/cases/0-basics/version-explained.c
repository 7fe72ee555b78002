// The start ends with glibc's line about a missing version; ours says what is there instead.
//#Shared:lib.c:-Wl,--version-script=new.map
//#Script:gcc -shared -fPIC -Wl,-soname,liblib.so -Wl,--version-script=old.map -o liblib.so lib.c
//#Exit:1
//#Stderr:version `V2' not found (required by
//#Message:needs it for symbol value, which 
//#Message:/liblib.so has in version V1
//#Message:the file looked at for liblib.so is 
//#Message:/liblib.so; it defines V1
int value(void);

int main(void) { return value(); }
//#File:lib.c
int value(void) { return 5; }
//#File:new.map
V1 { };
V2 { global: value; } V1;
//#File:old.map
V1 { global: value; };
