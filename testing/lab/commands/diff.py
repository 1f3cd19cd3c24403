# SPDX-License-Identifier: GPL-2.0-or-later
"""lab diff: how a test's last run differs from what is expected now."""

import argparse
import shutil
import sys
from pathlib import Path

from lab import commands, diffshow, show, suites, verdict
from lab.errors import EXIT_FAILED, EXIT_PASS


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("diff", description="Hold a test's last run against the expected files as they are now. Exit "
                                               "status 1 if they differ.")
    made.add_argument("test", help="KIND/NAME, NAME, or the test's folder")
    made.add_argument("--out", type=Path, metavar="DIR", help="the run's folder, if not the last one")
    made.add_argument("-y", "--side-by-side", action="store_true", help="expected on the left, actual on the right")
    made.add_argument("-U", "--context", type=commands.natural, default=3, metavar="N", help="lines around (%(default)s)")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    entry = commands.one(arguments.test)
    out = arguments.out or commands.last_out(entry)
    case = verdict.in_cell_of(entry.load(), out)
    if isinstance(case, suites.SuiteCase):
        return _judged(case, out)
    findings = verdict.differences(case, verdict.of_run(case, out))
    color = show.colors(sys.stdout)
    for finding in findings:
        if arguments.side_by_side:
            width = shutil.get_terminal_size((132, 24)).columns
            print(f"=== {finding.what} ===")
            print(diffshow.side_by_side(finding.difference, width, color, arguments.context))
        else:
            print(diffshow.unified(finding.difference, finding.what, color, arguments.context))
    return EXIT_FAILED if findings else EXIT_PASS


def _judged(case: suites.SuiteCase, out: Path) -> int:
    """Print how a run of another project's test is judged now."""
    found = case.judge(out, suites.Ended())
    for diff in found.diffs:
        print(show.paint(diff["text"]) if show.colors(sys.stdout) else diff["text"])
    print(f"{found.verdict} {found.reason}".rstrip())
    return EXIT_PASS if found.verdict == "pass" else EXIT_FAILED
