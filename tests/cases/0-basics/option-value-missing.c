// An option without its value is told.
//#By:name
//#NoOracle:the sentence is ours
//#Wrap:for word; do shift; [ "$word" = ./prog ] && word=--debug; set -- "$@" "$word"; done; "$@"
//#Message:--debug: this option needs a value
//#Exit:1
#include <stdio.h>

int main(void) { puts("ran"); }
