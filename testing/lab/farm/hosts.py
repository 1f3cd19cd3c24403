# SPDX-License-Identifier: GPL-2.0-or-later
"""A farm's hosts: which there are, and whether they answer.

Names are ssh's, so users, ports and keys are told in ~/.ssh/config. PARALLEL_SSH, GNU parallel's own variable, may name
another command than ssh, or ssh with arguments.
"""

import os
import re
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from lab.errors import UnresolvedError, UsageError

_HOST = re.compile(r"(?P<name>(?:[\w.-]+@)?[\w][\w.-]*)(?::(?P<slots>[1-9]\d{0,3}))?", re.ASCII)
_OPTIONS = "-o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=10 -o ServerAliveCountMax=3"
_LIMIT = 40  # seconds for a host to answer
_PROBE = """\
command -v perl >/dev/null || { echo 'no perl, which GNU parallel needs there'; exit 4; }
command -v tar >/dev/null || { echo 'no tar'; exit 4; }
/usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo 'no Python 3.11'; exit 4; }
nproc
"""


@dataclass(frozen=True)
class Host:
    """A machine that runs tests, as ssh knows it. slots: how many at once; 0 for as many as it has processors."""

    name: str
    slots: int = 0


def read(text: str) -> list[Host]:
    """The hosts of a file, one HOST or HOST:SLOTS a line, or of a list with commas.

    UsageError names the line or word that is no host, or one that comes twice.
    """
    path = Path(text)
    if path.is_file():
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        words = [(f"{path}:{number}", line.partition("#")[0].strip()) for number, line in enumerate(lines, 1)]
    elif "/" in text:
        raise UsageError(f"--farm {text}: no such file")
    else:
        words = [("--farm", word.strip()) for word in text.split(",")]
    found: dict[str, Host] = {}
    for where, word in words:
        if word:
            host = _host(where, word)
            if host.name in found:
                raise UsageError(f"{where}: {host.name} is there twice")
            found[host.name] = host
    if not found:
        raise UsageError(f"--farm {text}: no hosts are named there")
    return list(found.values())


def _host(where: str, word: str) -> Host:
    match = _HOST.fullmatch(word)
    if not match:
        raise UsageError(f"{where}: expected HOST or HOST:SLOTS, found {word!a}; ports and keys are told in ~/.ssh/config")
    return Host(match["name"], int(match["slots"] or 0))


def ssh() -> list[str]:
    """The command that reaches a host, without the host."""
    return shlex.split(os.environ.get("PARALLEL_SSH") or "ssh") + _OPTIONS.split()


def answering(hosts: list[Host], say: Callable[[str], None]) -> list[Host]:
    """Those that answer and have what is needed, their slots known; of the others it is said why not. Asked all at once."""
    asked = [(host, subprocess.Popen([*ssh(), host.name, f"/bin/sh -c {shlex.quote(_PROBE)}"], stdin=subprocess.DEVNULL,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"))
             for host in hosts]
    found = []
    for host, process in asked:
        try:
            output, errors = process.communicate(timeout=_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
        last = ((output if process.returncode == 4 else errors).strip().splitlines() or [f"no answer within {_LIMIT} s"])[-1]
        if process.returncode or not output.strip().isdigit():
            say(f"host {host.name} is away: {last}")
        else:
            found.append(replace(host, slots=host.slots or int(output)))
    return found


def script(host: Host, text: str, *words: str, stdin=subprocess.DEVNULL, limit: float) -> str:
    """What a shell script prints on a host. UnresolvedError if it fails, with the last line of what it said."""
    command = " ".join(map(shlex.quote, ["/bin/sh", "-c", text, "sh", *words]))
    try:
        done = subprocess.run([*ssh(), host.name, command], stdin=stdin, capture_output=True, text=True, errors="replace",
                              timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        raise UnresolvedError(f"host {host.name} did not answer within {limit:g} s") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise UnresolvedError(f"host {host.name}: {last}")
    return done.stdout
