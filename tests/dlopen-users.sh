#!/bin/bash
# Real users of dlopen: standard output and exit status under the loader must equal those under the system's loader.
#
#   tests/dlopen-users.sh [--install] [--subset] [--verbose] [NAME...]
#
# Interpreters with extension modules, servers with modules, plugin hosts, name services, drivers, preloaded libraries, a browser.
# `make dlopen-users` runs the whole table, `make users` the subset. As root every run has a network, process IDs and
# mounts of its own, so that servers have any port, no two runs meet, and what is left running is ended. What differs from run
# to run (addresses, times, process IDs) is taken out by the rows.
#
set -u
cd "$(dirname "$0")/.." || exit 1
ISOLATED=1
# shellcheck source=tests/programs-lib.sh
. tests/programs-lib.sh
export LIBRARIES=/usr/lib/x86_64-linux-gnu HOME=/nonexistent XDG_RUNTIME_DIR=
unset DISPLAY

# user NAME COMMANDS PACKAGES: a row whose script is standard input.
user() {
    program "$1" "$2" "$3" "$(cat)"
}

# until_true SECONDS COMMAND...: asks every 50 ms; status 1 when the time is over.
until_true() {
    local turn
    for ((turn = $1 * 20; turn > 0; turn--)); do
        "${@:2}" >/dev/null 2>&1 && return
        read -rt 0.05 <> <(:)
    done
    echo "still not true after $1 s: ${*:2}" >&2
    return 1
}

# listening PORT: on the loopback interface
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
# leaf PID: the process at the end of the chain of those that PID started
leaf() {
    local at=$1 stat fields
    for stat in /proc/[0-9]*/stat; do
        read -r fields <"$stat" 2>/dev/null || continue
        read -r _ fields _ <<<"${fields##*) }"
        [ "$fields" = "$at" ] && stat=${stat#/proc/} && leaf "${stat%/stat}" && return
    done
    echo "$at"
}

# ended PID: asks it to end; whether it has
ended() { ! kill "$1" 2>/dev/null; }

# certificate: self-signed, in cert.pem and key.pem
certificate() {
    openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
}

no_addresses() { sed 's/0x[0-9a-f]\{4,\}/ADDR/g'; }
export -f until_true listening leaf ended certificate no_addresses

# --- interpreters and their extension modules

user python3-all-extensions /usr/bin/python3 +python3 <<'END'
cat >m.py <<'PY'
import glob, importlib, os, sysconfig
folder = sysconfig.get_config_var("DESTSHARED") or os.path.join(sysconfig.get_path("platstdlib"), "lib-dynload")
for path in sorted(glob.glob(folder + "/*.so")):
    name = os.path.basename(path).split(".")[0]
    try:
        print(name, importlib.import_module(name).__name__)
    except ImportError as error:
        print(name, error)
PY
run /usr/bin/python3 m.py
END

user python3-ctypes "/usr/bin/python3 gcc" +python3 <<'END'
cat >l.c <<'C'
#include <stdio.h>
static __thread int own = 7;
int variable = 3;
int next(void) { return ++own; }
int call(int (*f)(int), int x) { return f(x) + 1; }
__attribute__((destructor)) static void end(void) { puts("destructor"); fflush(stdout); }
C
gcc -shared -fPIC -o l.so l.c
cat >m.py <<'PY'
import _ctypes, ctypes, ctypes.util, threading
for turn in range(3):
    library = ctypes.CDLL("./l.so", mode=[ctypes.RTLD_LOCAL, ctypes.RTLD_GLOBAL, ctypes.RTLD_LOCAL][turn])
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
    print(library.next(), library.next(), library.call(kind(lambda x: x * 2), 20), ctypes.c_int.in_dll(library, "variable").value)
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(library.next())) for _ in range(8)]
    [t.start() for t in threads]; [t.join() for t in threads]
    print(seen, flush=True)
    try:
        library.missing
    except AttributeError as error:
        print(error)
    _ctypes.dlclose(library._handle)
print(ctypes.util.find_library("c"), ctypes.CDLL(None).getpid() > 0)
for name in ["libm.so.6", "libz.so.1", "libgcc_s.so.1"]:
    print(name, ctypes.CDLL(name)._name)
try:
    ctypes.CDLL("./nothing.so")
except OSError as error:
    print(error)
PY
run /usr/bin/python3 m.py
END

user python3-standard /usr/bin/python3 +python3 <<'END'
cat >m.py <<'PY'
import _decimal, decimal, multiprocessing, sqlite3, ssl, socket, threading, zoneinfo, unicodedata
def work(n):
    import hashlib, lzma
    return hashlib.md5(lzma.compress(b"x" * n)).hexdigest()[:8]
if __name__ == "__main__":
    for method in ["fork", "spawn", "forkserver"]:
        with multiprocessing.get_context(method).Pool(3) as pool:
            print(method, pool.map(work, range(5)))
    print(decimal.getcontext(), _decimal.Decimal(2).sqrt())
    database = sqlite3.connect(":memory:")
    print(database.execute("select sqlite_version(), json('[1]')").fetchone())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    print(context.protocol, ssl.OPENSSL_VERSION, unicodedata.name("ß"))
    print(len(context.get_ciphers()))
PY
run /usr/bin/python3 m.py
END

user python3-numpy "/usr/bin/python3 /usr/lib/python3/dist-packages/numpy" +python3-numpy <<'END'
run /usr/bin/python3 -c '
import numpy
from numpy import fft, linalg, random
generator = random.default_rng(3)
a = generator.integers(0, 10, (4, 4)).astype(float)
print(numpy.__version__, a, sep="\n")
print(numpy.round(linalg.inv(a + numpy.eye(4) * 20), 6), numpy.round(linalg.eigvalsh(a + a.T), 6), sep="\n")
print(numpy.round(abs(fft.fft(a.ravel())), 4), (generator.normal(size=(300, 300)) @ generator.normal(size=(300, 300))).shape)
import threading
out = []
threads = [threading.Thread(target=lambda: out.append(float((numpy.ones((200, 200)) @ numpy.ones((200, 200))).sum()))) for _ in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]; print(out)'
END

user python3-lxml "/usr/bin/python3 /usr/lib/python3/dist-packages/lxml" +python3-lxml <<'END'
run /usr/bin/python3 -c '
from lxml import etree, html, objectify
tree = etree.fromstring("<a><b n=\"1\">x</b><b n=\"2\">y</b></a>")
print(tree.xpath("//b[@n>1]/text()"), etree.tostring(tree, pretty_print=True).decode())
sheet = etree.XSLT(etree.XML("""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    ><xsl:template match="/"><r><xsl:value-of select="count(//b)"/></r></xsl:template></xsl:stylesheet>"""))
print(str(sheet(tree)), html.fromstring("<p>one<p>two").text_content(), objectify.fromstring("<a><c>3</c></a>").c + 1)
try:
    etree.fromstring("<a><b></a>")
except etree.XMLSyntaxError as error:
    print(error)'
END

user python3-cryptography "/usr/bin/python3 /usr/lib/python3/dist-packages/cryptography" +python3-cryptography <<'END'
run /usr/bin/python3 -c '
import datetime
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
key = Fernet(b"A" * 43 + b"=")
print(key.decrypt(key.encrypt(b"text")))
private = rsa.generate_private_key(65537, 2048)
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])
day = datetime.datetime(2030, 1, 1)
certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key()).serial_number(5)
    .not_valid_before(day).not_valid_after(day + datetime.timedelta(1)).sign(private, hashes.SHA256()))
