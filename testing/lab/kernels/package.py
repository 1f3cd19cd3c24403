# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels of Debian's archive as files: the package fetched alone, unpacked, and made ready for guests."""

from __future__ import annotations

import gzip
import lzma
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import kernels
from lab.errors import UnresolvedError
from lab.kernels import archive, tool, vmlinux
from lab.kernels.catalog import Package, version_key

_INSTALLERS = ("kmod", "linux-base", "initramfs-tools", "linux-initramfs-tool")  # what a guest's kernel does not need
_CHANGES = "changelog.gz"


def make(kernel: Package, draft: Path, progress: kernels.Progress) -> None:
    """Fill a folder of the cache with a package's kernel; see kernels.Files for what is in it."""
    from lab import debs
    fetched = draft / "fetched"
    tree = debs.fetch([kernel.package], fetched / kernel.name, progress, _INSTALLERS)
    version = debs.cached([kernel.package], fetched / kernel.name, _INSTALLERS).packages[kernel.package]
    if version != kernel.version:
        archive.forget()
        raise UnresolvedError(f"{kernel.name}: the archive now has version {version} instead of {kernel.version}; try again")
    release = _arrange(kernel, tree, draft)
    shutil.rmtree(fetched)
    vmlinux.extract(draft / "vmlinuz", draft / "vmlinux", progress)
    progress(f"{kernel.name}: unpacking modules")
    _plain_modules(draft / "lib" / "modules")
    tool.run("kmod", ["depmod", "-b", str(draft), release], progress)
    (draft / "release").write_text(release + "\n", encoding="utf-8")


def _arrange(kernel: Package, tree: Path, draft: Path) -> str:
    """Move what is wanted to its place; the kernel's release."""
    images = list(tree.glob("boot/vmlinuz-*"))
    if len(images) != 1:
        raise UnresolvedError(f"package {kernel.package} holds {len(images)} kernels (boot/vmlinuz-*) instead of one")
    release = images[0].name.removeprefix("vmlinuz-")
    changes = next(tree.glob(f"usr/share/doc/*/{_CHANGES}"), None)
    moves = [(images[0], draft / "vmlinuz"), (tree / "boot" / f"config-{release}", draft / "config"),
             (tree / "usr" / "lib" / "modules", draft / "lib" / "modules"), (changes, draft / _CHANGES)]
    (draft / "lib").mkdir()
    for source, target in moves:
        if source and source.exists():
            os.rename(source, target)
        elif target.name != _CHANGES:
            raise UnresolvedError(f"package {kernel.package} has no {target.name} of kernel {release}")
    return release


def _plain_modules(folder: Path) -> None:
    """Modules as *.ko: not every guest's modprobe can unpack them."""
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        list(workers.map(_plain, folder.rglob("*.ko.xz")))


def _plain(packed: Path) -> None:
    try:
        packed.with_suffix("").write_bytes(lzma.decompress(packed.read_bytes()))
    except lzma.LZMAError as error:
        raise UnresolvedError(f"{packed.name}: {error}") from None
    packed.unlink()


def changelog(older: Package, newer: Package, progress: kernels.Progress) -> str:
    """What the newer package's changelog says of the versions after the older one's, newest first.

    Fetches the newer if need be. UnresolvedError if it has no changelog or that does not reach back so far.
    """
    kernels.ensure(newer, progress)
    path = kernels.folder(newer) / _CHANGES
    if not path.exists():
        raise UnresolvedError(f"package {newer.package} has no changelog")
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
        return between(file, older.version, newer.version)


def between(lines: Iterator[str], older: str, newer: str) -> str:
    """The entries of a Debian changelog after version 'older' up to 'newer'; UnresolvedError if it ends before 'older'.

    Entries of the packages that only sign a kernel are left out.
    """
    taken: list[str] = []
    taking = False
    for line in lines:
        if line.startswith("linux") and "(" in line:
            source, _, rest = line.partition(" (")
            version = version_key(rest.partition(")")[0])
            signs = source.startswith("linux-signed")
            if not signs and version <= version_key(older):
                return "".join(taken).strip() + "\n" if taken else ""
            taking = not signs and version <= version_key(newer)
        if taking:
            taken.append(line)
    raise UnresolvedError(f"the changelog of {newer} does not reach back to {older}")
