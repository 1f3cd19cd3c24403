# SPDX-License-Identifier: GPL-2.0-or-later
"""The command `lab`: finds the command that is meant and turns errors into one line and an exit status."""

import importlib
import os
import sys

from types import ModuleType

from lab.errors import EXIT_UNRESOLVED, EXIT_USAGE, LabError

_FOR_BISECT = {EXIT_UNRESOLVED: 125, EXIT_USAGE: 128}  # git-bisect(1): skip this commit, and abort

COMMANDS = {
    "list": "show the tests, with status and last result",
    "run": "run tests, several at once, and report",
    "run-one": "run one test in one cell into a folder: the unit of work",
    "suite": "run another project's own tests as they are",
    "matrix": "run tests in many cells and print the table",
    "bisect": "find the kernel at which a test's behaviour changed",
    "diff": "show how a test's last run differs from what was expected",
    "bless": "make a test's last run its new expectation, and show what changed",
    "shell": "open a shell on a host of a run that was left up",
    "exec": "run a command on a host of a run that was left up",
    "stop": "end runs that were left up",
    "log": "show a test's history and the files of its last run",
    "topology": "print or draw the network",
    "peers": "show the other IKE implementations, fetch them",
    "kernels": "show the kernels of guests, build them",
    "coverage": "show what of the kernel's IPsec the tests have run",
    "libvirt": "define hosts as libvirt domains",
    "new": "make a test",
    "lint": "check the tests' folders",
    "mutate": "prove that each expectation can fail",
    "capture": "print a capture file as tests compare it",
    "tshark": "check or print a run's packets by tshark, decrypted",
}


def usage() -> str:
    """The text of `lab --help`."""
    rows = "\n".join(f"  {name:<10} {text}" for name, text in COMMANDS.items())
    return ("usage: lab COMMAND [ARGUMENTS]\n\n"
            f"Scripted IPsec scenarios on real hosts, compared with what was expected.\n\n{rows}\n\n"
            "'lab COMMAND --help' tells more; README.testing is the manual.\n"
            "Exit status: 0 all passed, 1 something failed, 2 wrong usage, 3 the environment failed.\n")


def main(argv: list[str]) -> int:
    """Run `lab` with the arguments after its name; returns the exit status."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(usage(), end="")
        return 0 if argv else EXIT_USAGE
    if argv[0] not in COMMANDS:
        print(f"lab: unknown command '{argv[0]}'; 'lab --help' lists them", file=sys.stderr)
        return EXIT_USAGE
    module = importlib.import_module("lab.commands." + argv[0].replace("-", "_"))
    if "--bisect" in argv:
        return _FOR_BISECT.get(status := _call(module, argv[1:]), status)
    return _call(module, argv[1:])


def _call(module: ModuleType, argv: list[str]) -> int:
    try:
        return module.main(module.parser().parse_args(argv)) or 0
    except SystemExit as end:  # argparse has said what is wrong, or shown its help
        return end.code if isinstance(end.code, int) else EXIT_USAGE
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("lab: interrupted", file=sys.stderr)
        return EXIT_UNRESOLVED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader of our output has gone: nothing more to say
        return EXIT_UNRESOLVED
    except OSError as error:
        print(f"lab: {error.filename or 'error'}: {error.strerror}", file=sys.stderr)
        return EXIT_UNRESOLVED
