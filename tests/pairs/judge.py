"""The verdict on every pair of files, each in a process of its own with a time limit and with its time and memory measured."""

import filecmp
import json
import os
import subprocess
import threading
import time
from pathlib import Path

TIME_LIMIT = 60.0
# exit statuses of bean-update
OUTCOMES = {0: "accepted", 1: "refused", 2: "unreadable"}


def judge(tool: Path, old: Path, new: Path) -> dict:
    """Outcome, seconds, peak memory in KiB and the tool's answer. A process that ends by a signal or with a status of its own is a
    crash, as is one whose answer does not fit its status."""
    started = time.monotonic()
    process = subprocess.Popen([tool, "--json", old, new], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(TIME_LIMIT, stop)
    timer.start()
    output, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    process.stderr.close()
    result = {"seconds": round(time.monotonic() - started, 4), "peak_kib": usage.ru_maxrss}
    outcome = OUTCOMES.get(process.returncode)
    answer = parse(output)
    if late.is_set():
        return dict(result, outcome="timeout")
    if outcome is None or answer is None or answer["verdict"] != outcome:
        text = errors.decode(errors="replace").strip()
        return dict(result, outcome="crash", error=f"exit status {process.returncode}: {text}")
    return dict(result, outcome=outcome, answer=answer)


def parse(output: bytes) -> dict | None:
    try:
        return json.loads(output)
    except ValueError:
        return None


def judge_pair(tool: Path, cache: Path, pair: dict) -> list[dict]:
    folder = cache / "pairs" / pair["release"] / pair["package"]
    results = []
    for old, new in pair["files"]:
        about = {key: pair[key] for key in ("kind", "release", "package", "source", "old", "new", "unmatched")}
        paths = folder / old, folder / new
        size = max(path.stat().st_size for path in paths)
        identical = filecmp.cmp(*paths, shallow=False)
        about.update(old_file=str(paths[0]), new_file=str(paths[1]), size=size, identical=identical)
        results.append(dict(about, **judge(tool, *paths)))
    return results
