# SPDX-License-Identifier: GPL-2.0-or-later
"""sharkd, Wireshark's daemon: it makes its tables of protocols once, which takes half a second of tshark each time; then a copy
of it, forked, looks at each capture. It is asked by lines of JSON-RPC 2.0.
"""

import atexit
import json
import os
import shutil
import signal
import socket
import tempfile
import time
from pathlib import Path

from lab.errors import UnresolvedError
from lab.place import syscalls

_LIMIT = 60.0  # seconds, for the daemon to come up as for an answer
_AGAIN = 0.01  # seconds between two looks whether it has


class _Server:
    """The daemon that this process, or the one that it was forked from, has started; it ends with that.

    It goes into the background by itself, so it has a PID namespace whose first process ends with us:
    the lab (this process) -> between -> first -> sharkd -> a copy of it for each session
    """

    def __init__(self) -> None:
        self._owner, folder = os.getpid(), tempfile.mkdtemp(prefix="lab-sharkd-")
        self._folder = folder
        self.path = Path(folder) / "socket"
        words = ["sharkd", "-a", f"unix:{self.path}"]
        self._between = os.fork()
        if self._between == 0:
            _contain(words, {**os.environ, "WIRESHARK_CONFIG_DIR": folder})
        atexit.register(self.end)

    def end(self) -> None:
        """In the process that has started it: end it."""
        if os.getpid() == self._owner:
            os.kill(self._between, signal.SIGKILL)
            os.waitpid(self._between, 0)
            shutil.rmtree(self._folder, ignore_errors=True)


def _contain(words: list[str], environment: dict[str, str]) -> None:
    """In the process between: run a command, and all that it starts, in a PID namespace; never returns."""
    try:
        syscalls.die_with_parent(signal.SIGKILL)
        _let_go()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C at the lab's terminal is the lab's to handle
        syscalls.unshare(syscalls.CLONE_NEWPID if os.geteuid() == 0 else syscalls.CLONE_NEWUSER | syscalls.CLONE_NEWPID)
        first = os.fork()
        if first == 0:
            syscalls.die_with_parent(signal.SIGKILL)
            if os.fork() == 0:
                os.execvpe(words[0], words, environment)
            while True:
                os.wait()
        os.waitpid(first, 0)
    finally:
        os._exit(1)


def _let_go() -> None:
    """Close what the lab has open: a pipe that its output goes to must end with it."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.closerange(3, 65536)


_servers: list[_Server] = []


def is_there() -> bool:
    """Whether this machine has it."""
    return shutil.which("sharkd") is not None


def start() -> None:
    """Start the daemon unless it runs, and do not wait for it."""
    if not _servers:
        _servers.append(_Server())


class Session:
    """A conversation about one capture. UnresolvedError if the daemon does not answer, or refuses."""

    def __init__(self) -> None:
        start()
        self._sock = socket.socket(socket.AF_UNIX)
        self._sock.settimeout(_LIMIT)
        self._connect()
        self._lines = self._sock.makefile("rb")

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *error: object) -> None:
        self._lines.close()
        self._sock.close()

    def _connect(self) -> None:
        deadline = time.monotonic() + _LIMIT
        while self._sock.connect_ex(str(_servers[0].path)):
            if time.monotonic() > deadline:
                raise UnresolvedError(f"sharkd does not answer within {_LIMIT:g} s")
            time.sleep(_AGAIN)

    def _ask(self, method: str, **parameters: object) -> dict:
        """Send a request and return the answer: it has "result" or "error"."""
        words = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        try:
            self._sock.sendall(json.dumps(words).encode() + b"\n")
            line = self._lines.readline()
        except OSError as error:
            raise UnresolvedError(f"sharkd: {method}: {error}") from None
        if not line:
            raise UnresolvedError(f"sharkd ended at {method} {parameters}")
        return json.loads(line)

    def _do(self, method: str, **parameters: object) -> dict | list:
        answer = self._ask(method, **parameters)
        if "error" in answer:
            raise UnresolvedError(f"sharkd: {method} {parameters}: {answer['error'].get('message')}")
        return answer["result"]

    def set(self, name: str, value: str) -> bool:
        """Set a preference, or add a line to a table if the name is "uat:TABLE", before load(); whether it was taken."""
        return "result" in self._ask("setconf", name=name, value=value)

    def load(self, path: Path) -> None:
        """Read a capture."""
        self._do("load", file=str(path.resolve()))

    def frames(self, fields: tuple[str, ...], only: str) -> list[dict[str, str]]:
        """Fields of the frames that a display filter passes, as Wireshark shows them; several values have commas between."""
        columns = {f"column{number}": f"{field}:0" for number, field in enumerate(fields)}
        found = self._do("frames", filter=only, **columns)
        return [dict(zip(fields, frame["c"], strict=True)) for frame in found]
