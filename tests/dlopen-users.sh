#!/bin/bash
# Real users of dlopen: standard output and exit status under the loader must equal those under the system's loader.
#
#   tests/dlopen-users.sh [--install] [--subset] [--verbose] [NAME...]
#
# Interpreters with extension modules, servers with modules, plugin hosts, name services, drivers, preloaded libraries, a browser.
# `make dlopen-users` runs the whole table, `make users` the subset. As root every run has a network, process IDs and
# mounts of its own, so that servers have any port, no two runs meet, and what is left running is ended. What differs from run to run (addresses,
# times, process IDs) is taken out by the rows.
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
    for ((turn = $1 * 20, $#; turn > 0; turn--)); do
        "${@:2}" >/dev/null 2>&1 && return
        read -rt 0.05 <> <(:)
    done
    echo "still not true after $1 s: ${*:2}" >&2
    return 1
}

# listening PORT: on the loopback interface
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
gone() { ! kill -0 "$1" 2>/dev/null; }

# certificate: self-signed, in cert.pem and key.pem
certificate() {
    openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
}

no_addresses() { sed 's/0x[0-9a-f]\{4,\}/ADDR/g'; }
export -f until_true listening gone certificate no_addresses

# --- interpreters and their extension modules

user python3-all-extensions /usr/bin/python3 - <<'END'
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

user python3-ctypes "/usr/bin/python3 gcc" - <<'END'
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

user python3-standard /usr/bin/python3 - <<'END'
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

user perl-all-xs "perl /usr/share/perl5/" +perl <<'END'
cat >m.pl <<'PL'
use strict; use File::Find;
my %seen;
for my $root (grep { /^\/usr/ && -d "$_/auto" } @INC) {
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

user perl-xs perl +perl <<'END'
cat >m.pl <<'PL'
use strict; use warnings;
use List::Util qw(sum first shuffle reduce); use POSIX qw(floor strftime); use Encode qw(encode decode encodings); use Socket;
use Storable qw(freeze thaw); use Digest::SHA qw(sha256_hex); use MIME::Base64; use Time::HiRes; use Data::Dumper; use Hash::Util; use B;
use threads; use threads::shared; use IO::Socket::INET; use Compress::Zlib; use Unicode::Normalize; use Sys::Hostname; use File::Glob;
print sum(1 .. 10), " ", reduce { $a * $b } 1 .. 6; print "\n", strftime("%Y-%m-%d", gmtime 0), "\n";
print length(encode("euc-jp", "\x{3042}\x{3044}")), " ", length(encode("big5", "\x{4e00}")), " ", scalar(Encode->encodings(":all")), "\n";
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

user perl-dbi-xml "perl /usr/lib/x86_64-linux-gnu/perl5/5.36/DBD/SQLite.pm /usr/lib/x86_64-linux-gnu/perl5/5.36/XML/LibXML.pm" "+libdbd-sqlite3-perl libxml-libxml-perl" <<'END'
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

user php "php /usr/share/php8.2-sqlite3 /usr/share/php8.2-xml /usr/share/php8.2-mbstring" "php-cli php-sqlite3 php-xml php-mbstring" <<'END'
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
