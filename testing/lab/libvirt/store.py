# SPDX-License-Identifier: GPL-2.0-or-later
"""The files that defined domains boot from: a folder of the cache of their own, as images elsewhere in it come and go.

A file's name has a hash of what is in it or of what it was made from, so one that is there need not be made again, and no
domain's disk ever changes under it.
"""

import hashlib
import os
import py_compile
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from lab import once, paths
from lab.guests import image, initrd, mailbox
from lab.libvirt import inside

RUN_LOCK = "run.lock"  # held by the run that has the domains
_LOCK = "lock"
_SOURCES = ("lab/libvirt/inside.py", "lab/guests/qinit.py")


def folder(uri: str) -> Path:
    """Where the files of a connection's domains are; it may not exist yet."""
    return paths.cache() / "libvirt" / image.key(uri)


def keep(source: Path, top: Path, name: str = "") -> Path:
    """A file of the cache as one of the folder `top`: the same file where the file system can, else a copy.

    An image, CACHE/images/NAME/image, is called NAME.
    """
    target = top / (name or source.parent.name)
    if not target.exists():
        draft = top / f"{target.name}.draft-{os.getpid()}"
        try:
            os.link(source, draft)
        except OSError:
            shutil.copyfile(source, draft)
        os.replace(draft, target)
    return target


def code(top: Path, orders: dict[str, str]) -> Path:
    """The image with the lab's code for a host by itself, and the orders by host, as text."""
    sources = image.used_modules(paths.TESTING, *_SOURCES)
    sources["lab/guests/qinit"] = (paths.TESTING / "lab/libvirt/hostinit").read_text(encoding="utf-8")
    sources |= {f"{inside.ORDERS}/{host}.json": text for host, text in orders.items()}

    def write(draft: Path) -> None:
        tree = draft.with_name(draft.name + ".tree")
        try:
            for name, text in sources.items():
                _write(tree, name, text)
            image.write(tree, draft)
        finally:
            shutil.rmtree(tree, ignore_errors=True)

    return _made(top, f"code-{image.key(sources)}", write)


def _write(tree: Path, name: str, text: str) -> None:
    target = tree / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    if target.suffix == ".py":
        py_compile.compile(str(target), dfile=f"/mnt/code/{name}", quiet=2,
                           invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)


def tests(top: Path) -> Path:
    """The image of the checkout's testing folder, as it is now."""
    marks = []
    for folder, folders, names in os.walk(paths.TESTING):
        folders[:] = [name for name in sorted(folders) if name not in ("lab", "__pycache__")]
        found = [(name, os.lstat(os.path.join(folder, name))) for name in sorted(names)]
        marks.append((folder, [(name, one.st_mode, one.st_size, one.st_mtime_ns) for name, one in found]))
    return _made(top, f"in-{image.key(marks)}", mailbox.pack)


def first(top: Path, modules: Path | None, board: str, progress: Callable[[str], None]) -> Path:
    """The small file system that finds the root, for a kernel with these modules."""
    draft = top / f"initrd.draft-{os.getpid()}"
    initrd.write(draft, modules, board, progress)
    target = top / f"initrd-{_digest(draft)}"
    os.replace(draft, target)
    return target


def _made(top: Path, name: str, write: Callable[[Path], None]) -> Path:
    """The file of that name; written if it is not there."""
    with once.locked(top / _LOCK):
        if not (top / name).exists():
            draft = top / f"{name}.draft-{os.getpid()}"
            write(draft)
            os.replace(draft, top / name)
    return top / name


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def sweep(top: Path, used: Iterable[Path]) -> None:
    """Remove the files of the folder that are not in use; with nothing in use, the folder."""
    wanted = {path.name for path in used if path.parent == top}
    if not wanted:
        shutil.rmtree(top, ignore_errors=True)
        return
    for path in top.iterdir():
        if path.name not in wanted and path.suffix != ".log" and path.name not in (_LOCK, RUN_LOCK):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
