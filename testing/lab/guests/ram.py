# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether this machine has memory for another guest: asked before one starts, since one that meets the end of it is killed."""

import os
from collections.abc import Iterable

from lab.errors import UnresolvedError

HEADROOM = 200  # megabytes of the machine's memory that are left beside guests


def check(needed: int, available: int | None = None) -> None:
    """UnresolvedError if this machine has not so many megabytes. available: in megabytes, if not what /proc tells."""
    if available is None:
        with open("/proc/meminfo", encoding="ascii") as file:
            table = dict(line.split(":", 1) for line in file)
        available = int(table["MemAvailable"].split()[0]) >> 10
    if available < needed + HEADROOM:
        raise UnresolvedError(f"a guest takes {needed} MB of memory and must leave {HEADROOM} MB; "
                              f"{available} MB are available; run fewer at once: -j")


def folder(needed: int, folders: Iterable[str] = ("/dev/shm", "/tmp")) -> str:
    """The first folder in which a guest's memory can be a file of so many megabytes that is mapped as programs are.

    UnresolvedError says why none can: a container's /dev/shm often has 64 MB, and the guest would die of the first page more.
    """
    reasons = []
    for name in folders:
        if not (why := _refuses(name, needed)):
            return name
        reasons.append(f"{name} {why}")
    raise UnresolvedError(f"a guest's memory is a file of {needed} MB, for which there is no folder: {', '.join(reasons)}")


def _refuses(name: str, needed: int) -> str:
    if not os.access(name, os.W_OK):
        return "is not writable"
    found = os.statvfs(name)
    if found.f_flag & os.ST_NOEXEC:
        return "is mounted noexec"
    free = found.f_bavail * found.f_frsize >> 20
    return f"has {free} MB free" if free < needed else ""
