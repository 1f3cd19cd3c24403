# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's commands, a file each: parser() describes its arguments, main() does it and returns the exit status."""

import argparse
from pathlib import Path

from lab import history, testlist
from lab.errors import UsageError
from lab.runone import Options


def parser(name: str, **settings) -> argparse.ArgumentParser:
    """An argument parser for `lab NAME`, with settings as for ArgumentParser."""
    return argparse.ArgumentParser(prog=f"lab {name}", allow_abbrev=False, **settings)


def count(text: str) -> int:
    """An argument that is a whole number from 1 on."""
    number = natural(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 on")
    return number


def natural(text: str) -> int:
    """An argument that is a whole number from 0 on."""
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number")
    return int(text)


def add_selection(made: argparse.ArgumentParser) -> None:
    """The arguments that choose tests."""
    made.add_argument("tests", nargs="*", metavar="TEST", help="KIND/NAME, NAME, KIND, a pattern, or a test's folder")
    made.add_argument("--all", action="store_true", help="all tests")
    made.add_argument("--tag", action="append", default=[], help="tests with this tag")
    made.add_argument("--host", action="append", default=[], help="tests that use this host")
    made.add_argument("--peer", action="append", default=[], help="tests that use this peer")
    made.add_argument("--status", action="append", default=[], choices=testlist.STATUSES,
                      help="tests of this status (good; a test named in full is taken whatever its status)")
    made.add_argument("--failed", action="store_true", help="tests that did not pass when they were last run")


def add_place(made: argparse.ArgumentParser) -> None:
    """The arguments that say where hosts run."""
    made.add_argument("--place", choices=("ns", "uml"), default="ns",
                      help="where the hosts are: namespaces on this machine, or a UML guest in virtual time (%(default)s)")
    made.add_argument("--kernel", metavar="NAME", help="the guest's kernel; 'lab kernels list' shows them (uml-6.1)")
    made.add_argument("--real-time", action="store_true", help="give the guest the real clock instead of a virtual one")


def options(arguments: argparse.Namespace, **others) -> Options:
    """How to run, by the arguments of add_place() and what else is given. UsageError if that does not fit together."""
    if arguments.place == "ns":
        if arguments.kernel or arguments.real_time:
            raise UsageError("--kernel and --real-time are for guests: --place uml")
        return Options(**others)
    if Options(**others).may_stay:
        raise UsageError("hosts in a guest cannot be left up yet; --keep and --stop-... take --place ns")
    from lab.kernels import catalog
    kernel = catalog.find(arguments.kernel or "uml-6.1").name
    return Options(place=arguments.place, kernel=kernel, real_time=arguments.real_time, **others)


def selected(arguments: argparse.Namespace) -> list[testlist.Entry]:
    """The tests that the arguments choose. UsageError if nothing was asked for, or nothing is left of it."""
    wanted = testlist.Selection(arguments.tests, arguments.all, tuple(arguments.tag), tuple(arguments.host),
                                tuple(arguments.peer), tuple(arguments.status), arguments.failed)
    if wanted.is_empty():
        raise UsageError("no tests named; name some, or say --all")
    last = history.last()
    entries = testlist.select(testlist.read(), wanted, lambda test: last.get(test, {}).get("class", "pass") not in
                              ("pass", "skipped"))
    if not entries:
        raise UsageError(f"no test is all that was asked for at once: {', '.join(_asked(wanted))}")
    return entries


def _asked(wanted: testlist.Selection) -> list[str]:
    """The parts of a selection in words."""
    words = [" or ".join(wanted.patterns)] if wanted.patterns else []
    for name, values in (("tag", wanted.tags), ("host", wanted.hosts), ("peer", wanted.peers)):
        words += [f"{name} {value}" for value in values]
    words.append(f"status {' or '.join(wanted.statuses or testlist.DEFAULT)}")
    return words + (["did not pass when last run"] if wanted.failed else [])


def one(word: str) -> testlist.Entry:
    """The one test that a word names. UsageError if there is none, or several."""
    found = testlist.select(testlist.read(), testlist.Selection([word], statuses=testlist.STATUSES), lambda test: False)
    if len(found) > 1:
        raise UsageError(f"'{word}' is {len(found)} tests: {', '.join(entry.test for entry in found[:5])}")
    return found[0]


def several(words: list[str]) -> list[testlist.Entry]:
    """The tests that words name: each a test, a kind or a pattern, whatever the tests' status."""
    return testlist.select(testlist.read(), testlist.Selection(words, statuses=testlist.STATUSES), lambda test: False)


def last_out(entry: testlist.Entry) -> Path:
    """The output folder of a test's last run. UsageError if there is none."""
    for record in reversed(history.of(entry.test)):
        if (Path(record["out"]) / "result.json").exists():
            return Path(record["out"])
    raise UsageError(f"{entry.test} was not run yet, or what it left is gone; 'lab run {entry.test}' runs it")
