# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's commands, a file each: parser() describes its arguments, main() does it and returns the exit status."""

import argparse
from collections.abc import Callable
from pathlib import Path

from lab import history, stack, suites, testlist
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
    made.add_argument("--place", choices=("ns", "uml", "qemu", "libvirt"), default="ns",
                      help="where the hosts are: namespaces on this machine, a UML guest in virtual time, a QEMU guest, or "
                           "libvirt's domains (%(default)s)")
    made.add_argument("--kernel", metavar="[HOST=]NAME", action=_Joined,
                      help="the guest's kernel; 'lab kernels list' shows them (uml-6.12, 6.1); with HOST=, that host's: each "
                      "host is a guest of its own then")
    made.add_argument("--apart", action="store_true", help="make each host a guest of its own")
    made.add_argument("--seed", type=natural, metavar="N", help="have a UML guest's random numbers follow from N")
    made.add_argument("--real-time", action="store_true", help="give the guest the real clock instead of a virtual one")
    made.add_argument("--stack", choices=(stack.MODULE,),
                      help="have KLIPS's module in the UML or QEMU guest's kernel, for tests about one of Cygnet's stacks")
    made.add_argument("--machine", choices=("microvm", "q35"),
                      help="the QEMU guest's board (microvm, or q35 where the kernel cannot run on that)")
    made.add_argument("--processors", type=count, metavar="N", help="how many processors the QEMU guest has (1)")
    made.add_argument("--no-snapshot", action="store_true", help="boot the QEMU guest instead of restoring one that is ready")
    made.add_argument("--gdb", action="store_true", help="have the QEMU guest wait for gdb before its first instruction")


class _Joined(argparse.Action):
    """Values of an option that may be there several times, in one word, joined by commas."""

    def __call__(self, parser, namespace, values, option_string=None) -> None:
        setattr(namespace, self.dest, ",".join(filter(None, [getattr(namespace, self.dest), values])))


def place_arguments(words: list[str]) -> argparse.Namespace:
    """The arguments of add_place() alone, read from words. UsageError for one that is none of them."""
    made = argparse.ArgumentParser(prog="lab", exit_on_error=False, allow_abbrev=False)
    add_place(made)
    try:
        return made.parse_args(words)
    except argparse.ArgumentError as error:
        raise UsageError(str(error).removeprefix("argument ")) from None


def place_words(arguments: argparse.Namespace) -> list[str]:
    """The arguments of add_place() as words that another command of the lab's takes: all that are not as they usually are."""
    words = []
    for name, usual in vars(place_arguments([])).items():
        value = getattr(arguments, name, usual)
        if value != usual:
            option = "--" + name.replace("_", "-")
            words += [option] if value is True else [word for one in _listed(value) for word in (option, str(one))]
    return words


def _listed(value: object) -> list:
    return value if isinstance(value, list) else [value]


def options(arguments: argparse.Namespace, **others) -> Options:
    """How to run, by the arguments of add_place() and what else is given. UsageError if that does not fit together."""
    if arguments.stack and arguments.place not in ("uml", "qemu"):
        raise UsageError("--stack is for UML and QEMU guests: --place uml, --place qemu")
    if arguments.place == "ns":
        if arguments.kernel or arguments.real_time or arguments.apart or arguments.seed is not None:
            raise UsageError("--kernel, --real-time, --apart and --seed are for guests: --place uml, --place qemu")
        return _without_qemu(arguments) and Options(**others)
    if arguments.place == "qemu":
        from lab.guests import qemurun
        return qemurun.options(arguments, **others)
    if arguments.place == "libvirt":
        from lab.libvirt import run as libvirtrun
        return libvirtrun.options(arguments, **others)
    _without_qemu(arguments)
    from lab.commands import kernelwords
    from lab.kernels import catalog
    common, by_host = kernelwords.read(arguments.kernel or "", "uml-6.12")
    by_host = {host: catalog.find(name, "uml").name for host, name in by_host.items()}
    apart = arguments.apart or bool(by_host)
    return Options(place="uml", kernel=catalog.find(common, "uml").name, kernels=by_host, apart=apart,
                   real_time=arguments.real_time, seed=arguments.seed, stack=arguments.stack or "", **others)


def _without_qemu(arguments: argparse.Namespace) -> bool:
    """True. UsageError if something was asked for that only QEMU guests have."""
    if arguments.machine or arguments.processors or arguments.no_snapshot or arguments.gdb:
        raise UsageError("--machine, --processors, --no-snapshot and --gdb are for QEMU guests: --place qemu")
    return True


def selected(arguments: argparse.Namespace) -> list[testlist.Entry]:
    """The tests that the arguments choose. UsageError if nothing was asked for, or nothing is left of it."""
    wanted = testlist.Selection(arguments.tests, arguments.all, tuple(arguments.tag), tuple(arguments.host),
                                tuple(arguments.peer), tuple(arguments.status), arguments.failed)
    if wanted.is_empty():
        raise UsageError("no tests named; name some, or say --all")
    entries = testlist.select(known(wanted.patterns), wanted, failed_before())
    if not entries:
        raise UsageError(f"no test is all that was asked for at once: {', '.join(_asked(wanted))}")
    return entries


def failed_before() -> Callable[[str], bool]:
    """What tells whether a test did not pass when it was last run."""
    last = history.last()
    return lambda test: last.get(test, {}).get("class", "pass") not in ("pass", "skipped")


def known(words: list[str], more: list[suites.Suite] | None = None) -> list[testlist.Entry]:
    """The lab's own tests, and those of other projects' suites of which words speak; more: see suites.entries_for()."""
    return testlist.read() + suites.entries_for(words, more or [])


def _asked(wanted: testlist.Selection) -> list[str]:
    """The parts of a selection in words."""
    words = [" or ".join(wanted.patterns)] if wanted.patterns else []
    for name, values in (("tag", wanted.tags), ("host", wanted.hosts), ("peer", wanted.peers)):
        words += [f"{name} {value}" for value in values]
    words.append(f"status {' or '.join(wanted.statuses or testlist.DEFAULT)}")
    return words + (["did not pass when last run"] if wanted.failed else [])


def one(word: str, more: list[suites.Suite] | None = None) -> testlist.Entry:
    """The one test that a word names; more: suites whose tests are known too. UsageError if there is none, or several."""
    found = testlist.select(known([word], more), testlist.Selection([word], statuses=testlist.STATUSES), lambda test: False)
    if len(found) > 1:
        raise UsageError(f"'{word}' is {len(found)} tests: {', '.join(entry.test for entry in found[:5])}")
    return found[0]


def several(words: list[str]) -> list[testlist.Entry]:
    """The tests that words name: each a test, a kind or a pattern, whatever the tests' status."""
    return testlist.select(known(words), testlist.Selection(words, statuses=testlist.STATUSES), lambda test: False)


def own(entries: list[testlist.Entry], what: str) -> list[testlist.Entry]:
    """The entries. UsageError if one is of another project's suite, whose files are not ours; what: the command that asks."""
    for entry in entries:
        if isinstance(entry, suites.SuiteEntry):
            raise UsageError(f"{entry.test} is {entry.kind}'s own, which the lab only reads: {what} does not go with it")
    return entries


def last_out(entry: testlist.Entry) -> Path:
    """The output folder of a test's last run. UsageError if there is none."""
    for record in reversed(history.of(entry.test)):
        if (Path(record["out"]) / "result.json").exists():
            return Path(record["out"])
    raise UsageError(f"{entry.test} was not run yet, or what it left is gone; 'lab run {entry.test}' runs it")
