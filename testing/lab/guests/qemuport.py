# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's end of a line into a QEMU guest that it drives: a virtio port, over which the guest first gets its order.

Lines of JSON come first (qinit.py), {"ready": true} from the guest and the order from here; then messages (place/frames.py).
"""

import json
import socket
import time

from lab.errors import UnresolvedError
from lab.place.frames import Channel

_LONGEST = 4096  # bytes of a guest's first line


class Port(Channel):
    """A channel to a guest that has no messages before the guest has its order.

    order: what it is to do; the present moment is added as it is sent. ready: whether the guest has said already that it is, as
    one that is restored from a snapshot has.
    """

    def __init__(self, sock: socket.socket, order: dict, ready: bool) -> None:
        super().__init__(sock)
        self._order: dict | None = order
        if ready:
            self._give_order()

    def _give_order(self) -> None:
        text = json.dumps({**self._order, "time": time.time()}) + "\n"
        self._order = None
        self.sock.sendall(text.encode())

    def pump(self) -> list[dict] | None:
        """See Channel; none while the guest is not ready. UnresolvedError if it says something else than that it is."""
        if self._order is None:
            return super().pump()
        self._fill()
        if self._ended:
            return None
        line, end, rest = self._buffer.partition(b"\n")
        if not end and len(line) < _LONGEST:
            return []
        if not _is_ready(line):
            raise UnresolvedError(f"the guest says '{line[:60].decode(errors='replace')}' instead of being ready")
        self._buffer = rest
        self._give_order()
        return []


def _is_ready(line: bytes) -> bool:
    try:
        return json.loads(line) == {"ready": True}
    except ValueError:
        return False
