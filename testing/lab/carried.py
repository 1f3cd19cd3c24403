# SPDX-License-Identifier: GPL-2.0-or-later
"""Cygnet's programs as they go to other machines, a farm's and QEMU guests: with the libraries that may be missing there.

Any machine that runs tests has set run of tools/debian-packages, and so have guests; what is needed beyond that is carried.
"""

import functools
import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from lab import stack
from lab.errors import UnresolvedError
from lab.guests import closure

_LIMIT = 20  # seconds for the dynamic loader to answer
_ELF = b"\x7fELF"
_LINE = re.compile(r"^\s*(\S+) => (?:(not found)|(\S+) \(0x)", re.MULTILINE)


def tree(modules: Iterable[str] = ()) -> Path:
    """stack.tree() with those libraries, and with some files of KLIPS's module, in the cache; see module_at().

    UnresolvedError if a library is not to be found; see stack.keep().
    """
    made = _with_libraries(stack.tree())
    found = {module_at(path): Path(path) for path in modules}
    return stack.keep({**stack.files(made), **found}) if found else made


def module_at(path: str) -> str:
    """Where in such a tree a file of KLIPS's module is: by the kernel that it was made for."""
    return f"lib/klips/{Path(path).parent.name}/ipsec.ko"


@functools.cache
def _with_libraries(top: Path) -> Path:
    found, needed = stack.files(top), libraries(top)
    there = _of_every_machine() if needed else set()
    for path in needed:
        inside = os.path.join(os.path.realpath(path.parent), path.name)
        if inside not in there:
            found.setdefault(inside.lstrip("/"), path.resolve())
    return stack.keep(found)


def _of_every_machine() -> set[str]:
    return set(closure.files(closure.resolve(closure.wanted("run"), closure.installed())))


def libraries(top: Path) -> list[Path]:
    """The shared libraries, on this machine, that programs of a tree need and that are not in it, sorted.

    UnresolvedError names a program and a library of it that is neither there nor on this machine.
    """
    programs = [path for path in stack.files(top).values() if _is_elf(path)]
    own = sorted({str(path.parent) for path in programs if ".so" in path.name})
    found: set[Path] = set()
    for program in programs:
        for name, lost, place in _LINE.findall(_loaded(program, own)):
            if lost:
                raise UnresolvedError(f"{program}: needs {name}, which this machine has not")
            if not place.startswith(f"{top}/"):
                found.add(Path(place))
    return sorted(found)


def _is_elf(path: Path) -> bool:
    if path.is_symlink():
        return False
    with open(path, "rb") as file:
        return file.read(len(_ELF)) == _ELF


def _loaded(program: Path, own: list[str]) -> str:
    """What ldd(1) says of a program, for which these folders are looked into first."""
    try:
        done = subprocess.run(["ldd", str(program)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LIMIT,
                              env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "LD_LIBRARY_PATH": ":".join(own)},
                              check=False)
    except (OSError, subprocess.SubprocessError) as error:
        raise UnresolvedError(f"ldd cannot tell what {program} needs: {error}") from None
    return done.stdout
