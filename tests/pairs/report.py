"""What a run has found: the table, the chart, a sample to check by hand, and the table in README.md."""

import json
import random
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median

from archive import Failure
from chart import bars

RESULTS = "results.jsonl"
KINDS = {"update": "updates of one release", "cross-release": "the same package of two releases"}
RULES = {1: "shape of the file", 2: "writable data", 3: "thread-local storage", 4: "constructors", 5: "symbols and versions in use",
         6: "needs of the new file", 7: "lazily bound slots", 8: "policy"}
WORDS = {"shared-size": "the size of the writable data", "data-moved": "a variable has moved", "data-missing": "a variable is gone",
         "data-new": "a variable is new", "data-size": "the size of a variable", "content": "an initial value",
         "relocation": "what a pointer in the data is bound to", "relocation-missing": "a pointer in the data is gone",
         "relocation-new": "a pointer in the data is new", "plt-slot": "the order of lazily bound functions",
         "plt-slots": "the number of lazily bound functions", "export-missing": "a symbol is gone",
         "export-size": "the size of an exported variable", "tls-size": "the size of thread-local storage",
         "init-count": "the number of constructors", "init-code": "a constructor or destructor has changed",
         "init-callee": "a function that a constructor calls has changed", "init-function": "a constructor is another function",
         "variable-moved": "a variable without name has moved, as code shows",
         "variable-unverified": "code does not show whether a variable is the same",
         "virtual-slot": "a virtual function is another one", "virtual-functions": "the number of virtual functions",
         "target": "what a pointer in the data points to"}
BEGIN, END = "<!-- made by tests/pairs.sh --readme -->", "<!-- end -->"
# how a reason is looked at with other tools; OLD and NEW are the files
CHECKS = {"code": "objdump -d --no-show-raw-insn FILE (the function, and the address it refers to); readelf -lW FILE",
          "data": "readelf -lW FILE; readelf -SW FILE; readelf -rW FILE; readelf --dyn-syms -W FILE; objdump -s -j .data FILE",
          "tls": "readelf -lW FILE; readelf -SW FILE; readelf --dyn-syms -W FILE; objdump -s -j .tdata FILE",
          "init": "readelf -dW FILE; readelf -SW FILE; objdump -s -j .init_array FILE; readelf -rW FILE",
          "export": "readelf --dyn-syms -W FILE; readelf -VW FILE", "plt": "readelf -rW FILE; readelf -SW FILE",
          "file": "readelf -hW FILE; readelf -dW FILE; readelf -lW FILE"}
CHECK_OF_RULE = {1: "file", 2: "data", 3: "tls", 4: "init", 5: "export", 7: "plt"}
# what only the code shows
CHECK_OF_KIND = dict.fromkeys(["variable-moved", "variable-unverified", "virtual-slot", "virtual-functions", "init-code", "init-callee",
                               "init-function"], "code")


def read(cache: Path) -> list[dict]:
    path = cache / RESULTS
    if not path.exists():
        raise Failure(f"{path} does not exist: run tests/pairs.sh first")
    return [json.loads(line) for line in path.read_text().splitlines()]


def failures(results: list[dict]) -> list[dict]:
    """What must not be: the judge ended badly, or accepted what readelf alone tells apart."""
    return [result for result in results if result["outcome"] in ("crash", "timeout", "unreadable") or result["doubts"]]


def summary(results: list[dict]) -> str:
    parts = [section(kind, [result for result in results if result["kind"] == kind]) for kind in KINDS]
    for result in failures(results):
        error = ", ".join(result["doubts"]) or result.get("error") or result.get("answer", {}).get("error") or ""
        parts.append(f"{result['outcome']}: {result['old_file']} {result['new_file']} {error}")
    return "\n".join(part for part in parts if part)


def section(kind: str, results: list[dict]) -> str:
    if not results:
        return ""
    numbers = count(results)
    lines = [f"== {KINDS[kind]}"]
    lines += [f"{text:<66}{value}" for text, value in numbers_table(numbers)]
    lines += ["", f"{'refused by':<32}{'kind':<22}{'files':>6}{'share':>8}{'alone':>7}{'packages':>10}"]
    for rule, word, files, alone, packages in numbers["reasons"] + [(rule, "any", *rest) for rule, *rest in numbers["rules"]]:
        name = f"{rule} {RULES[rule]}"
        lines.append(f"{name:<32}{word:<22}{files:>6}{share(files, numbers['refused']):>8}{alone:>7}{packages:>10}")
    return "\n".join(lines) + "\n"


