# SPDX-License-Identifier: GPL-2.0-or-later
"""UML guests: a Linux kernel that is an ordinary, unprivileged process, in virtual time.

In virtual time (time-travel=inf-cpu) the guest's clock stands still while anything computes and jumps to the next timer
when all is idle: a day of rekeying takes seconds, and a busy machine changes nothing.
"""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from lab import paths
from lab.place import syscalls

MEMORY = "512M"
_BEGIN = 1767225600 * 10**9  # 2026-01-01 00:00 UTC in nanoseconds: the same moment in every run
_INIT = Path(__file__).resolve().parent / "init"


@dataclass(frozen=True)
class Machine:
    """What a UML guest is: its kernel, whether its clock is the real one, and the processor that it is kept on.

    On one processor it is two to three times as fast as on two: kernel and programs are processes that wait for each
    other at every system call, and waking another processor takes longer than the call.
    """

    kernel: Path
    real_time: bool
    processor: int


def start(machine: Machine, out: Path, console: Path) -> subprocess.Popen:
    """Start a guest that does what out/guest.json orders; its console goes to a file.

    It is killed when this process ends. OSError if the kernel cannot be started.
    """
    with open(console, "wb") as output:
        return subprocess.Popen(_command(machine, out), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                env={"TMPDIR": _memory_folder(), "HOME": "/"}, start_new_session=True,
                                preexec_fn=lambda: _settle(machine.processor))


def _settle(processor: int) -> None:
    syscalls.die_with_parent(signal.SIGKILL)
    os.sched_setaffinity(0, {processor})


def _memory_folder() -> str:
    """Where the guest's memory lies as an unlinked file: in memory, if that is possible."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"


def _command(machine: Machine, out: Path) -> list[str]:
    words = [str(machine.kernel), f"mem={MEMORY}", "root=none", "rootfstype=hostfs", "rootflags=/", "ro", f'init="{_INIT}"',
             "con=null", "con0=null,fd:1", "ssl=null", "quiet", "panic=-1",
             # Python asks for random numbers before init can have seeded the kernel's generator, which would spin
             "PYTHONHASHSEED=0",
             f"LAB_OUT={quote(str(out))}", f"LAB_CACHE={quote(str(paths.cache()))}"]
    if not machine.real_time:
        words += ["time-travel=inf-cpu", f"time-travel-start={_BEGIN}"]
    return words
