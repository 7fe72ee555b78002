"""Real package updates before the verdict; tests/pairs.sh says how it is called."""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path

import archive
import crosscheck
import functions
import judge
import report
from archive import Failure

ROOT = Path(__file__).resolve().parents[2]
CHOSEN = "chosen.json"


def main() -> int:
    # a reader that has enough, such as head, is no failure
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    options = arguments()
    try:
        if not (options.judge or options.summary or options.sample or options.readme or options.functions):
            archive.write_json(options.cache / CHOSEN, fetch_all(options))
            # a small process begins here: the peak memory of a child is counted from that of its parent
            os.execv(sys.executable, [sys.executable, *sys.argv, "--judge"])
        if options.judge:
            run(options)
        results = report.read(options.cache)
        if options.sample:
            print(report.sample(results, options.sample, options.seed))
            return 0
        if options.functions:
            text, is_fine = functions.check(results, options.functions, options.tool.with_name("bean-diff"), options.seed)
            print(text)
            return 0 if is_fine else 1
        if options.readme:
            report.write_readme(results, ROOT)
        print(report.summary(results))
        return 1 if report.failures(results) else 0
    except Failure as failure:
        print(f"pairs: {failure}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"pairs: interrupted; the next run goes on with what {options.cache} has", file=sys.stderr)
    return 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/pairs.sh", description="Judges real package updates.")
    parser.add_argument("--cache", type=Path, default=Path("/var/tmp/luci-pairs"), help="where packages and results are kept")
    parser.add_argument("--pairs", type=int, default=150, help="package pairs: main against security or updates of one release")
    parser.add_argument("--cross-release", type=int, default=0, metavar="N", help="also N packages of two releases")
    parser.add_argument("--megabytes", type=int, default=4000, help="the cache grows no larger")
    parser.add_argument("--tool", type=Path, default=ROOT / "target/dist/bin/bean-update", help="the judge")
    parser.add_argument("--judge", action="store_true", help="judge the pairs of the last run again; the archive is not asked")
    parser.add_argument("--summary", action="store_true", help="print the last run's table again")
    parser.add_argument("--sample", type=int, metavar="N", help="print N random refusals of the last run and how to check them")
    parser.add_argument("--functions", type=int, nargs="?", const=60, metavar="N",
                        help="compare what bean-diff says of the functions of N random libraries with objdump")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--readme", action="store_true", help="put the last run's table into README.md and docs/verdicts.svg")
    return parser.parse_args()


def fetch_all(options: argparse.Namespace) -> list[dict]:
    packages = archive.Archive(options.cache)
    packages.update()
    pairs = fetch_kind(options, packages, "update", options.pairs)
    # few updates: the rest are the same packages of two releases, reported apart
    others = options.cross_release + options.pairs - len(pairs)
    return pairs + (fetch_kind(options, packages, "cross-release", others) if others else [])


def fetch_kind(options: argparse.Namespace, packages: archive.Archive, kind: str, wanted: int) -> list[dict]:
    pairs: list[dict] = []
    used = archive.size_of(options.cache / "pairs") if (options.cache / "pairs").exists() else 0
    for number, one in enumerate(archive.candidates(packages, kind), 1):
        if len(pairs) == wanted:
            break
        if used > options.megabytes * 1_000_000:
            raise Failure(f"{options.cache} has reached {options.megabytes} megabytes (--megabytes)")
        is_new = not (one.folder(options.cache) / "pair.json").exists()
        pair = archive.fetch(packages, one, options.cache)
        used += archive.size_of(one.folder(options.cache)) if is_new else 0
        # a package can be called a library and have no shared object in both versions
        if pair["files"]:
            pairs.append(pair)
        progress(f"{kind}: {len(pairs)} of {wanted} pairs, {used // 1_000_000} MB, candidate {number}: {one}")
    progress_end()
    return pairs


def run(options: argparse.Namespace) -> None:
    if not (options.cache / CHOSEN).exists():
        raise Failure(f"{options.cache / CHOSEN} does not exist: run tests/pairs.sh without --judge first")
    pairs = json.loads((options.cache / CHOSEN).read_text())
    if not options.tool.exists():
        raise Failure(f"{options.tool} is missing: run `make`")
    results = []
    for number, pair in enumerate(pairs, 1):
        progress(f"judged {number} of {len(pairs)} pairs: {pair['package']}")
        results += judge.judge_pair(options.tool, options.cache, pair)
    # after all judging, because readelf's output makes this process large
    for number, result in enumerate(results, 1):
        progress(f"looked again at {number} of {len(results)} libraries: {result['package']}")
        accepted = result["outcome"] == "accepted" and not result["identical"]
        result["doubts"] = crosscheck.differences(Path(result["old_file"]), Path(result["new_file"])) if accepted else []
    fresh = options.cache / "results.fresh"
    fresh.write_text("".join(json.dumps(result) + "\n" for result in results))
    fresh.rename(options.cache / report.RESULTS)
    progress_end()


last_progress = 0.0


def progress(text: str) -> None:
    """One line that is written over on a terminal, and now and then a line elsewhere."""
    global last_progress
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text[:140]}", end="", file=sys.stderr, flush=True)
    elif time.monotonic() - last_progress > 10:
        print(text, file=sys.stderr, flush=True)
        last_progress = time.monotonic()


def progress_end() -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)


sys.exit(main())
