"""Which library packages the archive has in two versions, and their shared objects in the cache.

apt does the work (signatures, mirrors, retries), with lists and sources of its own below the cache folder, so that several releases
can be asked and the machine's own lists stay as they are.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

RELEASES = ["bullseye", "bookworm", "trixie"]
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# larger packages are passed over: the cache is bounded, and they hold one library like the others
LARGEST_DEB = 30_000_000
# packages without a library of their own name, or with one that is never replaced in a running program
NO_LIBRARY = re.compile(r"-(dev|doc|dbg|dbgsym|bin|data|tools|utils|common|perl|java|headers)$")
NEVER_REPLACED = {"glibc"}
FIELDS = ("Source: ", "Section: ", "Architecture: ", "Size: ", "Version: ")


class Failure(Exception):
    """Ends the script in one sentence."""


class Gone(Failure):
    """A list names a package that the mirror does not have."""


@dataclass
class Candidate:
    kind: str  # "update": main and security or updates of one release; "cross-release": the same package of two releases
    release: str
    package: str
    source: str
    old: str
    new: str

    def folder(self, cache: Path) -> Path:
        return cache / "pairs" / self.release / self.package

    def __str__(self) -> str:
        return f"{self.release} {self.package} {self.old} -> {self.new}"


@dataclass
class Package:
    source: str
    versions: set[str]


class Archive:
    """The package archive as apt sees it through a configuration below the cache folder."""

    def __init__(self, cache: Path):
        for tool in ("apt-get", "apt-cache", "dpkg-deb", "readelf"):
            if not shutil.which(tool):
                raise Failure(f"{tool} is missing: this needs a Debian system with binutils")
        self.folder = cache / "apt"
        for name in ("lists/partial", "archives/partial", "none"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        settings = {"Dir::State": "", "Dir::State::lists": "lists", "Dir::State::status": "status", "Dir::Cache": "",
                    "Dir::Etc::sourcelist": "sources.list", "Dir::Etc::sourceparts": "none",
                    "Dir::Etc::preferencesparts": "none"}
        lines = [f'{key} "{self.folder / value}";' for key, value in settings.items()]
        lines += ['APT::Architecture "amd64";', 'APT::Architectures { "amd64"; };', 'Acquire::Languages "none";']
        if os.geteuid() == 0:
            lines.append('APT::Sandbox::User "root";')
        (self.folder / "apt.conf").write_text("\n".join(lines) + "\n")
        self.environment = dict(os.environ, APT_CONFIG=str(self.folder / "apt.conf"), LC_ALL="C")

    def update(self) -> None:
        """Fetches the lists of all releases from the mirror that this machine uses."""
        main, security = mirrors()
        signed = f"deb [signed-by={KEYRING}]"
        sources = []
        for release in RELEASES:
            sources += [f"{signed} {main} {release} main", f"{signed} {main} {release}-updates main",
                        f"{signed} {security} {release}-security main"]
        (self.folder / "sources.list").write_text("\n".join(sources) + "\n")
        done = self.apt_get(["update"], self.folder)
        if done.returncode != 0 or "\nE:" in done.stderr or not self.lists("bookworm"):
            raise Failure("the package lists cannot be fetched: " + (done.stderr.strip().split("\n")[-1] or "no list came"))

    def apt_get(self, words: list[str], folder: Path) -> subprocess.CompletedProcess:
        """The machine's settings come after APT_CONFIG, the command line after them: a container's may compress the lists, which
        are read as text here, and keep no index of them, which then is made at each call."""
        settings = ["Acquire::GzipIndexes=false", f"Dir::Cache::pkgcache={self.folder / 'pkgcache.bin'}",
                    f"Dir::Cache::srcpkgcache={self.folder / 'srcpkgcache.bin'}"]
        options = [word for setting in settings for word in ("-o", setting)]
        return subprocess.run(["apt-get", "-q", *options, *words], cwd=folder, env=self.environment, capture_output=True, text=True)

    def lists(self, release: str) -> list[Path]:
        """The files with the packages of a release: main, updates, security."""
        return sorted(path for path in (self.folder / "lists").glob("*_Packages")
                      if re.search(rf"_dists_{release}(-updates|-security)?_", path.name))

    def download(self, package: str, version: str, folder: Path) -> Path:
        """Fetches one package file; apt checks it against the signed list."""
        folder.mkdir(parents=True, exist_ok=True)
        done = self.apt_get(["download", f"{package}:amd64={version}"], folder)
        found = list(folder.glob("*.deb"))
        if done.returncode != 0 or len(found) != 1:
            last = (done.stderr.strip().splitlines() or ["apt-get gave no reason"])[-1]
            failure = Gone if "404" in done.stderr else Failure
            raise failure(f"{package} {version} cannot be fetched: {last}")
        return found[0]


def mirrors() -> tuple[str, str]:
    """Main and security archive as this machine's apt has them."""
    done = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
                          capture_output=True, text=True)
    addresses = sorted(set(done.stdout.split()))
    main = [address for address in addresses if re.search(r"/debian/?$", address)]
    security = [address for address in addresses if re.search(r"/debian-security/?$", address)]
    return (main or ["http://deb.debian.org/debian"])[0], (security or ["http://deb.debian.org/debian-security"])[0]


def libraries(paths: list[Path]) -> dict[str, Package]:
    """The library packages of some lists by name."""
    found: dict[str, Package] = {}
    for path in paths:
        for fields in paragraphs(path):
            name = fields["Package"]
            source = fields.get("Source", name).split()[0]
            wanted = fields.get("Section") == "libs" and fields["Architecture"] == "amd64" and int(fields["Size"]) <= LARGEST_DEB
            if wanted and not NO_LIBRARY.search(name) and source not in NEVER_REPLACED:
                found.setdefault(name, Package(source, set())).versions.add(fields["Version"])
    return found


