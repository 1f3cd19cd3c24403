# SPDX-License-Identifier: GPL-2.0-or-later
"""lab mutate: prove that each expected file can fail, by breaking it and comparing again."""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

from lab import commands, history, mutation, testlist, verdict
from lab.errors import EXIT_FAILED, EXIT_PASS, UsageError


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("mutate", description="Take the last passing run of each test, break its expected files one line at "
                           "a time (removed, doubled, changed, exchanged with the next) and compare again. Each break must "
                           "be found.")
    made.add_argument("tests", nargs="*", metavar="TEST", help="just these (all good ones)")
    made.add_argument("--lines", type=commands.count, default=4, metavar="N",
                      help="break so many lines of each file, evenly spread (%(default)s)")
    made.add_argument("--json", action="store_true", help="print JSON")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    if arguments.tests:
        entries = commands.own(commands.several(arguments.tests), "mutate")
    else:
        entries = [entry for entry in testlist.read() if entry.status == "good"]
    last = history.last()
    with ProcessPoolExecutor() as processes:  # a break's time goes into starting sed and awk
        reports = list(processes.map(_report, entries, [last.get(entry.test) for entry in entries], repeat(arguments.lines)))
    if arguments.json:
        print(json.dumps(reports, indent=1))
    else:
        _print(reports)
    return EXIT_FAILED if any(report["missed"] for report in reports) else EXIT_PASS


def _report(entry: testlist.Entry, last: dict | None, lines: int) -> dict:
    """What came of a test's breaks. last: the newest record of the test in the history."""
    if last and last["class"] == "skipped":
        return {"test": entry.test, "tried": 0, "missed": [], "skipped": last["reason"]}
    if not last or last["class"] != "pass" or not Path(last["out"]).exists():
        raise UsageError(f"{entry.test} did not pass when it was last run, so nothing can be said; run it first")
    out = Path(last["out"])
    tried, missed = mutation.try_all(verdict.in_cell_of(entry.load(), out), out, lines)
    return {"test": entry.test, "tried": tried, "missed": missed, "skipped": ""}


def _print(reports: list[dict]) -> None:
    for report in reports:
        if report["skipped"]:
            print(f"{report['test']:<36} skipped: {report['skipped']}")
        else:
            print(f"{report['test']:<36} {report['tried'] - len(report['missed']):4} of {report['tried']} breaks found")
        for miss in report["missed"]:
            print(f"    not found: {miss}")
    tried = sum(report["tried"] for report in reports)
    missed = sum(len(report["missed"]) for report in reports)
    print(f"{tried} breaks of expected files, {missed} not found")
