# SPDX-License-Identifier: GPL-2.0-or-later
"""What modules of a kernel are compiled with, kept where it is built: as the packages of Debian's kernels have it in
their headers, KERNEL/headers has it of those that the lab builds. `make module KERNELSRC=` takes either."""

from __future__ import annotations

import shutil
from pathlib import Path

FOLDER = "headers"
_WHOLE = ("include", "scripts")  # with the programs that make uses
_FILES = ("Makefile", "Kbuild", "Kconfig", "Module.symvers", ".config", "tools/objtool/objtool")
_ARCHES = ("um", "x86")
_OBJECTS = (".o", ".cmd", ".a")


def keep(tree: Path, draft: Path) -> None:
    """Copy it from the tree where a kernel was compiled, if it can load modules."""
    if "CONFIG_MODULES=y\n" not in (tree / ".config").read_text(encoding="utf-8"):
        return
    top = draft / FOLDER
    top.mkdir()
    for name in _FILES:
        if (tree / name).exists():
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tree / name, top / name)
    for name in _WHOLE:
        if (tree / name).is_dir():
            shutil.copytree(tree / name, top / name, symlinks=True, ignore=_objects)
    for name in _ARCHES:
        for path in (tree / "arch" / name).rglob("*"):
            target = top / path.relative_to(tree)
            if path.is_dir() and "include" in target.parts:
                target.mkdir(parents=True, exist_ok=True)  # empty ones too: the compiler is told of them
            elif path.suffix in (".h", ".lds") or path.name.startswith(("Makefile", "Kbuild")):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)


def _objects(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name.endswith(_OBJECTS)}