again = x509.load_pem_x509_certificate(certificate.public_bytes(serialization.Encoding.PEM))
print(again.subject, again.serial_number, again.not_valid_after)
signer = ed25519.Ed25519PrivateKey.from_private_bytes(b"k" * 32)
print(signer.sign(b"m").hex())
try:
    signer.public_key().verify(b"s" * 64, b"m")
except InvalidSignature as error:
    print("refused", repr(error))'
END

user python3-pyqt5 "/usr/bin/python3 /usr/lib/python3/dist-packages/PyQt5" python3-pyqt5 <<'END'
export QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR=$PWD HOME=$PWD
run /usr/bin/python3 -c '
import sys
from PyQt5 import QtCore, QtGui, QtWidgets
application = QtWidgets.QApplication(sys.argv)
print(QtCore.QT_VERSION_STR, application.platformName(), sorted(bytes(f).decode() for f in QtGui.QImageReader.supportedImageFormats()))
label = QtWidgets.QPushButton("text"); label.resize(200, 60); label.clicked.connect(lambda: print("clicked"))
image = label.grab().toImage(); print(image.width(), image.height())
label.click()
class Worker(QtCore.QThread):
    def run(self): print("in a thread")
worker = Worker(); worker.finished.connect(lambda: application.exit(4)); worker.start()
print(sorted(QtWidgets.QStyleFactory.keys()))
sys.exit(application.exec_())'
END

user perl-all-xs "perl /usr/share/doc/perl" +perl <<'END'
cat >m.pl <<'PL'
use strict; use File::Find; use Cwd;
my %seen;
for my $root (map { Cwd::abs_path($_) } grep { /^\/usr/ && -d "$_/auto" } @INC) {
    find({ no_chdir => 1, wanted => sub { $seen{$1}++ if m{\Q$root\E/auto/(.+)/[^/]+\.so$} } }, $root);
}
for my $path (sort keys %seen) {
    my $module = $path =~ s{/}{::}gr;
    next if $module =~ /^(?:threads|DBD|Apache|mod_perl|ModPerl|APR)\b/;
    my $good = eval "require $module; 1";
    my ($why) = split /\n/, $@ // "";
    print "$module ", $good ? "loaded" : "refused: $why", "\n";
}
print scalar(@DynaLoader::dl_librefs) > 20 ? "many\n" : "few\n";
PL
run perl m.pl
END

user perl-xs "perl /usr/share/doc/perl" +perl <<'END'
cat >m.pl <<'PL'
use strict; use warnings;
use List::Util qw(sum first shuffle reduce); use POSIX qw(floor strftime); use Encode qw(encode decode encodings); use Socket;
use Storable qw(freeze thaw); use Digest::SHA qw(sha256_hex); use MIME::Base64; use Time::HiRes; use Data::Dumper; use Hash::Util; use B;
use threads; use threads::shared; use IO::Socket::INET; use Compress::Zlib; use Unicode::Normalize; use Sys::Hostname; use File::Glob;
print sum(1 .. 10), " ", reduce { $a * $b } 1 .. 6; print "\n", strftime("%Y-%m-%d", gmtime 0), "\n";
print length(encode("euc-jp", "\x{3042}\x{3044}")), " ", length(encode("big5", "\x{4e00}")), " ", scalar(() = Encode->encodings(":all")), "\n";
print inet_ntoa(inet_aton("127.0.0.1")), " ", sha256_hex("x"), " ", encode_base64(NFD("\x{e9}") =~ s/[^\x00-\x7f]//gr);
print Dumper(thaw(freeze({ a => [1, 2] }))), length(Compress::Zlib::compress("x" x 1000)), "\n";
my $count : shared = 0;
$_->join for map { threads->create(sub { lock $count; $count += POSIX::floor(2.5) }) } 1 .. 5;
print "$count\n";
my $server = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1") or die; my $port = $server->sockport;
if (!fork) { my $c = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $port); print $c "over a socket\n"; exit 0 }
print scalar readline($server->accept); wait; exit 3;
PL
run perl m.pl
END

user perl-dbi-xml "perl /usr/lib/x86_64-linux-gnu/perl5/5.*/DBD/SQLite.pm /usr/lib/x86_64-linux-gnu/perl5/5.*/XML/LibXML.pm" "+libdbd-sqlite3-perl libxml-libxml-perl" <<'END'
run perl -e '
use strict; use DBI; use XML::LibXML;
my $db = DBI->connect("dbi:SQLite:dbname=:memory:", "", "", { RaiseError => 1, PrintError => 0 });
$db->do("create table t (a, b)"); $db->do("insert into t values (?, ?)", undef, $_, $_ * $_) for 1 .. 5;
print join(",", map { @$_ } @{ $db->selectall_arrayref("select sum(a), sum(b) from t") }), "\n";
$db->sqlite_create_function("twice", 1, sub { 2 * shift }); print $db->selectrow_array("select twice(21)"), "\n";
eval { $db->do("select * from nothing") }; print $@ =~ /^(.*?) at/, "\n";
my $document = XML::LibXML->load_xml(string => "<a><b>1</b><b>2</b></a>");
print join(" ", map { $_->textContent } $document->findnodes("//b")), "\n"; eval { XML::LibXML->load_xml(string => "<a>") }; print ref $@, "\n"'
END

user lua "lua5.4 /usr/share/lua/5.4/socket.lua /usr/lib/x86_64-linux-gnu/lua/5.4/cjson.so" "+lua5.4 lua-socket lua-cjson" <<'END'
run lua5.4 -e '
local socket, cjson = require "socket", require "cjson"
local server = assert(socket.bind("127.0.0.1", 0)); local _, port = server:getsockname()
local client = socket.connect("127.0.0.1", port); local peer = server:accept()
peer:send("a line\n"); print(client:receive(), socket._VERSION)
print(cjson.encode({1, 2, {a = cjson.null}}), cjson.decode("[1, {\"x\": 2}]")[2].x, pcall(cjson.decode, "{"))
print(package.loadlib("/nonexistent.so", "f")); print(package.loadlib("/usr/lib/x86_64-linux-gnu/libm.so.6", "no_such_function"))
print(pcall(require, "nothing.of.this.name") == false)'
END

user ruby ruby ruby <<'END'
run ruby -e '
require "json/ext"; require "bigdecimal"; require "openssl"; require "socket"; require "zlib"; require "digest"; require "psych"; require "ripper"
require "fiddle"; require "etc"; require "io/console"; require "stringio"; require "strscan"; require "date"; require "nkf" rescue puts "no nkf"
puts JSON::Parser, JSON.generate({ "a" => [1, nil] }), BigDecimal("1") / 3, Digest::SHA256.hexdigest("x"), Zlib.crc32("x"), { "k" => 1 }.to_yaml, Date.new(2020, 2, 29).next_year
puts OpenSSL::OPENSSL_LIBRARY_VERSION, Etc.getpwuid(0).name, Ripper.sexp("1 + 1").inspect
libc = Fiddle.dlopen(nil); puts Fiddle::Function.new(libc["abs"], [Fiddle::TYPE_INT], Fiddle::TYPE_INT).call(-4)
begin; Fiddle.dlopen("libnowhere.so"); rescue Fiddle::DLError => e; puts e.message; end
puts Dir[RbConfig::CONFIG["rubyarchdir"] + "/**/*.so"].sort.map { |f| begin; require f; "ok"; rescue LoadError => e; e.message; end }.tally
puts (1..6).map { |n| Thread.new { Digest::MD5.hexdigest(n.to_s)[0, 4] } }.map(&:value).join(" "); exit 6'
END

