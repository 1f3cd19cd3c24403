# SPDX-License-Identifier: GPL-2.0-or-later
"""lab lint: check the tests' folders."""

import argparse

from lab import commands, paths, testlint, testlist
from lab.errors import EXIT_FAILED, EXIT_PASS, LabError


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("lint", description="Check tests: no sleeps, a description, an expected console for each host that "
                           "is typed at, no paths outside their hosts, and a line in testing/TESTLIST.")
    made.add_argument("tests", nargs="*", metavar="TEST", help="just these (all)")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    entries = commands.own(commands.several(arguments.tests), "lint") if arguments.tests else testlist.read()
    messages = [] if arguments.tests else _not_listed(entries)
    for entry in entries:
        if entry.status != "skip":
            messages += _lint(entry)
    for message in messages:
        print(message)
    print(f"{len(entries)} tests, {len(messages)} problems")
    return EXIT_FAILED if messages else EXIT_PASS


def _lint(entry: testlist.Entry) -> list[str]:
    try:
        case = entry.load()
    except LabError as error:
        return [str(error)]
    used = case.network.subset(case.hosts)
    return testlint.lint(case.folder, case.network.hosts, case.hosts, used.wires)


def _not_listed(entries: list[testlist.Entry]) -> list[str]:
    """Folders that look like tests of a kind that the list knows, but are not in it: they would never run."""
    listed = {entry.folder for entry in entries}
    kinds = sorted({entry.kind for entry in entries})
    return [f"{folder}: not in testing/TESTLIST, so it never runs" for kind in kinds
            for folder in sorted((paths.TESTING / kind).iterdir()) if folder.is_dir() and folder not in listed]
