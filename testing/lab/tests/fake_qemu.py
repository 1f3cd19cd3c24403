#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Stands in for qemu-system-x86_64 in tests: a guest that does what the file FAKE_QEMU says, a word a line.

ready, take (an order, into the file order.json beside FAKE_QEMU), begun, archive NAME TEXT: as a guest does. console
TEXT: print it on the guest's console. hang, end: as they say. At the end of the file it has done what it was to do.
"""

import io
import json
import os
import socket
import sys
import tarfile
import time
from pathlib import Path


def value(option: str, start: str) -> str:
    """What follows an option and begins so."""
    return next(word for name, word in zip(sys.argv, sys.argv[1:]) if name == option and word.startswith(start))


def main() -> None:
    """Do it."""
    script = Path(os.environ["FAKE_QEMU"])
    channel = socket.socket(fileno=int(value("-chardev", "socket,id=lab").partition("fd=")[2]))
    console = Path(value("-chardev", "file,id=console").partition("path=")[2].replace(",,", ","))
    disks = [json.loads(word) for name, word in zip(sys.argv, sys.argv[1:]) if name == "-blockdev"]
    out = next(Path(disk["file"]["filename"]) for disk in disks if disk["node-name"] == "out")
    with open(script.with_name("started"), "a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    console.touch()
    with open(out, "r+b") as disk, tarfile.open(fileobj=disk, mode="w|") as archive:
        for line in script.read_text(encoding="utf-8").splitlines():
            word, _, rest = line.partition(" ")
            if word in ("ready", "begun"):
                channel.sendall(json.dumps({word: True}).encode() + b"\n")
            elif word == "take":
                script.with_name("order.json").write_bytes(channel.makefile("rb").readline())
            elif word == "archive":
                name, _, text = rest.partition(" ")
                entry = tarfile.TarInfo(name)
                entry.size = len(text)
                archive.addfile(entry, io.BytesIO(text.encode()))
            elif word == "console":
                with open(console, "a", encoding="utf-8") as file:
                    file.write(rest + "\n")
            elif word == "hang":
                time.sleep(1000)
            elif word == "end":
                sys.exit(1)
    channel.sendall(b'{"done": true}\n')
    time.sleep(1000)


main()
