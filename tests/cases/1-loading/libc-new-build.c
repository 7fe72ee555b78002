// A libc whose build ID nobody has listed, as after a security update, is recognised by what it shows of itself.
//#Script:build=$(readelf -n /lib/x86_64-linux-gnu/libc.so.6 | sed -n 's/.*Build ID: //p'); perl -e 'my ($id, $from) = @ARGV; open my $in, "<:raw", $from or die; local $/; my $bytes = <$in>; my $old = pack "H*", $id; $bytes =~ s/\Q$old\E/"x" x 20/e or die; open my $out, ">:raw", "libc.so.6" or die; print $out $bytes' "$build" /lib/x86_64-linux-gnu/libc.so.6; ! cmp -s libc.so.6 /lib/x86_64-linux-gnu/libc.so.6
//#Env:LD_LIBRARY_PATH=@DIR@
//#Shared:lib.c:-pthread
//#Flags:-pthread
//#Expect:from the copy, 10 threads
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

int threads(void);

static int from_copy(void) {
    char line[4096];
    int found = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps))
        found |= strstr(line, "/libc.so.6") && strstr(line, "libc-new-build");
    fclose(maps);
    return found;
}

int main(void) { printf("%s, %d threads\n", from_copy() ? "from the copy" : "from the system", threads()); }
//#File:lib.c
#include <pthread.h>
static __thread int value;
static int sum;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *run(void *unused) {
    value++;
    pthread_mutex_lock(&lock);
    sum += value;
    pthread_mutex_unlock(&lock);
    return unused;
}
int threads(void) {
    pthread_t all[10];
    for (int i = 0; i < 10; i++)
        pthread_create(&all[i], 0, run, 0);
    for (int i = 0; i < 10; i++)
        pthread_join(all[i], 0);
    return sum;
}
