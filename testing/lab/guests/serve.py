# SPDX-License-Identifier: GPL-2.0-or-later
"""In a guest that the lab drives: a keeper for the hosts in it, and a line that carries its messages; see line.py."""

import os
import select
import termios
import tty

from lab.place.frames import Channel, encode
from lab.place.ns import Namespaces

_CHUNK = 65536


def serve(line: int, counts: bool = True) -> None:
    """Pass messages between the line, which this takes over, and a new keeper, until either ends.

    counts: whether the lab is told what was taken (line.py); a line that holds back by itself what cannot be taken needs none.
    """
    if os.isatty(line):
        tty.setraw(line, termios.TCSANOW)  # before the first byte comes
    place = Namespaces(own_users=False)
    _write(line, {"id": 0, "hello": True})
    try:
        _relay(line, place.channel, counts)
    finally:
        place.stop()


def _relay(line: int, keeper: Channel, counts: bool) -> None:
    while True:
        ready, _, _ = select.select([line, keeper], [], [])
        if line in ready:
            data = os.read(line, _CHUNK)
            if not data:
                return
            keeper.sock.sendall(data)
            if counts:
                _write(line, {"id": 0, "took": len(data)})
        if keeper in ready:
            messages = keeper.pump()
            if messages is None:
                return
            for message in messages:
                _write(line, message)


def _write(line: int, message: dict) -> None:
    data = encode(message)
    while data:
        data = data[os.write(line, data):]
