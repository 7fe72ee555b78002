"""A second opinion on "this function has changed": objdump's text of every exported function of both files against bean-diff.

The text of an instruction keeps its registers and numbers; an address becomes what it means as far as objdump and readelf tell: the
number of an instruction of the same function, a symbol, the symbol a slot of the GOT is bound to, a text, a place in writable
data. What they cannot name is only `?`, so bean-diff may see a change there that this comparison does not; never the other way round.
"""

import bisect
import json
import random
import re
import subprocess
from collections import Counter
from pathlib import Path

from archive import Failure
from crosscheck import Facts, readelf

LARGEST = 3_000_000
PADDING = re.compile(r"(data16 |cs |rex\.W )*nop|xchg +%ax,%ax$|int3")
LINE = re.compile(r"^ +([0-9a-f]+):\t(.*)$", re.M)
BRANCH = re.compile(r"^((?:bnd |notrack |data16 |rex\.W )*(?:j\w+|call\w*|loop\w*|xbegin)(?:,p[nt])?) +([0-9a-f]+)(?: <([^>]*)>)?$")
FROM_HERE = re.compile(r"-?0x[0-9a-f]+\(%rip\)(.*?)\s+# ([0-9a-f]+).*$")
RELOCATION = re.compile(r"^([0-9a-f]{16}) +\w+ R_X86_64_(\w+) +(?:[0-9a-f]{16} (\S+) [+-] \w+|([0-9a-f]+))?", re.M)
FUNCTION = re.compile(r"^ +\d+: (\w+) +(\w+) FUNC +(?:GLOBAL|WEAK) +(?:DEFAULT|PROTECTED) +\d+ (\S+)", re.M)
AGREED_SAME, AGREED_CHANGED, ONLY_BEAN, ONLY_OBJDUMP = "both same", "both changed", "only bean-diff changed", "only objdump changed"


def check(results: list[dict], number: int, tool: Path, seed: int) -> tuple[str, bool]:
    """The counts over up to `number` changed libraries as text, and whether nothing was missed."""
    small = [result for result in results if not result["identical"] and result["size"] < LARGEST]
    chosen = random.Random(seed).sample(small, min(number, len(small)))
    counts, missed, stricter = Counter(), [], {}
    for result in chosen:
        for name, verdict in compare(tool, Path(result["old_file"]), Path(result["new_file"])):
            counts[verdict] += 1
            place = f"{result['package']} {Path(result['old_file']).name} {name}"
            if verdict == ONLY_OBJDUMP:
                missed.append(place)
            elif verdict == ONLY_BEAN:
                # one of each library, or a few large ones would be all of the sample
                stricter.setdefault(result["package"] + Path(result["old_file"]).name, []).append(
                    (place, result["old_file"], result["new_file"], name))
    lines = [f"{len(chosen)} libraries, {sum(counts.values())} functions"]
    lines += [f"{verdict:<26}{counts[verdict]}" for verdict in (AGREED_SAME, AGREED_CHANGED, ONLY_BEAN, ONLY_OBJDUMP)]
    lines += [f"missed: {place}" for place in missed]
    random_sample = random.Random(seed)
    for place, old, new, name in map(random_sample.choice, random_sample.sample(list(stricter.values()), min(10, len(stricter)))):
        lines += [f"only bean-diff: {place}", f"    {tool} -d -f {name.partition('@')[0]} {old} {new}"]
    return "\n".join(lines), not missed


def compare(tool: Path, old: Path, new: Path) -> list[tuple[str, str]]:
    """For each exported function that both files have its name and who says that it has changed."""
    before, after = Listing(old), Listing(new)
    found = []
    done = set()
    entries = bean_functions(tool, old, new)
    for name, (start, size) in before.functions.items():
        entry = entries.get(start)
        # of several names of one function one is enough
        if name not in after.functions or entry is None or start in done:
            continue
        done.add(start)
        partner = int(entry["new"]["address"], 16) if entry["new"] else None
        is_same = entry["state"] in ("same", "moved") and partner == after.functions[name][0]
        is_equal = before.text(start, size) == after.text(*after.functions[name])
        found.append((name, (AGREED_SAME if is_equal else ONLY_OBJDUMP) if is_same else ONLY_BEAN if is_equal else AGREED_CHANGED))
    return found


