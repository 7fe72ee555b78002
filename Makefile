# make            builds target/dist: the loader, the tools, the settings file
# make install    installs exactly that below PREFIX (default /opt/luci), but keeps a settings file that is there and differs;
#                 DESTDIR is put in front
# make adopt      adds this system's libc to those that the loader knows, and builds; ROOT=DIR for the libc of another tree,
#                 DEBUG=PATH for debug files that lie elsewhere
# make demo       shows a running program change its behaviour when its library is replaced
# make test       passes every test; sets up what is missing (as root), else says what to install
# make roots-all  all cases in Debian roots with every glibc that is supported
# make inplace-all  package managers and builds in Debian roots whose system loader is ours
# make usr-bin    compares what both loaders tell about every program in /usr/bin
# make stress     many threads at everything that the loader does, for a minute
# make dlopen-users  compares every real user of dlopen that the script knows; installs about 2 GB of packages as root
# make pairs      judges 150 package updates of Debian; downloads about 300 MB into /var/tmp/luci-pairs
# make bench      start-up times and the run-time interface against the system's loader; the verdict on big libraries
# make hostile    20,000 damaged files through this loader, and through the system's for comparison
# make fuzz       every reader of files and settings for ten minutes each; needs cargo-fuzz (fuzz/README.md)
# make fuzz-keep  adds what that has found to the corpus, as little as reaches the same code
# make lint       formatting and clippy

PREFIX ?= /opt/luci
DESTDIR ?=
CARGO ?= cargo
DIST := target/dist
TOOLS := $(wildcard tools/*/Cargo.toml)
# every test target but the cases, which have a step of their own
OTHER_TESTS := $(filter-out cases,$(patsubst tests/%.rs,%,$(wildcard tests/*.rs)) $(patsubst tests/%/main.rs,%,$(wildcard tests/*/main.rs)))

.PHONY: all loader tools install adopt demo test unit cases roots roots-all inplace inplace-all usr-bin secure hostile fuzz fuzz-keep programs users dlopen-users swap pairs stress storm bench lint setup clean

all: loader tools
	@echo "built: $(DIST)/ld-luci.so"

loader:
	$(CARGO) build --release --bin ld-luci
	@mkdir -p $(DIST)/bin
	@# a new file renamed over the old one, so that programs that run on it go on
	cp target/release/ld-luci $(DIST)/ld-luci.so.new && chmod 755 $(DIST)/ld-luci.so.new && mv $(DIST)/ld-luci.so.new $(DIST)/ld-luci.so
	cp ld-luci.conf $(DIST)/ld-luci.conf

# Host programs live outside the workspace: their crates must not switch features on for the loader.
tools:
	@mkdir -p $(DIST)/bin
	@for manifest in $(TOOLS); do \
	    $(CARGO) build --release --manifest-path $$manifest --target-dir target/tools || exit 1; \
	done
	@find target/tools/release -maxdepth 1 -type f -perm -100 -exec cp {} $(DIST)/bin/ \; 2>/dev/null || true

