# SPDX-License-Identifier: GPL-2.0-or-later
"""lab run: many tests, several at once, with progress, retries, repeats and reports."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from lab import commands, history, live, pool, rerun, runs, show, stress, testlist
from lab.commands import farm
from lab.errors import UsageError
from lab.result import Result, exit_status
from lab.testcase import TestCase

_EPILOG = """\
examples:
  lab run ikev2-psk                 one test
  lab run 'ikev2-*' --tag nat       by name and tag
  lab run --failed                  what failed last time
  lab run --all --repeat 20         every good test twenty times: is any of them flaky?
  lab run --keep ikev2-psk          leave its hosts up; then 'lab shell ikev2-psk west'
  git bisect run ./lab run --bisect TEST
"""


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("run", description="Run tests, several at once, and compare what they print and send with what "
                           "is expected.", epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands.add_selection(made)
    commands.add_place(made)
    add_arguments(made)
    return made


def add_arguments(made: argparse.ArgumentParser) -> None:
    """The arguments that say how tests are run, and what is told of it."""
    made.add_argument("-j", "--jobs", type=commands.count, default=os.cpu_count() or 1, metavar="N",
                      help="so many tests at once (%(default)s)")
    made.add_argument("--out", type=Path, metavar="DIR", help="folder for what the run leaves (build/lab/runs/...)")
    made.add_argument("--repeat", type=commands.count, default=1, metavar="N", help="run each test N times; a mixture is flaky")
    made.add_argument("--retry", type=commands.natural, default=0, metavar="N",
                      help="run a test that did not pass again, up to N times; a pass then is flaky")
    made.add_argument("--stress", type=commands.count, metavar="N",
                      help="run each test up to N times under CPU load until it fails, and report the failure rate")
    farm.add_arguments(made)
    made.add_argument("--keep", action="store_true", help="leave the hosts up")
    made.add_argument("--stop-at", type=commands.count, default=0, metavar="N",
                      help="stop after script N, counted from 1, with the hosts up")
    made.add_argument("--stop-on-failure", action="store_true",
                      help="stop a test at the first script that shows a difference, with the hosts up")
    made.add_argument("--live", action="store_true", help="type the scripts again in the hosts that were left up")
    made.add_argument("--show", action="store_true", help="print the consoles and captures of what was run")
    made.add_argument("--bisect", action="store_true",
                      help="exit status for 'git bisect run': 125 (skip) if unresolved, 128 (abort) if the usage is wrong")
    made.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML to FILE too")
    made.add_argument("--tap", type=Path, metavar="FILE", help="write TAP to FILE too")
    made.add_argument("--json", action="store_true", help="print the results as JSON, progress to standard error")


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    return play(commands.selected(arguments), arguments)


def play(entries: list[testlist.Entry], arguments: argparse.Namespace,
         finish: Callable[[list[Result], runs.Session], str] = lambda results, session: "") -> int:
    """Run tests as the arguments say; finish() is called with the results and returns what to print of them besides."""
    options = commands.options(arguments, keep=arguments.keep, stop_at=arguments.stop_at,
                               stop_on_failure=arguments.stop_on_failure)
    if options.may_stay and (arguments.repeat > 1 or arguments.retry or arguments.stress):
        raise UsageError("hosts cannot be left up by a test that is run several times")
    if arguments.live or arguments.stop_on_failure:
        commands.own(entries, "--live" if arguments.live else "--stop-on-failure")
    if arguments.live and options.place != "ns":
        raise UsageError("--live types in hosts that are up, wherever they are; --place does not go with it")
    if arguments.live:
        return rerun.main(entries, arguments)
    farm.check(arguments, options)
    progress = show.Progress(sys.stderr if arguments.json else sys.stdout, total=0)
    skipped = [runs.skipped(entry) for entry in entries if entry.status == "skip"]
    cases = [entry.load() for entry in entries if entry.status != "skip"]
    _check_stop(cases, arguments.stop_at)
    pool.provide(cases, options, progress.say)
    order = history.longest_first(case.name for case in cases)
    cases.sort(key=lambda case: order.index(case.name))
    session = runs.Session(cases, runs.folder(arguments.out), arguments.jobs, options, progress)
    if arguments.stress:
        return stress.run(session, arguments.stress)
    try:
        results = skipped + (farm.run(session, arguments) or session.run(arguments.repeat, arguments.retry))
    except KeyboardInterrupt:
        if said := finish(skipped + session.so_far(), session):  # what is done is kept
            progress.say(said)
        raise
    if said := finish(results, session):
        progress.say(said)
    return _report(results, session, arguments, progress)


def _check_stop(cases: list[TestCase], number: int) -> None:
    for case in cases:
        if number > len(case.scripts):
            raise UsageError(f"--stop-at {number}: {case.name} has {len(case.scripts)} scripts")


def _report(results: list[Result], session: runs.Session, arguments: argparse.Namespace, progress: show.Progress) -> int:
    session.write_reports(results, arguments.junit, arguments.tap)
    if arguments.show:
        for result in filter(lambda result: result.out, results):
            progress.say(show.outputs(Path(result.out)))
    show.finish(results, session.folder, progress, arguments.json)
    for result in results:
        if result.out and (Path(result.out) / live.SOCKET).exists():
            host = session.case(result.test).hosts[-1]
            progress.say(f"the hosts of {result.test} are up: 'lab shell {result.test} {host}', 'lab stop {result.test}'")
    return exit_status(results)
