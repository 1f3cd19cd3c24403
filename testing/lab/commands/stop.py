# SPDX-License-Identifier: GPL-2.0-or-later
"""lab stop: end runs whose hosts were left up."""

import argparse

from lab import commands, live
from lab.errors import UsageError


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("stop", description="End runs that 'lab run --keep' left up.")
    made.add_argument("tests", nargs="*", metavar="TEST", help="KIND/NAME or NAME")
    made.add_argument("--all", action="store_true", help="all of this checkout's")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    if bool(arguments.tests) == arguments.all:
        raise UsageError("stop: name the tests, or say --all")
    found = live.every() if arguments.all else [live.find(word) for word in arguments.tests]
    for test, out in found:
        live.stop(out)
        print(f"{test}: ended")
    return 0
