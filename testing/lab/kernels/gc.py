# SPDX-License-Identifier: GPL-2.0-or-later
"""What the cache holds of kernels that nothing needs any more: how much it is, and removing it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from lab import kernels
from lab.kernels import archive, catalog

_DAY = 86400.0  # seconds
_OURS = re.compile(r".+-[0-9a-f]{12}$")


def unwanted(everything: bool = False, older: float | None = None) -> Iterator[tuple[Path, str]]:
    """Folders that can go, with the reason: what no recipe or package asks for, and what was killed halfway.

    With older, also what was last used that many days ago; kernels of git trees have only their age. With everything,
    all kernels, sources, objects and tools.
    """
    wanted = {kernel.folder for kernel in (*catalog.builds().values(), *archive.known())}
    begin = time.time() - _DAY * older if older is not None else 0.0
    for path in _folders():
        if everything:
            yield path, "all are to go"
        elif ".draft-" in path.name:
            if _idle(path):
                yield path, "left over from a run that was killed"
        elif path.parent.name == "source":
            if path.name not in _sources():
                yield path, "the archive has a newer source"
        elif path.parent == kernels.top() and path.name not in wanted and not path.name.startswith("git-"):
            yield path, "no recipe or package asks for it"
        elif path.stat().st_mtime < begin:
            yield path, f"last used more than {older:g} days ago"


def remove(path: Path) -> bool:
    """Remove a folder, unless a run is making or changing it; whether it was."""
    with _lock(path) as ours:
        if ours:
            shutil.rmtree(path)
    return ours


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[bool]:
    """Whether its lock could be had, which is held then."""
    lock = path.with_name(path.name.partition(".draft-")[0] + ".lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)


def _idle(path: Path) -> bool:
    with _lock(path) as ours:
        return ours


def size(path: Path) -> int:
    """Bytes of disk that a folder takes."""
    return sum(os.lstat(os.path.join(place, name)).st_blocks * 512 for place, _, names in os.walk(path) for name in names)


def _folders() -> list[Path]:
    top = kernels.top()
    found = [path for place in (top, top / "git", top / "source", top / "tools") if place.is_dir()
             for path in sorted(place.iterdir()) if path.is_dir() and not path.is_symlink()]
    return [path for path in found if ".draft-" in path.name or _OURS.match(path.name)]


def _sources() -> set[str]:
    """The trees of source packages that the archive had when it was last asked."""
    found = set()
    for index in (kernels.top() / "source").glob("*.index"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            found.add(json.loads(index.read_text(encoding="utf-8"))["tree"])
    return found
