# SPDX-License-Identifier: GPL-2.0-or-later
"""A command on a terminal of its own whose input and output go to a person: what `lab shell` opens on a host."""

import os
import termios
from collections.abc import Callable

from lab.place.frames import pack, unpack
from lab.place.loop import Loop


class Attached:
    """A command with a terminal; what it prints is sent on as messages {"stream": data}."""

    def __init__(self, loop: Loop, request: dict, environment: dict[str, str], folder: str,
                 send: Callable[[dict], None]) -> None:
        self._loop, self._send = loop, send
        self.pid, self._master = os.forkpty()
        if self.pid == 0:
            os.chdir(folder)
            argv = request["argv"]
            os.execvpe(argv[0], argv, {**environment, "TERM": request.get("term", "dumb"), **request.get("environment", {})})
        self.resize(request)
        loop.watch(self._master, self._readable)

    def _readable(self) -> None:
        try:
            data = os.read(self._master, 65536)
        except OSError:
            data = b""
        if data:
            self._send({"stream": pack(data)})
        else:
            self.close()

    def input(self, request: dict) -> None:
        """Type request["data"], which is base64 text."""
        if self._master >= 0:
            os.write(self._master, unpack(request["data"]))

    def resize(self, request: dict) -> None:
        """Give the terminal request["rows"] rows and request["columns"] columns."""
        if self._master >= 0:
            termios.tcsetwinsize(self._master, (request.get("rows", 24), request.get("columns", 80)))

    def drain(self) -> None:
        """Send what the ended command had still printed."""
        while self._master >= 0:
            self._readable()

    def close(self) -> None:
        """Hang up."""
        if self._master >= 0:
            self._loop.forget(self._master)
            os.close(self._master)
            self._master = -1