def count(results: list[dict]) -> dict:
    """All numbers of a table. Files that did not change are accepted without a look, so they are counted apart."""
    changed = [result for result in results if not result["identical"]]
    refused = [result for result in changed if result["outcome"] == "refused"]
    packages = Counter((result["release"], result["package"]) for result in results)
    single = sum({(result["release"], result["package"]): result["unmatched"] for result in results}.values())
    unchanged = set(packages) - {(result["release"], result["package"]) for result in changed}
    stopped = {(result["release"], result["package"]) for result in results if result["outcome"] != "accepted"}
    # what a process may have against a package that is accepted, which counts where a file has changed
    hazard = {kind: {(result["release"], result["package"]) for result in changed if result["outcome"] == "accepted"
                     and any(one["kind"] == kind for one in result["answer"]["hazards"])} - stopped
              for kind in ("locks", "own-pointer")}
    outcomes = Counter(result["outcome"] for result in results)
    accepted = [result for result in changed if result["outcome"] == "accepted"]
    largest = max(results, key=lambda result: result["peak_kib"])
    slowest = max(results, key=lambda result: result["seconds"])
    return {"pairs": len(packages), "pairs_unchanged": len(unchanged), "pairs_changed": len(packages) - len(unchanged),
            "pairs_accepted": len(set(packages) - stopped - unchanged), "files": len(results), "single": single, "changed": len(changed),
            "accepted": len(accepted), "refused": len(refused),
            "forced": sum(result["answer"]["forced_ok"] for result in refused), "outcomes": outcomes,
            "no_evidence": sum(lacks_evidence(result) for result in refused),
            "pairs_no_evidence": len(pairs_without_evidence(results)),
            "pairs_locks": len(hazard["locks"] - hazard["own-pointer"]), "pairs_pointers": len(hazard["own-pointer"]),
            "pairs_free": len(set(packages) - stopped - unchanged - hazard["locks"] - hazard["own-pointer"]),
            "doubts": sum(bool(result["doubts"]) for result in results),
            "median": median(result["seconds"] for result in results), "slowest": slowest, "largest": largest,
            "reasons": tally(refused, lambda reason: (reason["rule"], reason["kind"])),
            "rules": tally(refused, lambda reason: (reason["rule"],))}


def lacks_evidence(result: dict) -> bool:
    """Refused because the files do not show enough, not because they differ: `--relax-check 1` lets it through."""
    answer = result["answer"]
    return not answer["omitted"] and all(reason["relaxed_at"] == 1 for reason in answer["reasons"])


def pairs_without_evidence(results: list[dict]) -> set:
    """Packages all of whose refused libraries are refused for want of evidence."""
    stopped = [result for result in results if result["outcome"] != "accepted"]
    others = {(result["release"], result["package"]) for result in stopped
              if result["outcome"] != "refused" or not lacks_evidence(result)}
    return {(result["release"], result["package"]) for result in stopped} - others


def tally(refused: list[dict], key) -> list[tuple]:
    """For each key the refused files that have it among their reasons, those that have no other, and the packages of the
    files; most frequent first."""
    having, alone, packages = Counter(), Counter(), defaultdict(set)
    for result in refused:
        keys = {key(reason) for reason in result["answer"]["reasons"]}
        having.update(keys)
        alone.update(keys if len(keys) == 1 else ())
        for one in keys:
            packages[one].add((result["release"], result["package"]))
    ordered = sorted(having, key=lambda one: (-having[one], one))
    return [(*one, having[one], alone[one], len(packages[one])) for one in ordered]


