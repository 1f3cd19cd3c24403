# SPDX-License-Identifier: GPL-2.0-or-later
"""A processor for each guest: guests that share one take many times as long as one after the other would.

A guest is programs that wait for each other at every system call. So whoever starts one waits until a processor has none,
of whichever run or user of the cache.
"""

import fcntl
import os
import time

from lab import paths

_LIMIT = 90.0  # seconds; then a guest shares one after all
_AGAIN = 0.02  # seconds; the kernel lets nobody wait for whichever of several locks is free first


def take(slot: int, wait: bool = True) -> int:
    """The number of a processor that no other guest has; it is this process's as long as that lives.

    slot: which of the guests that this run has at the same time is to have it. If wait is not set, or after 90 seconds, the
    slot's own is returned though another guest may have it.
    """
    usable = sorted(os.sched_getaffinity(0))
    first = slot % len(usable)
    files = {number: _open(number) for number in usable[first:] + usable[:first]}
    deadline = time.monotonic() + (_LIMIT if wait else 0)
    while (number := _locked(files)) is None and time.monotonic() < deadline:
        time.sleep(_AGAIN)
    for other, file in files.items():
        if other != number:
            os.close(file)
    return usable[first] if number is None else number


def _open(number: int) -> int:
    folder = paths.cache() / "processors"
    folder.mkdir(parents=True, exist_ok=True)
    return os.open(folder / str(number), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)


def _locked(files: dict[int, int]) -> int | None:
    """The first of the processors whose lock could be had."""
    for number, file in files.items():
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return number
        except BlockingIOError:
            continue
    return None
