# SPDX-License-Identifier: GPL-2.0-or-later
"""lab suite: another project's own tests, run as they are, with an account of every one of them."""

import argparse
import sys
from pathlib import Path

from lab import commands, runs, suites
from lab.commands import run
from lab.errors import UsageError
from lab.result import Result
from lab.suites import account
from lab.testlist import DEFAULT, STATUSES, Entry, Selection, select

_EPILOG = """\
examples:
  lab suite libreswan ~/libreswan                   its good tests, in UML guests, with Debian's libreswan
  lab suite libreswan ~/libreswan 'ikev2-*' -j4     some of them
  lab suite strongswan ~/strongswan ikev2/rw-cert   a scenario of strongSwan's
  lab suite libreswan ~/libreswan --build ~/stage   with a build of your own, installed there
  lab suite libreswan ~/libreswan --build build/stage --outcome --unblocked
                                                    with Cygnet in libreswan's place, what it is to have later left out
  lab suite libreswan ~/libreswan --list            which tests there are, and what some of them lack
Once a tree was used here, its tests are known to the lab's other commands too, as libreswan/NAME and strongswan/GROUP/NAME:
  lab run --keep --place uml libreswan/ikev2-01; lab diff libreswan/ikev2-01; lab matrix libreswan/ikev2-01 --place uml,qemu
"""
_KERNEL = "uml-6.1"  # what Debian 12 has; the packages of the projects are Debian 12's


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("suite", description="Run the tests of another project's source tree, unmodified, judged by the "
                           "project's own sanitizers and expectations.", epilog=_EPILOG,
                           formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("kind", choices=suites.KINDS, metavar="PROJECT", help=" or ".join(suites.KINDS))
    made.add_argument("tree", type=Path, metavar="TREE", help="the project's source tree, which is only read")
    made.add_argument("--build", default="", metavar="DIR",
                      help="an installed build to test, laid over the hosts: DIR/usr/... (Debian's packages)")
    made.add_argument("--outcome", action="store_true", help="judge libreswan's tests by what they come to, not by texts: "
                      "which pings passed, what was established, loaded and counted; for a build that is not libreswan's, such "
                      "as Cygnet's own build/stage")
    made.add_argument("--unblocked", action="store_true", help="of libreswan's tests only those that need nothing of what "
                      "Cygnet is to have later (with --outcome)")
    made.add_argument("--list", action="store_true", help="show the tests, and what those lack that cannot be run; run nothing")
    made.add_argument("--layer", action="store_true",
                      help="show in what the hosts differ from the project's own, and the rules; run nothing")
    commands.add_selection(made)
    commands.add_place(made)
    run.add_arguments(made)
    made.set_defaults(place="uml")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    suite = suites.open_suite(arguments.kind, arguments.tree, arguments.build, arguments.outcome)
    if arguments.layer:
        print(account.layer_text(suite))
        return 0
    _check_version(suite)
    entries = _selected(suite, arguments)
    if arguments.list:
        print("\n".join(_row(entry, arguments.outcome) for entry in entries))
        return 0
    suites.remember(suite)
    if arguments.place == "uml" and not arguments.kernel:
        arguments.kernel = _KERNEL
    return run.play(entries, arguments, lambda results, session: _account(suite, results, session))


def _check_version(suite: suites.Suite) -> None:
    """Warn if the tests are not of the version that is to be tested: most of their expectations would not fit it."""
    ours, theirs = suites.tested_version(suite), suite.project.version(suite.tree)
    if ours and theirs != ours:
        what = suite.build or "Debian's packages"
        print(f"lab: {suite.tree} is {suite.kind} {theirs or 'of no known version'}, but tested is {ours}, of {what}: take the "
              f"tree of {ours}, or a build of {theirs or 'the tree'} by '--build DIR'", file=sys.stderr)


def _selected(suite: suites.Suite, arguments: argparse.Namespace) -> list[Entry]:
    """The tests that were asked for; all of the statuses where nothing else is said."""
    if arguments.unblocked and not arguments.outcome:
        raise UsageError("--unblocked is about Cygnet in libreswan's place: it goes with --outcome")
    if arguments.peer:
        raise UsageError(f"a test of {suite.kind}'s own has the peers that it names; --peer does not go with it")
    wanted = Selection(arguments.tests, arguments.all, tuple(arguments.tag), tuple(arguments.host), (), tuple(arguments.status),
                       arguments.failed)
    found = select(suite.entries(), wanted, commands.failed_before())
    if not found:
        raise UsageError(f"no test of {suite.tree} is all that was asked for at once; statuses are {', '.join(STATUSES)} "
                         f"(usual: {', '.join(DEFAULT)})")
    if arguments.unblocked:
        found = [entry for entry in found if not entry.load().blocked]
        if not found:
            raise UsageError(f"no test of {suite.tree} that was asked for needs nothing of what Cygnet is to have later; "
                             "--list tells what they need")
    return found


def _row(entry: Entry, by_outcome: bool) -> str:
    if entry.status == "skip":
        return f"{entry.test:<56} {entry.status:<5} {entry.reason}"
    try:
        case = entry.load()
    except UsageError as error:
        return f"{entry.test:<56} {entry.status:<5} error: {error}"
    said = f"unsupported: {case.lacking}" if case.lacking else case.title
    if by_outcome and case.blocked and not case.lacking:
        said = f"later: {case.blocked}"
    return f"{entry.test:<56} {entry.status:<5} {said}".rstrip()


def _account(suite: suites.Suite, results: list[Result], session: runs.Session) -> str:
    made = account.of(suite, results)
    account.save(made, session.folder)
    return account.text(made)
