# SPDX-License-Identifier: GPL-2.0-or-later
"""How the switch starts a guest's process: it gets the other ends of a line and of its cards.

A machine is what driven.py says of it: "argv", in whose words "@line@" and "@card:NUMBER@" stand for descriptors, and more by
its sort.
"""

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

from lab.guests import uml
from lab.guests.line import Line
from lab.place.frames import Channel


def start(machine: dict, cards: list[socket.socket], wake: Callable[[], object]) -> tuple[Channel, subprocess.Popen]:
    """Start a guest; its line and its process, which is killed when this one ends. OSError or UnresolvedError if it cannot be.

    cards: the sockets that are its cards' ends, which the caller closes afterwards; wake: called when it has something to read.
    """
    begin = _qemu if "order" in machine else _uml
    return begin(machine, cards, wake)


def _uml(machine: dict, cards: list[socket.socket], wake: Callable[[], object]) -> tuple[Channel, subprocess.Popen]:
    ours, theirs = socket.socketpair()
    with theirs, open(machine["console"], "wb") as console:
        process = subprocess.Popen(
            _filled(machine["argv"], theirs, cards), env=machine["environment"], stdin=subprocess.DEVNULL, stdout=console,
            stderr=console, pass_fds=[end.fileno() for end in (theirs, *cards)],
            preexec_fn=lambda: uml.settle(machine["processor"]))
    return Line(ours, wake), process


def _qemu(machine: dict, cards: list[socket.socket], wake: Callable[[], object]) -> tuple[Channel, subprocess.Popen]:
    """A guest that boots, or goes on from the snapshot whose state is machine["state"], and gets machine["order"]."""
    from lab.guests import qemu, qemuport, snapshot
    guest = qemu.Guest(_filled(machine["argv"], None, cards), Path(machine["log"]), tuple(end.fileno() for end in cards))
    if machine["state"]:
        snapshot.give_back(guest, Path(machine["state"]))
    return qemuport.Port(guest.channel, machine["order"], ready=bool(machine["state"])), guest.process


def _filled(words: list[str], line: socket.socket | None, cards: list[socket.socket]) -> list[str]:
    marks = {f"@card:{number}@": str(end.fileno()) for number, end in enumerate(cards)}
    if line:
        marks["@line@"] = str(line.fileno())
    filled = []
    for word in words:
        for mark, value in marks.items():
            word = word.replace(mark, value)
        filled.append(word)
    return filled
