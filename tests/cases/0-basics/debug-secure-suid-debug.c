// With /etc/suid-debug LD_DEBUG counts in secure-execution mode too, as in old glibcs; no file is written.
//#By:interp
//#Requires:root
//#Requires:host
//#Requires:tool:setpriv
//#Requires:tool:unshare
//#Requires:glibc<2.38
//#Env:LD_DEBUG=reloc
//#Env:LD_DEBUG_OUTPUT=@DIR@/trace
//#Wrap:file=/tmp/luci-setuid.$$; cp prog $file; chmod 4755 $file; trap 'rm -f $file' EXIT; for word; do shift; [ "$word" = ./prog ] && word=$file; set -- "$@" "$word"; done; unshare -m sh -c 'cp /etc/ld.so.cache /etc/passwd "$0"; mount -t tmpfs none /etc && cp "$0/ld.so.cache" "$0/passwd" /etc && touch /etc/suid-debug && exec "$@"' "$PWD" setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@" 2>&1 | grep -c -e "relocation processing: /tmp"
//#Expect:1
int main(void) { return 0; }
