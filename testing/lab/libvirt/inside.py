# SPDX-License-Identifier: GPL-2.0-or-later
"""What the first process of a host that is a libvirt domain does when it is started by hand: bring the host up by itself, with
a shell on its console, and shut down when libvirt says so.

The order, /mnt/code/hosts/HOST.json, has all that the lab would ask a keeper for; HOST is on the kernel's command line.
"""

import json
import os
import sys
import termios
import time
import traceback
import tty
from pathlib import Path

from lab.guests import init, qinit
from lab.libvirt import agent
from lab.place.frames import pack, unpack
from lab.place.loop import Loop
from lab.place.ns import Namespaces

ORDERS = "hosts"  # the folder of the orders, on the disk with the code
_CONSOLE = "/dev/ttyS0"
_LIMIT = 120.0  # seconds for the host to come up
_AGAIN = 1.0  # seconds until an agent's port that nobody listens at is looked at again


def main() -> None:
    """Never returns: the guest is shut down by the agent, or starts again when the host has ended."""
    try:
        qinit.machine()
        disks = qinit.find_disks()
        qinit.mount_disk(disks["in"], "/mnt/testing")
        if "stage" in disks:
            qinit.mount_disk(disks["stage"], "/mnt/stage")
        order = json.loads(Path(f"/mnt/code/{ORDERS}/{os.environ['LAB_HOST']}.json").read_text(encoding="utf-8"))
        qinit.load("-q", "tun")
        qinit.name_cards(order["cards"])
        init.in_child(lambda: _live(order))
    except Exception:  # the console is all there is to tell it
        traceback.print_exc()
    init.end(init.RESTART)


def _live(order: dict) -> None:
    """Bring the host up, and serve its console until it ends."""
    place = Namespaces(own_users=False)
    try:
        place.request("start", _LIMIT, **order["begin"])
        place.requests("network", [order["network"]], _LIMIT)
        if os.fork() == 0:
            _agent()
        with open(_CONSOLE, "r+b", buffering=0) as terminal:
            Console(terminal.fileno(), place, order["network"]["to"]).serve()
    finally:
        place.stop()


class Console:
    """A shell of the host's on the guest's own terminal; a new one when it ends."""

    def __init__(self, terminal: int, place: Namespaces, host: str) -> None:
        self._terminal, self._place, self._host = terminal, place, host
        self._loop = Loop()
        self._session = 0

    def serve(self) -> None:
        """Returns when the host has ended."""
        tty.setraw(self._terminal, termios.TCSANOW)
        os.write(self._terminal, f"\r\nThis is {self._host}; ^] leaves 'virsh console'.\r\n".encode())
        self._open()
        self._loop.watch(self._terminal, self._typed)
        self._loop.watch_channel(self._place.channel, self._said)
        self._loop.run()

    def _open(self) -> None:
        self._session += 1
        self._send(op="attach", id=self._session, argv=["bash", "--norc", "--noprofile"], term="vt220", rows=24, columns=80,
                   environment={"PS1": f"{self._host} # "})

    def _send(self, **message) -> None:
        self._place.channel.send({"to": self._host, **message})

    def _typed(self) -> None:
        self._send(op="input", id=0, session=self._session, data=pack(os.read(self._terminal, 4096)))

    def _said(self) -> None:
        for message in self._place.channel.pump() or [{"lost": self._host}]:
            if "stream" in message:
                self._print(unpack(message["stream"]))
            elif "status" in message:
                self._open()
            elif "lost" in message or "error" in message:
                self._print(f"\r\n{message}\r\n".encode())
                self._loop.stop()

    def _print(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._terminal, data):]


def _agent() -> None:
    """Do what libvirt asks an agent for; never returns."""
    try:
        with open(qinit.find_port(agent.PORT), "r+b", buffering=0) as port:
            while True:
                _obey(port)
                time.sleep(_AGAIN)  # libvirt's daemon is not there: read() says so at once
    except OSError as error:
        print(f"no agent: {error}", file=sys.stderr)
    finally:
        os._exit(1)


def _obey(port) -> None:
    while line := port.readline():
        answer, then = agent.answer(line)
        if answer:
            port.write(answer)
        if then is not None:
            init.end(then)
