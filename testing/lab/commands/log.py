# SPDX-License-Identifier: GPL-2.0-or-later
"""lab log: a test's history, and the files of its last run."""

import argparse
import json
import sys
import time
from pathlib import Path

from lab import commands, history
from lab.errors import UsageError

_SHOWN = 20


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("log", description="Show how a test's runs went and what files its last run left; with a file, "
                                              "print that: 'lab log TEST west/var/log/charon.log'.")
    made.add_argument("test", help="KIND/NAME, NAME, or the test's folder")
    made.add_argument("file", nargs="?", help="a file of the last run, or the end of its name")
    made.add_argument("--json", action="store_true", help="print the history as JSON")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    entry = commands.one(arguments.test)
    records = history.of(entry.test)
    if arguments.json:
        print(json.dumps(records, indent=1))
        return 0
    out = commands.last_out(entry)
    if arguments.file:
        sys.stdout.buffer.write(_find(out, arguments.file).read_bytes())
        return 0
    for record in records[-_SHOWN:]:
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record["started"]))
        print(f"{when}  {record['class']:<10} {record['seconds']:7.2f} s  {record['reason']}".rstrip())
    passed = sum(record["class"] == "pass" for record in records)
    print(f"{passed} of {len(records)} runs passed; the last one left in {out}:")
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        print(f"{path.stat().st_size:>10}  {path.relative_to(out)}")
    return 0


def _find(out: Path, name: str) -> Path:
    found = [path for path in sorted(out.rglob("*")) if path.is_file() and str(path.relative_to(out)).endswith(name)]
    if len(found) != 1:
        said = ", ".join(str(path.relative_to(out)) for path in found) or "no file"
        raise UsageError(f"'{name}' is {said} in {out}")
    return found[0]
