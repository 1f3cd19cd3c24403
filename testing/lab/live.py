# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs whose hosts were left up: found by test, reached through the socket in their output folder."""

import os
import select
import socket
from pathlib import Path

from lab import history
from lab.errors import UnresolvedError, UsageError
from lab.place.client import KeeperClient
from lab.place.frames import Channel

_END_LIMIT = 20.0
SOCKET = "live.sock"
HOLDER = "live.pid"  # names the process whose end is the run's end


def connect(out: Path) -> KeeperClient | None:
    """A client of the hosts of the run in out; None if they are not up."""
    sock = socket.socket(socket.AF_UNIX)
    try:
        folder = os.open(out, os.O_PATH)
    except OSError:
        return None
    try:
        sock.connect(f"/proc/self/fd/{folder}/{SOCKET}")  # the path itself may be longer than a socket's may be
    except OSError:
        sock.close()
        return None
    finally:
        os.close(folder)
    return KeeperClient(Channel(sock))


def every() -> list[tuple[str, Path]]:
    """The test and the output folder of each run that is up, the newest last."""
    known = {record["out"]: record["test"] for record in history.read()}
    found = []
    for out, test in known.items():
        if os.path.exists(os.path.join(out, SOCKET)) and (client := connect(Path(out))):
            client.channel.close()
            found.append((test, Path(out)))
    return found


def runs() -> dict[str, Path]:
    """Output folders by test of all runs that are up; of several of one test, the newest."""
    return dict(every())


def find(word: str) -> tuple[str, Path]:
    """The test, named KIND/NAME or NAME, whose hosts are up, and its folder. UsageError if they are not."""
    up = runs()
    for test, out in up.items():
        if word in (test, test.partition("/")[2]):
            return test, out
    there = f"; up are {', '.join(sorted(up))}" if up else ""
    raise UsageError(f"the hosts of '{word}' are not up{there}; 'lab run --keep {word}' leaves them up")


def stop(out: Path) -> None:
    """End a run that is up; returns when it is gone."""
    client = connect(out)
    if not client:
        return
    holder = _holder(out)
    try:
        client.request("power-off", 5)
    except UnresolvedError:  # the answer is that the channel ends
        pass
    client.channel.close()
    if holder is not None:
        ended = select.select([holder], [], [], _END_LIMIT)[0]
        os.close(holder)
        if not ended:
            raise UnresolvedError(f"{out}: its hosts did not end within {_END_LIMIT:g} s")
    for name in (SOCKET, HOLDER):
        (out / name).unlink(missing_ok=True)


def _holder(out: Path) -> int | None:
    """A descriptor that is readable when the process that holds the hosts up has ended: pidfd_open(2)."""
    try:
        return os.pidfd_open(int((out / HOLDER).read_text(encoding="ascii")))
    except (OSError, ValueError):
        return None
