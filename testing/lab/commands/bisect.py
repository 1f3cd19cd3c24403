# SPDX-License-Identifier: GPL-2.0-or-later
"""lab bisect: the first kernel, of Debian's packages or of a git tree's commits, at which a test behaves differently."""

import argparse
import os
import signal
import sys
import traceback
from pathlib import Path

from lab import commands, runs, show
from lab.bisect import search
from lab.bisect.judge import Order
from lab.bisect.session import Session, load
from lab.errors import EXIT_FAILED, EXIT_PASS, EXIT_UNRESOLVED, LabError, UnresolvedError, UsageError
from lab.runone import Options

_FOR_GIT = {search.GOOD: 0, search.BAD: 1, search.SKIP: 125}  # git-bisect(1)
_ABORT = 128
_LONGEST = 60  # lines of a diff that are printed
_EPILOG = """\
examples:
  lab bisect TEST --good 6.1.0-47 --bad 6.12
  lab bisect TEST --good 6.1 --bad 6.12 --flavour cloud --on capture
  lab bisect TEST --good v6.1 --bad HEAD --git ~/linux --on 'kernel BUG'
Exit status: 0 found, 1 no difference between the two, 2 wrong usage, 3 cannot be told.
"""


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("bisect", description="Find the first kernel at which a test behaves differently: over the "
                           "kernel packages between two, or with --git over the commits of a tree. Kernels that do not boot "
                           "are passed over; a difference must show again before it counts.", epilog=_EPILOG,
                           formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("test", nargs="?", help="KIND/NAME, NAME, or the test's folder")
    made.add_argument("--good", metavar="KERNEL", help="a kernel, or with --git a commit, that behaves as it should")
    made.add_argument("--bad", metavar="KERNEL", help="one with another behaviour; it may be the older")
    commands.add_place(made)
    made.set_defaults(place=None)
    made.add_argument("--on", default="result", metavar="WHAT", help="what counts: result (its class), console, capture, or a "
                      "regular expression that a console or log matches or not (%(default)s)")
    made.add_argument("--flavour", default="", metavar="NAME",
                      help="of the packages: generic, cloud, rt (as the kernels' names say)")
    made.add_argument("--git", type=Path, metavar="TREE", help="bisect the commits of this kernel tree, which is only read")
    made.add_argument("--base", default="", metavar="BUILD", help="whose configuration those are built with; see 'lab kernels'")
    made.add_argument("--repeat", type=commands.count, default=2, metavar="N", help="runs that must agree (%(default)s)")
    made.add_argument("--out", type=Path, metavar="DIR", help="folder; that of an earlier bisection of the same test goes on")
    made.add_argument("--json", action="store_true", help="print what was found as JSON, progress to standard error")
    made.add_argument("--step", type=Path, help=argparse.SUPPRESS)  # what git bisect run calls
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    if arguments.step:
        return _step(arguments.step)
    if not (arguments.test and arguments.good and arguments.bad):
        raise UsageError("bisect takes a test, --good KERNEL and --bad KERNEL")
    if arguments.kernel:
        raise UsageError("bisect chooses the kernels itself, from --good to --bad; --kernel does not go with it")
    if (arguments.base or arguments.place == "ns") and not (arguments.git and arguments.place != "ns"):
        raise UsageError("--base goes with --git" if arguments.base else "--place ns has this machine's kernel alone")
    arguments.place = arguments.place or ("uml" if arguments.git else "qemu")
    return _commits(arguments) if arguments.git else _packages(arguments)


def _session(arguments: argparse.Namespace, good: str, backwards: bool = False) -> Session:
    entry = commands.one(arguments.test)
    words = tuple(commands.place_words(arguments))
    order = Order(entry.test, words, arguments.on, good, arguments.repeat, backwards)
    entry.load()
    folder = runs.folder(arguments.out)
    order.keep(folder)
    progress = show.Progress(sys.stderr if arguments.json else sys.stdout, total=0)
    return Session(order, entry, folder, lambda kernel: _options(order, kernel), progress)


def _options(order: Order, kernel: str) -> Options:
    return commands.options(commands.place_arguments([*order.words, "--kernel", kernel]))


def _packages(arguments: argparse.Namespace) -> int:
    from lab.bisect import packages
    kernels = packages.between(arguments.good, arguments.bad, arguments.place, arguments.flavour, _aside)
    names = [kernel.name for kernel in kernels]
    session = _session(arguments, names[0])
    session.say(f"{len(names)} kernels from {names[0]} (good) to {names[-1]} (bad), compared by {arguments.on}")
    try:
        found = search.search(len(names), lambda number, sure: session.judge(names[number], sure))
    except search.EndError as error:
        return _bad_end(session, names[error.number], error.number == 0, error.found)
    good, bad = kernels[found.good], kernels[found.bad]
    between = names[found.good + 1:found.bad]
    changes = packages.changelog(good, bad, session.folder, session.say)
    record = {"last good": good.name, "first bad": bad.name, "cannot be told": between, "changelog": changes}
    return _report(session, arguments, record, changes)


def _aside(text: str) -> None:
    print(text, file=sys.stderr)


def _bad_end(session: Session, kernel: str, is_good: bool, found: str) -> int:
    """Say why there is nothing to look for between the two."""
    if found == search.SKIP:
        raise UnresolvedError(f"{kernel}, the {'good' if is_good else 'bad'} end, cannot be told: {session.why_not(kernel)}")
    session.keep({"no difference": kernel})
    session.say(f"no difference: {kernel} behaves as the good one does, by {session.order.on}")
    return EXIT_FAILED


def _commits(arguments: argparse.Namespace) -> int:
    from lab.bisect import commits
    tree = arguments.git.resolve()
    good, bad = (commits.commit(tree, revision) for revision in (arguments.good, arguments.bad))
    backwards = commits.is_backwards(tree, good, bad)
    ends = [_kernel(arguments, name) for name in (good, bad)]
    session = _session(arguments, ends[0], backwards)
    older, newer = (bad, good) if backwards else (good, bad)
    session.say(f"{commits.number_between(tree, older, newer)} commits from {older[:12]} to {newer[:12]}, "
                f"compared by {arguments.on}")
    for kernel, wanted in zip(ends, (search.GOOD, search.BAD)):
        if (found := session.judge(kernel, True)) != wanted:
            return _bad_end(session, kernel, wanted == search.GOOD, found)
    with commits.clone(tree, session.folder) as bare:
        ended = commits.run(bare, older, newer, commits.step_command(session.folder), session.folder / "git.log")
    if not ended.first:
        session.keep({"cannot be told": list(ended.commits)})
        session.say("it is one of these, which cannot be told apart:\n" + "\n".join(ended.commits))
        return EXIT_UNRESOLVED
    sides = [_kernel(arguments, name) for name in (commits.parent(tree, ended.first), ended.first)]
    good_kernel, bad_kernel = sides[::-1] if backwards else sides
    text = commits.about(tree, ended.first)
    record = {"last good": good_kernel, "first bad": bad_kernel, "cannot be told": [], "commit": text}
    return _report(session, arguments, record, text)


def _kernel(arguments: argparse.Namespace, commit: str) -> str:
    base = f"+{arguments.base}" if arguments.base else ""
    return f"git:{arguments.git.resolve()}@{commit}{base}"


def _report(session: Session, arguments: argparse.Namespace, record: dict, text: str) -> int:
    """Print and keep what was found; `text` tells what the kernels' own people say of the change."""
    good, bad, unknown = record["last good"], record["first bad"], record["cannot be told"]
    diffs = session.differences(good, bad)
    session.keep({**record, "differences": diffs, "compared": session.judge.differences(bad)})
    if arguments.json:
        print((session.folder / "bisect.json").read_text(encoding="utf-8"), end="")
    for diff in ([] if arguments.json else {**session.judge.differences(bad), **diffs}.values()):
        rows = diff.splitlines()
        print("\n".join(rows[:_LONGEST] + ([f"... {len(rows) - _LONGEST} lines more"] if len(rows) > _LONGEST else [])))
    session.say(f"last good: {good}  {show.shorten(str(session.judge.out(good)))}")
    session.say(f"first bad: {bad}  {show.shorten(str(session.judge.out(bad)))}")
    session.say(text.rstrip("\n"))
    session.say(f"everything is in {show.shorten(str(session.folder))}")
    if unknown:
        session.say(f"between them {len(unknown)} cannot be told: {', '.join(unknown)}; the change may be there")
    return EXIT_UNRESOLVED if unknown else EXIT_PASS


def _step(folder: Path) -> int:
    """Judge the commit that git wants to be judged; the exit status is git's, to which all below 128 but 125 are opinions."""
    try:
        return _judged(folder)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
    except BaseException:  # Ctrl-C too: no traceback may pass for a bad commit
        traceback.print_exc()
    return _ABORT


def _judged(folder: Path) -> int:
    from lab.bisect import commits
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]  # git has set them for its clone, and the kernel's own tree is asked too
    from lab.place import syscalls
    syscalls.die_with_parent(signal.SIGKILL)
    session = load(folder, _options, show.Progress(sys.stderr, total=0))
    tree, _, rest = session.order.good.removeprefix("git:").rpartition("@")
    base = rest.partition("+")[2]
    found = session.judge(f"git:{tree}@{commits.here()}" + (f"+{base}" if base else ""), True)
    if session.order.backwards and found != search.SKIP:
        found = search.BAD if found == search.GOOD else search.GOOD
    return _FOR_GIT[found]
