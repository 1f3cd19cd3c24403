# SPDX-License-Identifier: GPL-2.0-or-later
"""UML guests: a Linux kernel that is an ordinary, unprivileged process, in virtual time.

In virtual time (time-travel=inf-cpu) the guest's clock stands still while anything computes and jumps to the next timer
when all is idle: a day of rekeying takes seconds, and a busy machine changes nothing.
"""

import hashlib
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from lab import paths
from lab.guests import ram
from lab.place import syscalls

MEMORY = 512  # megabytes; most tests leave three quarters of it untouched
BEGIN = 1767225600 * 10**9  # 2026-01-01 00:00 UTC in nanoseconds: the same moment in every run
_RANDOM = 512  # bytes for a guest's random number generator to begin with
_INIT = Path(__file__).resolve().parent / "init"


@dataclass(frozen=True)
class Machine:
    """What a UML guest is: its kernel, whether its clock is a virtual one of its own, and the processor that it is kept on.

    seed: what its random numbers follow from, with its name, if not chance. words: more for its kernel's command line.
    On one processor it is two to three times as fast as on two: kernel and programs are processes that wait for each
    other at every system call, and waking another processor takes longer than the call.
    """

    kernel: Path
    virtual: bool
    processor: int
    seed: int | None = None
    name: str = "guest"
    words: tuple[str, ...] = ()


def start(machine: Machine, out: Path, console: Path) -> subprocess.Popen:
    """Start a guest that does what out/guest.json orders; its console goes to a file.

    It is killed when this process ends. OSError if the kernel cannot be started, UnresolvedError if memory is missing.
    """
    with open(console, "wb") as output:
        return subprocess.Popen(command(machine, out), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                env=environment(), start_new_session=True,
                                preexec_fn=lambda: settle(machine.processor))


def settle(processor: int) -> None:
    """In a guest's process, before it is one: end with the process that starts it, and stay on one processor."""
    syscalls.die_with_parent(signal.SIGKILL)
    os.sched_setaffinity(0, {processor})


def environment(guests: int = 1) -> dict[str, str]:
    """What the process of a guest, or of each of several, has for an environment: its memory is an unlinked file in TMPDIR.

    UnresolvedError if this machine has no memory for so many.
    """
    ram.check(guests * MEMORY)
    return {"TMPDIR": ram.folder(guests * MEMORY), "HOME": "/"}


def random_bytes(seed: int | None, name: str) -> bytes:
    """What a guest's random numbers begin with: chance, or what follows from a seed and the guest's name."""
    if seed is None:
        return os.urandom(_RANDOM)
    return b"".join(hashlib.sha256(f"{seed} {name} {number}".encode()).digest() for number in range(_RANDOM // 32))


def command(machine: Machine, out: Path) -> list[str]:
    """The command that starts a guest which does what out/guest.json orders, its console on standard output."""
    words = [str(machine.kernel), f"mem={MEMORY}M", "root=none", "rootfstype=hostfs", "rootflags=/", "ro", f'init="{_INIT}"',
             "con=null", "con0=null,fd:1", "ssl=null", "quiet", "panic=-1",
             # Python asks for random numbers before init can have seeded the kernel's generator, which would spin
             "PYTHONHASHSEED=0",
             f"LAB_OUT={quote(str(out))}", f"LAB_CACHE={quote(str(paths.cache()))}", *machine.words]
    if machine.virtual:
        words += ["time-travel=inf-cpu", f"time-travel-start={BEGIN}"]
    if machine.seed is not None:
        words += [f"lab_seed={random_bytes(machine.seed, machine.name)[:32].hex()}", "norandmaps"]
    return words
