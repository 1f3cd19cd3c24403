#!/usr/bin/python3 -IS
# SPDX-License-Identifier: GPL-2.0-or-later
"""Stands in for virsh in tests: domains and networks are files in the folder FAKE_VIRSH.

A file `down` there makes every connection fail, `refuse` names the one that cannot be defined. It imports little, as it is
started often.
"""

import os
import sys

STATE = os.environ["FAKE_VIRSH"]


def read(path: str) -> str:
    """A file's text; none if it is not there."""
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def fail(text: str) -> None:
    """As virsh complains."""
    print(f"error: {text}", file=sys.stderr)
    sys.exit(1)


def define(folder: str, text: str) -> None:
    """Keep what a text describes."""
    name = text.partition("<name>")[2].partition("<")[0]
    if name and name == read(f"{STATE}/refuse"):
        fail(f"XML error: no {name}")
    with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
        file.write(text)


def main(uri: str, command: str, *rest: str) -> None:
    """Do what virsh would."""
    if os.path.exists(f"{STATE}/down"):
        fail("Failed to connect socket to '/run/libvirt-sock': No such file or directory")
    folder = f"{STATE}/{'network' if command.startswith('net-') else 'domain'}"
    command = command.removeprefix("net-")
    if command == "list":
        print("\n".join(sorted(os.listdir(folder if "--all" in rest else f"{STATE}/up"))))
    elif command == "dumpxml":
        print(read(f"{folder}/{rest[0]}"))
    elif command == "define":
        define(folder, read(rest[0]))
    elif command == "undefine" and os.path.exists(f"{folder}/{rest[0]}"):
        os.unlink(f"{folder}/{rest[0]}")
    elif command == "uri":
        print(uri)


URI, *WORDS = sys.argv[3:]
for words in [line.replace("'", "").split() for line in WORDS[0].split("; ")] if " " in WORDS[0] else [WORDS]:
    main(URI, *words)
