# SPDX-License-Identifier: GPL-2.0-or-later
"""The event loop of the lab's processes inside a place: descriptors, timers and ended children."""

import heapq
import itertools
import os
import selectors
import signal
import time
from collections.abc import Callable

from lab.place.frames import Channel


class Timer:
    """A call that is due once; cancel() makes it nothing."""

    def __init__(self, call: Callable[[], None]) -> None:
        self.call = call

    def cancel(self) -> None:
        """Forget the call."""
        self.call = lambda: None


class Loop:
    """Calls back when a descriptor is readable, a time has come, or a child has ended.

    rounds: what is called each time when all that was ready has been seen to.
    """

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Timer]] = []
        self._count = itertools.count()
        self._running = True
        self.rounds: list[Callable[[], object]] = []

    def watch(self, fd: int, call: Callable[[], None]) -> None:
        """Call whenever fd is readable or at its end."""
        self._selector.register(fd, selectors.EVENT_READ, call)

    def watch_channel(self, channel: Channel, call: Callable[[], None]) -> None:
        """Call whenever a channel has messages or is at its end."""
        self.watch(channel.fileno(), call)
        channel.stored = lambda: self.after(0, lambda: call() if channel.holds() and channel.fileno() >= 0 else None)

    def forget(self, fd: int) -> None:
        """Stop watching fd; to be called before it is closed."""
        self._selector.unregister(fd)

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call once, so many seconds from now."""
        timer = Timer(call)
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._count), timer))
        return timer

    def on_child(self, call: Callable[[], None]) -> None:
        """Call whenever a child may have ended."""
        reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

        def drain() -> None:
            os.read(reader, 512)
            call()

        self.watch(reader, drain)

    def stop(self) -> None:
        """Make run() return after the present call."""
        self._running = False

    def run(self) -> None:
        """Serve until stop()."""
        while self._running:
            wait = None
            if self._timers:
                wait = max(0.0, self._timers[0][0] - time.monotonic())
            for key, _ in self._selector.select(wait):
                if key.fd in self._selector.get_map():  # an earlier call may have forgotten it
                    key.data()
            self._fire()
            for call in self.rounds:
                call()

    def _fire(self) -> None:
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2].call()
