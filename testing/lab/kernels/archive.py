# SPDX-License-Identifier: GPL-2.0-or-later
"""Which kernels Debian's archive has: asked of apt, and kept until its lists change or when it cannot be asked."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from lab import debs, kernels, once
from lab.errors import UnresolvedError
from lab.kernels import recipes
from lab.kernels.catalog import Package

_LISTS = "/var/lib/apt/lists"


def known() -> list[Package]:
    """Those of the last answer; none if there was none."""
    return _load()[1]


def find(name: str, progress: Callable[[str], None]) -> Package | None:
    """The package kernel of that name. The archive is asked only about a name that its last answer did not have."""
    found = {one.name: one for one in known()}
    if name not in found and recipes.series_of(name).alias != name:
        found = {one.name: one for one in listed(progress)}
    return found.get(name)


def listed(progress: Callable[[str], None]) -> list[Package]:
    """All of the archive's kernels that kernels.toml has a pattern for, in no order.

    UnresolvedError if the archive cannot be asked and was not before.
    """
    mark, last = _load()
    if last and mark == _mark():
        return last
    try:
        found = _ask(progress)
    except UnresolvedError as error:
        if not last:
            raise
        progress(f"kernels: {error}; going by an earlier list of the archive's")
        return last
    once.replace(_path(), json.dumps([_mark(), [list(vars(one).values()) for one in found]], indent=1))
    return found


def forget() -> None:
    """Ask the archive the next time."""
    _path().unlink(missing_ok=True)


def _path() -> Path:
    return kernels.top() / "packages.json"


def _load() -> tuple[str, list[Package]]:
    try:
        mark, rows = json.loads(_path().read_text(encoding="utf-8"))
        return mark, [Package(*row) for row in rows]
    except (OSError, ValueError, TypeError):
        return "", []


def _mark() -> str:
    """What changes when apt's lists do, or what is asked of them."""
    try:
        renewed = os.stat(_LISTS).st_mtime_ns
    except OSError:
        renewed = 0
    parts = [str(renewed), repr(recipes.read().series), *debs.sources()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _ask(progress: Callable[[str], None]) -> list[Package]:
    """By the system's package lists; if they know no kernel, by private ones, then removed."""
    from lab import apt
    state = kernels.top() / "apt"
    progress("kernels: asking which the archive has")
    with once.locked(kernels.top() / "apt.lock"):
        try:
            if found := _search(apt.Apt(state, private=False)):
                return found
            progress("kernels: the machine's package lists have none; asking the archive for newer lists")
            own = apt.Apt(state, private=True)
            own.update()
            if found := _search(own):
                return found
        finally:
            shutil.rmtree(state, ignore_errors=True)
    raise UnresolvedError("the archive has no kernel that kernel-src/kernels.toml has a pattern for")


def _search(source) -> list[Package]:
    series = recipes.read().series
    heads = sorted({one.package.partition("{abi}")[0] for one in series})
    records = source.records(_named(source.names(heads), series))
    return [Package(one.kernel.replace("{abi}", one.abi(name)), one.name, one.flavour, name, record.version)
            for one in series for name, record in records.items() if one.abi(name)]


def _named(names: Iterable[str], series: Iterable[recipes.Series]) -> list[str]:
    return [name for name in names if any(one.abi(name) for one in series)]
