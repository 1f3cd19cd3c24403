# SPDX-License-Identifier: GPL-2.0-or-later
"""The switch of a run whose guests libvirt has started: see guests/switch.py. Each card is a pair of UDP ports of 127.0.0.1.

It is a plain process: it is in the machine's own network, and has started nothing that it would have to take with it.
"""

import contextlib
import os
import signal
import socket
from dataclasses import dataclass

from lab.errors import UnresolvedError
from lab.guests import qemuport
from lab.guests.switch import Switch
from lab.place import syscalls
from lab.place.frames import Channel

_BUFFER = 1 << 20  # bytes, or as many as the machine allows
_LOCAL = "127.0.0.1"


@dataclass(frozen=True)
class Plug:
    """One card's way to the wires: our socket, connected to the guest's port, which is kept for the guest until released."""

    ours: socket.socket
    kept: socket.socket

    @property
    def ports(self) -> tuple[int, int]:
        """The guest's port and ours."""
        return self.kept.getsockname()[1], self.ours.getsockname()[1]

    def release(self) -> None:
        """To be called when the guest has its port: both have it till then, so nobody else can take it."""
        self.kept.close()


def plug() -> Plug:
    """A new way for a card. The caller hands `ours` on to the switch."""
    kept, ours = _bound(), _bound()
    ours.connect(kept.getsockname())
    return Plug(ours, kept)


def _bound() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        made.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
    made.bind((_LOCAL, 0))
    return made


class DomainSwitch(Switch):
    """The state of a run. ends: by guest, its cards' sockets on our side."""

    def __init__(self, lab: Channel, ends: dict[str, list[socket.socket]]) -> None:
        super().__init__(lab)
        self._ends = ends

    def begin(self, number: int, machine: dict) -> tuple[Channel, None]:
        """See Switch: the guest is there already, and so is its end of the line."""
        for wire, end in zip(machine["wires"], self._ends[machine["name"]]):
            self.wires.join(wire, number, end)
        return qemuport.Port(_connected(machine["socket"]), machine["order"], ready=False), None


def _connected(path: str) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.connect(path)
    except OSError as error:
        raise UnresolvedError(f"the guest's port {path}: {error.strerror or error}") from None
    return sock


def start(ends: dict[str, list[socket.socket]]) -> tuple[int, socket.socket]:
    """Fork a switch; its process, which ends with this one, and our end of its channel. Takes over the sockets."""
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            _close_all_but([theirs, *(end for several in ends.values() for end in several)])
            syscalls.die_with_parent(signal.SIGKILL)
            if os.getppid() == parent:
                _serve(Channel(theirs), ends)
        finally:
            os._exit(1)
    for sock in [theirs, *(end for several in ends.values() for end in several)]:
        sock.close()
    return pid, ours


def _close_all_but(sockets: list[socket.socket]) -> None:
    """Close what this process has inherited: locks and pipes of the lab's must not live as long as hosts that stay up."""
    kept = {sock.fileno() for sock in sockets}
    for number in map(int, os.listdir("/proc/self/fd")):
        if number > 2 and number not in kept:
            with contextlib.suppress(OSError):
                os.close(number)


def _serve(channel: Channel, ends: dict[str, list[socket.socket]]) -> None:
    try:
        DomainSwitch(channel, ends).serve()
    except Exception as error:  # said to the lab, which can tell a person; the run is over
        channel.send({"id": 0, "lost": f"the switch ({type(error).__name__}: {error})"})
    os._exit(0)
