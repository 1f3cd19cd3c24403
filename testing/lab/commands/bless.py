# SPDX-License-Identifier: GPL-2.0-or-later
"""lab bless: make what a test's last run printed and sent the new expectation."""

import argparse
import os
import sys
from pathlib import Path

from lab import commands, diffshow, result, show, transcript, verdict
from lab.errors import UsageError

_COMPLETE = ("pass", "fail", "flaky")


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("bless", description="Write a test's expected files from its last run, and show what changed in "
                           "them. Read it: what is blessed is what will be asked for from now on.")
    made.add_argument("tests", nargs="+", metavar="TEST", help="KIND/NAME, NAME, or the test's folder")
    made.add_argument("--out", type=Path, metavar="DIR", help="the run's folder, if not the last one")
    made.add_argument("--variant", metavar="NAME", help="write only this variant's files, those that differ")
    made.add_argument("--dry-run", action="store_true", help="show what would change, and write nothing")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    entries = commands.own(commands.several(arguments.tests), "bless")
    if arguments.out and len(entries) > 1:
        raise UsageError("--out names one run, so it goes with one test")
    for entry in entries:
        out = arguments.out or commands.last_out(entry)
        case = verdict.in_cell_of(entry.load(), out)
        if arguments.variant and arguments.variant not in case.variants:
            raise UsageError(f"{case.folder / 'test.toml'}: [variants] does not say why there is a '{arguments.variant}'")
        _bless(case, out, arguments.variant, arguments.dry_run)
    return 0


def _bless(case, out: Path, variant: str | None, dry: bool) -> None:
    record = result.load(out)
    if why := _unfit(case, record, out):
        raise UsageError(f"the run in {out} {why}: only a complete one of {case.name} can be blessed")
    outputs = verdict.of_run(case, out)
    changed = 0
    for finding in verdict.differences(case, outputs, _expected(case, outputs)):
        print(diffshow.unified(finding.difference, finding.what, show.colors(sys.stdout)))
        changed += 1
        if not dry:
            kind, _, name = finding.what.partition(" ")
            text = outputs.consoles[name] if kind == "console" else outputs.captures[name]
            _replace(case.folder / f"{name}.{kind}.{variant}.txt" if variant else case.golden(kind, name), text)
    print(f"{case.name}: {changed or 'no'} expected file{'' if changed == 1 else 's'} {'would change' if dry else 'changed'}")


def _unfit(case, record: result.Result | None, out: Path) -> str:
    """Why a run cannot be what is expected; empty if it can."""
    if not record:
        return "left no result"
    if record.test != case.name:
        return f"is one of {record.test}"
    complete = record.verdict in _COMPLETE or record.verdict == "unresolved" and record.diffs
    if not complete or any(wire["drops"] for wire in record.wires.values()):
        return f"is {record.verdict} ({record.reason})"
    for host in case.typed_hosts:
        steps = transcript.from_json((out / f"{host}.transcript.json").read_text(encoding="utf-8"))
        typed = [line for step in steps for line in step.line.split("\n")]
        if typed != [line for script in case.scripts if host in script.hosts for line in script.lines()]:
            return f"did not type all of the scripts of {host} as they are now"
    return ""


def _expected(case, outputs: verdict.Outputs) -> dict:
    """What is expected, with every wire that carried something: a new test has no captures yet to go by."""
    expected = verdict.goldens(case)
    for wire, text in outputs.captures.items():
        if text:
            expected.setdefault(("capture", wire), None)
    return expected


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8", errors="surrogateescape")
    temporary.rename(path)
