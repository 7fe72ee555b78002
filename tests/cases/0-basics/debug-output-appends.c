// A file of LD_DEBUG_OUTPUT that is a symbolic link is not written to.
//#Env:LD_DEBUG=reloc
//#Env:LD_DEBUG_OUTPUT=@DIR@/trace
//#Wrap:rm -f trace.* other; for word; do shift; [ "$word" = /usr/bin/env ] && word=/usr/bin/env; set -- "$@" "$word"; done; sh -c 'ln -s other trace.$$; exec "$@" >/dev/null' sh "$@"; ls other 2>/dev/null || echo untouched
//#Expect:untouched
int main(void) { return 0; }
