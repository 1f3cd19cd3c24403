# SPDX-License-Identifier: GPL-2.0-or-later
"""A clock that several UML guests share, and that stands still while nobody is waiting for them.

UML's time-travel=ext has each guest ask a calendar when it may run: include/uapi/linux/um_timetravel.h. One guest runs at
a time, for as long as it has something to do, which takes no time on the clock; then the clock jumps to the first moment
that any guest waits for. A guest that got a frame or a request is woken before that, at the present moment.
"""

import socket
import struct
import time
from collections.abc import Callable

from lab.place.loop import Loop, Timer

_MESSAGE = struct.Struct("=IIQ")  # operation, number, nanoseconds since the guests began
_ACK, _START, _REQUEST, _WAIT, _GET, _UPDATE, _RUN, _FREE_UNTIL, _GET_TOD = range(9)
_FREE = 50_000  # nanoseconds for which a guest may go on by itself: reading the clock costs it some, and must not ask us
_NEVER = (1 << 63) - 1


class _Guest:
    """What the calendar knows of a guest. latest: the furthest that its clock can be; request: when it wants to run."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.name = -1
        self.running = True
        self.woken = False
        self.latest = 0
        self.request = _NEVER
        self.buffer = b""

    def send(self, operation: int, number: int, moment: int) -> None:
        """Send a message; a guest that is gone is noticed where its socket is read."""
        try:
            self.sock.send(_MESSAGE.pack(operation, number, moment))
        except OSError:
            pass


class Calendar:
    """The clock of all guests that connect to a unix socket.

    begin: the moment at which it starts, in nanoseconds since 1970. now: nanoseconds since then. jumps: whether it may go
    on now; paced: whether it then keeps pace with the real clock instead of jumping.
    """

    def __init__(self, loop: Loop, path: str, begin: int) -> None:
        self._loop, self._begin = loop, begin
        self.now = 0
        self.jumps: Callable[[], bool] = lambda: True
        self.paced: Callable[[], bool] = lambda: False
        self._guests: list[_Guest] = []
        self._number = 0
        self._real = 0.0  # when `now` was last held against the real clock, and what it was then; 0: not paced
        self._then = 0
        self._timer: Timer | None = None
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(path)
        self._server.listen()
        loop.watch(self._server.fileno(), self._accept)
        loop.rounds.append(self.turn)

    def time_of_day(self) -> int:
        """The present moment in nanoseconds since 1970."""
        return self._begin + self.now

    def wake(self, name: int) -> None:
        """Have the guest that started with this number look at its devices."""
        for guest in self._guests:
            guest.woken |= guest.name == name

    def turn(self) -> None:
        """Let the guest run whose turn it is, if none is running."""
        if any(guest.running for guest in self._guests):
            return
        self._keep_pace()
        for guest in self._guests:
            if guest.woken:
                return self._run(guest, min(max(self.now, guest.latest), guest.request))
        first = min(self._guests, key=lambda guest: guest.request, default=None)
        if first and first.request < _NEVER and self.jumps() and self._is_due(first.request):
            self._run(first, first.request)
        return None

    def _keep_pace(self) -> None:
        """While paced, move the clock as the real one has, but no further than to what comes next."""
        if not self.paced():
            self._real = 0.0
            return
        real = time.monotonic()
        if not self._real:
            self._real, self._then = real, self.now
        next_moment = min((guest.request for guest in self._guests), default=_NEVER)
        self.now = max(self.now, min(next_moment, self._then + int((real - self._real) * 1e9)))

    def _is_due(self, moment: int) -> bool:
        if not self._real or moment <= self.now:
            return True
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.after((moment - self.now) / 1e9, lambda: None)  # the round after it takes the turn
        return False

    def _run(self, guest: _Guest, moment: int) -> None:
        guest.running, guest.woken, guest.request = True, False, _NEVER
        self.now = max(self.now, moment)
        guest.latest = moment + _FREE
        self._number += 2
        guest.send(_FREE_UNTIL, self._number - 1, guest.latest)
        guest.send(_RUN, self._number, moment)

    def _accept(self) -> None:
        sock, _ = self._server.accept()
        guest = _Guest(sock)
        self._guests.append(guest)
        self._loop.watch(sock.fileno(), lambda: self._receive(guest))

    def _receive(self, guest: _Guest) -> None:
        try:
            data = guest.sock.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            self._loop.forget(guest.sock.fileno())
            guest.sock.close()
            self._guests.remove(guest)
            return
        guest.buffer += data
        while len(guest.buffer) >= _MESSAGE.size:
            message, guest.buffer = guest.buffer[:_MESSAGE.size], guest.buffer[_MESSAGE.size:]
            self._handle(guest, *_MESSAGE.unpack(message))

    def _handle(self, guest: _Guest, operation: int, number: int, moment: int) -> None:
        if operation == _ACK:
            return
        if operation == _START:
            guest.name = moment
        elif operation == _REQUEST:
            guest.request = moment
        elif operation == _WAIT:
            guest.running = False
        answer = self.time_of_day() if operation == _GET_TOD else max(self.now, guest.latest)
        guest.send(_ACK, number, answer)
