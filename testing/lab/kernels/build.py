# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels that are built here: from Debian's source packages, or from commits of a user's git tree."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from lab import debs, kernels
from lab.errors import UnresolvedError
from lab.kernels import compiler, gcov, headers, klips
from lab.kernels.catalog import Build, Edit

_ROOM = 4_000_000_000  # bytes that a source tree and its objects take
_PRODUCTS = {"um": {"linux": "linux"}, "x86": {"arch/x86/boot/bzImage": "vmlinuz", "vmlinux": "vmlinux"}}


def make(build: Build, draft: Path, progress: kernels.Progress) -> None:
    """Fill a folder of the cache with a built kernel, its .config, its log and its release.

    UnresolvedError if there is no room or no source, an edit or the configuration does not fit, or it does not compile.
    """
    top = kernels.top()
    free = shutil.disk_usage(top).free
    if free < _ROOM:
        raise UnresolvedError(f"{top}: building {build.name} takes {_ROOM / 1e9:.1f} GB of room; there are {free / 1e9:.1f} GB")
    compiler.check(build, top)
    began = time.monotonic()
    if build.tree:
        from lab.kernels import gittree
        with gittree.checked_out(build, progress) as tree:
            compiled(build, tree, draft, progress, gittree.configured_by(build))
    else:
        source = debs.fetch([build.source], top / "source" / build.source, progress)
        work = draft / "work"
        work.mkdir()
        compiler.run(["tar", "-C", str(work), "--strip-components=1", "-xJf", _archive(source, build)], work,
                     draft / "build.log")
        for edit in build.edits:
            apply(edit, work, build.name)
        if build.klips:
            klips.build_in(work)
        compiled(build, work, draft, progress)
        shutil.rmtree(work)
    progress(f"{build.name}: built in {time.monotonic() - began:.0f} s")


def compiled(build: Build, tree: Path, draft: Path, progress: kernels.Progress, key: str = "") -> None:
    """Configure and compile a tree that is edited, and copy what comes of it. key: see compiler.configure()."""
    log = draft / "build.log"
    compiler.configure(build, tree, log, key)
    progress(f"{build.name}: compiling, which takes some minutes; its log is {log}")
    compiler.compile_kernel(build, tree, log, _steps(build) - (log.read_bytes().count(b"\n") if log.exists() else 0), progress)
    products = {**_PRODUCTS[build.arch], ".config": "config", "include/config/kernel.release": "release"}
    for product, name in products.items():
        shutil.copy2(tree / product, draft / name)
    gcov.keep(tree, draft)
    headers.keep(tree, draft)


def apply(edit: Edit, tree: Path, name: str) -> None:
    """Make a change to a source tree. UnresolvedError if what it replaces is not there just once."""
    path = tree / edit.file
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if text.count(edit.find) != 1:
        line = edit.find.strip().splitlines()[0].strip()
        times = f"is there {text.count(edit.find)} times, not once" if path.is_file() else "cannot be: there is no such file"
        raise UnresolvedError(f"{name}: the edit of {edit.file} no longer fits: '{line}' {times} (why it is made: {edit.why})")
    path.write_text(text.replace(edit.find, edit.replace), encoding="utf-8")


def _archive(source: Path, build: Build) -> str:
    found = list(source.glob(f"usr/src/{build.source}.tar.*"))
    if not found:
        raise UnresolvedError(f"{source}: package {build.source} holds no usr/src/{build.source}.tar.*")
    return str(found[0])


def _steps(build: Build) -> int:
    """How many lines the log of the newest other build of that name has; 0 if there is none."""
    logs = sorted(kernels.top().glob(f"{build.name}-{'?' * 12}/build.log"), key=lambda log: log.stat().st_mtime)
    return logs[-1].read_bytes().count(b"\n") if logs else 0
