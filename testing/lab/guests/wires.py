# SPDX-License-Identifier: GPL-2.0-or-later
"""Wires between guests: each a switch of Ethernet frames between sockets, captured.

A guest's card is one end of a pair of datagram sockets, a datagram a frame: UML's vector transport "fd", QEMU's netdev
"dgram". A frame goes to the port where its destination was last seen, or else to all.
"""

import socket
from collections import deque
from collections.abc import Callable
from pathlib import Path

from lab.capture.pcap import Writer
from lab.place.loop import Loop

_LARGEST = 65536
_AGAIN = 0.001  # seconds until a guest that takes no frames is tried again
_MOST_WAITING = 4096  # frames for a guest that takes none


class _Port:
    """A card's socket on our side, and the frames that it has not taken yet."""

    def __init__(self, wire: "_Wire", guest: int, sock: socket.socket) -> None:
        self.wire, self.guest, self.sock = wire, guest, sock
        self.waiting: deque[bytes] = deque()


class _Wire:
    def __init__(self, path: Path) -> None:
        self.file = open(path, "wb")
        self.writer = Writer(self.file)
        self.ports: list[_Port] = []
        self.seen: dict[bytes, _Port] = {}
        self.packets = self.drops = 0


class Wires:
    """All wires of a run.

    clock: the present moment in nanoseconds since 1970, for captures. arrived: called with a guest's number when frames for
    it are in its socket.
    """

    def __init__(self, loop: Loop, names: list[str], folder: str, clock: Callable[[], int],
                 arrived: Callable[[int], None]) -> None:
        self._loop, self._clock, self._arrived = loop, clock, arrived
        self._wires = {name: _Wire(Path(folder, f"{name}.pcap")) for name in names}
        self._ending = False
        self._timer = False

    def plug(self, wire: str, guest: int) -> socket.socket:
        """Add a port for a guest; returns the guest's end, which the caller hands on and closes."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.join(wire, guest, ours)
        return theirs

    def join(self, wire: str, guest: int, ours: socket.socket) -> None:
        """Add a port for a guest whose frames come and go by a socket of datagrams, which is ours from now on."""
        ours.setblocking(False)
        port = _Port(self._wires[wire], guest, ours)
        port.wire.ports.append(port)
        self._loop.watch(ours.fileno(), lambda: self._receive(port))

    def end(self) -> dict:
        """Stop capturing; packets and drops by wire."""
        for wire in self._wires.values():
            wire.file.close()
        self._ending = True
        return {name: {"packets": wire.packets, "drops": wire.drops} for name, wire in self._wires.items()}

    def _receive(self, port: _Port) -> None:
        while True:
            try:
                frame = port.sock.recv(_LARGEST)
            except BlockingIOError:
                break
            except OSError:
                frame = b""
            if not frame:  # the guest is gone
                self._loop.forget(port.sock.fileno())
                port.wire.ports.remove(port)
                return
            self._pass_on(port, frame)

    def _pass_on(self, port: _Port, frame: bytes) -> None:
        wire = port.wire
        if not self._ending:
            seconds, nanoseconds = divmod(self._clock(), 10**9)
            wire.writer.packet(seconds, nanoseconds, frame, len(frame))
            wire.file.flush()
            wire.packets += 1
        wire.seen[frame[6:12]] = port
        known = wire.seen.get(frame[:6])
        for other in [known] if known in wire.ports else wire.ports:
            if other is not port:
                other.waiting.append(frame)
                self._deliver(other)

    def _deliver(self, port: _Port) -> None:
        while port.waiting:
            try:
                port.sock.send(port.waiting[0])
            except BlockingIOError:
                self._later(port)
                return
            except OSError:
                port.waiting.clear()  # the guest is gone, or is just going
                return
            port.waiting.popleft()
            self._arrived(port.guest)

    def _later(self, port: _Port) -> None:
        """Try again when the guest has had time to take some."""
        if len(port.waiting) > _MOST_WAITING:
            port.waiting.popleft()
            port.wire.drops += 1
        if not self._timer:
            self._timer = True
            self._loop.after(_AGAIN, self._retry)

    def _retry(self) -> None:
        self._timer = False
        for wire in self._wires.values():
            for port in wire.ports:
                self._deliver(port)
