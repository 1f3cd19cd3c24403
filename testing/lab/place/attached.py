# SPDX-License-Identifier: GPL-2.0-or-later
"""A command on a terminal of its own whose input and output go to a person: what `lab shell` opens on a host."""

import os
import termios
from collections.abc import Callable

from lab.place.frames import pack, unpack
from lab.place.loop import Loop

_AGAIN = 0.02  # seconds until a terminal that takes no more is tried again
_REMIND = 0.1  # seconds until a command is told again that there is no more input
_END_OF_FILE = b"\x04"  # as typed: VEOF of termios(3), which a new terminal has


class Attached:
    """A command with a terminal; what it prints is sent on as messages {"stream": data}."""

    def __init__(self, loop: Loop, request: dict, environment: dict[str, str], folder: str,
                 send: Callable[[dict], None]) -> None:
        self._loop, self._send, self._typed = loop, send, bytearray()
        self._no_more = False  # whether the input has ended
        self.pid, self._master = os.forkpty()
        if self.pid == 0:
            _become(request, environment, folder)
        os.set_blocking(self._master, False)
        self.resize(request)
        loop.watch(self._master, self._readable)

    def _readable(self) -> None:
        try:
            data = os.read(self._master, 65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._send({"stream": pack(data)})
        else:
            self.close()

    def input(self, request: dict) -> None:
        """Type request["data"], which is base64 text."""
        waits = bool(self._typed)
        self._typed += unpack(request["data"])
        if not waits:
            self._type()

    def end_input(self) -> None:
        """Let whoever reads find the end of the input, again and again as that of a file.

        A terminal tells the end to one read() alone, and not even to that if its reader changes its mode just then, as
        readline does between commands.
        """
        self._no_more = True
        self._type()

    def _type(self) -> None:
        """Give the terminal what it takes, the rest later: the host must not wait for a command that does not read."""
        try:
            while self._typed and self._master >= 0:
                del self._typed[:os.write(self._master, self._typed)]
        except BlockingIOError:
            self._loop.after(_AGAIN, self._type)
            return
        if self._no_more and self._master >= 0:
            self._typed += _END_OF_FILE
            self._loop.after(_REMIND, self._type)

    def resize(self, request: dict) -> None:
        """Give the terminal request["rows"] rows and request["columns"] columns."""
        if self._master >= 0:
            termios.tcsetwinsize(self._master, (request.get("rows", 24), request.get("columns", 80)))

    def drain(self) -> None:
        """Send what the ended command had still printed."""
        if self._master >= 0:
            os.set_blocking(self._master, True)
        while self._master >= 0:
            self._readable()

    def close(self) -> None:
        """Hang up."""
        if self._master >= 0:
            self._loop.forget(self._master)
            os.close(self._master)
            self._master = -1


def _become(request: dict, environment: dict[str, str], folder: str) -> None:
    """In the forked child: be the command. Nothing may come back from here into the host's own code."""
    argv = request["argv"]
    try:
        os.chdir(folder)
        os.execvpe(argv[0], argv, {**environment, "TERM": request.get("term", "dumb"), **request.get("environment", {})})
    except OSError as error:
        os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(127)
