#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bench-lab: how long the lab takes, and how much memory; medians, as a table and in build/bench/lab.json.

empty-warm       hosts/empty inside a running pool: from the start of its process until all of it is gone
empty-cold       the same by `lab run-one`, from command to exit
ikev2-two-hosts  pluto/ikev2-psk by `lab run-one`: two strongSwans, a tunnel, pings, comparison
suite            the strongSwan scenarios of testing/pluto by `lab run`, as many at once as there are processors
memory           proportional set size (PSS) of a running ikev2-psk, its daemons and what they wrote

The peer of the empty ones is by-hand.sh beside this file. The suite's peer is the sum of its tests' own times.
"""

import json
import os
import sys
from pathlib import Path

from measure import LAB, main, row, run

HERE = Path(__file__).resolve().parent


def by_hand(folder: Path) -> float:
    """Seconds that the yardstick takes."""
    return run("unshare", "-Urnm", str(HERE / "by-hand.sh"), str(folder))[0]


def cold(test: str, folder: Path) -> float:
    """Seconds of one test from command to exit."""
    return run(LAB, "run-one", test, "--out", str(folder / "out"))[0]


def warm(test: str, runs: int, folder: Path) -> list[float]:
    """Seconds of a test in a pool, one after the other; the first is not counted."""
    _, text = run(LAB, "run", test, "-j", "1", "--repeat", str(runs + 1), "--json", "--out", str(folder / "warm"))
    return [attempt["seconds"] for attempt in json.loads(text)[0]["attempts"][1:]]


def suite(folder: Path) -> tuple[float, float, int]:
    """Seconds of the whole suite, the sum of its tests' seconds, and how many there are."""
    seconds, text = run(LAB, "run", "pluto", "--peer", "strongswan", "--json", "--out", str(folder / "suite"))
    results = json.loads(text)
    return seconds, sum(result["seconds"] for result in results), len(results)


def _pss(pid: str) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


def _children() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                found.setdefault(file.read().rpartition(")")[2].split()[1], []).append(pid)
        except OSError:
            continue
    return found


def memory(test: str, folder: Path) -> float:
    """Megabytes (10^6) of a test whose hosts were left up: its processes' PSS and what its hosts have written."""
    out = folder / "kept"
    run(LAB, "run", test, "--keep", "--json", "--out", str(out))
    try:
        children, todo, kilobytes = _children(), [(out / test / "live.pid").read_text().strip()], 0
        while todo:
            pid = todo.pop()
            kilobytes += _pss(pid)
            todo += children.get(pid, [])
        for host in ("east", "west"):
            kilobytes += int(run(LAB, "exec", test, host, "df", "-k", "--output=used", "/")[1].split()[-1])
        return kilobytes * 1024 / 1e6
    finally:
        run(LAB, "stop", test)


def measure(_names: list[str], runs: int, folder: Path) -> list[dict]:
    """All rows; what is compared is run in turn, so that a machine that slows down slows both."""
    for test in ("hosts/empty", "pluto/ikev2-psk"):
        run(LAB, "run", test, "--out", str(folder / "first"))  # compiles, fetches the peer: not what is measured
    pairs = [(by_hand(folder), cold("hosts/empty", folder)) for _ in range(runs)]
    hands, colds = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    suites = [suite(folder) for _ in range(max(1, runs // 5))]
    name = f"its {suites[0][2]} tests one after the other"
    return [
        row("empty-warm", warm("hosts/empty", runs, folder), "s", "ip netns and dumpcap by hand", hands),
        row("empty-cold", colds, "s", "ip netns and dumpcap by hand", hands),
        row("ikev2-two-hosts", [cold("pluto/ikev2-psk", folder) for _ in range(runs)], "s"),
        row("suite", [entry[0] for entry in suites], "s", name, [entry[1] for entry in suites]),
        row("memory", [memory("pluto/ikev2-psk", folder) for _ in range(max(1, runs // 5))], "MB"),
    ]


if __name__ == "__main__":
    sys.exit(main("lab", __doc__, measure, 15))
