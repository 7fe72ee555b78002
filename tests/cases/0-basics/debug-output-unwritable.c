// Where LD_DEBUG_OUTPUT cannot be written, standard output is.
//#Env:LD_DEBUG=reloc
//#Env:LD_DEBUG_OUTPUT=@DIR@/none/trace
//#Wrap:"$@" | grep -c "relocation processing: ./prog"
//#Expect:1
int main(void) { return 0; }
