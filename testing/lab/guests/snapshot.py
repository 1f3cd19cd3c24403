# SPDX-License-Identifier: GPL-2.0-or-later
"""Snapshots of QEMU guests that are ready for a test: their memory as a file, which guests restored from it share until they
write, and the state of their devices.

A snapshot is right only with the very disks and machine that it was taken with: its folder's name is a hash of all of them.
"""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from lab import once, paths
from lab.errors import UnresolvedError
from lab.guests import qemu

MEMORY, STATE, CONSOLE = "memory", "state", "console.txt"
_LIMIT = 60.0  # seconds for QEMU to write one
_KEPT = 6
_IGNORE_SHARED = [{"capability": "x-ignore-shared", "state": True}]  # the memory is there already


def folder(name: str) -> Path:
    """Where the snapshot of that name is, or will be."""
    return paths.cache() / "snapshots" / name


def ensure(name: str, make: Callable[[Path], None], progress: Callable[[str], None]) -> Path:
    """The folder of a snapshot; if need be `make` writes MEMORY and STATE into the folder that it gets, once for all runs."""
    final = folder(name)
    if not (final / STATE).exists():
        with once.locked(final.with_name(f"{name}.lock"), lambda: progress("another run makes this snapshot; waiting")):
            once.folder(final, make)
            once.sweep(final.parent, "*-*", _KEPT)
    os.utime(final)
    return final


def take(guest: qemu.Guest, state: Path) -> None:
    """Write the state of a guest's devices, its memory being a shared file already; the guest has stopped then.

    UnresolvedError if QEMU cannot.
    """
    control = Control(guest)
    control.ask("migrate-set-capabilities", capabilities=[*_IGNORE_SHARED, {"capability": "events", "state": True}])
    control.ask("migrate-set-parameters", **{"max-bandwidth": 10**10, "downtime-limit": 10**6})
    with open(state, "wb") as file:
        control.give("state", file.fileno())
        control.ask("migrate", uri="fd:state")
        control.wait("MIGRATION", lambda data: data["status"] in ("completed", "failed", "cancelled"))
    said = control.ask("query-migrate")
    if said.get("status") != "completed":
        raise UnresolvedError(f"QEMU cannot take a snapshot: {said.get('error-desc', said.get('status'))}")
    control.ask("quit", last=True)
    guest.process.wait(_LIMIT)


RESTORE_WORDS = ["-incoming", "defer"]  # QEMU's, for a machine with a snapshot's memory that give_back() is to set going


def give_back(guest: qemu.Guest, state: Path) -> None:
    """Have QEMU go on from a state. UnresolvedError if it refuses."""
    control = Control(guest)
    control.ask("migrate-set-capabilities", capabilities=_IGNORE_SHARED)
    control.ask("migrate-set-parameters", **{"announce-rounds": 0})  # no frame that a test has not sent
    with open(state, "rb") as file:
        control.give("state", file.fileno())
        control.ask("migrate-incoming", uri="fd:state")


class Control:
    """Requests to QEMU itself: QMP, of its manual's "QEMU Machine Protocol"."""

    def __init__(self, guest: qemu.Guest) -> None:
        self._socket = guest.control
        self._socket.settimeout(_LIMIT)
        self._file = self._socket.makefile("rb")
        self._events: list[dict] = []
        self._next()  # QEMU's greeting
        self.ask("qmp_capabilities")

    def ask(self, request: str, last: bool = False, **arguments: object) -> dict:
        """The answer to a request. UnresolvedError if it is refused, or if QEMU ends, unless this is to be the last."""
        self._socket.sendall(_message(request, arguments))
        return self._answer(request, last)

    def give(self, name: str, descriptor: int) -> None:
        """Give QEMU an open file under a name."""
        import socket
        socket.send_fds(self._socket, [_message("getfd", {"fdname": name})], [descriptor])
        self._answer("getfd", False)

    def wait(self, event: str, wanted: Callable[[dict], bool]) -> None:
        """Wait for an event whose data are as wanted."""
        deadline = time.monotonic() + _LIMIT
        while True:
            while self._events:
                one = self._events.pop(0)
                if one["event"] == event and wanted(one.get("data", {})):
                    return
            if time.monotonic() > deadline:
                raise UnresolvedError(f"QEMU did not say {event} within {_LIMIT:g} s")
            self._events.append(self._next())

    def _answer(self, request: str, last: bool) -> dict:
        while True:
            try:
                said = self._next()
            except UnresolvedError:
                if last:
                    return {}
                raise
            if "event" in said:
                self._events.append(said)
            elif "error" in said:
                raise UnresolvedError(f"QEMU refuses {request}: {said['error'].get('desc')}")
            else:
                return said["return"]

    def _next(self) -> dict:
        try:
            line = self._file.readline()
        except TimeoutError:
            raise UnresolvedError(f"QEMU does not answer within {_LIMIT:g} s") from None
        except ConnectionError:
            line = b""
        if not line:
            raise UnresolvedError("QEMU has ended unasked")
        return json.loads(line)


def _message(request: str, arguments: dict) -> bytes:
    return json.dumps({"execute": request, "arguments": arguments}).encode() + b"\n"
