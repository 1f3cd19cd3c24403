# SPDX-License-Identifier: GPL-2.0-or-later
"""Cygnet's own IPsec stacks, and the tree with its programs that is laid over the hosts of tests about them.

`make build` puts that tree, as `make install` would put it on a machine, into build/stage. CYGNET_STAGE names another one,
of a build with sanitizers for instance, which is taken as it is.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from lab import paths
from lab.errors import UsageError

OWN = {"klips-user": ("tun",)}  # what each of them needs of the place
STACKS = (*OWN, "netkey")

_SOURCES = ("lib", "programs", "klips/core", "klips/user")  # of what is installed; tests of it are in folders below
_BUILD = "type 'make build'"


def needs(stacks: Iterable[str]) -> list[str]:
    """What a test about these stacks needs of the place besides what it says itself."""
    return [need for stack in stacks for need in OWN.get(stack, ())]


def is_own(stacks: Iterable[str]) -> bool:
    """Whether a test about these stacks is one about Cygnet's."""
    return any(stack in OWN for stack in stacks)


def tree() -> Path:
    """The tree to lay over a host. UsageError if there is none, or if it is older than a source of it; it says what to do."""
    own = os.environ.get("CYGNET_STAGE")
    if own:
        return _checked(Path(own).absolute(), "CYGNET_STAGE names no tree with usr/")
    folder = _checked(paths.BUILD / "stage", f"Cygnet is not built: {_BUILD}")
    built = _changed(folder.with_name("stage.stamp"))
    newer = next((path for path in _sources() if _changed(path) > built), None)
    if newer:
        raise UsageError(f"{folder}: older than {newer.relative_to(paths.ROOT)}: {_BUILD}")
    return folder


def _checked(folder: Path, complaint: str) -> Path:
    if not (folder / "usr").is_dir():
        raise UsageError(f"{folder}: {complaint}")
    return folder


def _sources() -> Iterator[Path]:
    for name in _SOURCES:
        for path in sorted((paths.ROOT / "src" / name).glob("*.[ch]")):
            yield path


def _changed(path: Path) -> float:
    """When a file was written, in seconds since 1970; long ago if there is none."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