install: all
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 $(DIST)/ld-luci.so "$(DESTDIR)$(PREFIX)/.ld-luci.so.new"
	mv "$(DESTDIR)$(PREFIX)/.ld-luci.so.new" "$(DESTDIR)$(PREFIX)/ld-luci.so"
	@# settings that somebody has changed stay; what is new in the sample can be read beside them
	@conf="$(DESTDIR)$(PREFIX)/ld-luci.conf"; \
	if [ -f "$$conf" ] && ! cmp -s $(DIST)/ld-luci.conf "$$conf"; then \
	    echo "install: $$conf is kept; the settings of this version are in $$conf.new"; \
	    conf=$$conf.new; \
	fi; \
	install -m 644 $(DIST)/ld-luci.conf "$$conf"
	@for tool in $(DIST)/bin/*; do \
	    [ -f "$$tool" ] || continue; \
	    install -m 755 "$$tool" "$(DESTDIR)$(PREFIX)/bin/" || exit 1; \
	done

LIBC := $(addprefix --root ,$(ROOT)) $(addprefix --debug ,$(DEBUG))

adopt: tools
	$(DIST)/bin/glibc-layout adopt $(LIBC)
	$(MAKE) all
	$(DIST)/bin/glibc-layout check $(LIBC)

setup:
	@tests/setup.sh gcc:gcc g++:g++ readelf:binutils perl:perl-base

demo: setup all
	examples/demo.sh

test: unit cases secure programs users swap storm demo roots inplace
	@echo "== all tests passed"

unit: setup all
	@echo "== unit tests and rules"
	$(CARGO) test -q --lib $(addprefix --test ,$(OTHER_TESTS))
	@for manifest in $(TOOLS); do \
	    $(CARGO) test -q --manifest-path $$manifest --target-dir target/tools || exit 1; \
	done

cases: setup all
	@echo "== cases on this machine"
	$(CARGO) test -q --test cases

# What the caller of a setuid program may not do; the script prints why when it cannot be tried.
secure: setup all
	@echo "== secure-execution mode"
	tests/secure.sh

hostile: setup all
	LUCI_HOSTILE_FILES=20000 LUCI_SEED=1 $(CARGO) test --test hostile no_mutation -- --nocapture

FUZZ_TARGETS := $(notdir $(basename $(wildcard fuzz/fuzz_targets/*.rs)))
FUZZ_SECONDS ?= 600

fuzz: setup
	@command -v cargo-fuzz >/dev/null || { echo "make fuzz: cargo-fuzz is missing: cargo install cargo-fuzz" >&2; exit 1; }
	@for target in $(FUZZ_TARGETS); do \
	    mkdir -p fuzz/target/corpus/$$target; \
	    (cd fuzz && $(CARGO) fuzz run -s none $$target target/corpus/$$target corpus/$$target -- \
	        -max_total_time=$(FUZZ_SECONDS) -timeout=5 -rss_limit_mb=2048 -print_final_stats=1) || exit 1; \
	done

# What a run has found, as few and as small files as reach the same code, into the corpus that is kept.
fuzz-keep: setup
	@for target in $(FUZZ_TARGETS); do \
	    [ -d fuzz/target/corpus/$$target ] || continue; \
	    (cd fuzz && $(CARGO) fuzz run -s none $$target corpus/$$target target/corpus/$$target -- \
	        -merge=1 -use_counters=0 -max_len=1024 -timeout=5) || exit 1; \
	done

# Other glibcs; the script prints why when a root cannot be made.
roots: setup all
	@echo "== cases in other Debian roots"
	tests/cases-in-roots.sh --some bullseye trixie

# All cases in all roots, oldest to newest.
roots-all: setup all
	tests/cases-in-roots.sh bullseye bookworm trixie sid experimental

# The loader as the system's own in a Debian 12 root.
inplace: setup all
	@echo "== in place of the system's loader"
	tests/inplace.sh

# The same in four roots: forty packages come, go and are upgraded, a package is built from source.
inplace-all: setup all
	tests/inplace-roots.sh bullseye bookworm trixie sid

# Every program in /usr/bin of a Debian 12 root and of this machine: what the loader tells about it without running it.
usr-bin: setup all
	tests/usr-bin.sh

# A package's library replaced in a running program; the script prints why when it cannot be fetched.
swap: setup all
	@echo "== a hundred swaps of a real library"
	tests/swap.sh

# The verdict on package updates; the table and the chart of README.md come from tests/pairs.sh --readme.
pairs: setup all
	tests/pairs.sh

stress: setup all
	tests/stress.sh 60

# The short form of it.
storm: setup all
	@echo "== a storm of threads"
	tests/stress.sh 10

programs: setup all
	@echo "== real programs"
	tests/programs.sh --subset

# Python, Perl, PAM, name services, sanitizers ... load their modules; what needs cheap packages only.
users: setup all
	@echo "== real users of dlopen"
	tests/dlopen-users.sh --install --subset

dlopen-users: setup all
	tests/dlopen-users.sh --install

bench: setup all
	tests/bench.sh
	@echo "== the run-time interface"
	tests/bench-dl.sh
	@echo "== the verdict on big libraries"
	$(CARGO) test -q --release --test verdict big_libraries -- --ignored --nocapture

lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets -- -D warnings
	@for manifest in $(TOOLS); do \
	    $(CARGO) fmt --check --manifest-path $$manifest || exit 1; \
	    $(CARGO) clippy --all-targets --manifest-path $$manifest --target-dir target/tools -- -D warnings || exit 1; \
	done

clean:
	rm -rf target