user php "php /usr/share/php8.*-sqlite3 /usr/share/php8.*-xml /usr/share/php8.*-mbstring" "php-cli php-sqlite3 php-xml php-mbstring" <<'END'
run php -m
run php -r '
$db = new PDO("sqlite::memory:"); echo $db->query("select 6 * 7")->fetchColumn(), "\n";
$x = new DOMDocument; $x->loadXML("<a><b>1</b></a>"); echo $x->getElementsByTagName("b")->item(0)->nodeValue, "\n";
echo mb_strtoupper("äöü"), " ", mb_convert_encoding("あ", "SJIS", "UTF-8") === "\x82\xa0" ? "sjis" : "?", " ", json_encode([1, null]), " ", ctype_alpha("abc") ? 1 : 0, "\n";
echo iconv("UTF-8", "ISO-8859-1", "é") === "\xe9" ? "iconv" : "?", " ", hash("xxh3", "x"), " ", strlen(gzcompress(str_repeat("x", 1000))), "\n";
$f = FFI::cdef("int abs(int);"); echo $f->abs(-3), "\n"; exit(7);'
run php -d extension=nothing.so -r 'echo "goes on\n";' 2>/dev/null | sed 's/20[0-9]\{6\}/API/g'
END

user tcl "tclsh /usr/lib/tcltk/x86_64-linux-gnu" "+tcl tcl-tls" <<'END'
cat >e.c <<'C'
#include <stddef.h>
struct Tcl_Interp;
int Tcl_Eval(struct Tcl_Interp *, const char *);
int E_Init(struct Tcl_Interp *i) { return Tcl_Eval(i, "set answer [expr {6 * 7}]"); }
int E_Unload(struct Tcl_Interp *i, int flags) { (void)flags; return Tcl_Eval(i, "puts unloaded"); }
C
gcc -shared -fPIC -o e.so e.c
echo 'puts [package require tls]; puts [llength [tls::ciphers tls1.2]]
for {set i 0} {$i < 3} {incr i} { load ./e.so E; puts $answer; unset answer; unload ./e.so E }
puts [catch {load ./nothing.so} why]; puts $why; puts [encoding convertto euc-jp x]; exit 5' >m.tcl
run tclsh m.tcl
END

user gawk "gawk /usr/lib/x86_64-linux-gnu/gawk" +gawk <<'END'
echo text >f
run gawk -l filefuncs -l readfile -l ordchr -l time -l fnmatch -l rwarray -l intdiv '@load "fork"
BEGIN { stat("f", data); print data["size"], data["type"], ord("A"), chr(66), fnmatch("*.c", "a.c", 0), readfile("f"); print gettimeofday() > 1
if ((pid = fork()) == 0) { print "child"; exit 3 } wait(pid); a[1] = "x"; print writea("d", a); delete a; print reada("d", a), a[1]; exit 4 }'
run gawk -l nothing 'BEGIN { print 1 }'
END

user zsh zsh zsh <<'END'
run zsh -fc 'for module in $^module_path/**/*.so(N:t:r); do zmodload zsh/$module 2>/dev/null && print $module; done; zmodload zsh/mathfunc zsh/stat zsh/zpty zsh/net/tcp zsh/pcre 2>/dev/null
print $((floor(sqrt(50)))); zstat -H s +size /etc/hostname && print ok; zmodload -u zsh/mathfunc && zmodload zsh/mathfunc && print $((ceil(2.5))); exit 3'
END

user bash-builtins "bash /usr/lib/bash" +bash-builtins <<'END'
run bash -c 'for f in /usr/lib/bash/*; do case ${f##*/} in *.*|Makefile*|loadables*) ;; *) enable -f "$f" "${f##*/}" 2>/dev/null && echo "${f##*/}"; esac; done
basename /a/b/c.x .x; dirname /a/b; realpath /usr/../etc; strftime %Y 0; tee f <<<text; enable -d tee; head -n 1 f; enable -f ./nothing nothing; echo $?'
END

user r-base R r-base-core <<'END'
export R_HOME=$(R RHOME) LD_LIBRARY_PATH=/usr/lib/R/lib
run /usr/lib/R/bin/exec/R --vanilla --no-echo -e 'x <- c(1, 2, 4, 8); print(summary(lm(x ~ seq_along(x)))$coefficients); print(eigen(diag(3) + 1)$values); library(tools); library(parallel); library(splines); library(stats4); print(unlist(mclapply(1:3, function(n) n * n))); svg("p.svg"); plot(1); invisible(dev.off()); print(file.exists("p.svg")); print(names(getLoadedDLLs())); dyn.load("/usr/lib/R/library/utils/libs/utils.so"); try(dyn.load("nothing.so")); q(status = 3)'
END

# --- name services, logins, character sets, cryptography

user getent-modules "getent /usr/lib/libnss_extrausers.so.2 /usr/lib/x86_64-linux-gnu/libnss_myhostname.so.2 mount" "+libnss-extrausers libnss-myhostname" <<'END'
[ -w /etc/passwd ] && [ "$(id -u)" = 0 ] || { echo "needs root"; exit; }
mkdir extra; echo "extra:x:4711:4711::/:/bin/sh" >extra/passwd; echo "extragroup:x:4711:extra" >extra/group; : >extra/shadow
printf '%s\n' "passwd: compat extrausers nosuch systemd" "group: files extrausers systemd" "shadow: files extrausers" \
    "hosts: nosuch files [!UNAVAIL=continue] myhostname dns" "services: db files" "protocols: db files" "netgroup: nis files" "initgroups: files extrausers" >nsswitch.conf
mkdir -p /var/lib/extrausers && mount --bind extra /var/lib/extrausers && mount --bind nsswitch.conf /etc/nsswitch.conf || exit 1
run getent passwd root extra 4711 nobody_of_this_name; echo $?
run getent passwd | sort | head -n 5; run getent group extragroup; run getent initgroups extra; run getent -s extrausers passwd extra
run getent hosts localhost; run getent ahosts _gateway; run getent ahosts "$(hostname)" | sort -u | head -n 4; run getent hosts some.localhost
run getent services ssh; run getent services 443/tcp; run getent protocols tcp; run getent networks loopback; run getent shadow root | cut -d: -f1
run id extra; run id root; run stat -c "%U %G" /etc/passwd; chown 4711:4711 nsswitch.conf; run ls -l nsswitch.conf | cut -d " " -f 3,4
run /usr/bin/python3 -c 'import pwd, grp, socket, os; print(pwd.getpwnam("extra"), grp.getgrgid(4711), os.getgrouplist("extra", 1)); print(socket.getaddrinfo("localhost", "http", type=1)[0][4])'
END

