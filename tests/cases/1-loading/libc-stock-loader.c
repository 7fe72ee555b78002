// A libc that does not show enough of itself is told by the sizes in the stock loader, which is read and not run. (Here the
// code of getauxval shows nothing any more.)
//#Script:libc=/lib/x86_64-linux-gnu/libc.so.6; build=$(readelf -n $libc | sed -n 's/.*Build ID: //p'); set -- $(readelf --dyn-syms -W $libc | sed -n '/ getauxval@/{s/^[^:]*: //p;q}'); perl -e 'my ($id, $at, $size, $from) = @ARGV; open my $in, "<:raw", $from or die; local $/; my $bytes = <$in>; my $old = pack "H*", $id; $bytes =~ s/\Q$old\E/"x" x 20/e or die; substr($bytes, hex $at, $size) = "\x31\xc0\xc3" . "\x90" x ($size - 3); open my $out, ">:raw", "libc.so.6" or die; print $out $bytes' "$build" "$1" "$2" $libc
//#Env:LD_LIBRARY_PATH=@DIR@
//#Expect:0
#include <stdio.h>
#include <sys/auxv.h>

int main(void) { printf("%lu\n", getauxval(AT_PAGESZ)); }
