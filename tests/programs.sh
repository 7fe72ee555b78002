#!/bin/bash
# Real programs: standard output and exit status under the loader must equal those under the system's loader.
#
#   tests/programs.sh [--install] [--subset] [--verbose] [NAME...]
#
# The options, and the three ways in which each program runs, are told in tests/programs-lib.sh. --subset: only the programs that
# need nothing beyond the packages of continuous integration. The exit status is 1 if anything differs.
set -u
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/programs-lib.sh
. tests/programs-lib.sh

program true true - 'run true; echo $?; run false; echo $?'
program ls ls - 'run ls -la /etc /usr/lib; run ls /nonexistent'
program cat-sort "cat sort" - 'run cat /etc/passwd | run sort -t: -k3 -n | run head -n 5'
program date date - 'run date -d @0; run date -u -d "2020-02-29 12:00" +%s'
program dash dash - 'run dash -c "for i in 1 2 3; do echo \$i | { read x; echo got \$x; }; done; exit 3"'
program bash bash - 'run bash -c '\''
    set -o pipefail
    echo one two | tr a-z A-Z | (read -r a b; echo "$b $a"; (cd /usr && pwd)); n=0
    while read -r line; do n=$((n + 1)); done < <(seq 1 100); echo $n
    declare -A map=([x]=1 [y]=2); echo "${!map[@]}" "${map[x]}"
    f() { local v=$1; trap "echo bye" RETURN; echo "f $v"; }; f 1
    cat <<< "here string"; (exit 7); echo $?; echo {a..e}; /bin/true & wait; exit 5'\'''
program getent getent - 'run getent passwd root; run getent group 0; run getent hosts 127.0.0.1; run getent services http'
program iconv iconv - 'printf "\xa4\xa2\xa4\xa4" | run iconv -f EUC-JP -t UTF-8; run iconv -l | head -n 3'
program locale locale - 'run locale -a; run locale'
program perl perl - 'run perl -e "use strict; use POSIX qw(floor); use List::Util qw(sum); my %h = (b => 2, a => 1);
    print sum(1 .. 100), q( ), floor(2.5), q( ), join(q(,), map { qq(\$_=\$h{\$_}) } sort keys %h), qq(\n); my \$out = qx(echo from a child); print \$out; exit 4"'