def numbers_table(numbers: dict) -> list[tuple[str, str]]:
    whole = numbers["pairs_changed"]
    of_pairs = f"{numbers['pairs_accepted']} of {whole} ({share(numbers['pairs_accepted'], whole)})"
    free = f"{numbers['pairs_free']} ({share(numbers['pairs_free'], whole)})"
    of_files = f"{numbers['accepted']} of {numbers['changed']} ({share(numbers['accepted'], numbers['changed'])})"
    refused = f"{numbers['refused']}, of them {numbers['forced']} can be forced"
    no_evidence = (f"{numbers['no_evidence']} of {numbers['refused']} libraries ({share(numbers['no_evidence'], numbers['refused'])}), "
                   f"{numbers['pairs_no_evidence']} of {whole - numbers['pairs_accepted']} packages")
    outcomes = numbers["outcomes"]
    slowest, largest = numbers["slowest"], numbers["largest"]
    return [("packages, those in which no library changed", f"{numbers['pairs']}, {numbers['pairs_unchanged']}"),
            ("changed packages whose libraries are all accepted by their files", of_pairs),
            ("of them without locks and without data that points into itself", free),
            ("of them refused while the program has several threads (locks)", str(numbers["pairs_locks"])),
            ("of them refused because their data points into itself", str(numbers["pairs_pointers"])),
            ("changed libraries accepted by their files", of_files),
            ("changed libraries refused", refused),
            ("refused only for missing evidence (`--relax-check 1`)", no_evidence),
            ("libraries that are byte for byte the same", str(numbers["files"] - numbers["changed"])),
            ("libraries that only one of the two packages has", str(numbers["single"])),
            ("crashes, timeouts, unreadable", f"{outcomes['crash']}, {outcomes['timeout']}, {outcomes['unreadable']}"),
            ("accepted, but told apart by a comparison with readelf", str(numbers["doubts"])),
            ("time for a library, median and longest",
             f"{numbers['median'] * 1000:.0f} ms, {slowest['seconds'] * 1000:.0f} ms ({megabytes(slowest['size'])} file)"),
            ("most memory", f"{megabytes(largest['peak_kib'] * 1024)} ({megabytes(largest['size'])} file)")]


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def sample(results: list[dict], number: int, seed: int) -> str:
    """Random refusals, each with one of its reasons."""
    refused = [result for result in results if result["outcome"] == "refused"]
    chosen = random.Random(seed)
    lines = []
    for index, result in enumerate(chosen.sample(refused, min(number, len(refused))), 1):
        reason = chosen.choice(result["answer"]["reasons"])
        command = CHECKS[CHECK_OF_KIND.get(reason["kind"], CHECK_OF_RULE[reason["rule"]])]
        lines += [f"{index}. {result['release']} {result['package']} {result['old']} -> {result['new']}",
                  f"   rule {reason['rule']} {reason['kind']}: {reason['text']}",
                  f"   OLD={result['old_file']}", f"   NEW={result['new_file']}",
                  f"   for FILE in $OLD $NEW: {command}"]
    return "\n".join(lines)


def write_readme(results: list[dict], root: Path) -> None:
    """The table between the marks of README.md, and docs/verdicts.svg."""
    numbers = count([result for result in results if result["kind"] == "update"])
    path = root / "README.md"
    text = path.read_text()
    if BEGIN not in text or END not in text.partition(BEGIN)[2]:
        raise Failure(f"README.md has no place for the table between {BEGIN} and {END}")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n{markdown(numbers)}{END}{after}")
    (root / "docs").mkdir(exist_ok=True)
    rows = [("accepted", numbers["pairs_free"], "accepted"),
            ("accepted while there is one thread", numbers["pairs_locks"], "partly"),
            ("files fit, data points into itself", numbers["pairs_pointers"], "refused")]
    rows += [(f"{WORDS.get(word, word)} ({rule})", packages, "refused") for rule, word, *_, packages in numbers["reasons"][:12]]
    title = f"{numbers['pairs_changed']} package updates: accepted, and reasons against the others (one may have several)"
    (root / "docs/verdicts.svg").write_text(bars(title, rows, numbers["pairs_changed"]))


def markdown(numbers: dict) -> str:
    lines = ["| measured | |", "|---|---|"]
    lines += [f"| {text} | {value} |" for text, value in numbers_table(numbers)]
    lines += ["", "| most frequent reasons | rule | packages | refused libraries that have it | that have no other |", "|---|---|---|---|---|"]
    for rule, word, files, alone, packages in numbers["reasons"][:10]:
        lines.append(f"| {WORDS.get(word, word)} (`{word}`) | {rule}, {RULES[rule]} | {packages} | {files} ({share(files, numbers['refused'])}) | {alone} |")
    return "\n".join(lines) + "\n"
