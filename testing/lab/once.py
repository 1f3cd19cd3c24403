# SPDX-License-Identifier: GPL-2.0-or-later
"""Folders that are made once, whole or not at all, however many runs ask at the same time."""

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from lab.errors import UnresolvedError

_RECENT = 3600.0  # seconds


@contextlib.contextmanager
def locked(path: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock file `path`, which is made if need be and stays; its holder's death frees it.

    `waiting` is called once if another process holds it. UnresolvedError if it cannot be written.
    """
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _take(descriptor, waiting)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, waiting: Callable[[], None] | None) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if waiting:
            waiting()
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def folder(final: Path, fill: Callable[[Path], None]) -> Path:
    """The folder `final`, which `fill` has written if it was not there; the caller holds its lock.

    `fill` gets an empty folder beside it, which is renamed when `fill` returns: a run that was killed
    leaves only that, and the next one removes it. UnresolvedError if the disk is full or not writable.
    """
    if final.is_dir():
        return final
    _sweep(final)
    draft = final.with_name(f"{final.name}.draft-{os.getpid()}")
    with _told(final):
        try:
            draft.mkdir(parents=True)
            fill(draft)
            os.rename(draft, final)
        except BaseException:
            _remove(draft)
            raise
    return final


def kept(final: Path, keep: int, fill: Callable[[Path], None], waiting: Callable[[], None] | None = None) -> Path:
    """folder() with its lock, for one that is named KIND-HASH, with a hash of 12 digits.

    When one is made, those of its kind that were used longest ago are removed but for so many; see sweep().
    """
    if not final.is_dir():
        kind = final.name.rpartition("-")[0]
        with locked(final.with_name(f"{kind}.lock"), waiting):
            folder(final, fill)
            sweep(final.parent, f"{kind}-{'?' * 12}", keep)
    os.utime(final)
    return final


def sweep(top: Path, pattern: str, keep: int) -> None:
    """Remove the folders of that pattern that were used longest ago, but for so many, and none used within the hour.

    What a guest has open stays readable to it.
    """
    def used(path: Path) -> float:
        try:
            return path.stat().st_mtime
        except FileNotFoundError:
            return 0.0

    found = sorted((path for path in top.glob(pattern) if path.is_dir()), key=used, reverse=True)
    for path in found[keep:]:
        if used(path) < time.time() - _RECENT:
            _remove(path)


def replace(path: Path, text: str) -> None:
    """Write `text` to `path` so that a reader sees the old or the new text, never a part of it."""
    draft = path.with_name(f"{path.name}.draft-{os.getpid()}")
    with _told(path):
        try:
            draft.write_text(text)
            os.replace(draft, path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


def _sweep(final: Path) -> None:
    for stale in final.parent.glob(f"{final.name}.draft-*"):
        _remove(stale)


def _remove(path: Path) -> None:
    import shutil
    shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the file system refuses into one line about `path`."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EPERM,
                               errno.ENOTDIR, errno.EEXIST):
            raise
        raise UnresolvedError(f"{error.filename or path}: {error.strerror}") from error
