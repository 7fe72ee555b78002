// A missing version whose symbol is gone too.
//#Shared:lib.c:-Wl,--version-script=new.map
//#Script:gcc -shared -fPIC -DGONE -Wl,-soname,liblib.so -Wl,--version-script=old.map -o liblib.so lib.c
//#Exit:1
//#Stderr:version `V2' not found (required by
//#Message:/liblib.so does not have at all
int value(void);

int main(void) { return value(); }
//#File:lib.c
#ifdef GONE
int other(void) { return 5; }
#else
int value(void) { return 5; }
#endif
//#File:new.map
V2 { global: value; };
//#File:old.map
V1 { global: other; };
