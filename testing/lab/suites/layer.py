# SPDX-License-Identifier: GPL-2.0-or-later
"""testing/suites/PROJECT: what the lab lays over the hosts of another project's tests, described where everybody can read it.

suite.toml there says
    version             the version of the project that Debian 12 has, as the project's trees are tagged
    packages, without   what is fetched from Debian for each host, as in a peer's file (peers.py)
    beneath             packages to lie beneath those: where both have a file, the former's is seen
    [[deviations]]      name, why: in what these hosts are not what the project runs its tests on
    [[missing]]         name, pattern, why: what a test needs that cannot be had, and the expression that tells it from the
                        lines of the test's scripts and configuration files
    [[later]]           the same of what Cygnet is to have later; 'name: TEST' is a line of each test, too
    [[rules]]           name, why, pattern, replacement: what differs between those hosts and these, in words that both print.
A rule changes text inside a line, in what is expected and in what came, once the two were found to differ; it cannot take a
line away. How many lines each changed in what came is kept with the result. The folder root is laid over all hosts,
hosts/HOST over one.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lab import paths
from lab.errors import UsageError

_TABLES = {"deviations": ("name", "why"), "missing": ("name", "pattern", "why"),
           "later": ("name", "pattern", "why"), "rules": ("name", "why", "pattern", "replacement")}
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Deviation:
    """Something in which the hosts are not what the project runs its tests on."""

    name: str
    why: str


@dataclass(frozen=True)
class Missing:
    """Something that tests can need and that cannot be had, or not yet; pattern finds it in a test's lines."""

    name: str
    pattern: re.Pattern
    why: str


@dataclass(frozen=True)
class Rule:
    """Two ways to say the same thing; pattern and replacement as for re.sub."""

    name: str
    why: str
    pattern: re.Pattern
    replacement: str

    def apply(self, line: str) -> str:
        """The line in the one of the two ways. It stays a line, unless it was blank before."""
        changed = self.pattern.sub(self.replacement, line)
        return line if "\n" in changed or (line.strip() and not changed.strip()) else changed


@dataclass(frozen=True)
class Layer:
    """A project's folder in testing/suites, read."""

    folder: Path
    version: str
    packages: tuple[str, ...]
    without: tuple[str, ...]
    beneath: tuple[str, ...]
    deviations: tuple[Deviation, ...]
    missing: tuple[Missing, ...]
    later: tuple[Missing, ...]
    rules: tuple[Rule, ...]

    def trees(self, host: str) -> list[Path]:
        """The folders to be laid over a host, each over those before it."""
        return [path for path in (self.folder / "root", self.folder / "hosts" / host) if path.is_dir()]

    def lacking(self, lines: list[str]) -> str:
        """What a test with these lines needs that cannot be had, in words; empty if nothing."""
        return _first(self.missing, lines)

    def blocked(self, lines: list[str]) -> str:
        """What a test with these lines needs that Cygnet is to have later, in words; empty if nothing."""
        return _first(self.later, lines)


def _first(needs: tuple[Missing, ...], lines: list[str]) -> str:
    for need in needs:
        if any(need.pattern.search(line) for line in lines):
            return f"{need.name}: {need.why}"
    return ""


@cache
def load(kind: str, top: Path | None = None) -> Layer:
    """The layer of a project's tests. UsageError names the file and the key at fault."""
    path = (top or paths.TESTING / "suites") / kind / "suite.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from None
    for key, value in document.items():
        _check(path, key, value)
    rows = {key: [_row(path, key, row) for row in document.get(key, [])] for key in _TABLES}
    return Layer(path.parent, document.get("version", ""),
                 *(tuple(document.get(key, ())) for key in ("packages", "without", "beneath")),
                 tuple(Deviation(**row) for row in rows["deviations"]),
                 *(tuple(Missing(**row) for row in rows[key]) for key in ("missing", "later")),
                 tuple(Rule(**row) for row in rows["rules"]))


def _check(path: Path, key: str, value: object) -> None:
    kinds = {"version": str, "packages": list, "without": list, "beneath": list} | dict.fromkeys(_TABLES, list)
    if key not in kinds:
        raise UsageError(f"{path}: unknown key '{key}'; known are {', '.join(kinds)}")
    if not isinstance(value, kinds[key]):
        raise UsageError(f"{path}: '{key}' has a value of the wrong type: {value!r}")


def _row(path: Path, key: str, row: object) -> dict:
    where = f"{path}: [[{key}]] {row.get('name', '') if isinstance(row, dict) else repr(row)}"
    if not isinstance(row, dict) or set(row) != set(_TABLES[key]) or not all(isinstance(value, str) for value in row.values()):
        raise UsageError(f"{where}: takes just {', '.join(_TABLES[key])}, all of them text")
    if not _NAME.fullmatch(row["name"]) or not row["why"].strip():
        raise UsageError(f"{where}: wants a name of small letters, digits and dashes, and a reason")
    if "pattern" not in row:
        return row
    try:
        return {**row, "pattern": re.compile(row["pattern"])}
    except re.error as error:
        raise UsageError(f"{where}: bad pattern: {error}") from None


def apply(rules: tuple[Rule, ...], lines: list[str]) -> tuple[list[str], dict[str, int]]:
    """Lines after all rules, one after the other, and how many lines each rule changed."""
    touched: dict[str, int] = {}
    for rule in rules:
        changed = [rule.apply(line) for line in lines]
        if count := sum(old != new for old, new in zip(lines, changed)):
            touched[rule.name] = count
        lines = changed
    return lines, touched
