# SPDX-License-Identifier: GPL-2.0-or-later
"""PID 1 of a run whose hosts are in guests that the lab drives: their clock, the wires between them, and their messages.

To the lab it is a keeper like that of namespaces (place/keeper.py). Each guest has a keeper of its own for the hosts that
are in it, reached through the guest's line; requests for a host are passed on to that.
"""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass

from lab.errors import UnresolvedError
from lab.guests import births
from lab.guests.calendar import Calendar
from lab.guests.wires import Wires
from lab.place import keeper, syscalls
from lab.place.frames import Channel

_QUEUE = 4096  # frames that a guest's socket holds; the kernel's own limit can be as low as 10


@dataclass
class _Guest:
    number: int
    name: str
    hosts: list[str]
    line: Channel
    process: subprocess.Popen | None
    begin: dict  # the request that makes its keeper bring up its hosts
    up: bool = False


class Switch(keeper.Keeper):
    """The state of a run."""

    def __init__(self, lab: Channel) -> None:
        super().__init__(lab)
        self.guests: list[_Guest] = []
        self.calendar: Calendar | None = None
        self.wires: Wires | None = None
        self.sessions: set[int] = set()  # our numbers of shells that are open
        self.starting: dict = {}
        self.inside = False  # whether the wires are in the one guest there is

    def own(self, client: Channel, message: dict) -> None:
        """Handle a request for the switch itself; the answer to start comes later, when all guests are up."""
        if message["op"] == "end-capture" and self.inside:
            self.pass_on(client, {**message, "to": self.guests[0].hosts[0], "keeper": True})
            return
        if message["op"] != "start":
            super().own(client, message)
            return
        try:
            self.starting, self.inside = message, message["inside"]
            self._start(message)
        except OSError as error:
            self._fail(f"{error.filename or 'guests'}: {error.strerror}")
        except UnresolvedError as error:
            self._fail(str(error))

    def _start(self, message: dict) -> None:
        if message["virtual"]:
            self.calendar = Calendar(self.loop, "clock", message["begin"])
            self.calendar.jumps = lambda: bool(self.waiting or self.starting)
            self.calendar.paced = lambda: bool(self.sessions)
        self.wires = Wires(self.loop, message["wires"], message["capture"], self._time_of_day, self._wake)
        for number, machine in enumerate(message["machines"]):
            self._boot(number, machine)
        self.loop.after(message["ready"], self._late)

    def _time_of_day(self) -> int:
        return self.calendar.time_of_day() if self.calendar else time.time_ns()

    def _wake(self, number: int) -> None:
        if self.calendar:
            self.calendar.wake(number)

    def begin(self, number: int, machine: dict) -> tuple[Channel, subprocess.Popen | None]:
        """Start a guest and plug in its cards; its line and its process, if it is ours."""
        cards = [self.wires.plug(wire, number) for wire in machine["wires"]]
        try:
            return births.start(machine, cards, lambda: self._wake(number))
        finally:
            for end in cards:
                end.close()

    def _boot(self, number: int, machine: dict) -> None:
        line, process = self.begin(number, machine)
        guest = _Guest(number, machine["name"], machine["hosts"], line, process, machine["begin"])
        self.guests.append(guest)
        self.hosts.update(dict.fromkeys(guest.hosts, guest.line))
        self.loop.watch_channel(guest.line, lambda: self._said(guest))

    def _said(self, guest: _Guest) -> None:
        """Handle what a guest's line brought."""
        try:
            messages = guest.line.pump()
        except UnresolvedError as error:
            self._fail(str(error))
            messages = None
        if messages is None:
            self._gone(guest)
            return
        for message in messages:
            if "hello" in message:
                guest.line.send({**guest.begin, "op": "start", "id": 0})
            elif not guest.up and message["id"] == 0:
                self._is_up(guest, message)
            elif "lost" in message:
                self.give(self.lab, message)
            else:
                self.sessions.discard(message["id"] if "stream" not in message else 0)
                self._back(message)

    def tell(self, name: str, message: dict) -> None:
        """Send a message to a host; one that is gone will be noticed when its channel is read."""
        address = {} if message.pop("keeper", False) else {"to": name}
        super().tell(name, {key: value for key, value in message.items() if key != "to"} | address)
        if message["op"] == "attach":
            self.sessions.add(message["id"])
        elif message["op"] == "hangup":
            self.sessions.discard(message["session"])

    def _is_up(self, guest: _Guest, message: dict) -> None:
        if "error" in message or "lost" in message:
            self._fail(message.get("error") or message["lost"])
            return
        guest.up = True
        if self.starting and all(other.up for other in self.guests) and len(self.guests) == len(self.starting["machines"]):
            number, self.starting = self.starting["id"], {}
            self.give(self.lab, {"id": number})
            if self.calendar:
                os.unlink("clock")

    def _late(self) -> None:
        late = [guest.name for guest in self.guests if not guest.up]
        if self.starting and late:
            self._fail(f"guest {', '.join(late)} was not up within {self.starting['ready']:g} s; see its console")

    def _fail(self, why: str) -> None:
        number, self.starting = self.starting.get("id", 0), {}
        self.give(self.lab, {"id": number, "error": why})

    def _gone(self, guest: _Guest) -> None:
        """A guest has ended."""
        self.loop.forget(guest.line.fileno())
        guest.line.close()
        if self.starting:
            self._fail(f"guest {guest.name} ended as it was started; see its console")
        elif guest.up:
            self.give(self.lab, {"id": 0, "lost": f"guest {guest.name}"})
        for name in guest.hosts:
            self.hosts.pop(name, None)
            for number, (client, theirs, host) in list(self.waiting.items()):
                if host == name:
                    del self.waiting[number]
                    self.give(client, {"id": theirs, "error": f"guest {guest.name} went away"})

    def do_end_capture(self, message: dict) -> dict:
        """Stop capturing and answer the counts by wire."""
        return {"wires": self.wires.end() if self.wires else {}}


def start(sock: socket.socket, folder: str) -> None:
    """Become PID 1 of a run whose guests leave their files in a folder; never returns."""
    signal.signal(signal.SIGTERM, lambda number, frame: os._exit(0))
    channel = Channel(sock)
    try:
        syscalls.mount("none", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
        syscalls.mount("proc", "/proc", "proc")
        with open("/proc/sys/net/unix/max_dgram_qlen", "w", encoding="ascii") as file:
            file.write(str(_QUEUE))
        os.chdir(folder)
        Switch(channel).serve()
    except Exception as error:  # said to the lab, which can tell a person; the run is over
        channel.send({"id": 0, "lost": f"the switch ({type(error).__name__}: {error})"})
    os._exit(0)