program python3 /usr/bin/python3 python3 'run /usr/bin/python3 -c "
import json, threading, re, decimal, os, sys
results = []
def work(n): results.append(sum(range(n)))
threads = [threading.Thread(target=work, args=(n,)) for n in range(1000, 1020)]
[t.start() for t in threads]; [t.join() for t in threads]
print(json.dumps({\"a\": [1, 2.5, None], \"sum\": sum(results)}, sort_keys=True))
print(re.sub(r\"(\w+)\", r\"<\1>\", \"two words\"), decimal.Decimal(1) / 3)
pid = os.fork()
if pid == 0: os._exit(6)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
sys.exit(9)"'
program python3-extensions /usr/bin/python3 python3 'run /usr/bin/python3 -c "
import ssl, sqlite3, ctypes, hashlib, zlib, bz2, lzma, math, array, struct, select, socket
print(ssl.OPENSSL_VERSION, sqlite3.sqlite_version)
db = sqlite3.connect(\":memory:\"); print(db.execute(\"select sum(value) from json_each(?)\", (\"[1,2,3]\",)).fetchone())
libc = ctypes.CDLL(None); print(libc.abs(-5), ctypes.c_double(2.5).value)
libm = ctypes.CDLL(\"libm.so.6\"); libm.cos.restype = ctypes.c_double; libm.cos.argtypes = [ctypes.c_double]; print(libm.cos(0))
callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))(lambda a, b: a[0] - b[0])
numbers = (ctypes.c_int * 4)(4, 2, 3, 1); libc.qsort(numbers, 4, 4, callback); print(list(numbers))
print(hashlib.sha256(b\"x\").hexdigest(), zlib.crc32(b\"x\"), len(lzma.compress(b\"x\" * 1000)), len(bz2.compress(b\"x\" * 1000)))
try: ctypes.CDLL(\"libnowhere.so\")
except OSError as error: print(error)"'
program python3-processes /usr/bin/python3 python3 'cat > m.py <<END
import asyncio, multiprocessing, subprocess, concurrent.futures
def square(n): return n * n
async def child():
    process = await asyncio.create_subprocess_exec("/bin/sh", "-c", "echo async; exit 3", stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return out, process.returncode
if __name__ == "__main__":
    with multiprocessing.Pool(3) as pool: print(pool.map(square, range(10)))
    print(asyncio.run(child()))
    print(subprocess.run(["/bin/echo", "hello"], capture_output=True).stdout)
    with concurrent.futures.ThreadPoolExecutor(8) as pool: print(sum(pool.map(square, range(1000))))
END
run /usr/bin/python3 m.py'
program gcc gcc - 'echo "int puts(const char *); int main(void) { puts(\"compiled\"); return 4; }" > a.c; run gcc -O2 -o a a.c && ./a; echo $?; echo "int x = ;" > b.c; run gcc -c b.c'
program g++ g++ - 'printf "#include <iostream>\n#include <vector>\nint main() { std::vector<int> v{1, 2}; std::cout << v.size() << std::endl; }\n" > a.cpp; run g++ -o a a.cpp && ./a'
program compiled-by-gcc gcc - 'echo "int puts(const char *); int main(void) { puts(\"run\"); return 4; }" > a.c; gcc -o prog-$$ a.c && PATH=$PWD:$PATH && run prog-$$'
program ld-as "ld as" - 'echo "int f(void) { return 1; }" > a.c; gcc -S a.c && run as -o a.o a.s && run ld -shared -o a.so a.o && run readelf -h a.so | grep Type; run nm -D a.so | grep " f"; run objdump -d a.so | grep -c ret'
program make make - 'printf "all: a b\n\t@echo all\na b:\n\t@echo making \$@; touch \$@\n.PHONY: fail\nfail:\n\t@exit 3\n" > Makefile; run make -j2 | sort; run make; run make fail'
program openmp gcc - 'printf "#include <stdio.h>\n#include <omp.h>\nint main(void) { long s = 0;\n#pragma omp parallel for reduction(+:s) num_threads(8)\nfor (int i = 0; i < 100000; i++) s += i;\nprintf(\"%%ld\\\\n\", s); }\n" > a.c; gcc -fopenmp -o prog-$$ a.c && PATH=$PWD:$PATH && run prog-$$'
program git git git 'export HOME=$PWD GIT_AUTHOR_DATE="@0 +0000" GIT_COMMITTER_DATE="@0 +0000"; run git init -q -b main r && cd r && run git config user.name n && run git config user.email e && echo a > a && run git add a && run git commit -qm first && echo b >> a && run git commit -qam second && run git log --stat --format="%H %s" && run git diff HEAD~1 && cd .. && run git clone -q r c 2>/dev/null && run git -C c log --oneline; run git -C c status --short; run git nonsense'
program curl curl curl 'echo contents > f; run curl -s file://$PWD/f; run curl -s file:///nonexistent; run curl --version | head -n 1'
program openssl openssl openssl 'printf text | run openssl dgst -sha256; printf text | run openssl enc -aes-128-cbc -K 00 -iv 00 2>/dev/null | od -An -tx1; run openssl speed -seconds 1 -bytes 64 sha256 2>/dev/null | grep -c "^sha256"; run openssl version'
program sqlite3 sqlite3 sqlite3 'run sqlite3 db "create table t (a, b); insert into t values (1, 2), (3, 4); select sum(a * b) from t; select * from nothing;"; echo "select count(*) from t;" | run sqlite3 -csv db'
program gdb gdb gdb 'echo "int g(int x) { return x + 1; } int main(void) { return g(3); }" > a.c; echo "int h(int x) { return x * 2; }" > h.c; gcc -g -shared -fPIC -o libh.so h.c
    sed -i "s/x + 1/h(x)/; 1i int h(int);" a.c; gcc -g -o a a.c ./libh.so -Wl,--dynamic-linker=$(interpreter)
    run gdb -q -nx --batch -ex "break h" -ex run -ex bt -ex "info sharedlibrary" -ex finish -ex continue ./a 2>/dev/null | grep -v -e "^warning" -e libthread_db -e debuginfod -e /ld- | sed "s/process [0-9]*/process N/; s/0x[0-9a-f]*/ADDR/g"'
program vim vim vim 'printf "b\na\nc\n" > f; run vim -u NONE -es -c "%sort" -c "wq" f; echo $?; cat f; run vim --version | head -n 1'
program node node nodejs 'run node -e "
const { Worker, isMainThread } = require(\"worker_threads\"); const crypto = require(\"crypto\");
console.log(crypto.createHash(\"sha256\").update(\"x\").digest(\"hex\"), [3, 1, 2].sort().map(x => x * 2));
console.log(require(\"child_process\").execFileSync(\"/bin/echo\", [\"child\"]).toString());
const w = new Worker(\"require(\\\"worker_threads\\\").parentPort.postMessage(6 * 7)\", { eval: true });
w.on(\"message\", m => { console.log(m); process.exit(3); });"'
program java java default-jre-headless 'run java -version 2>&1'
program java-threads "java javac" default-jdk-headless 'cat > T.java <<END
import java.util.stream.*;
public class T { public static void main(String[] a) throws Exception {
  long[] sum = new long[8]; Thread[] t = new Thread[8];
  for (int i = 0; i < 8; i++) { int n = i; t[i] = new Thread(() -> { for (int k = 0; k < 100000; k++) sum[n] += k % (n + 1); }); t[i].start(); }
  for (Thread x : t) x.join();
  System.out.println(LongStream.of(sum).sum() + " " + IntStream.range(0, 1000).parallel().sum());
  try { Object o = null; o.hashCode(); } catch (NullPointerException e) { System.out.println("caught"); }
  System.exit(5); } }
END
javac T.java && run java T'
program redis "redis-server redis-cli" redis-server 'exec 3< <(run redis-server --port 0 --unixsocket $PWD/s --save "" --daemonize no; echo "status $?")
    while read -r line <&3; do case $line in *"eady to accept"*) break ;; status*) echo "$line"; exit 1 ;; esac; done
    run redis-cli -s $PWD/s ping; run redis-cli -s $PWD/s set k v; run redis-cli -s $PWD/s get k; run redis-cli -s $PWD/s eval "return 6 * 7" 0
    run redis-cli -s $PWD/s shutdown nosave; grep status <&3'
program nginx nginx nginx-light 'run nginx -t 2>&1; run nginx -v 2>&1'
program postgres "/usr/lib/postgresql" postgresql 'B=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1); PATH=$B:$PATH; export AS=postgres
    run initdb -D $PWD/d -A trust --no-sync > log 2>&1 || { tail log; exit 1; }
    echo "create table t (a int);
insert into t select generate_series(1, 100);
select sum(a) from t;" | run postgres --single -D $PWD/d postgres 2>/dev/null | grep sum
    run psql --version'
program ffmpeg ffmpeg ffmpeg 'run ffmpeg -version 2>&1; run ffmpeg -v error -f lavfi -i testsrc=d=0.2:s=64x64 -f rawvideo - | sha256sum'
program qemu qemu-system-x86_64 qemu-system-x86 'run qemu-system-x86_64 --version; run qemu-system-x86_64 -machine help | head -n 3'
program clang clang clang 'echo "int puts(const char *); int main(void) { puts(\"clang\"); return 4; }" > a.c; run clang -O2 -o a a.c && ./a; run clang --version | head -n 1'
program rustc rustc - 'echo "fn main() { println!(\"{}\", (1..=10).map(|x| x * x).sum::<u64>()); }" > a.rs; run rustc --sysroot $(rustc --print sysroot) -O -o a a.rs && ./a; echo "fn main() { 1 + }" > b.rs; run rustc --sysroot $(rustc --print sysroot) b.rs'
program systemd-analyze systemd-analyze systemd 'printf "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/true\n" > x.service; run systemd-analyze verify --man=no $PWD/x.service 2>&1; run systemd-analyze calendar --base-time="2020-01-01" "Mon *-*-1" | grep Normalized; run systemd-analyze --version | head -n 1'
program jemalloc "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2 /usr/bin/python3" libjemalloc2 'export LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2; run /usr/bin/python3 -c "print(sum(len(str(i)) for i in range(100000)), \"jemalloc\" in open(\"/proc/self/maps\").read())"; run ls /etc'
program tcmalloc "/usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4 /usr/bin/python3" libtcmalloc-minimal4 'export LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4; run /usr/bin/python3 -c "print(sum(len(str(i)) for i in range(100000)), \"tcmalloc\" in open(\"/proc/self/maps\").read())"; run ls /etc'
program valgrind valgrind valgrind 'printf "#include <stdlib.h>\nint main(void) { char *p = malloc(10); p[0] = 1; free(p); return p[0] * 0 + 3; }\n" > a.c
    gcc -g -o a a.c -Wl,--dynamic-linker=$(interpreter); run valgrind -q ./a 2>&1 | sed "s/==[0-9]*==//; s/0x[0-9A-F]*/ADDR/g"; run valgrind -q ./a 2>/dev/null; echo $?'
program perf perf linux-perf 'echo "int main(void) { return 3; }" > a.c; gcc -o a a.c -Wl,--dynamic-linker=$(interpreter)
    run perf record -q -o p.data -e cpu-clock ./a; echo $?; run perf report -i p.data --header-only | grep -c "captured on"'
program tar-xz "tar xz gzip" - 'run tar -C / -cf - etc/passwd etc/group 2>/dev/null | run xz -c | run xz -dc | run tar -tf -; echo text | run gzip -c | run gzip -dc'
program find-grep-sed "find grep sed" - 'run find /etc -maxdepth 1 -name "p*" | run sort | run sed "s/etc/ETC/" | run grep -E "p[a-z]+$"; run awk "BEGIN { printf \"%.3f\n\", atan2(0, -1) }"'

summary