user pam "pamtester mount openssl" +pamtester <<'END'
[ "$(id -u)" = 0 ] || { echo "needs root"; exit; }
cp -r /etc/pam.d p; printf '%s\n' "auth required pam_env.so" "auth required pam_unix.so nodelay" "account required pam_unix.so" "account required pam_access.so" \
    "session required pam_limits.so" "session required pam_unix.so" "session optional pam_mail.so standard" "session optional pam_umask.so umask=027" "password required pam_unix.so minlen=4" >p/luci-users
printf '%s\n' "auth required pam_nosuchmodule.so" "account required pam_permit.so" >p/luci-broken
hash=$(openssl passwd -6 -salt salt secret)
sed "s|^nobody:[^:]*:|nobody:$hash:|" /etc/shadow >shadow; chmod 640 shadow; chown root:shadow shadow
mount --bind p /etc/pam.d && mount --bind shadow /etc/shadow || exit 1
echo secret | run pamtester luci-users nobody authenticate acct_mgmt "open_session(PAM_SILENT)" close_session 2>&1; echo $?
echo wrong | run pamtester luci-users nobody authenticate 2>&1; echo $?
echo secret | run pamtester luci-users missinguser authenticate 2>&1; echo $?
echo secret | run pamtester luci-broken nobody authenticate 2>&1; echo $?
echo secret | AS=nobody run pamtester luci-users nobody authenticate 2>&1; echo $?
echo wrong | AS=nobody run pamtester luci-users nobody authenticate 2>&1; echo $?
END

user su "su mount openssl" - <<'END'
[ "$(id -u)" = 0 ] || { echo "needs root"; exit; }
run su -s /bin/sh nobody -c 'id -un; umask'; run su -s /bin/sh nobody -c 'exit 7'; echo $?; run su nosuchuser -c id; echo $?
run su -s /bin/sh - nobody -c 'echo $USER' 2>/dev/null; run runuser -u nobody -- id -u
END

user sudo "sudo visudo" +sudo <<'END'
[ "$(id -u)" = 0 ] || { echo "needs root"; exit; }
run sudo -n -u nobody id -un; run sudo -n -u nobody /bin/sh -c 'exit 5'; echo $?; run sudo -n -l | tail -n 2; run visudo -c 2>&1; run sudo -V | head -n 4
END

user iconv-charsets iconv - <<'END'
text='Zażółć gęślą jaźń, Ελληνικά, русский, 日本語テキスト, 한국어, 中文, ñ€ß'
for charset in UTF-16LE UTF-32 UTF-7 ISO-8859-1 ISO-8859-2 ISO-8859-5 ISO-8859-7 ISO-8859-15 WINDOWS-1250 WINDOWS-1251 KOI8-R KOI8-U CP437 CP850 \
    EUC-JP SHIFT_JIS ISO-2022-JP EUC-JISX0213 EUC-KR ISO-2022-KR JOHAB UHC BIG5 BIG5-HKSCS GB2312 GBK GB18030 EUC-TW TSCII IBM037 EBCDIC-US MACINTOSH TIS-620 VISCII ARMSCII-8 ANSI_X3.110 T.61 NOSUCHCHARSET; do
    echo "$text" | run iconv -f UTF-8 -t "$charset//TRANSLIT" >there 2>/dev/null; echo "$charset $? $(cksum <there)"
    run iconv -f "$charset" -t UTF-8 there | cksum; run iconv -c -f UTF-8 -t $charset <<<"$text" 2>/dev/null | cksum
done
run iconv -f SHIFT_JIS -t EUC-JP <<<text; run iconv -l | wc -l
cat >t.c <<'C'
#include <iconv.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
static const char *names[] = { "EUC-JP", "KOI8-R", "BIG5", "GBK", "EUC-KR", "CP437", "ISO-8859-2", "UTF-7" };
static void *work(void *at) {
    long sum = 0;
    for (int turn = 0; turn < 200; turn++) {
        iconv_t c = iconv_open(names[((long)at + turn) % 8], "UTF-8");
        char in[] = "plain text", out[64], *i = in, *o = out;
        size_t n = strlen(in), m = sizeof out;
        sum += iconv(c, &i, &n, &o, &m) == 0 ? (long)(sizeof out - m) : -1000;
        iconv_close(c);
    }
    return (void *)sum;
}
int main(void) {
    pthread_t t[8];
    for (long k = 0; k < 8; k++) pthread_create(&t[k], 0, work, (void *)k);
    for (int k = 0; k < 8; k++) { void *r; pthread_join(t[k], &r); printf("%ld\n", (long)r); }
}
C
gcc -pthread -o t t.c && PATH=$PWD:$PATH && run t
END

user openssl-modules openssl +openssl <<'END'
printf text >f
run openssl list -providers -provider legacy -provider default; run openssl dgst -provider legacy -provider default -md4 f
run openssl enc -provider legacy -provider default -rc4 -K 00112233445566778899aabbccddeeff -in f | od -An -tx1
run openssl dgst -md4 f 2>/dev/null; echo $?; run openssl list -providers -provider nosuch 2>/dev/null; echo $?
run openssl engine -t dynamic padlock; run openssl engine -vvv dynamic -pre SO_PATH:/nowhere.so -pre LOAD 2>/dev/null | grep -v -i error
END

user sshd "sshd ssh ssh-keygen ssh-keyscan" +openssh-server <<'END'
[ "$(id -u)" = 0 ] || { echo "needs root"; exit; }
umask 077; chmod 755 .; mkdir -p /run/sshd
run ssh-keygen -q -t ed25519 -N "" -f host && run ssh-keygen -q -t ecdsa -N "" -f user && cp user.pub authorized
printf '%s\n' "HostKey $PWD/host" "Port 2222" "ListenAddress 127.0.0.1" "AuthorizedKeysFile $PWD/authorized" "PidFile $PWD/pid" "StrictModes no" "UsePAM yes" \
    "PermitRootLogin yes" "PasswordAuthentication no" "Subsystem sftp internal-sftp" >conf
run sshd -T -f conf | grep -v -i -e hostkey -e pidfile -e authorizedkeysfile; run ssh -G -F /dev/null somewhere | grep -v -i -e file -e "^user "; run ssh -V 2>&1
run sshd -f conf -E log
until_true 20 listening 2222 || cat log
run ssh -F /dev/null -i user -p 2222 -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@127.0.0.1 'echo logged in as $(id -un); exit 9' 2>/dev/null; echo $?
run ssh-keyscan -p 2222 127.0.0.1 2>/dev/null | wc -l
kill "$(cat pid)"; until_true 20 test ! -e pid && echo stopped
END

# --- tools with plugins

user linker-plugin "gcc ld ar nm strip" - <<'END'
echo 'int f(void) { return 41; }' >a.c; echo '#include <stdio.h>
int f(void); int main(void) { printf("%d\n", f() + 1); }' >b.c
run gcc -O2 -flto -c a.c b.c && run gcc -O2 -flto -o p a.o b.o && run ./p
run nm --plugin "$(gcc -print-file-name=liblto_plugin.so)" a.o; run gcc-ar rc l.a a.o 2>/dev/null; run nm l.a 2>/dev/null | tail -n 1
run gcc -O2 -flto -fuse-linker-plugin -o q b.o l.a; run ./q; run ld --plugin /nowhere.so a.o 2>&1; echo $?
END

