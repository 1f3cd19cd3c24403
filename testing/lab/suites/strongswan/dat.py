# SPDX-License-Identifier: GPL-2.0-or-later
"""The files *.dat of a test: lines HOST::COMMAND, in evaltest.dat HOST::COMMAND::PATTERN::HIT.

The project's do-tests makes a shell program of each and evals it, so quotes, $, ` and blanks mean what they mean to bash on
the machine that do-tests runs on, before they come to the host. Here bash does the same, with functions in place of ssh
and grep that say what they were given.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lab.errors import UsageError

_LIMIT = 30  # seconds
_ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"}
# Files that a word like x* would match are those of the folder that do-tests happens to be called in: none, here (-f).
_FUNCTIONS = r"""
set -f
say() { printf '%s\0' "$line" "$@" >&3; }
ssh() { local host=${3#root@}; shift 3; say ssh "$host" "$*"; }
sleep() { say sleep '' "$*"; }
check() { say check "$1" "$2"; }
SSHCONF='-F config'
"""


@dataclass(frozen=True)
class Call:
    """What a line comes to.

    what: "ssh" (text is run at a host), "tcpdump" (what that wrote is read at a host), "sleep" (here, so many seconds),
    "check" (the output of the line's command is searched for the pattern `text`; host is the hit expected).
    """

    line: int
    what: str
    host: str
    text: str


def calls(name: str, text: str, hosts: dict[str, str]) -> list[Call]:
    """What the lines of a file of that name come to, in their order. hosts: by the name that a line has, that of a topology.

    UsageError says what bash said, if it cannot read what the lines come to.
    """
    program = _evaluated(text) if name == "evaltest.dat" else _typed(text)
    names = "".join(f"ipv4_{host}={host}\n" for host in hosts)
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as results, os.fdopen(writer, "wb") as results_in:
        command = ["bash", "-c", f"exec 3>&{results_in.fileno()}\n{_FUNCTIONS}{names}eval `cat`"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              pass_fds=[results_in.fileno()], env=_ENVIRONMENT) as bash:
            results_in.close()
            words, errors = _answers(bash, program, results)
    if errors.strip():
        raise UsageError(f"{name}: {errors.strip().splitlines()[0]}")
    return [Call(int(line), *rest) for line, *rest in zip(*[iter(words)] * 4)]


def _answers(bash: subprocess.Popen, program: str, results) -> tuple[list[str], str]:
    """All that bash says, as words, and its errors."""
    import threading
    said: list[bytes] = []
    listener = threading.Thread(target=lambda: said.append(results.read()))
    listener.start()
    _, errors = bash.communicate(program.encode("utf-8", "surrogateescape"), _LIMIT)
    listener.join(_LIMIT)
    text = b"".join(said).decode("utf-8", "surrogateescape")
    return text.split("\0")[:-1], errors.decode(errors="replace")


def _fields(text: str) -> list[tuple[int, list[str]]]:
    rows = [(number, line.split("::")) for number, line in enumerate(text.splitlines(), 1) if not line.startswith("#")]
    return [(number, fields) for number, fields in rows if len(fields) > 1 and fields[1]]


def _typed(text: str) -> str:
    """The program for pretest.dat and posttest.dat, where commands stand in double quotes."""
    return "".join(f'line={number}; ssh $SSHCONF root@$ipv4_{host} "{command}";\n'
                   for number, (host, command, *_) in _fields(text))


def _evaluated(text: str) -> str:
    """The program for evaltest.dat, where commands stand as they are and patterns in double quotes."""
    rows = []
    for number, (host, command, *rest) in _fields(text):
        pattern, hit = (*rest, "", "")[:2]
        if command == "tcpdump":
            run = f"say tcpdump $ipv4_{host} ''; "
        else:
            run = f"ssh $SSHCONF root@$ipv4_{host} {command} >/dev/null 2>/dev/null; "
        rows.append(f'line={number}; {run}check "{hit}" "{pattern}";\n')
    return "".join(rows)


def read(folder: Path, name: str) -> str:
    """The text of a test's file."""
    return (folder / name).read_text(encoding="utf-8", errors="surrogateescape")
