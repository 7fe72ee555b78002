#!/bin/bash
# The loader as the system's own: a Debian 12 root in which /lib64/ld-linux-x86-64.so.2 is ld-luci.so and the stock loader is
# gone. Packages are installed there, programs built and debugged, setuid programs run, all with every process on our loader.
#
#   tests/inplace.sh [--keep]      --keep leaves the root for a look; LUCI_LD names another loader than target/dist/ld-luci.so
#
# The root is a fresh copy of ${LUCI_ROOTS:-/var/tmp/luci-roots}/bookworm, which tests/roots.sh makes once. Without root or
# mirror everything is skipped with the reason. The exit status is 1 if a check fails.
set -u
cd "$(dirname "$0")/.." || exit 1

source tests/inplace-lib.sh
ROOT=$ROOTS/inplace.$$
STOCK=/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
PACKAGES="sqlite3 curl git less file bc jq nano xz-utils gdb libpython3.11-testsuite"
LIMIT=150
SETTINGS=(LC_ALL=C.UTF-8 PACKAGES="$PACKAGES")

skip() { echo "inplace.sh: skipped: $*"; exit 0; }

prepare() {
    [ "$(id -u)" = 0 ] || skip "chroot needs root"
    tests/roots.sh bookworm
    case $? in
    0) ;;
    77) exit 0 ;;
    *) exit 1 ;;
    esac
    trap '[ "${1:-}" = --keep ] && echo "inplace.sh: kept $ROOT" || rm -rf --one-file-system "$ROOT"' EXIT
    cp -a --reflink=auto "$ROOTS/bookworm" "$ROOT" || exit 1
    # still with the stock loader: from here on a failure is ours
    inside 'apt-get -q update && apt-get -q install -y --download-only --no-install-recommends $PACKAGES' >"$ROOT/tmp/apt.log" ||
        skip "the packages cannot be fetched: $(tail -n 1 "$ROOT/tmp/apt.log")"
    put_in_place "$STOCK" || exit 1
    [ "$(inside 'readlink -f /lib64/ld-linux-x86-64.so.2')" = "$STOCK" ] || { echo "inplace.sh: the loader is not in place" >&2; exit 1; }
    local left
    left=$(find "$ROOT" -xdev -type f -name 'ld-linux*' ! -path "$ROOT$STOCK"; find "$ROOT" -xdev -type f -name 'ld-2*')
    [ -z "$left" ] || { echo "inplace.sh: a stock loader is left: $left" >&2; exit 1; }
}

prepare "$@"
check version 'ld-luci' '/lib64/ld-linux-x86-64.so.2 --version'
check apt-install 'Setting up git' 'apt-get -q install -y --no-install-recommends $PACKAGES'
check dpkg '^ii  git
^ii  jq
audit 0' 'dpkg -l; echo audit $(dpkg --audit | wc -l)'
check apt-remove 'Removing nano' 'apt-get -q purge -y nano'
check ldconfig 'ld-linux-x86-64.so.2 \(libc6,x86-64\)' 'ldconfig && ldconfig -p'
check python3-ctypes 'Tests result: SUCCESS' 'python3 -m test test_ctypes'
check python3-more 'Tests result: SUCCESS' 'python3 -m test test_threading test_fork1 test_zlib'
check ldd '^	linux-vdso.so.1 \(0x[0-9a-f]{16}\)$
^	libselinux.so.1 => /lib/x86_64-linux-gnu/libselinux.so.1 \(0x[0-9a-f]{16}\)$
^	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 \(0x[0-9a-f]{16}\)$
^	/lib64/ld-linux-x86-64.so.2 \(0x[0-9a-f]{16}\)$' 'ldd /bin/ls'
check ldd-version '^	Version information:$
libc.so.6 \(GLIBC_2.34\) => /lib/x86_64-linux-gnu/libc.so.6' 'ldd -v /bin/ls'
check ldd-others 'libgone.so => not found
not a dynamic executable
statically linked
missing 0' '
    echo "int f(void) { return 0; }" >f.c; echo "int f(void); int main(void) { return f(); }" >m.c
    gcc -shared -fPIC -o libgone.so f.c; gcc -o gone m.c ./libgone.so -L. -Wl,-rpath,/nowhere; gcc -o gone m.c -L. -lgone
    gcc -static -o static m.c f.c; gcc -static-pie -o static-pie m.c f.c
    ldd ./gone; echo missing $?; ldd ./static || true; ldd ./static-pie'
