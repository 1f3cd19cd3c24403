# SPDX-License-Identifier: GPL-2.0-or-later
"""KLIPS as a part of a kernel: which of our files that takes, and where they are in it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from lab import paths

FOLDERS = ("klips/core", "klips/control", "klips/module")
SHARED = ("control_message", "control_policy", "control_sa", "format", "klips_control", "klips_control_policy", "netlink",
          "version")
ABOVE = ("Kbuild", "Kconfig")  # of klips/module: in the tree they are above all others
NETWORKS = "net/klips"  # where it is in a kernel's source


def sources() -> dict[str, Path]:
    """Our files, by their names in the tree that is compiled; none where a checkout has no src, as machines of a farm."""
    top = paths.ROOT / "src"
    found = {name: top / "klips" / "module" / name for name in ABOVE if top.is_dir()}
    for folder in FOLDERS:
        found |= {str(path.relative_to(top)): path for path in sorted((top / folder).rglob("*.[ch]"))}
    for name in SHARED:
        found |= {f"lib/{path.name}": path for path in sorted((top / "lib").glob(f"{name}.[ch]")) if path.name != "netlink.c"}
    return found


def link(folder: Path) -> None:
    """Lay out links to them, so that nothing is written where they come from. Objects of before stay, links that are not
    wanted go."""
    wanted = sources()
    for path in [path for path in folder.rglob("*") if path.is_symlink()]:
        if str(path.relative_to(folder)) not in wanted:
            path.unlink()
    _lay(folder, {name: path for name, path in wanted.items() if not (folder / name).is_symlink()},
         lambda path, target: target.symlink_to(path))


def copy(folder: Path) -> None:
    """Lay out copies of them, for a folder that goes elsewhere."""
    _lay(folder, sources(), shutil.copyfile)


def build_in(tree: Path) -> None:
    """Lay out copies of them in a kernel's source, where edits have its Kconfig and its Makefile name them."""
    shutil.rmtree(tree / NETWORKS, ignore_errors=True)
    copy(tree / NETWORKS)


def digest() -> str:
    """A hash of them."""
    total = hashlib.sha256()
    for name, path in sorted(sources().items()):
        total.update(b"\0".join([name.encode(), hashlib.sha256(path.read_bytes()).digest()]))
    return total.hexdigest()


def _lay(folder: Path, files: dict[str, Path], put: Callable[[Path, Path], object]) -> None:
    for name, path in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        put(path, target)
