# SPDX-License-Identifier: GPL-2.0-or-later
"""lab exec: a command on a host of a run that was left up."""

import argparse
import sys

from lab import commands, live
from lab.errors import UsageError


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("exec", description="Run a command on a host of a run that 'lab run --keep' left up; its output and "
                           "exit status are this command's.")
    made.add_argument("--limit", type=commands.count, default=60, metavar="SECONDS", help="end it after that (%(default)s)")
    made.add_argument("test", help="the test, KIND/NAME or NAME")
    made.add_argument("host")
    made.add_argument("command", nargs=argparse.REMAINDER, help="the command and its arguments")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        raise UsageError("exec: no command; 'lab exec TEST HOST COMMAND...'")
    _, out = live.find(arguments.test)
    client = live.connect(out)
    stdin = b"" if sys.stdin.isatty() else sys.stdin.buffer.read()
    status, output, errors = client.run(arguments.host, command, stdin, arguments.limit)
    sys.stdout.buffer.write(output)
    sys.stdout.flush()
    sys.stderr.buffer.write(errors)
    return status
