// Program headers at the end of the file, outside of the first page (as patching tools leave them), in a library.
//#Shared:lib.c
//#Script:perl move.pl liblib.so
//#Expect:6
//#Expect:caught
#include <stdio.h>

int get(void);

int main(void) {
    printf("%d\n", get());
    puts("caught");
}
//#File:lib.c
static int six = 6;
int *pointer = &six;
int get(void) { return *pointer; }
//#File:move.pl
# Appends the program headers to the file and makes e_phoff point there.
use strict;
my $file = shift;
open(my $in, '<:raw', $file) or die; local $/; my $bytes = <$in>; close $in;
my ($phoff, $phnum) = (unpack('Q', substr($bytes, 32, 8)), unpack('v', substr($bytes, 56, 2)));
my $headers = substr($bytes, $phoff, 56 * $phnum);
$bytes .= "\0" x (-length($bytes) % 4096);
substr($bytes, 32, 8) = pack('Q', length $bytes);
substr($bytes, $phoff, 56 * $phnum) = "\xff" x (56 * $phnum);
open(my $out, '>:raw', $file) or die; print $out $bytes, $headers; close $out;
