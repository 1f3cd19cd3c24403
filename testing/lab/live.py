# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs whose hosts were left up: found by test, reached through the socket in their output folder."""

import os
import socket
from pathlib import Path

from lab import history
from lab.errors import UsageError
from lab.place.client import KeeperClient
from lab.place.frames import Channel

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


def runs() -> dict[str, Path]:
    """Output folders by test of all runs that are up; of several of one test, the newest."""
    found = {}
    for record in history.read():
        out = Path(record["out"])
        if (out / SOCKET).exists() and (client := connect(out)):
            client.channel.close()
            found[record["test"]] = out
    return found


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
    try:
        client.request("power-off", 5)
    except Exception:  # the answer is that the channel ends
        pass
    client.channel.close()
    for name in (SOCKET, HOLDER):
        (out / name).unlink(missing_ok=True)