def paragraphs(path: Path) -> Iterator[dict[str, str]]:
    """The fields that are used here of every package whose name begins with lib; a list is 50 MB long."""
    fields: dict[str, str] = {}
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("Package: "):
                fields = {"Package": line[9:].strip()} if line.startswith("Package: lib") else {}
            elif line == "\n" and fields:
                yield fields
                fields = {}
            elif fields and line.startswith(FIELDS):
                name, _, value = line.partition(": ")
                fields[name] = value.strip()
    if fields:
        yield fields


def candidates(archive: Archive, kind: str) -> Iterator[Candidate]:
    """All pairs of a kind, in an order that is random but always the same: first one package of each source package of each
    release, then the second ones, so that a source with 190 packages counts no more than others."""
    known = {release: libraries(archive.lists(release)) for release in RELEASES}
    groups: dict[tuple[str, str], list[tuple[str, set[str]]]] = defaultdict(list)
    for before, release in zip([None, *RELEASES], RELEASES):
        for name, package in known[release].items():
            versions = package.versions
            if kind == "cross-release":
                former = known[before].get(name) if before else None
                versions = {newest(former.versions), newest(versions)} if former else set()
            if len(versions) > 1:
                where = release if kind == "update" else f"{before}-{release}"
                groups[where, package.source].append((name, versions))
    ranked = []
    for (where, source), group in groups.items():
        group.sort(key=lambda one: digest(one[0]))
        ranked += [(rank, digest(where + name), where, source, name, versions) for rank, (name, versions) in enumerate(group)]
    for _, _, where, source, name, versions in sorted(ranked, key=lambda one: one[:2]):
        yield Candidate(kind, where, name, source, oldest(versions), newest(versions))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def oldest(versions: set[str]) -> str:
    best, *others = sorted(versions)
    for version in others:
        best = version if older(version, best) else best
    return best


def newest(versions: set[str]) -> str:
    best, *others = sorted(versions)
    for version in others:
        best = version if older(best, version) else best
    return best


def older(one: str, other: str) -> bool:
    return subprocess.run(["dpkg", "--compare-versions", one, "lt", other]).returncode == 0


def fetch(archive: Archive, one: Candidate, cache: Path) -> dict:
    """Downloads both versions and keeps their shared objects; the record of a pair is written last, so that a pair without one is
    fetched anew."""
    folder = one.folder(cache)
    record = folder / "pair.json"
    if record.exists():
        return json.loads(record.read_text())
    shutil.rmtree(folder, ignore_errors=True)
    content = dict(asdict(one), files=[], unmatched=0)
    try:
        for side, version in (("old", one.old), ("new", one.new)):
            package = archive.download(one.package, version, folder / "download")
            unpack(package, folder / side)
            shutil.rmtree(folder / "download")
        content["files"], content["unmatched"] = match(folder)
    except Gone as gone:
        content["gone"] = str(gone)
    write_json(record, content)
    return content


def write_json(path: Path, content: dict) -> None:
    """A new file renamed over the old one: never half a record."""
    fresh = path.with_suffix(".fresh")
    fresh.write_text(json.dumps(content))
    fresh.rename(path)


def unpack(package: Path, folder: Path) -> None:
    """Leaves the shared objects and drops everything else."""
    folder.mkdir(parents=True)
    done = subprocess.run(["dpkg-deb", "-x", str(package), str(folder)], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"{package.name} cannot be unpacked: {done.stderr.strip()}")
    for path in [path for path in folder.rglob("*") if path.is_symlink() or path.is_file()]:
        if not is_shared_object(path):
            path.unlink()


def is_shared_object(path: Path) -> bool:
    if path.is_symlink() or not re.search(r"\.so(\.|$)", path.name):
        return False
    with path.open("rb") as file:
        head = file.read(18)
    return head[:4] == b"\x7fELF" and head[16:18] == b"\x03\x00"


def match(folder: Path) -> tuple[list[list[str]], int]:
    """Old and new files that a program would find under the same name: the same path, or the same soname in the same directory.
    Also the number of files that have no partner."""
    sides = {side: {str(path.relative_to(folder / side)): path for path in (folder / side).rglob("*") if path.is_file()}
             for side in ("old", "new")}
    pairs = [(name, name) for name in sorted(sides["old"]) if name in sides["new"]]
    left = {side: set(sides[side]) - {name for name, _ in pairs} for side in sides}
    by_soname = {soname_key(name, sides["new"][name]): name for name in left["new"]}
    for name in sorted(left["old"]):
        other = by_soname.pop(soname_key(name, sides["old"][name]), None)
        if other:
            pairs.append((name, other))
    single = len(sides["old"]) + len(sides["new"]) - 2 * len(pairs)
    return [[f"old/{old}", f"new/{new}"] for old, new in pairs], single


def soname_key(name: str, path: Path) -> tuple[str, str]:
    done = subprocess.run(["readelf", "-dW", str(path)], capture_output=True, text=True, env=dict(os.environ, LC_ALL="C"))
    found = re.search(r"\(SONAME\)\s+Library soname: \[(.*)\]", done.stdout)
    # /lib is /usr/lib since the directories were merged
    directory = os.path.dirname(re.sub(r"^usr/", "", name))
    return directory, found[1] if found else name


def size_of(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