check build '^answer 42
^up to date
^caught 64' '
    printf "int answer(void) { return 42; }\n" >a.c
    printf "#include <stdio.h>\nint answer(void);\nint main(void) { printf(\"answer %%d\\\\n\", answer()); }\n" >b.c
    printf "#include <atomic>\n#include <cstdio>\n#include <stdexcept>\n#include <thread>\n#include <vector>\nint main() {\n    std::atomic<int> n{0};\n    std::vector<std::thread> all;\n    for (int i = 0; i < 64; i++) all.emplace_back([&] { try { throw std::runtime_error(\"x\"); } catch (std::exception &) { n++; } });\n    for (auto &t : all) t.join();\n    std::printf(\"caught %%d\\\\n\", n.load());\n}\n" >c.cpp
    printf "all: b c\nliba.so: a.c\n\tgcc -shared -fPIC -o \$@ a.c\nb: b.c liba.so\n\tgcc -o \$@ b.c ./liba.so\nc: c.cpp\n\tg++ -pthread -o \$@ c.cpp\n" >Makefile
    make -j2; ./b; ./c; make -q && echo up to date'
check setuid '^65534$
^root P
^ordinary: preloaded
^setuid: 0$' '
    printf "#include <unistd.h>\n__attribute__((constructor)) static void begin(void) { write(1, \"preloaded \", 10); }\n" >p.c
    gcc -shared -fPIC -o /tmp/p.so p.c
    printf "#include <stdio.h>\n#include <unistd.h>\nint main(void) { printf(\"%%d\\\\n\", geteuid()); }\n" >u.c
    gcc -o /tmp/ordinary u.c; cp /tmp/ordinary /tmp/setuid; chmod 4755 /tmp/setuid
    su -s /bin/sh nobody -c "id -u; printf \"ordinary: \"; LD_PRELOAD=/tmp/p.so /tmp/ordinary; printf \"setuid: \"; LD_PRELOAD=/tmp/p.so /tmp/setuid"
    echo root:secret | chpasswd; passwd -S root'
check shells '^olleh
^dash 3
^perl 5050' '
    echo hello | rev | (read -r x; echo "$x"); dash -c "exit 3" || echo dash $?
    perl -MList::Util=sum -e "print q(perl ), sum(1 .. 100), qq(\n)"'
check programs '^\{"a":1\}
^3.141
^7
^あい
^SQLite' '
    echo "{ \"a\": 1 }" | jq -c .; echo "4 * a(1)" | bc -l; sqlite3 :memory: "select 3 + 4"; printf "\244\242\244\244\n" | iconv -f EUC-JP -t UTF-8
    echo; file -b /bin/ls | grep ELF; echo SQLite; curl -s file:///etc/hostname >/dev/null || true'
check git '^[0-9a-f]+ first' 'git init -q g; cd g; git config user.name n; git config user.email e; echo a >a; git add a; git commit -qm first; git clone -q . ../h; git -C ../h log --oneline'
check gdb '^Breakpoint 1, f
^#1 .* in main
Yes .* /lib/x86_64-linux-gnu/libc.so.6' '
    printf "int f(int x) { return x + 1; }\nint main(void) { return f(3) == 5; }\n" >d.c; gcc -g -o d d.c
    gdb -q -nx --batch -ex "break f" -ex run -ex bt -ex "info sharedlibrary" -ex continue ./d'

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
