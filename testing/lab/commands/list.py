# SPDX-License-Identifier: GPL-2.0-or-later
"""lab list: the tests, with status and last result; or one test, whole."""

import argparse
import json
import time

from lab import commands, history, live, testlist
from lab.errors import UsageError
from lab.testcase import TestCase


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("list", description="List tests: status, last result, seconds, title. One test named in full is "
                                               "shown whole.")
    commands.add_selection(made)
    made.add_argument("--live", action="store_true", help="list the runs whose hosts are up")
    made.add_argument("--json", action="store_true", help="print JSON")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    if arguments.live:
        return _live(arguments.json)
    if not (arguments.all or arguments.tests or arguments.status or arguments.failed or arguments.tag or arguments.host
            or arguments.peer):
        arguments.all = True
        arguments.status = list(testlist.STATUSES)
    entries = commands.selected(arguments)
    last = history.last()
    if arguments.json:
        print(json.dumps([_record(entry, last) for entry in entries], indent=1))
    elif len(entries) == 1 and arguments.tests:
        print(_whole(entries[0].load(), entries[0], last))
    else:
        for entry in entries:
            print(_row(entry, last))
    return 0


def _live(as_json: bool) -> int:
    up = live.runs()
    if as_json:
        print(json.dumps({test: str(out) for test, out in up.items()}, indent=1))
    else:
        for test, out in up.items():
            print(f"{test:<40} {out}")
    return 0


def _row(entry: testlist.Entry, last: dict[str, dict]) -> str:
    record = last.get(entry.test)
    result = f"{record['class']:<10} {record['seconds']:6.2f} s" if record else f"{'-':<10} {'':8}"
    return f"{entry.test:<36} {entry.status:<5} {result}  {_title(entry)}"


def _title(entry: testlist.Entry) -> str:
    """The test's title, or what is wrong with it: one bad test does not hide the others."""
    try:
        return entry.load().title
    except UsageError as error:
        return f"error: {error}"


def _record(entry: testlist.Entry, last: dict[str, dict]) -> dict:
    record = {"test": entry.test, "status": entry.status, "reason": entry.reason, "last": last.get(entry.test)}
    try:
        case = entry.load()
    except UsageError as error:
        return {**record, "error": str(error)}
    return {**record, "title": case.title, "hosts": case.hosts, "peers": case.peers, "tags": case.tags, "needs": case.needs}


def _whole(case: TestCase, entry: testlist.Entry, last: dict[str, dict]) -> str:
    rows = [f"{case.name} ({entry.status}{': ' + entry.reason if entry.reason else ''})", f"  {case.title}"]
    rows.append(f"  hosts:   {' '.join(case.hosts)}")
    rows.append("  peers:   " + (" ".join(f"{host}={peer}" for host, peer in case.peers.items()) or "none"))
    for name, words in (("tags", case.tags), ("needs", case.needs), ("nat", case.nat)):
        if words:
            rows.append(f"  {name + ':':<8} {' '.join(words)}")
    rows.append(f"  limits:  {case.limit:g} s a line, {case.total:g} s in all")
    rows += [f"  script {number}: {script.path.name} at {', '.join(script.hosts)}"
             for number, script in enumerate(case.scripts, 1)]
    if record := last.get(case.name):
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(record["started"]))
        rows.append(f"  last:    {record['class']} in {record['seconds']:.2f} s on {when} {record['reason']}".rstrip())
    return "\n".join(rows)
