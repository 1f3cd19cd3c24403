# SPDX-License-Identifier: GPL-2.0-or-later
"""Bisection over Debian's kernel packages, in the order of their versions across series."""

import re
from collections.abc import Callable
from pathlib import Path

from lab.errors import LabError, UsageError
from lab.kernels import catalog, package

_OURS = re.compile(r"xfrm|ipsec|\besp\d?\b|\bah[46]\b|af_key|ipcomp|\bip6?_vti\b", re.IGNORECASE)
_SHOWN = 30  # lines of a changelog


def between(good: str, bad: str, place: str, flavour: str, say: Callable[[str], None]) -> list[catalog.Kernel]:
    """The kernels from the good one to the bad one, both included, as the archive has them; the newer may be either.

    Two kernels that are built here have none between them. UsageError if there is no such kernel, or if they are of
    different flavours.
    """
    ends = [catalog.find(_flavoured(name, flavour), place, say) for name in (good, bad)]
    if ends[0] == ends[1]:
        raise UsageError(f"--good and --bad are the same kernel, {ends[0].name}")
    if not all(isinstance(end, catalog.Package) for end in ends):
        return ends
    if ends[0].flavour != ends[1].flavour:
        raise UsageError(f"{ends[0].name} is {ends[0].flavour} and {ends[1].name} {ends[1].flavour}: give two of one flavour")
    known = catalog.packages(ends[0].flavour, say)
    names = [kernel.name for kernel in known]
    first, last = (names.index(end.name) for end in ends)
    return known[first:last + 1] if first < last else known[last:first + 1][::-1]


def _flavoured(name: str, flavour: str) -> str:
    """A name with the flavour that was asked for, if it has none."""
    suffix = "" if flavour in ("", "generic") else f"-{flavour}"
    return name if name.endswith(suffix) or not re.fullmatch(r"[\d.]+(-\d+)?", name) else name + suffix


def changelog(one: catalog.Kernel, other: catalog.Kernel, folder: Path, say: Callable[[str], None]) -> str:
    """What the package's changelog says between the two; all of it goes to folder/changelog.txt, what names IPsec
    is returned. Empty for kernels that are no packages."""
    if not isinstance(one, catalog.Package) or not isinstance(other, catalog.Package):
        return ""
    older, newer = sorted((one, other), key=catalog.Package.order)
    try:
        text = package.changelog(older, newer, say)
    except LabError as error:
        return f"no changelog from {older.name} to {newer.name}: {error}\n"
    path = folder / "changelog.txt"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    ours = [line for line in text.splitlines() if _OURS.search(line)]
    head = f"changelog from {older.version} to {newer.version}: {len(text.splitlines())} lines in {path}"
    more = f"... {len(ours) - _SHOWN} lines more\n" if len(ours) > _SHOWN else ""
    about = f", {len(ours)} of them about IPsec:\n" if ours else ", none of them about IPsec\n"
    return head + about + "".join(f"{line}\n" for line in ours[:_SHOWN]) + more
