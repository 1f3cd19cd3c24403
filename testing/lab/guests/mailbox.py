# SPDX-License-Identifier: GPL-2.0-or-later
"""What goes into a QEMU guest and comes out of it, by disk: the tests as an image, what a run left as an archive."""

import os
import tarfile
from pathlib import Path, PurePosixPath

from lab import paths
from lab.errors import UnresolvedError
from lab.guests import image

_NOT_TESTS = ("^lab(/|$)", r"(^|/)__pycache__(/|$)")  # the lab's code is on a disk of its own


def pack(target: Path) -> None:
    """Write an image of the checkout's testing folder, but for the lab's code."""
    image.write(paths.TESTING, target, _NOT_TESTS)


def unpack(archive: Path, folder: Path) -> None:
    """Put the regular files of an archive that a guest has written into a folder, and nothing outside of it.

    UnresolvedError if it holds a name that leads out, or is cut off.
    """
    try:
        with tarfile.open(archive, "r:") as file:
            for member in file:
                _take(file, member, folder)
    except (tarfile.TarError, EOFError) as error:
        raise UnresolvedError(f"what the guest left cannot be read: {error}") from None


def _take(file: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts:
        raise UnresolvedError(f"the guest's archive has a file outside of its folder: {member.name}")
    if not member.isreg():
        return
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    with open(target, "wb") as copy:
        source = file.extractfile(member)
        while data := source.read(1 << 20):
            copy.write(data)
    os.utime(target, (member.mtime, member.mtime))
