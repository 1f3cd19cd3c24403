# SPDX-License-Identifier: GPL-2.0-or-later
"""A command without a terminal, run on a host for the lab: its input given, its output and status answered."""

import os
import signal
from collections.abc import Callable

from lab.place.frames import pack, unpack
from lab.place.loop import Loop

_KEPT = 16 * 1024 * 1024  # bytes of output sent back; what is more is cut


class Command:
    """One running command. Output goes to unnamed files, so that neither end can block the other."""

    def __init__(self, loop: Loop, request: dict, environment: dict[str, str], folder: str,
                 answer: Callable[[dict], None]) -> None:
        self._answer = answer
        self._timed_out = False
        self._stdin, self._stdout, self._stderr = (
            os.fdopen(os.memfd_create(name), "w+b") for name in ("stdin", "stdout", "stderr"))
        self._stdin.write(unpack(request.get("stdin", "")))
        self._stdin.seek(0)
        self.pid = os.fork()
        if self.pid == 0:
            self._become(request["argv"], environment, request.get("folder", folder))
        self._timer = loop.after(request["limit"], self._late)

    def _become(self, argv: list[str], environment: dict[str, str], folder: str) -> None:
        try:
            os.setsid()
            for number, file in enumerate((self._stdin, self._stdout, self._stderr)):
                os.dup2(file.fileno(), number)
            os.chdir(folder)
            os.execvpe(argv[0], argv, environment)
        except OSError as error:
            os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
        finally:
            os._exit(127)

    def _late(self) -> None:
        self._timed_out = True
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:  # it has not come as far as having a process group
            os.kill(self.pid, signal.SIGKILL)

    def ended(self, status: int) -> None:
        """To be called with the exit status when the process has been reaped."""
        self._timer.cancel()
        output = [self._whole(file) for file in (self._stdout, self._stderr)]
        self._answer({"status": status, "stdout": output[0], "stderr": output[1], "timed_out": self._timed_out})

    @staticmethod
    def _whole(file) -> str:
        file.seek(0)
        with file:
            return pack(file.read(_KEPT))
