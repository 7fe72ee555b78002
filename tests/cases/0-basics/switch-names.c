// Every switch that changes how a program is loaded does so by its long name, its short one and its variable alike.
//#By:name
//#NoOracle:the names are ours
//#Plugin:path/libpath.so=empty.c
//#Plugin:before.c
//#Plugin:undefined.c:-Wl,-z,lazy -Wl,-z,undefs
//#Shared:extra.c
//#Shared:first.c
//#Shared:second.c
//#Plugin:audit.c
//#Flags:-Wl,-z,lazy -Wl,--unresolved-symbols=ignore-in-shared-libs -Wl,--no-as-needed ./libundefined.so
//#Prepare:touch empty.c
//#Wrap:sh ./names.sh @LD@
//#Expect:path: none; found found found
//#Expect:preload: none; before before before
//#Expect:exclude: extra; none none none
//#Expect:now: ran; undefined undefined undefined
//#Expect:not: 1; 3 3 3
//#Expect:audit: quiet; audited audited
//#Expect:weak: weak; strong strong strong
//#Expect:helper: no; yes yes yes
//#Expect:mapped: memory; memory memory, file file
//#Expect:versions: none; some some
//#Expect:missing: none; some some
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

const char *kind(void);
int called(void);
void uses_undefined(int);

static const char *helper(void) {
    int threads = 0;
    DIR *folder = opendir("/proc/self/task");
    for (struct dirent *entry; (entry = readdir(folder));)
        threads += entry->d_name[0] != '.';
    return threads == 2 ? "yes" : "no";
}

static const char *mapped(void) {
    char line[600];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps))
        if (strstr(line, "libextra.so"))
            return strstr(line, "memfd") ? "memory" : "file";
    return "nowhere";
}

int main(int argc, char **argv) {
    const char *what = argv[1];
    if (!strcmp(what, "path"))
        puts(dlopen("libpath.so", RTLD_NOW) ? "found" : "none");
    else if (!strcmp(what, "preload"))
        puts(dlopen("libbefore.so", RTLD_NOW | RTLD_NOLOAD) ? "before" : "none");
    else if (!strcmp(what, "exclude"))
        puts(dlopen("libextra.so", RTLD_NOW | RTLD_NOLOAD) ? "extra" : "none");
    else if (!strcmp(what, "not"))
        called(), called(), called();
    else if (!strcmp(what, "weak"))
        puts(kind());
    else if (!strcmp(what, "helper"))
        puts(helper());
    else if (!strcmp(what, "mapped"))
        puts(mapped());
    else
        puts("ran");
    if (argc > 10)
        uses_undefined(0);
}
//#File:before.c
int before;
//#File:extra.c
int extra;
//#File:undefined.c
void nowhere(void);
void uses_undefined(int really) {
    if (really)
        nowhere();
}
//#File:first.c
__attribute__((weak)) const char *kind(void) { return "weak"; }
int called(void) { return 1; }
//#File:second.c
const char *kind(void) { return "strong"; }
//#File:audit.c
#include <unistd.h>
unsigned la_version(unsigned version) {
    write(1, "audited\n", 8);
    return version;
}
//#File:names.sh
loader=$1
# one WHAT WORDS: what the program tells with these settings, in one word
one() {
    what=$1
    shift
    case $what in
    audit) env "$@" ./prog ran 2>&1 | sed -n '1s/ran/quiet/p; 1s/audited/audited/p' ;;
    now) env "$@" ./prog ran 2>&1 | sed -n 's/.*undefined symbol: nowhere$/undefined/; $p' ;;
    not) env LD_DEBUG=bindings "$@" ./prog not 2>&1 | grep -c "symbol .called'" ;;
    versions) env "$@" ./prog | grep -q 'Version information' && echo some || echo none ;;
    missing) env "$@" ./prog 2>&1 | grep -q 'undefined symbol' && echo some || echo none ;;
    *) env "$@" ./prog "$what" ;;
    esac
}
list=--list
echo "path: $(one path "$loader"); $(one path "$loader" --library-path path) $(one path "$loader" -L path) $(one path LD_LIBRARY_PATH=path "$loader")"
echo "preload: $(one preload "$loader"); $(one preload "$loader" --preload ./libbefore.so) $(one preload "$loader" -P ./libbefore.so) $(one preload LD_PRELOAD=./libbefore.so "$loader")"
echo "exclude: $(one exclude "$loader"); $(one exclude "$loader" --exclude libextra.so) $(one exclude "$loader" -x libextra.so) $(one exclude LD_EXCLUDE=libextra.so "$loader")"
echo "now: $(one now "$loader"); $(one now "$loader" --bind-now) $(one now "$loader" -n) $(one now LD_BIND_NOW=1 "$loader")"
echo "not: $(one not "$loader"); $(one not "$loader" --bind-not) $(one not "$loader" -N) $(one not LD_BIND_NOT=1 "$loader")"
echo "audit: $(one audit "$loader"); $(one audit "$loader" --audit ./libaudit.so) $(one audit LD_AUDIT=./libaudit.so "$loader")"
echo "weak: $(one weak "$loader"); $(one weak "$loader" --weak) $(one weak "$loader" -w) $(one weak LD_DYNAMIC_WEAK=1 "$loader")"
echo "helper: $(one helper "$loader"); $(one helper "$loader" --update) $(one helper "$loader" -u) $(one helper LD_DYNAMIC_UPDATE=1 "$loader")"
update="LD_DYNAMIC_UPDATE=1"
echo "mapped: $(one mapped $update "$loader"); $(one mapped $update "$loader" --snapshot always) $(one mapped $update LD_SNAPSHOT=always "$loader"), $(one mapped $update "$loader" --snapshot=never) $(one mapped $update LD_SNAPSHOT=never "$loader")"
echo "versions: $(one versions "$loader" $list); $(one versions "$loader" $list --list-versions) $(one versions LD_VERBOSE=1 "$loader" $list)"
echo "missing: $(one missing "$loader" $list -n); $(one missing "$loader" $list -n --list-undefined) $(one missing LD_WARN=1 "$loader" $list -n)"
