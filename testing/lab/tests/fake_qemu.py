#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Stands in for qemu-system-x86_64 in tests: a guest that does what the file FAKE_QEMU says, a word a line.

ready, take (an order, into the file order.json beside FAKE_QEMU), begun, archive NAME TEXT: as a guest does. serve: be a driven
guest, whose hosts are in namespaces on this machine and whose cards go nowhere. console TEXT: print it on the guest's console.
say TEXT: say that over the channel. hang, end: as they say. At the end of the file it has done what it was to do.
"""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
from pathlib import Path

SCRIPT = Path(os.environ["FAKE_QEMU"])


def value(option: str, start: str) -> str:
    """What follows an option and begins so."""
    return next(word for name, word in zip(sys.argv, sys.argv[1:]) if name == option and word.startswith(start))


class Guest:
    """What the words of the script do; those that the lab is told are methods' names."""

    def __init__(self) -> None:
        self.channel = socket.socket(fileno=int(value("-chardev", "socket,id=lab").partition("fd=")[2]))
        self.console = Path(value("-chardev", "file,id=console").partition("path=")[2].replace(",,", ","))
        self.console.touch()
        self.order = {}
        self._archive = self._out = None

    def say(self, text: str) -> None:
        """Over the channel."""
        self.channel.sendall(text.encode() + b"\n")

    def ready(self, text: str) -> None:
        """Say it."""
        self.say('{"ready": true}')

    def begun(self, text: str) -> None:
        """Say it."""
        self.say('{"begun": true}')

    def take(self, text: str) -> None:
        """An order."""
        line = b""
        while not line.endswith(b"\n"):
            line += self.channel.recv(1)
        self.order = json.loads(line)
        SCRIPT.with_name("order.json").write_bytes(line)
        with open(SCRIPT.with_name("orders"), "ab") as file:
            file.write(line)

    def archive(self, rest: str) -> None:
        """A file for the disk `out`."""
        if not self._archive:
            disks = [json.loads(word) for name, word in zip(sys.argv, sys.argv[1:]) if name == "-blockdev"]
            path = next(Path(disk["file"]["filename"]) for disk in disks if disk["node-name"] == "out")
            self._out = open(path, "r+b")
            self._archive = tarfile.open(fileobj=self._out, mode="w|")
        name, _, text = rest.partition(" ")
        entry = tarfile.TarInfo(name)
        entry.size = len(text)
        self._archive.addfile(entry, io.BytesIO(text.encode()))

    def print(self, text: str) -> None:
        """On the console."""
        with open(self.console, "a", encoding="utf-8") as file:
            file.write(text + "\n")

    def serve(self, text: str) -> None:
        """Be a driven guest."""
        sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
        from lab.guests import serve
        from lab.place import syscalls
        syscalls.unshare(syscalls.CLONE_NEWNET)
        for number in range(len(self.order["cards"])):
            subprocess.run(["ip", "link", "add", f"card{number}", "type", "veth", "peer", f"peer{number}"], check=True)
            subprocess.run(["ip", "link", "set", f"peer{number}", "up"], check=True)  # as a wire is; else it has no carrier
        serve.serve(self.channel.fileno(), counts=False)
        sys.exit()

    def hang(self, text: str) -> None:
        """Until it is killed."""
        signal.pause()

    def end(self, text: str) -> None:
        """At once."""
        sys.exit(1)

    def done(self) -> None:
        """Say so."""
        if self._archive:
            self._archive.close()
            self._out.close()
        self.say('{"done": true}')
        signal.pause()


def main() -> None:
    """Do it."""
    with open(SCRIPT.with_name("started"), "a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    guest = Guest()
    for line in SCRIPT.read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(" ")
        getattr(guest, "print" if word == "console" else word)(rest)
    guest.done()


main()
