# SPDX-License-Identifier: GPL-2.0-or-later
"""lab run-one: one test in one cell, into a folder. Pools, farms and clusters call just this."""

import argparse
import json
import sys
from pathlib import Path

from lab import commands, history, pool, suites
from lab.result import exit_status


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("run-one", description="Run one test and leave its consoles, captures, logs and result.json "
                                                  "in a folder.")
    made.add_argument("test", help="KIND/NAME, NAME, or the test's folder")
    made.add_argument("--out", required=True, type=Path, help="folder for what the run leaves; replaced if it is a run's")
    commands.add_place(made)
    made.add_argument("--suite", action="append", default=[], metavar="PROJECT:TREE[:BUILD]",
                      help="know the tests of that tree too, as PROJECT/NAME; see 'lab suite'")
    made.add_argument("--keep", action="store_true", help="leave the hosts up")
    made.add_argument("--json", action="store_true", help="print the result as JSON")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    case = commands.one(arguments.test, list(map(suites.parse, arguments.suite))).load()
    options = commands.options(arguments, keep=arguments.keep)
    pool.provide([case], options, lambda text: print(text, file=sys.stderr))
    results = []
    workers = pool.Pool(1, options, lambda job, result: results.append(result))
    workers.run([pool.Job(case, arguments.out.resolve())])
    result = results[0]
    history.add(result)
    if arguments.json:
        print(json.dumps(result.as_dict()))
    else:
        print(f"{result.verdict} {result.test} {result.seconds:.2f} s {result.reason}".rstrip())
    return exit_status(results)
