# SPDX-License-Identifier: GPL-2.0-or-later
"""The part of `lab run` that has other machines do the work: --farm and --slurm. Not a command of its own."""

import argparse
import os

from lab import commands
from lab.errors import UsageError
from lab.result import Result
from lab.runone import Options
from lab.runs import Session


def add_arguments(made: argparse.ArgumentParser) -> None:
    """The arguments that say which machines."""
    made.add_argument("--farm", metavar="HOSTS", help="run on these machines, by ssh: a file with one HOST or HOST:SLOTS "
                      "a line, or a list with commas")
    made.add_argument("--slurm", action="store_true", help="run as a Slurm job array; the checkout and the cache are on a "
                      "file system that all nodes share")
    made.add_argument("--slurm-args", default="", metavar="WORDS", help="more options for sbatch, such as '-p short'")


def check(arguments: argparse.Namespace, options: Options) -> None:
    """UsageError for what other machines cannot do; a hosts file that is malformed too, before anything is done."""
    if arguments.slurm_args and not arguments.slurm:
        raise UsageError("--slurm-args goes with --slurm")
    if not (arguments.farm or arguments.slurm):
        return
    what = "--farm" if arguments.farm else "--slurm"
    if arguments.farm and arguments.slurm:
        raise UsageError("--farm and --slurm do not go together")
    if options.may_stay or arguments.live or arguments.stress:
        raise UsageError(f"{what}: --keep, --stop-..., --live and --stress are for runs on this machine")
    if arguments.retry:
        raise UsageError(f"{what}: --retry is for runs on this machine" + (
            "; a farm runs what did not pass again on another host" if arguments.farm else ""))
    if arguments.farm:
        from lab.farm import hosts
        hosts.read(os.path.expanduser(arguments.farm))


def run(session: Session, arguments: argparse.Namespace) -> list[Result]:
    """Run a session elsewhere, if that was asked for; a result a test, or none if it was not. UnresolvedError if nobody can."""
    words = commands.place_words(arguments)
    if not session.cases:
        return []
    if arguments.farm:
        from lab.farm import hosts, play
        return play.Farm(session, words, hosts.read(os.path.expanduser(arguments.farm))).run(arguments.repeat)
    if arguments.slurm:
        from lab.farm import slurm
        return slurm.Array(session, words, arguments.slurm_args).run(arguments.repeat)
    return []
