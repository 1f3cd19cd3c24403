# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernels that guests can run, by name: kernel-src/kernels.toml, and what the archive has of its packages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lab.errors import EXIT_UNRESOLVED, UsageError

PLACES = {"um": "uml", "x86": "qemu"}  # where a kernel of that architecture runs
MEMORY = 512  # megabytes that a QEMU guest has
FORMAT = 1  # of the folders of packages; another number makes them anew


class UnknownKernelError(UsageError):
    """There is no such kernel, or none any more: nothing can be said of a test under it."""

    exit_status = EXIT_UNRESOLVED


@dataclass(frozen=True)
class Edit:
    """A change to one file of the source."""

    file: str
    find: str
    replace: str
    why: str


@dataclass(frozen=True)
class Build:
    """A kernel that is built here.

    source is a package, or empty for a commit of a user's git tree; arch is um or x86; config are fragments, of which
    the later win; edits are made to the source first. klips: our own sources are laid into it. memory (megabytes) and patience
    (how many times as long as usual a line and a test may take) are of QEMU guests that run it.
    """

    name: str
    source: str
    arch: str
    config: tuple[Path, ...]
    edits: tuple[Edit, ...]
    tree: Path | None = None
    commit: str = ""
    klips: bool = False
    memory: int = MEMORY
    patience: int = 1

    @property
    def folder(self) -> str:
        """The name of its folder in the cache. A package's version is not in it: a newer source is not asked for."""
        name = f"git-{self.commit[:12]}" if self.tree else self.name
        return f"{name}-{_hash([self.recipe(), self.commit])}"

    def recipe(self) -> str:
        """A hash of how it is made: all but the commit."""
        from lab.kernels import klips
        parts = [self.source, self.arch, *(part.read_text() for part in self.config), repr(self.edits)]
        return _hash([*parts, klips.digest()] if self.klips else parts)


@dataclass(frozen=True)
class Package:
    """A kernel of Debian's archive: which series and flavour it is of, its package and that package's version."""

    name: str
    series: str
    flavour: str
    package: str
    version: str
    arch = "x86"
    memory = MEMORY
    patience = 1

    @property
    def folder(self) -> str:
        """The name of its folder in the cache."""
        return f"{self.name}-{_hash([str(FORMAT), self.package, self.version])}"

    def order(self) -> tuple[int, ...]:
        """What sorts kernels from old to new, across series."""
        return version_key(self.version)


Kernel = Build | Package


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def version_key(version: str) -> tuple[int, ...]:
    """A kernel package's version as numbers; a backport (~deb12u1) counts as what it is made from."""
    return tuple(int(number) for number in re.findall(r"\d+", version.partition("~")[0]))


def builds(path: Path | None = None) -> dict[str, Build]:
    """All builds by name. UsageError names the file and the key at fault."""
    from lab.kernels import recipes
    return recipes.read(path).builds


def packages(flavour: str = "generic", progress: Callable[[str], None] = print) -> list[Package]:
    """The archive's kernels of one flavour, or of all if that is empty, from old to new across series.

    UnresolvedError if the archive cannot be asked and was not before.
    """
    from lab.kernels import archive
    found = archive.listed(progress)
    return sorted((one for one in found if flavour in ("", one.flavour)), key=lambda one: (one.order(), one.name))


def find(name: str, place: str = "", progress: Callable[[str], None] = print) -> Kernel:
    """The kernel of that name, which must suit the place (uml, qemu) if one is given.

    A name is a build's, a package's (6.1.0-50, 6.12.100-rt), a series' (6.1, 6.12-cloud: the newest package; at place
    uml the build uml-6.1), or git:TREE@REVISION[+BASE]. UnknownKernelError if there is none, and tells what there is;
    UsageError if it does not suit the place.
    """
    known = builds()
    if name.startswith("git:"):
        from lab.kernels import gittree
        return _suits(gittree.named(name, place), place)
    if place == "uml" and f"uml-{name}" in known:
        name = f"uml-{name}"
    return _suits(known.get(name) or _package(name, known, progress), place)


def _package(name: str, known: dict[str, Build], progress: Callable[[str], None]) -> Package:
    from lab.kernels import archive, recipes
    series = recipes.series_of(name)
    if not series:
        raise UnknownKernelError(f"unknown kernel '{name}'; {_known(name, known)}")
    if found := archive.find(name, progress):
        return found
    there = [one for one in packages(series.flavour, progress) if one.series == series.name]
    if name == series.alias and there:
        return there[-1]
    have = f"there are {there[0].name} to {there[-1].name}" if there else "it has none of that sort"
    raise UnknownKernelError(f"the archive has no kernel '{name}'; {have}, and 'lab kernels list' shows all")


def _known(name: str, known: dict[str, Build]) -> str:
    import difflib
    from lab.kernels import recipes
    names = [*recipes.read().aliases(), *known]
    close = difflib.get_close_matches(name, names, 1)
    meant = f"'{close[0]}'? " if close else ""
    return f"{meant}known are {', '.join(names)}, and packages such as 6.1.0-50 ('lab kernels list')"


def _suits(kernel: Kernel, place: str) -> Kernel:
    runs = PLACES[kernel.arch]
    if place in PLACES.values() and place != runs:
        sort = "a package" if isinstance(kernel, Package) else f"built for arch {kernel.arch}"
        there = ", ".join(one.name for one in builds().values() if PLACES[one.arch] == place)
        raise UsageError(f"kernel '{kernel.name}' is {sort} and runs at --place {runs}; for {place} there are {there}")
    return kernel
