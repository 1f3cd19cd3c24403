# SPDX-License-Identifier: GPL-2.0-or-later
"""lab matrix: the same tests in many cells, as a table."""

import argparse
import json
import os
import sys
from pathlib import Path

from lab import commands, report, runs, show
from lab.errors import EXIT_UNRESOLVED
from lab.matrix import cells, play, table
from lab.result import exit_status
from lab.runone import Options

# What guests of a place can be told.
_OF = {"uml": ("apart", "real_time", "seed"), "qemu": ("apart", "machine", "processors", "no_snapshot", "gdb"), "libvirt": ()}
_EPILOG = """\
examples:
  lab matrix ikev2-psk --place ns,uml
  lab matrix netkey --place uml,qemu --kernel 6.1,6.12      each kernel at the places that it runs at
  lab matrix klips --place ns,uml,qemu                      KLIPS on this machine's kernel, in virtual time, in a QEMU guest
  lab matrix --all --peer strongswan --peer strongswan-netkey
"""


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("matrix", description="Run tests at each place, with each kernel that runs there and each peer that "
                           "they can have, and print and save the table.", epilog=_EPILOG, conflict_handler="resolve",
                           formatter_class=argparse.RawDescriptionHelpFormatter)
    commands.add_selection(made)
    commands.add_place(made)
    made.set_defaults(peer=[])  # no test is chosen by its peer here; --peer is below
    for name, text in (("place", "where hosts are: ns, uml, qemu, libvirt (ns)"),
                       ("kernel", "guests' kernels (the places' usual ones)"),
                       ("peer", "the peer in place of the tests' own, where they can have it")):
        made.add_argument(f"--{name}", action="append", default=[], dest=f"{name}s", metavar=f"{name.upper()}[,...]", help=text)
    made.add_argument("-j", "--jobs", type=commands.count, default=os.cpu_count() or 1, metavar="N",
                      help="so many tests at once (%(default)s)")
    made.add_argument("--out", type=Path, metavar="DIR", help="folder for what the run leaves (build/lab/runs/...)")
    made.add_argument("--repeat", type=commands.count, default=1, metavar="N", help="run each N times; a mixture is flaky")
    made.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML to FILE, a suite for each cell")
    made.add_argument("--json", action="store_true", help="print the matrix as JSON, progress to standard error")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    entries = commands.selected(arguments)
    places = cells.words(arguments.places) or ["ns"]
    _known_peers(cells.words(arguments.peers))
    columns = cells.make(places, cells.words(arguments.kernels), cells.words(arguments.peers),
                         lambda place, kernel: _options(arguments, place, kernel))
    progress = show.Progress(sys.stderr if arguments.json else sys.stdout, total=0)
    matrix = play.Matrix(entries, columns, runs.folder(arguments.out), arguments.jobs, progress)
    try:
        matrix.run(arguments.repeat)
    finally:  # what is done is kept, also when this is interrupted
        if matrix.results:
            table.save(matrix)
            _report(matrix, arguments, progress)
    if table.missing(matrix):
        return EXIT_UNRESOLVED
    return exit_status(list(matrix.results.values()))


def _known_peers(names: list[str]) -> None:
    from lab import peers
    for name in names:
        peers.load(name)


def _options(arguments: argparse.Namespace, place: str, kernel: str) -> Options:
    """How to run at one place: by the command's arguments, which are a guest's only where there is one."""
    given = vars(commands.place_arguments(["--place", place]))
    given.update({name: getattr(arguments, name) for name in _OF.get(place, ())})
    return commands.options(argparse.Namespace(**{**given, "kernel": kernel or None}))


def _report(matrix: play.Matrix, arguments: argparse.Namespace, progress: show.Progress) -> None:
    records = [result.as_dict() for result in matrix.results.values()]
    if arguments.junit:
        report.junit(records, arguments.junit)
    if arguments.json:
        json.dump(table.record(matrix), sys.stdout, indent=1)
        print()
    progress.say("\n" + table.text(matrix, not arguments.json and show.colors(sys.stdout)))
    progress.say(f"the table, with a link to each run, is {show.shorten(str(matrix.folder / 'matrix.html'))}")
    progress.say(report.summary_line(records))
