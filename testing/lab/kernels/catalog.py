# SPDX-License-Identifier: GPL-2.0-or-later
"""kernel-src/kernels.toml, read: the kernels that guests can run."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from lab import paths
from lab.errors import UsageError

_FOLDER = paths.ROOT / "kernel-src"
_KEYS = {"source": str, "arch": str, "config": list, "edits": list}
_EDIT_KEYS = {"file", "find", "replace", "why"}
ARCHITECTURES = ("um",)


@dataclass(frozen=True)
class Edit:
    """A change to one file of the source."""

    file: str
    find: str
    replace: str
    why: str


@dataclass(frozen=True)
class Build:
    """A kernel that is built here: the source package, architecture, configuration fragments and edits."""

    name: str
    source: str
    arch: str
    config: tuple[Path, ...]
    edits: tuple[Edit, ...]


def builds(path: Path | None = None) -> dict[str, Build]:
    """All builds by name. UsageError names the file and the key at fault."""
    path = path or _FOLDER / "kernels.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    if unknown := set(table) - {"builds"}:
        raise UsageError(f"{path}: unknown table '{sorted(unknown)[0]}'; there is 'builds'")
    found = table.get("builds", {})
    for name, settings in found.items() if isinstance(found, dict) else [("", found)]:
        if not isinstance(settings, dict):
            raise UsageError(f"{path}: {'.'.join(filter(None, ('builds', name)))}: not a table: {settings!r}")
    return {name: _build(path, name, settings) for name, settings in found.items()}


def find(name: str) -> Build:
    """The build of that name. UsageError lists the known ones."""
    known = builds()
    if name not in known:
        raise UsageError(f"unknown kernel '{name}'; known are {', '.join(known)}")
    return known[name]


def _build(path: Path, name: str, settings: dict) -> Build:
    for key, value in settings.items():
        if key not in _KEYS:
            raise UsageError(f"{path}: builds.{name}: unknown key '{key}'; known are {', '.join(_KEYS)}")
        if not isinstance(value, _KEYS[key]):
            raise UsageError(f"{path}: builds.{name}.{key}: a value of the wrong type: {value!r}")
    for key in ("source", "arch", "config"):
        if key not in settings:
            raise UsageError(f"{path}: builds.{name}: '{key}' is missing")
    if settings["arch"] not in ARCHITECTURES:
        raise UsageError(f"{path}: builds.{name}.arch: '{settings['arch']}' is none of {', '.join(ARCHITECTURES)}")
    fragments = tuple(path.parent / "config" / f"{fragment}.config" for fragment in settings["config"])
    for fragment in fragments:
        if not fragment.is_file():
            raise UsageError(f"{path}: builds.{name}.config: there is no {fragment}")
    edits = tuple(_edit(path, name, edit) for edit in settings.get("edits", []))
    return Build(name, settings["source"], settings["arch"], fragments, edits)


def _edit(path: Path, name: str, settings: dict) -> Edit:
    if not isinstance(settings, dict) or set(settings) != _EDIT_KEYS or not all(
            isinstance(value, str) for value in settings.values()):
        raise UsageError(f"{path}: builds.{name}.edits: each has {', '.join(sorted(_EDIT_KEYS))}, as text")
    return Edit(**settings)
