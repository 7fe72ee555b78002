// LD_DEBUG=files tells of preloaded objects.
//#Plugin:plugin.c
//#Env:LD_PRELOAD=./libplugin.so
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=files
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:file=./libplugin.so [0];  needed by ./prog [0]
int main(void) { return 0; }
//#File:plugin.c
int plugged(void) { return 7; }