user gdb-python gdb gdb <<'END'
echo 'struct point { int x, y; }; int g(struct point *p) { return p->x + p->y; } int main(void) { struct point p = { 1, 2 }; return g(&p); }' >a.c
gcc -g -o a a.c
cat >s.py <<'PY'
import gdb, json, ctypes, sqlite3, hashlib, threading
class Point(gdb.Command):
    def __init__(self): super().__init__("point", gdb.COMMAND_USER)
    def invoke(self, argument, terminal):
        value = gdb.parse_and_eval("*p"); print(json.dumps({f.name: int(value[f.name]) for f in value.type.fields()}))
Point()
print(hashlib.md5(b"x").hexdigest(), sqlite3.connect(":memory:").execute("select 2").fetchone(), ctypes.sizeof(ctypes.c_long))
PY
run gdb -q -nx --batch -ex 'source s.py' -ex 'break g' -ex run -ex point -ex 'python print(gdb.selected_frame().name(), gdb.selected_frame().older().name())' -ex continue ./a 2>/dev/null | grep -v -e "^warning" -e libthread_db -e debuginfod | sed "s/process [0-9]*/process N/" | no_addresses
END

user gstreamer "gst-inspect-1.0 gst-launch-1.0 /usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgstvideotestsrc.so" "gstreamer1.0-tools gstreamer1.0-plugins-base" <<'END'
export GST_REGISTRY=$PWD/registry HOME=$PWD
run gst-inspect-1.0 | sort; run gst-inspect-1.0 --gst-disable-registry-fork | sort | tail -n 3; run gst-inspect-1.0 videotestsrc | no_addresses
GST_REGISTRY=$PWD/other GST_REGISTRY_FORK=no run gst-inspect-1.0 | tail -n 1
run gst-launch-1.0 -q audiotestsrc num-buffers=10 ! audioconvert ! audioresample ! audio/x-raw,rate=8000 ! filesink location=a.raw; cksum a.raw
run gst-launch-1.0 -q videotestsrc num-buffers=5 ! videoconvert ! videoscale ! video/x-raw,format=I420,width=64,height=48 ! filesink location=v.raw; cksum v.raw
run gst-inspect-1.0 nosuchplugin; echo $?
END

user imagemagick "/usr/bin/convert /usr/bin/identify" imagemagick <<'END'
for format in png gif bmp jpg tiff webp ppm pdf miff xpm ico tga; do
    run /usr/bin/convert rose: -resize 50% -define png:exclude-chunks=date,time r.$format 2>/dev/null; echo "$format $?"
    [ -e r.$format ] && run /usr/bin/identify -format "%m %wx%h %# %k\n" r.$format 2>/dev/null
done
run /usr/bin/convert -size 60x20 gradient:red-blue -blur 0x2 -rotate 30 png:- | run /usr/bin/identify -format "%m %wx%h %#\n" -; run /usr/bin/convert nosuch.png x.png; echo $?
run /usr/bin/convert -list format | wc -l; run /usr/bin/convert -list coder 2>/dev/null | wc -l
END

user gdk-pixbuf /usr/lib/x86_64-linux-gnu/gdk-pixbuf-2.0/gdk-pixbuf-query-loaders libgdk-pixbuf2.0-bin <<'END'
run /usr/lib/x86_64-linux-gnu/gdk-pixbuf-2.0/gdk-pixbuf-query-loaders
END

# --- preloaded libraries

user asan gcc - <<'END'
cat >a.c <<'C'
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static void *work(void *x) { free(malloc((long)x)); return strdup("in a thread"); }
int main(int n, char **v) {
    char *volatile p = malloc(10);
    pthread_t t; void *text;
    pthread_create(&t, 0, work, (void *)100); pthread_join(t, &text); puts(text); free(text);
    void *h = dlopen("./l.so", RTLD_NOW); int (*f)(int) = (int (*)(int))dlsym(h, "f"); printf("%d\n", f(3)); fflush(stdout);
    switch (n > 1 ? v[1][0] : 0) {
    case 'o': p[10] = 1; break;
    case 'u': free(p); p[0] = 1; break;
    case 'l': p = NULL; break;
    case 'g': f(40); break;
    case 'd': free(p); free(p); break;
    default: free(p);
    }
    dlclose(h);
    return 4;
}
C
echo 'static int table[10]; int f(int i) { return table[i] + i; }' >l.c
gcc -g -fsanitize=address -shared -fPIC -o l.so l.c && gcc -g -fsanitize=address -o a a.c && PATH=$PWD:$PATH
for what in none overflow use-after-free leak global double; do run a $what 2>err; echo "$what $?"; grep -e "^SUMMARY" -e "^Direct leak" err | sed "s/-\(overflow\|free\) .*/-\1/"; done    # the name of a file would be the loader's
ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD=$(gcc -print-file-name=libasan.so) run ls / | head -n 3
ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD=$(gcc -print-file-name=libasan.so) run /usr/bin/python3 -c 'import ctypes, _decimal, threading; print(ctypes.CDLL("libm.so.6")._name); t = threading.Thread(target=print, args=("thread",)); t.start(); t.join()' | no_addresses
END

user ubsan-lsan gcc - <<'END'
echo 'int main(int n, char **v) { (void)v; return 0x7fffffff + n; }' >u.c; gcc -g -fsanitize=undefined -o u u.c
echo '#include <stdlib.h>
char *volatile p; int main(void) { p = malloc(7); p = 0; return 0; }' >l.c; gcc -g -fsanitize=leak -o l l.c
PATH=$PWD:$PATH; run u 2>&1 | no_addresses; run l 2>&1 | grep SUMMARY; run l 2>/dev/null; echo $?
END

user tsan "gcc setarch" - <<'END'
cat >t.c <<'C'
#include <pthread.h>
#include <stdio.h>
int shared;
static void *work(void *x) { (void)x; shared++; return 0; }
int main(void) { pthread_t t[2]; for (int i = 0; i < 2; i++) pthread_create(&t[i], 0, work, 0); for (int i = 0; i < 2; i++) pthread_join(t[i], 0); printf("%d\n", shared); }
C
gcc -g -fsanitize=thread -o t t.c || exit 1
PATH=$PWD:$PATH; run setarch -R ./t >out 2>err; echo $?; head -n 1 out; grep -o -m 1 "WARNING: ThreadSanitizer: [a-z ]*" err
END

# glibc had libSegFault.so for this until 2.35.
user segfault-handler gcc - <<'END'
cat >h.c <<'C'
#include <execinfo.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
static char stack[1 << 16];
static void report(int signal) {
    void *frames[32];
    int count = backtrace(frames, 32);
    write(1, "backtrace:\n", 11); backtrace_symbols_fd(frames, count, 1);
    struct sigaction again = { .sa_handler = SIG_DFL }; sigaction(signal, &again, 0);
}
__attribute__((constructor)) static void begin(void) {
    stack_t other = { .ss_sp = stack, .ss_size = sizeof stack }; sigaltstack(&other, 0);
    struct sigaction how = { .sa_handler = report, .sa_flags = SA_ONSTACK };
    sigaction(SIGSEGV, &how, 0); sigaction(SIGABRT, &how, 0);
}
C
gcc -shared -fPIC -fno-optimize-sibling-calls -o h.so h.c
cat >p.c <<'C'
#include <dlfcn.h>
#include <stdlib.h>
int f(int *p) { return *p + 1; }
int main(int n, char **v) { (void)v; if (n > 2) abort(); if (n > 1) { int (*g)(int *) = (int (*)(int *))dlsym(dlopen("./l.so", RTLD_LAZY), "g"); return g(0); } return f(0) + 1; }
C
echo 'int g(int *p) { int f(int *); return f(p) + 1; }' >l.c
gcc -shared -fPIC -o l.so l.c; gcc -rdynamic -fno-optimize-sibling-calls -o p p.c; PATH=$PWD:$PATH; export LD_PRELOAD=$PWD/h.so
for words in "" "one" "one two"; do
    run p $words 2>/dev/null | sed -n '/backtrace:/,$p' | sed 's/\[0x[0-9a-f]*\]//; s/(+0x[0-9a-f]*)/(+X)/; s/+0x[0-9a-f]*)/+X)/' | grep -v -e '(_start' -e '^\(/usr\)\?/lib64/ld' -e "^$LOADER"; echo "${PIPESTATUS[0]}"
