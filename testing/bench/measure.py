# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benchmarks share: their command line, commands timed, medians as a table and in build/bench/NAME.json."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAB = str(ROOT / "lab")
LIMIT = 1800  # seconds for one command


def run(*argv: str) -> tuple[float, str]:
    """Run a command to its end; its seconds and output. Ends the bench if it fails."""
    began = time.monotonic()
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=LIMIT,
                          check=False)
    seconds = time.monotonic() - began
    if done.returncode:
        sys.exit(f"bench: {' '.join(argv)} ended with {done.returncode}:\n{done.stdout.decode()}{done.stderr.decode()}")
    return seconds, done.stdout.decode()


def row(name: str, values: list[float], unit: str, peer: str = "", peer_values: list[float] | None = None) -> dict:
    """A line of the table: medians, and their ratio where there is a peer."""
    value = statistics.median(values)
    other = statistics.median(peer_values) if peer_values else None
    return {"name": name, "value": round(value, 4), "unit": unit, "peer": peer or None,
            "peer_value": round(other, 4) if other else None, "ratio": round(value / other, 3) if other else None,
            "runs": len(values)}


def show(rows: list[dict]) -> str:
    """The rows as a table."""
    lines = [f"{'name':<16} {'median':>9} unit  {'peer':>9} {'ratio':>6} runs  peer is"]
    for entry in rows:
        peer = f"{entry['peer_value']:9.3f} {entry['ratio']:6.2f}" if entry["peer"] else f"{'-':>9} {'-':>6}"
        lines.append(f"{entry['name']:<16} {entry['value']:9.3f} {entry['unit']:<5} {peer} {entry['runs']:>4}  "
                     f"{entry['peer'] or ''}".rstrip())
    return "\n".join(lines)


def rounds(runs: int) -> Iterator[int]:
    """The runs' numbers, each told as it begins, with what else the machine does."""
    for number in range(runs):
        print(f"run {number + 1} of {runs}, load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
        yield number


def main(name: str, about: str, measure: Callable[[list[str], int, Path], list[dict]], runs: int,
         names: Sequence[str] = ()) -> int:
    """The program bench-NAME: reads its command line, prints a table and writes build/bench/NAME.json.

    measure gets the names asked for, how often, and a folder that is removed afterwards; its rows are in the names' order.
    runs: how often by default. Returns the exit status.
    """
    parser = argparse.ArgumentParser(prog=f"bench-{name}", description=about,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=runs, help="runs of each short measurement (%(default)s)")
    if names:
        parser.add_argument("names", nargs="*", metavar="NAME", help=f"just these of {', '.join(names)}")
    arguments = parser.parse_args()
    asked = getattr(arguments, "names", [])
    if unknown := set(asked) - set(names):
        parser.error(f"no measurement {sorted(unknown)[0]}: there are {', '.join(names)}")
    if arguments.runs < 1:
        parser.error(f"--runs {arguments.runs}: at least 1")
    with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
        rows = measure(asked or list(names), arguments.runs, Path(folder))
    print(show(rows))
    path = ROOT / "build" / "bench" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 0
