// A missing version that is needed weakly (VER_FLG_WEAK) is only a warning.
//#Shared:lib.c:-Wl,--version-script=new.map
//#Script:gcc -shared -fPIC -Wl,-soname,liblib.so -Wl,--version-script=old.map -o liblib.so lib.c; perl weak.pl prog; readelf -VW prog | grep -q 'Name: V2 .*Flags: WEAK'
//#Expect:none
#include <stdio.h>

int value(void) __attribute__((weak));
__asm__(".symver value, value@V2");

int main(void) {
    if (value)
        printf("%d\n", value());
    else
        puts("none");
}
//#File:lib.c
int value(void) { return 5; }
//#File:new.map
V1 { };
V2 { global: value; } V1;
//#File:old.map
V1 { global: value; };
//#File:weak.pl
# Sets VER_FLG_WEAK in the vernaux entry of version V2; its hash is the ELF hash of the name.
use strict;
my $file = shift;
open(my $in, '<:raw', $file) or die; local $/; my $bytes = <$in>; close $in;
my $hash = 0;
for my $c (unpack('C*', 'V2')) { $hash = ($hash << 4) + $c; my $g = $hash & 0xf0000000; $hash ^= $g >> 24; $hash &= ~$g; }
my $at = index($bytes, pack('Vv', $hash, 0));
die "no version" if $at < 0;
substr($bytes, $at + 4, 2) = pack('v', 2);
open(my $out, '>:raw', $file) or die; print $out $bytes; close $out;