done
END

user faketime "date /usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 faketime" +faketime <<'END'
(export LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 FAKETIME='2020-02-29 12:00:00' FAKETIME_DONT_FAKE_MONOTONIC=1
    run date +%F; run /usr/bin/python3 -c 'import time, datetime, threading; print(datetime.date.today()); t = threading.Thread(target=lambda: print(time.gmtime().tm_year)); t.start(); t.join()'
    run perl -e 'print +(gmtime)[5], "\n"'; run ls -ld --time-style=+%Y .)
LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1 FAKETIME='@2001-01-01 00:00:00' run date +%Y; run faketime '1999-12-31 23:59:59' date +%Y; run faketime -f '-10000d' date +%Y | wc -c
END

user eatmydata "dd /usr/lib/x86_64-linux-gnu/libeatmydata.so" +libeatmydata1 <<'END'
export LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libeatmydata.so
run dd if=/dev/zero of=f bs=4096 count=10 conv=fsync oflag=sync 2>/dev/null; run stat -c %s f; run sync f; echo $?
run /usr/bin/python3 -c 'import os, sqlite3; f = open("g", "w"); f.write("x"); f.flush(); os.fsync(f.fileno()); d = sqlite3.connect("db"); d.execute("create table t (a)"); d.commit(); print(d.execute("select count(*) from t").fetchone(), os.environ["LD_PRELOAD"])'
END

user fakeroot fakeroot +fakeroot <<'END'
declare -f run binary mounted patch_interpreter >functions    # fakeroot's shell loses exported functions
cat >s.sh <<'S'
. ./functions
touch f && chown 12:34 f && chmod 4755 f && mknod d c 1 3; run stat -c '%u:%g %A %F' f d; run tar -cf t.tar f d; run tar -tvf t.tar | cut -c 1-18; run id -u; run ls -ln f | cut -d ' ' -f 1,3,4; exit 5
S
fakeroot -- bash s.sh; echo $?
END

user malloc-replacements "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2 /usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4 /usr/bin/python3" "+libjemalloc2 libtcmalloc-minimal4" <<'END'
for library in libjemalloc.so.2 libtcmalloc_minimal.so.4; do
    LD_PRELOAD=/usr/lib/x86_64-linux-gnu/$library run /usr/bin/python3 -c 'import ctypes, ssl, sqlite3, _decimal, threading; [t.start() or t.join() for t in [threading.Thread(target=lambda: ctypes.CDLL("libm.so.6")) for _ in range(9)]]; print(len(open("/proc/self/maps").read()) > 0, sum(len(str(i)) for i in range(9999)))'
    LD_PRELOAD=/usr/lib/x86_64-linux-gnu/$library run perl -MPOSIX -MSocket -e 'print inet_ntoa(INADDR_LOOPBACK), POSIX::floor(2.5), "\n"'
done
END

# --- Java, drivers

user java-jni "java javac gcc" default-jdk-headless <<'END'
cat >T.java <<'JAVA'
public class T {
    static native int twice(int x);
    static native void fail(String why);
    static native int callBack(T t, int x);
    int back(int x) { return x + 100; }
    public static void main(String[] a) throws Exception {
        System.load(new java.io.File("libt.so").getAbsolutePath());
        System.out.println(twice(21) + " " + callBack(new T(), 1));
        try { fail("from C"); } catch (IllegalStateException e) { System.out.println(e.getMessage()); }
        try { System.load("/nowhere/libx.so"); } catch (UnsatisfiedLinkError e) { System.out.println(e.getMessage()); }
        try { System.load(new java.io.File("libmissing.so").getAbsolutePath()); } catch (UnsatisfiedLinkError e) { System.out.println(e.getMessage()); }
        try { System.loadLibrary("nothing"); } catch (UnsatisfiedLinkError e) { System.out.println("no library"); }
        System.loadLibrary("other");
        Thread[] all = new Thread[8]; int[] sums = new int[8];
        for (int i = 0; i < 8; i++) { int n = i; all[i] = new Thread(() -> { for (int k = 0; k < 1000; k++) sums[n] += twice(k); }); all[i].start(); }
        for (Thread t : all) t.join();
        System.out.println(java.util.Arrays.stream(sums).sum());
        System.out.println(java.net.InetAddress.getByName("127.0.0.1").isLoopbackAddress() + " " + new java.util.zip.CRC32().getValue());
        try { Object o = null; o.hashCode(); } catch (NullPointerException e) { System.out.println("null"); }
        System.exit(6);
    }
}
JAVA
cat >t.c <<'C'
#include <jni.h>
static __thread int calls;
JNIEXPORT jint JNICALL Java_T_twice(JNIEnv *e, jclass c, jint x) { (void)e; (void)c; calls++; return 2 * x; }
JNIEXPORT void JNICALL Java_T_fail(JNIEnv *e, jclass c, jstring why) {
    const char *text = (*e)->GetStringUTFChars(e, why, 0); (void)c;
    (*e)->ThrowNew(e, (*e)->FindClass(e, "java/lang/IllegalStateException"), text);
}
JNIEXPORT jint JNICALL Java_T_callBack(JNIEnv *e, jclass c, jobject t, jint x) { return (*e)->CallIntMethod(e, t, (*e)->GetMethodID(e, c, "back", "(I)I"), x); }
JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *x) { (void)vm; (void)x; return JNI_VERSION_1_8; }
C
echo 'int not_defined_anywhere(void); int x(void) { return not_defined_anywhere(); }' >missing.c; echo 'int y;' >other.c
home=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
gcc -shared -fPIC -I "$home/include" -I "$home/include/linux" -o libt.so t.c && gcc -shared -fPIC -Wl,-z,now -o libmissing.so missing.c && gcc -shared -fPIC -o libother.so other.c && javac T.java || exit 1
run java -Djava.library.path=. -Xcheck:jni T 2>&1 | grep -v -i warning; echo "${PIPESTATUS[0]}"; run java -Xint -Djava.library.path=. T | tail -n 2
END

