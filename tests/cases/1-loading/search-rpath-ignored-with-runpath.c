// DT_RPATH of an object that has a DT_RUNPATH too is ignored. (The linker writes only one: the tag is patched in.)
//#Plugin:right/liba.so=a.c:-norpath -DTEXT="right"
//#Plugin:wrong/liba.so=a.c:-norpath -DTEXT="wrong"
//#Flags:-norpath right/liba.so -Wl,--enable-new-dtags,-rpath,@DIR@/right -Wl,-z,separate-code -Wl,--hash-style=both
//#Expect:right
//#Script:perl patch.pl prog
#include <stdio.h>

const char *a(void);
// a string of the dynamic string table that names the wrong folder
int wrong_folder(void) __asm__("@DIR@/wrong");

int main(void) { puts(a()); }
//#File:a.c
#define STRING(x) #x
#define NAME(x) STRING(x)
const char *a(void) { return NAME(TEXT); }
//#File:patch.pl
# Turns DT_DEBUG into a DT_RPATH with the same string offset as a string that ends in "/wrong".
use strict;
my $file = shift;
open(my $in, '<:raw', $file) or die; local $/; my $bytes = <$in>; close $in;
my $phoff = unpack('Q', substr($bytes, 32, 8));
my $phnum = unpack('v', substr($bytes, 56, 2));
for my $i (0 .. $phnum - 1) {
    my ($type, $flags, $offset, $vaddr, $paddr, $filesz) = unpack('VVQQQQ', substr($bytes, $phoff + 56 * $i, 56));
    next if $type != 2;
    my $runpath;
    for (my $at = $offset; $at < $offset + $filesz; $at += 16) {
        my ($tag, $value) = unpack('QQ', substr($bytes, $at, 16));
        $runpath = $value if $tag == 29;
    }
    for (my $at = $offset; $at < $offset + $filesz; $at += 16) {
        my ($tag) = unpack('Q', substr($bytes, $at, 8));
        # "/…/right" + 1: a relative name that leads nowhere, which must not matter
        substr($bytes, $at, 16) = pack('QQ', 15, $runpath + 1) if $tag == 21;
    }
}
open(my $out, '>:raw', $file) or die; print $out $bytes; close $out;
