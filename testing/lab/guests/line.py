# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's end of a line into a guest: messages (place/frames.py) over a socket that is the guest's serial port.

A UML guest whose terminal is full stops listening for good (line_unthrottle() in arch/um does not undo line_throttle()),
so no more is on its way than a terminal holds: the guest says what it took, and gets more after that.
"""

import socket
from collections.abc import Callable

from lab.place.frames import Channel, encode

_MOST = 2048  # bytes on their way; a terminal of Linux's holds 4095


class Line(Channel):
    """A channel whose send() never waits: what the guest may not get yet is kept here.

    written: called when something is on its way to the guest.
    """

    def __init__(self, sock: socket.socket, written: Callable[[], object]) -> None:
        super().__init__(sock)
        self._written = written
        self._waiting = bytearray()
        self._free = _MOST

    def send(self, message: dict) -> None:
        """Send a message, now or when the guest has taken those before it. OSError if the guest is gone."""
        self._waiting += encode(message)
        self._flush()

    def pump(self) -> list[dict] | None:
        """The messages that have arrived, but for those that tell what the guest took."""
        messages = super().pump()
        took = sum(message["took"] for message in messages or [] if "took" in message)
        if took:
            self._free += took
            self._flush()
        return messages and [message for message in messages if "took" not in message]

    def _flush(self) -> None:
        now = bytes(self._waiting[:self._free])
        if now:
            self.sock.sendall(now)
            del self._waiting[:len(now)]
            self._free -= len(now)
            self._written()