user vulkan "vulkaninfo /usr/share/vulkan/icd.d/lvp_icd.x86_64.json" "vulkan-tools mesa-vulkan-drivers" <<'END'
export XDG_RUNTIME_DIR=$PWD HOME=$PWD
VK_ICD_FILENAMES=/usr/share/vulkan/icd.d/lvp_icd.x86_64.json run vulkaninfo --summary 2>/dev/null; echo $?
VK_ICD_FILENAMES=/usr/share/vulkan/icd.d/lvp_icd.x86_64.json run vulkaninfo 2>/dev/null | no_addresses | grep -v -i -e uuid -e heapbudget -e heapusage -e "budget " -e "usage " | cksum
run vulkaninfo --summary 2>/dev/null | grep deviceName
END

user opengl "eglinfo glxinfo Xvfb /usr/lib/x86_64-linux-gnu/dri/swrast_dri.so" "mesa-utils xvfb libgl1-mesa-dri libegl-mesa0" <<'END'
export XDG_RUNTIME_DIR=$PWD HOME=$PWD LIBGL_ALWAYS_SOFTWARE=1 MESA_SHADER_CACHE_DISABLE=1
EGL_PLATFORM=surfaceless run eglinfo -B 2>/dev/null | no_addresses; echo $?
mkfifo number; exec 4<>number
run Xvfb -displayfd 4 -screen 0 640x480x24 -ac -noreset -nolisten tcp >log 2>&1 &
server=$!
read -rt 30 -u 4 display || { cat log; exit 1; }
export DISPLAY=:$display
run glxinfo -B | grep -v -i "memory"; run glxinfo | no_addresses | cksum
pid=$(leaf $server); until_true 20 ended $pid || kill -KILL $pid; wait $server; echo "stopped $?"
END

user opencl "clinfo gcc /usr/include/CL/cl.h /etc/OpenCL/vendors/pocl.icd" "clinfo pocl-opencl-icd ocl-icd-opencl-dev opencl-headers" <<'END'
export POCL_CACHE_DIR=$PWD/cache HOME=$PWD
run clinfo -l; run clinfo | grep -v -i -e "global memory" -e "uuid" -e "max memory alloc" -e "error_correction" -e "profiling timer" -e clock | no_addresses
cat >k.c <<'C'
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdio.h>
int main(void) {
    cl_platform_id p; cl_device_id d; cl_int e; int v[64];
    for (int i = 0; i < 64; i++) v[i] = i;
    clGetPlatformIDs(1, &p, 0); clGetDeviceIDs(p, CL_DEVICE_TYPE_ALL, 1, &d, 0);
    cl_context c = clCreateContext(0, 1, &d, 0, 0, &e); cl_command_queue q = clCreateCommandQueue(c, d, 0, &e);
    const char *s = "kernel void k(global int *v) { size_t i = get_global_id(0); v[i] = v[i] * v[i] + 1; }";
    cl_program g = clCreateProgramWithSource(c, 1, &s, 0, &e); printf("build %d\n", clBuildProgram(g, 1, &d, "", 0, 0));
    cl_kernel k = clCreateKernel(g, "k", &e); cl_mem b = clCreateBuffer(c, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, sizeof v, v, &e);
    size_t n = 64; clSetKernelArg(k, 0, sizeof b, &b);
    printf("run %d\n", clEnqueueNDRangeKernel(q, k, 1, 0, &n, 0, 0, 0, 0)); clEnqueueReadBuffer(q, b, CL_TRUE, 0, sizeof v, v, 0, 0, 0);
    long sum = 0; for (int i = 0; i < 64; i++) sum += v[i];
    printf("%ld\n", sum); clReleaseKernel(k); clReleaseProgram(g); clReleaseContext(c); return 3;
}
C
gcc -w -o k k.c -lOpenCL && PATH=$PWD:$PATH && run k
END

# --- servers with modules

