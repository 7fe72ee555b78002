// A libc of a version nobody has listed ends the start with one sentence that names it and says what to do.
//#Script:build=$(readelf -n /lib/x86_64-linux-gnu/libc.so.6 | sed -n 's/.*Build ID: //p'); perl -e 'my ($id, $from) = @ARGV; open my $in, "<:raw", $from or die; local $/; my $bytes = <$in>; my $old = pack "H*", $id; $bytes =~ s/\Q$old\E/"x" x 20/e or die; $bytes =~ s/(?<![0-9A-Za-z_.])2\.\d\d\0/9.99\0/g or die; open my $out, ">:raw", "libc.so.6" or die; print $out $bytes' "$build" /lib/x86_64-linux-gnu/libc.so.6
//#Env:LD_LIBRARY_PATH=@DIR@
//#NoOracle:the stock loader trusts any libc
//#Exit:127
//#Message:libc.so.6: this build of glibc 9.99 (build ID 7878787878787878787878787878787878787878) is not among those the loader knows; `make adopt`
//#Reject:ran
#include <stdio.h>

int main(void) { puts("ran"); }