def bean_functions(tool: Path, old: Path, new: Path) -> dict[int, dict]:
    """bean-diff's functions by their address in the old file."""
    done = subprocess.run([tool, "--json", old, new], capture_output=True, text=True, errors="replace")
    if done.returncode not in (0, 1):
        raise Failure(f"bean-diff cannot compare {old} and {new}: {done.stderr.strip()}")
    return {int(entry["old"]["address"], 16): entry for entry in json.loads(done.stdout)["functions"] if entry["old"]}


class Listing:
    """What objdump and readelf say of the code of one file."""

    def __init__(self, path: Path):
        self.facts = Facts(path)
        self.bytes = path.read_bytes()
        self.loads = [tuple(int(number, 16) for number in numbers) for numbers in re.findall(
            r"^ +LOAD +(0x\w+) (0x\w+) 0x\w+ (0x\w+) .*", readelf(path, "-l"), re.M)]
        symbols = readelf(path, "--dyn-syms")
        self.functions = {name: (int(value, 16), int(size, 0)) for value, size, name in FUNCTION.findall(symbols) if int(size, 0)}
        self.names = {}
        for value, _, name in FUNCTION.findall(symbols):
            self.names.setdefault(int(value, 16), set()).add(name.partition("@")[0])
        relocations = RELOCATION.findall(readelf(path, "-r"))
        self.relocated = {int(at, 16) for at, *_ in relocations}
        self.slots = {int(at, 16): symbol.partition("@")[0] for at, _, symbol, _ in relocations if symbol}
        done = subprocess.run(["objdump", "-d", "--no-show-raw-insn", path], capture_output=True, text=True, errors="replace")
        self.code = [(int(at, 16), text.strip()) for at, text in LINE.findall(done.stdout)]
        self.starts = [at for at, _ in self.code]

    def text(self, start: int, size: int) -> list[str]:
        """The instructions of a function with meanings in place of addresses."""
        first, last = bisect.bisect_left(self.starts, start), bisect.bisect_left(self.starts, start + size)
        code = [(at, text) for at, text in self.code[first:last] if not PADDING.match(text)]
        places = [at for at, _ in code]

        def meaning(text: str) -> str:
            if branch := BRANCH.match(text):
                target = int(branch[2], 16)
                if start <= target < start + size:
                    return f"{branch[1]} #{bisect.bisect_left(places, target)}"
                return f"{branch[1]} {self.called(target, branch[3] or '')}"
            return FROM_HERE.sub(lambda here: f"[{self.datum(int(here[2], 16), text)}]{here[1]}", text)

        return [re.sub(" +", " ", meaning(text)) for _, text in code]

    def called(self, target: int, label: str) -> str:
        """The function that is called, by its first name or as a PLT entry."""
        if target in self.names:
            return min(self.names[target])
        return label if label.endswith("@plt") else "?"

    def datum(self, at: int, instruction: str) -> str:
        if at in self.slots:
            return self.slots[at]
        place = self.facts.place(at)
        if place is not None:
            return f"data {place:#x}"
        if at in self.names:
            return min(self.names[at])
        return self.string(at) if instruction.startswith("lea ") else "?"

    def string(self, at: int) -> str:
        """The text at an address, if it is one. A word that is relocated has an address in the file, and the first number of a jump table
        may look like a text of one character."""
        if at in self.relocated:
            return "?"
        for offset, address, in_file in self.loads:
            if address <= at < address + in_file:
                piece = self.bytes[offset + at - address:offset + in_file]
                text = piece[:piece.find(b"\0")]
                return repr(text) if len(text) > 1 and all(32 <= byte < 127 or byte in b"\t\n\r\x1b" for byte in text) else "?"
        return "?"