user apache-ssl-php "apache2 curl openssl /usr/lib/apache2/modules/libphp8.*.so" "apache2 libapache2-mod-php curl openssl" <<'END'
[ "$(id -u)" = 0 ] || { echo "needs root"; exit; }
certificate; chmod 755 .; mkdir -m 755 www; echo plain >www/plain.txt
printf '%s\n' '<?php echo json_encode(["sum" => array_sum([1, 2, 3]), "tls" => $_SERVER["HTTPS"] ?? "off", "md5" => md5("x"), "pid" => getmypid() > 0]), " ", mb_strtoupper("ä"), " ", (new SimpleXMLElement("<a>7</a>"))[0], "\n"; ' >www/i.php
{
    for module in /usr/lib/apache2/modules/mod_{mpm_prefork,authz_core,authz_host,dir,mime,env,ssl,socache_shmcb,deflate,filter,headers,rewrite,status,alias,autoindex,proxy,proxy_http,auth_basic,authn_core,authn_file,authz_user,unixd,log_config,cgi,dav,lua,expires,session,xml2enc,proxy_html,substitute,ext_filter,include,cache,cache_disk,ratelimit,reqtimeout,info,userdir,vhost_alias,speling,negotiation,setenvif}.so; do
        [ -e "$module" ] && name=${module##*/mod_} && echo "LoadModule ${name%.so}_module $module"
    done
    echo "LoadModule php_module $(ls /usr/lib/apache2/modules/libphp8.*.so)"
    printf '%s\n' "ServerRoot $PWD" "ServerName localhost" "PidFile $PWD/pid" "DefaultRuntimeDir $PWD" "ErrorLog $PWD/log" "Listen 127.0.0.1:8080" "Listen 127.0.0.1:8443" "DocumentRoot $PWD/www" \
        "User nobody" "Group nogroup" "TypesConfig /etc/mime.types" "SSLSessionCache shmcb:$PWD/cache(51200)" "StartServers 2" '<FilesMatch \.php$>' "SetHandler application/x-httpd-php" "</FilesMatch>" \
        "<Directory />" "Require all granted" "Options +Includes" "</Directory>" "Header set X-One two" \
        "<VirtualHost 127.0.0.1:8443>" "SSLEngine on" "RewriteEngine on" "RewriteRule ^/old /plain.txt" "SSLCertificateFile $PWD/cert.pem" "SSLCertificateKeyFile $PWD/key.pem" "</VirtualHost>"
} >conf
run apache2 -f $PWD/conf -t 2>&1; run apache2 -f $PWD/conf -M 2>/dev/null | sort | tail -n +2; run apache2 -f $PWD/conf; echo "started $?"    # a daemon: it ends its process group
until_true 30 listening 8443 || { cat log; exit 1; }
ask() {
    run curl -s http://127.0.0.1:8080/plain.txt; run curl -s http://127.0.0.1:8080/i.php; run curl -s --cacert cert.pem https://localhost:8443/i.php
    run curl -s --compressed -D - -o /dev/null https://localhost:8443/old --cacert cert.pem | grep -i -e x-one -e "^http"; run curl -s https://localhost:8443/; echo $?
    echo | run openssl s_client -connect 127.0.0.1:8443 -tls1_2 2>/dev/null | grep -e "^New" -e "Protocol *:"
}
ask
for turn in 1 2 3; do
    kill -USR1 "$(cat pid)"; until_true 20 bash -c "[ \$(grep -c 'resuming normal operations' log) -gt $turn ]"
done
ask; kill -TERM "$(cat pid)"; until_true 20 test ! -e pid && echo stopped; grep -c -i -e segfault -e "exit signal" log
END

user nginx-module "nginx curl openssl /usr/lib/nginx/modules/ngx_http_echo_module.so" "nginx-light libnginx-mod-http-echo curl openssl" <<'END'
[ "$(id -u)" = 0 ] || { echo "needs root"; exit; }
certificate; chmod 755 .
printf '%s\n' "load_module /usr/lib/nginx/modules/ngx_http_echo_module.so;" "pid $PWD/pid; error_log $PWD/log notice; user nobody nogroup; worker_processes 2; events {}" \
    "http { access_log off; client_body_temp_path $PWD/b; proxy_temp_path $PWD/p; fastcgi_temp_path $PWD/f; uwsgi_temp_path $PWD/u; scgi_temp_path $PWD/s; server { listen 127.0.0.1:8081; listen 127.0.0.1:8444 ssl; ssl_certificate $PWD/cert.pem; ssl_certificate_key $PWD/key.pem; location / { echo \"uri \$uri \$scheme\"; echo_duplicate 3 ab; } location /p { proxy_pass http://127.0.0.1:8081/other; } } }" >conf
run nginx -c $PWD/conf -t -q; echo $?; run nginx -c $PWD/conf -g 'daemon off;' & server=$!
until_true 20 listening 8444 || { cat log; exit 1; }
run curl -s http://127.0.0.1:8081/x; run curl -s --cacert cert.pem https://localhost:8444/y; run curl -s http://127.0.0.1:8081/p
for turn in 1 2 3; do kill -HUP "$(cat pid)"; until_true 20 bash -c "[ \$(grep -c 'gracefully shutting down' log) -ge $((turn * 2)) ]"; done
until_true 20 run curl -sf http://127.0.0.1:8081/x; run curl -s http://127.0.0.1:8081/after; kill -QUIT "$(cat pid)"; wait $server; echo "stopped $?"
grep -c -e "exited on signal" log
END

user postgres-extensions "/usr/lib/postgresql/*/bin/postgres /usr/lib/postgresql/*/lib/plperl.so /usr/lib/postgresql/*/lib/plpython3.so" "postgresql postgresql-plperl postgresql-plpython3" <<'END'
PATH=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1):$PATH; [ "$(id -u)" = 0 ] && export AS=postgres
run initdb -D $PWD/d -A trust --no-sync -E UTF8 >log 2>&1 || { tail log; exit 1; }
run postgres -D $PWD/d -k $PWD -h 127.0.0.1 -p 5433 -F -c shared_preload_libraries=pg_stat_statements,auto_explain >log 2>&1 & server=$!
until_true 60 run pg_isready -q -h 127.0.0.1 -p 5433 || { cat log; exit 1; }
cat >q.sql <<'SQL'
\set VERBOSITY terse
create extension pgcrypto; create extension hstore; create extension pg_trgm; create extension plperl; create extension plpython3u; create extension hstore_plperl;
create extension fuzzystrmatch; create extension citext; create extension cube; create extension earthdistance; create extension ltree; create extension unaccent;
create extension "uuid-ossp"; create extension xml2; create extension tablefunc; create extension btree_gin; create extension postgres_fdw; create extension pg_stat_statements;
select encode(digest('x', 'sha256'), 'hex'), crypt('a', '$1$salt') is not null, pgp_sym_decrypt(pgp_sym_encrypt('text', 'k'), 'k');
select ('a=>1,b=>2'::hstore)->'b', round(similarity('word', 'wordy')::numeric, 3), levenshtein('a', 'abc'), 'A'::citext = 'a', unaccent('Hôtel'), 'a.b.c'::ltree <@ 'a';
create function p(int) returns int as 'my $n = shift; use strict; return $n * 2;' language plperl;
create function y(int) returns text as $$import json, hashlib, _decimal; return json.dumps([args[0], hashlib.md5(b"x").hexdigest()])$$ language plpython3u;
create function f(int) returns int as $$begin return p($1) + 1; end$$ language plpgsql;
select p(21), y(3), f(4), uuid_generate_v5(uuid_ns_dns(), 'x'), xpath_string('<a><b>1</b></a>', '/a/b');
create function bad() returns int as 'raise ValueError("from python")' language plpython3u; select bad();
load 'nothing'; load 'pg_buffercache';
set jit = on; set jit_above_cost = 0; set jit_optimize_above_cost = 0; set jit_inline_above_cost = 0; select sum(i * 2 + 1), avg(i) from generate_series(1, 10000) i where i % 3 = 0;
select pg_jit_available(); create collation german (provider = icu, locale = 'de'); select 'ä' < 'b' collate german, upper('ß' collate german);
select convert('é'::bytea, 'UTF8', 'LATIN1'), convert_to('日本', 'EUC_JP');
SQL
AS= run psql -X -q -A -t -h 127.0.0.1 -p 5433 -U postgres -f q.sql postgres 2>&1
for n in 1 2 3 4 5 6; do AS= run psql -X -q -A -t -h 127.0.0.1 -p 5433 -U postgres -c "load 'pg_trgm'; select $n, similarity('a', 'a'), p($n)" postgres >r$n 2>&1 & all+=" $!"; done; wait $all; cat r?
run pg_dump -h 127.0.0.1 -p 5433 -U postgres postgres | grep -c "CREATE EXTENSION"
kill -INT "$(head -n 1 d/postmaster.pid)"; wait $server; echo "stopped $?"; grep -c -e "terminated by signal" log
END

# --- applications

ONLY="interp place" user chromium /usr/lib/chromium/chromium chromium <<'END'
export HOME=$PWD XDG_RUNTIME_DIR=$PWD
flags="--headless --no-sandbox --disable-gpu --no-first-run --disable-quic --disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage"
echo '<html><body><p id=a>before</p><script>
const m = new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0,1,7,1,96,2,127,127,1,127,3,2,1,0,7,7,1,3,97,100,100,0,0,10,9,1,7,0,32,0,32,1,106,11]));
document.getElementById("a").textContent = "sum " + [1, 2, 3].reduce((x, y) => x + y) + " wasm " + new WebAssembly.Instance(m).exports.add(40, 2);
const c = document.createElement("canvas").getContext("2d"); c.fillText("x", 5, 5); document.body.append("canvas " + c.measureText("x").width.toFixed(0));
</script></body></html>' >p.html
run /usr/lib/chromium/chromium $flags --user-data-dir=$PWD/u --dump-dom file://$PWD/p.html 2>/dev/null; echo $?
run /usr/lib/chromium/chromium $flags --user-data-dir=$PWD/v --dump-dom "data:text/html,<p>from a data URL</p>" 2>/dev/null; echo $?
run /usr/lib/chromium/chromium $flags --user-data-dir=$PWD/w --screenshot=$PWD/s.png file://$PWD/p.html >/dev/null 2>&1; head -c 4 s.png | od -An -c
END

user libreoffice "/usr/lib/libreoffice/program/soffice.bin pdftotext" "libreoffice-writer-nogui poppler-utils" <<'END'
export HOME=$PWD; printf 'First line of a text.\n\nSecond: äöü €\n' >t.txt
convert() { run /usr/lib/libreoffice/program/soffice.bin -env:UserInstallation=file://$PWD/u --headless --norestore --convert-to "$@" >log 2>&1; }
convert pdf t.txt; [ $? = 81 ] && convert pdf t.txt    # the first start asks to be started again
echo $?; run pdftotext t.pdf -; head -c 5 t.pdf; convert docx t.txt; echo $?; convert html t.docx; echo $?; grep -c "First line" t.html
END

summary
