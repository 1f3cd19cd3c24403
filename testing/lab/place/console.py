# SPDX-License-Identifier: GPL-2.0-or-later
"""A host's console: an interactive bash on a terminal, one line typed at a time.

The shell's prompts carry a mark that cannot come from a program's output by accident, together with the exit
status; a mark arriving means that the line is done. Echo is off: the transcript writes what was typed by itself.
"""

import os
import re
import termios
import time
from collections.abc import Callable

from lab.place.loop import Loop

_KEPT = 1024 * 1024  # bytes of a line's output; what is more is cut, but counted
_MARK_ROOM = 64  # more than a mark has, with all that it carries
_LONGEST_LINE = 4095  # the terminal's line discipline cuts what is longer: termios(3), canonical mode
COLUMNS, ROWS = 132, 48


class Console:
    """One shell on one terminal. type() is to be called again only after its answer has come."""

    def __init__(self, loop: Loop, environment: dict[str, str], folder: str) -> None:
        self._loop = loop
        self._mark = os.urandom(8).hex()
        self._pattern = re.compile(b"\x1e" + self._mark.encode() + b":(\\d+|\\+):\x1f")
        self._output = bytearray()
        self._searched = self._cut = 0
        self._status: int | None = None
        self._answer: Callable[[dict], None] | None = None
        self._timer = None
        self._started = 0.0
        self.ready = False
        self.pid, self._master = self._spawn(environment, folder)
        loop.watch(self._master, self._readable)

    def _spawn(self, environment: dict[str, str], folder: str) -> tuple[int, int]:
        setup = os.memfd_create("setup")
        os.write(setup, self._setup(setup).encode())
        os.set_inheritable(setup, True)
        pid, master = os.forkpty()
        if pid == 0:
            _become(setup, environment, folder)
        os.close(setup)
        quiet_terminal(master)
        return pid, master

    def _setup(self, descriptor: int) -> str:
        mark = f"\\036{self._mark}"
        return (f"exec {descriptor}<&-\n"  # not for what is started from here
                f"PS1=$'{mark}:$?:\\037'\nPS2=$'{mark}:+:\\037'\nunset HISTFILE MAILCHECK\n")

    def type(self, line: str, limit: float, answer: Callable[[dict], None]) -> None:
        """Type a line and answer with output, status, seconds; more=True where the shell waits for the rest of it.

        limit in seconds; past it the answer has timed_out=True and what was printed so far. A shell that ended
        answers closed=True and its own status.
        """
        data = line.encode("utf-8", "surrogateescape") + b"\n"
        if len(data) > _LONGEST_LINE:
            answer({"error": f"a line of {len(data)} bytes is longer than a terminal takes ({_LONGEST_LINE})"})
            return
        self._answer, self._started = answer, time.monotonic()
        self._timer = self._loop.after(limit, self._late)
        if self._status is not None:
            self._reply(closed=True, status=self._status)
        else:
            os.write(self._master, data)

    def _readable(self) -> None:
        try:
            data = os.read(self._master, 65536)
        except OSError:  # EIO: nobody has the terminal open any more
            data = b""
        if not data:
            self.close()
            return
        self._output += data
        while found := self._pattern.search(self._output, self._searched):
            self._prompt(found)
        if len(self._output) > 2 * _KEPT:
            self._cut += len(self._output) - _KEPT - _MARK_ROOM
            del self._output[_KEPT:-_MARK_ROOM]
        self._searched = max(0, len(self._output) - _MARK_ROOM)

    def ended(self, status: int) -> None:
        """To be called with the exit status when the shell has been reaped."""
        while self._master >= 0:  # what it had still printed
            self._readable()
        self._status = status
        self._reply(closed=True, status=status)

    def _prompt(self, found: re.Match) -> None:
        word = found.group(1)  # before the buffer that it lies in is cut
        rest = self._output[found.end():]
        del self._output[found.start():]
        if self.ready:
            self._reply(more=word == b"+", status=None if word == b"+" else int(word))
        self.ready = True
        self._output, self._searched = rest, 0

    def _late(self) -> None:
        self._reply(timed_out=True, status=None, running=self.foreground())

    def _reply(self, **answer) -> None:
        if not self._answer:
            return
        self._timer.cancel()
        call, self._answer = self._answer, None
        answer["output"] = self._printed().decode("utf-8", "surrogateescape")
        answer["seconds"] = time.monotonic() - self._started
        self._output.clear()
        self._searched = self._cut = 0
        call(answer)

    def _printed(self) -> bytes:
        excess = self._cut + max(0, len(self._output) - _KEPT)
        return bytes(self._output[:_KEPT]) + (b"\n[%d bytes more]\n" % excess if excess else b"")

    def foreground(self) -> str:
        """The command lines of what has the terminal now; empty if it cannot be told."""
        try:
            group = os.tcgetpgrp(self._master)
        except OSError:
            return ""
        if group == self.pid:
            return "the shell itself"
        return " | ".join(filter(None, (_command_line(pid, group) for pid in sorted(map(int, _numbers("/proc"))))))

    def close(self) -> None:
        """Hang up: the shell and its jobs get SIGHUP."""
        if self._master >= 0:
            self._loop.forget(self._master)
            os.close(self._master)
            self._master = -1


def _become(setup: int, environment: dict[str, str], folder: str) -> None:
    """In the forked child: be the shell. Nothing may come back from here into the host's own code."""
    try:
        quiet_terminal(0)
        os.chdir(folder)
        argv = ["bash", "--noprofile", "--noediting", "--rcfile", f"/proc/self/fd/{setup}", "+H", "-i"]
        os.execvpe("bash", argv, environment)
    except OSError as error:
        os.write(2, f"{error.filename or 'bash'}: {error.strerror}\n".encode())
    finally:
        os._exit(127)


def _numbers(folder: str) -> list[str]:
    return [name for name in os.listdir(folder) if name.isdigit()]


def _command_line(pid: int, group: int) -> str:
    """The command line of a process if it is of that process group."""
    try:
        if os.getpgid(pid) != group:
            return ""
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def quiet_terminal(fd: int) -> None:
    """No echo and no carriage returns on the terminal fd, and a fixed size, so that transcripts are plain text."""
    mode = termios.tcgetattr(fd)
    mode[1] &= ~termios.OPOST
    mode[3] &= ~termios.ECHO
    termios.tcsetattr(fd, termios.TCSANOW, mode)
    termios.tcsetwinsize(fd, (ROWS, COLUMNS))
