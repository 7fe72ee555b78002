"""A second opinion on accepted libraries, from readelf alone: what the verdict must not have missed.

Compared are the writable data behind RELRO (its place in the page, its size, its bytes outside relocated words), thread-local
storage, the number of constructors, and every defined symbol with its version, type and, for variables, place and size.
"""

import os
import re
import subprocess
from pathlib import Path

PAGE = 4096
WORD = {"R_X86_64_DTPMOD64": 8, "R_X86_64_32": 4}


def differences(old: Path, new: Path) -> list[str]:
    """What differs although the new file was accepted, one sentence each."""
    before, after = Facts(old), Facts(new)
    found = [f"{name}: {getattr(before, name)} and {getattr(after, name)}"
             for name in ("soname", "shape", "thread_local", "arrays") if getattr(before, name) != getattr(after, name)]
    for key, (kind, size, place) in before.symbols.items():
        other = after.symbols.get(key)
        if other is None:
            found.append(f"symbol {key} is gone")
        elif other[0] != kind or kind in ("OBJECT", "TLS") and other[1:] != (size, place):
            found.append(f"symbol {key}: {(kind, size, place)} and {other}")
    if before.shape == after.shape and before.content != after.content:
        found.append("bytes of the writable data")
    return found


class Facts:
    """What readelf says of one file."""

    def __init__(self, path: Path):
        text = readelf(path, "-ldr")
        segments = [(kind, *(int(number, 16) for number in numbers)) for kind, *numbers in re.findall(
            r"^\s+(LOAD|TLS|GNU_RELRO)\s+(0x\w+) (0x\w+) 0x\w+ (0x\w+) (0x\w+) .*", text, re.M)]
        writable = [segment for segment, flags in zip(
            [one for one in segments if one[0] == "LOAD"], re.findall(r"^\s+LOAD .* ([RWE ]{3}) 0x", text, re.M)) if "W" in flags]
        relro = [one for one in segments if one[0] == "GNU_RELRO"]
        self.soname = re.findall(r"Library soname: \[(.*)\]", text)
        self.thread_local = [one[3:] for one in segments if one[0] == "TLS"]
        self.arrays = re.findall(r"\((?:INIT|FINI|PREINIT)_ARRAYSZ\)\s+(\d+)", text)
        self.ranges = [shared(one, relro) for one in writable]
        self.shape = [(start % PAGE, size) for start, size, _ in self.ranges]
        self.symbols = self.read_symbols(path)
        self.content = self.read_content(path, text)

    def place(self, address: int) -> int | None:
        """Offset in the writable data; what is read-only may be anywhere."""
        return next((address - start for start, size, _ in self.ranges if start <= address < start + size), None)

    def read_symbols(self, path: Path) -> dict:
        found = {}
        for line in readelf(path, "--dyn-syms").splitlines():
            match = re.match(r"\s*\d+: (\w+)\s+(\w+) (\w+)\s+(GLOBAL|WEAK|UNIQUE)\s+(?:DEFAULT|PROTECTED)\s+(\w+) (\S+)", line)
            if match and match[5] not in ("UND", "ABS"):
                address, size = int(match[1], 16), int(match[2], 0)
                place = address if match[3] == "TLS" else self.place(address)
                found[match[6].replace("@@", "@")] = (match[3], size, place)
        return found

    def read_content(self, path: Path, text: str) -> list[bytes]:
        """The initialised bytes with zeros for relocated words."""
        data = path.read_bytes()
        # the first three words of the table are the loader's
        reserved = [(int(at, 16), 24) for at in re.findall(r"\(PLTGOT\)\s+0x(\w+)", text)]
        relocated = reserved + [(int(at, 16), WORD.get(kind, 8)) for at, kind in re.findall(r"^([0-9a-f]{16})\s+\w+ (R_\w+)", text, re.M)]
        content = []
        for start, size, offset_of in self.ranges:
            first, last = offset_of
            piece = bytearray(data[first:last].ljust(size, b"\0")[:size])
            for at, width in relocated:
                if start <= at < start + size:
                    piece[at - start:at - start + width] = bytes(width)
            content.append(bytes(piece))
        return content


def shared(load: tuple, relro: list[tuple]) -> tuple[int, int, tuple[int, int]]:
    """Start, size and place in the file of the part of a segment that stays writable."""
    _, offset, address, in_file, in_memory = load
    start = address
    for _, _, begin, _, length in relro:
        if address <= begin < address + in_memory:
            start = max(start, (begin + length) // PAGE * PAGE)
    skipped = min(start - address, in_file)
    return start, address + in_memory - start, (offset + skipped, offset + in_file)


def readelf(path: Path, options: str) -> str:
    done = subprocess.run(["readelf", "-W", options, str(path)], capture_output=True, text=True, errors="replace",
                          env=dict(os.environ, LC_ALL="C"))
    return done.stdout
