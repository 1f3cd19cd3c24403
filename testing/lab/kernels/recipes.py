# SPDX-License-Identifier: GPL-2.0-or-later
"""kernel-src/kernels.toml, read and checked: recipes of builds, and patterns of the archive's packages."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from lab import paths
from lab.errors import UsageError
from lab.kernels.catalog import Build, Edit

ARCHITECTURES = ("um", "x86")
_TABLES = ("packages", "builds", "edits")
_BUILD = {"base": str, "source": str, "arch": str, "config": list, "edits": list, "klips": bool, "memory": int, "patience": int}
_SERIES = {"pattern": str, "name": str, "flavours": dict}
_EDIT = ("file", "find", "replace", "why")


@dataclass(frozen=True)
class Series:
    """Packages of one flavour of one series: 'package' and 'kernel' are their names, with {abi} for their number."""

    name: str
    flavour: str
    package: str
    kernel: str

    @property
    def alias(self) -> str:
        """What stands for the newest of them: 6.1, 6.1-cloud."""
        return self.name if self.flavour == "generic" else f"{self.name}-{self.flavour}"

    def abi(self, package: str) -> str:
        """The number in a package's name; empty if it is not of this series."""
        return _number(self.package, package)


@dataclass(frozen=True)
class Recipes:
    """All that kernels.toml says."""

    series: tuple[Series, ...]
    builds: dict[str, Build]

    def aliases(self) -> list[str]:
        """Names that stand for the newest package of a series and flavour."""
        return [one.alias for one in self.series]


def default() -> Path:
    """The file."""
    return paths.ROOT / "kernel-src" / "kernels.toml"


def read(path: Path | None = None) -> Recipes:
    """All of it. UsageError names the file and the key at fault."""
    return _read(path or default())


@functools.lru_cache(4)
def _read(path: Path) -> Recipes:
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{path}: {error}") from None
    for name in table:
        if name not in _TABLES:
            raise UsageError(f"{path}: unknown table '{name}'; known are {', '.join(_TABLES)}")
        if not isinstance(table[name], dict):
            raise UsageError(f"{path}: {name}: not a table: {table[name]!r}")
    reader = _Reader(path, table)
    return Recipes(tuple(reader.series()), {name: reader.build(name) for name in table.get("builds", {})})


def series_of(name: str, path: Path | None = None) -> Series | None:
    """The series that a kernel's name, or an alias, is of; None if it is of none."""
    for one in read(path).series:
        if name == one.alias or _number(one.kernel, name):
            return one
    return None


def _number(pattern: str, name: str) -> str:
    head, _, tail = pattern.partition("{abi}")
    found = re.fullmatch(re.escape(head) + r"(\d+)" + re.escape(tail), name)
    return found[1] if found else ""


class _Reader:
    """What checks and makes out the tables of one file."""

    def __init__(self, path: Path, table: dict) -> None:
        self._path, self._table = path, table
        self._sets = {name: self._edits(name, found) for name, found in table.get("edits", {}).items()}

    def series(self) -> list[Series]:
        """Of each series one for each flavour."""
        found = []
        for name, settings in self._table.get("packages", {}).items():
            where = f"packages.{name}"
            self._check(where, settings, _SERIES, tuple(_SERIES))
            for flavour, word in settings["flavours"].items():
                if not isinstance(word, str):
                    raise self._error(f"{where}.flavours.{flavour}", f"not text: {word!r}")
                kernel = settings["name"] if flavour == "generic" else f"{settings['name']}-{flavour}"
                found.append(Series(name, flavour, settings["pattern"].replace("{flavour}", word), kernel))
                if any(text.count("{abi}") != 1 for text in (found[-1].package, kernel)):
                    raise self._error(where, "pattern and name have {abi} once each")
        return found

    def build(self, name: str, above: tuple[str, ...] = ()) -> Build:
        """One build, with what it has of its base. 'above' are the builds that led here, which it may not name."""
        where, settings = f"builds.{name}", self._table["builds"][name]
        self._check(where, settings, _BUILD, () if isinstance(settings, dict) and "base" in settings else
                    ("source", "arch", "config"))
        base = self._base(name, settings["base"], (*above, name)) if "base" in settings else None
        source, arch = (settings.get(key, getattr(base, key, "")) for key in ("source", "arch"))
        if arch not in ARCHITECTURES:
            raise self._error(f"{where}.arch", f"'{arch}' is none of {', '.join(ARCHITECTURES)}")
        config = tuple(self._fragment(where, word) for word in settings.get("config", []))
        edits = tuple(edit for word in settings.get("edits", []) for edit in self._set(where, word))
        others = {key: settings[key] if key in settings else getattr(base, key)
                  for key in ("klips", "memory", "patience") if key in settings or base}
        return Build(name, source, arch, (base.config if base else ()) + config, (base.edits if base else ()) + edits, **others)

    def _base(self, name: str, base: str, above: tuple[str, ...]) -> Build:
        if base not in self._table["builds"]:
            raise self._error(f"builds.{name}.base", f"there is no build '{base}'")
        if base in above:
            raise self._error(f"builds.{name}.base", f"'{base}' has this as its own base")
        return self.build(base, above)

    def _fragment(self, where: str, word: object) -> Path:
        path = self._path.parent / "config" / f"{word}.config"
        if not path.is_file():
            raise self._error(f"{where}.config", f"there is no {path}")
        return path

    def _set(self, where: str, word: object) -> tuple[Edit, ...]:
        if not isinstance(word, str) or word not in self._sets:
            raise self._error(f"{where}.edits", f"there is no set {word!r}; there are: {', '.join(self._sets) or 'none'}")
        return self._sets[word]

    def _edits(self, name: str, found: object) -> tuple[Edit, ...]:
        if not isinstance(found, list) or not all(
                isinstance(one, dict) and set(one) == set(_EDIT) and all(isinstance(text, str) for text in one.values())
                for one in found):
            raise self._error(f"edits.{name}", f"each has {', '.join(_EDIT)}, as text")
        return tuple(Edit(**one) for one in found)

    def _check(self, where: str, settings: object, known: dict[str, type], needed: tuple[str, ...]) -> None:
        if not isinstance(settings, dict):
            raise self._error(where, f"not a table: {settings!r}")
        for key, value in settings.items():
            if key not in known:
                raise self._error(where, f"unknown key '{key}'; known are {', '.join(known)}")
            if type(value) is not known[key]:  # true is no number
                raise self._error(f"{where}.{key}", f"a value of the wrong type: {value!r}")
            if known[key] is int and value < 1:
                raise self._error(f"{where}.{key}", f"not a number from 1 on: {value}")
        for key in needed:
            if key not in settings:
                raise self._error(where, f"'{key}' is missing")

    def _error(self, where: str, what: str) -> UsageError:
        return UsageError(f"{self._path}: {where}: {what}")
