# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernels of guests: which there are (catalog), and having them as files (ensure). Never installed on the machine.

A kernel is a Package of Debian's archive, fetched and unpacked, or a Build, made here. Either is a folder of the cache,
named by the hash of all that it comes from, so a second checkout and other users of the cache find it there.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab import paths

if TYPE_CHECKING:
    from lab.kernels.catalog import Kernel

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Files:
    """A kernel as files of the cache, to be read only.

    image is a program for arch um, and for x86 what a boot loader takes (vmlinuz). vmlinux is the same as ELF, with
    the entry (PVH) that microvm needs; None for um. modules is the folder that holds lib/modules/RELEASE with its
    modules.dep, all of them uncompressed; None if everything is built in.
    """

    name: str
    release: str  # as uname -r says it
    image: Path
    vmlinux: Path | None
    modules: Path | None
    config: Path


def top() -> Path:
    """The folder of the cache that holds kernels and their sources; it may not exist yet."""
    return paths.cache() / "kernels"


def folder(kernel: Kernel) -> Path:
    """Where a kernel's files are, or will be."""
    return top() / kernel.folder


def is_cached(kernel: Kernel) -> bool:
    """Whether ensure() has nothing to do."""
    return (folder(kernel) / "release").exists()


def ensure(kernel: Kernel, progress: Progress) -> Files:
    """The kernel's files. What is not cached is fetched (seconds) or built (minutes) first, by one run at a time.

    UnresolvedError if there is no room, no network, or no such source, or with the end of the compiler's words.
    """
    if not is_cached(kernel):
        _make(kernel, progress)
    with contextlib.suppress(OSError):  # someone else's cache: then its age does not matter
        os.utime(folder(kernel))
    return _files(kernel)


def _make(kernel: Kernel, progress: Progress) -> None:
    from lab import once
    from lab.kernels import build, catalog, gc, package
    final = folder(kernel)
    for stale in final.parent.glob("*.draft-*"):  # gigabytes that a run left which was killed
        if stale.is_dir():
            gc.remove(stale)
    make = package.make if isinstance(kernel, catalog.Package) else build.make
    with once.locked(final.with_name(final.name + ".lock"), lambda: progress(f"{kernel.name}: another run makes it; waiting")):
        once.folder(final, lambda draft: make(kernel, draft, progress))


def _files(kernel: Kernel) -> Files:
    where = folder(kernel)
    vmlinux, modules = where / "vmlinux", where / "lib" / "modules"
    image = where / ("linux" if kernel.arch == "um" else "vmlinuz")
    return Files(kernel.name, (where / "release").read_text(encoding="utf-8").strip(), image,
                 vmlinux if vmlinux.exists() else None, where if modules.exists() else None, where / "config")
