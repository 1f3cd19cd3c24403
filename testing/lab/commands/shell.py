# SPDX-License-Identifier: GPL-2.0-or-later
"""lab shell: a shell on a host of a run that was left up."""

import argparse
import os
import select
import shutil
import signal
import sys
import termios
import tty

from lab import commands, live
from lab.errors import EXIT_UNRESOLVED
from lab.place.client import KeeperClient
from lab.place.frames import pack, unpack


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("shell", description="Open a shell on a host of a run that 'lab run --keep' left up.")
    made.add_argument("test", help="the test, KIND/NAME or NAME")
    made.add_argument("host")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    _, out = live.find(arguments.test)
    client = live.connect(out)
    size = shutil.get_terminal_size()
    request = {"op": "attach", "id": 1, "to": arguments.host, "argv": ["bash", "--norc", "--noprofile"],
               "term": os.environ.get("TERM", "dumb"), "rows": size.lines, "columns": size.columns,
               "environment": {"PS1": f"{arguments.host} # "}}
    client.channel.send(request)
    saved = termios.tcgetattr(0) if sys.stdin.isatty() else None
    try:
        if saved:
            tty.setraw(0)
            signal.signal(signal.SIGWINCH, lambda number, frame: _resize(client, arguments.host))
        return _relay(client, arguments.host)
    finally:
        if saved:
            termios.tcsetattr(0, termios.TCSADRAIN, saved)


def _resize(client: KeeperClient, host: str) -> None:
    size = shutil.get_terminal_size()
    client.channel.send({"op": "resize", "id": 0, "to": host, "session": 1, "rows": size.lines, "columns": size.columns})


def _relay(client: KeeperClient, host: str) -> int:
    """Pass bytes both ways until the shell ends; returns its status."""
    sources = [client.channel, sys.stdin]
    while True:
        ready = [client.channel] if client.channel.holds() else select.select(sources, [], [])[0]
        if sys.stdin in ready:
            data = os.read(0, 4096)
            if not data:
                sources.remove(sys.stdin)
            what = {"op": "input", "data": pack(data)} if data else {"op": "end-input"}
            client.channel.send({**what, "id": 0, "to": host, "session": 1})
        if client.channel in ready:
            messages = client.channel.pump()
            if messages is None:
                return EXIT_UNRESOLVED
            for message in messages:
                if "stream" in message:
                    os.write(1, unpack(message["stream"]))
                elif "error" in message:
                    os.write(2, f"lab: {message['error']}\r\n".encode())
                    return EXIT_UNRESOLVED
                else:
                    return message["status"]
