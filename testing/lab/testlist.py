# SPDX-License-Identifier: GPL-2.0-or-later
"""testing/TESTLIST: which tests there are and what is expected of each; and the choice of some of them."""

import fnmatch
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lab import paths, testcase
from lab.errors import UsageError

STATUSES = ("good", "wip", "skip")
_NAMES = re.compile(r"[\w+-][\w.+-]*/[\w+-][\w.+-]*", re.ASCII)
DEFAULT = ("good",)  # where no status is asked for


@dataclass(frozen=True)
class Entry:
    """One line of the list: KIND NAME STATUS, and for wip and skip a reason."""

    kind: str
    name: str
    status: str
    reason: str

    @property
    def test(self) -> str:
        """KIND/NAME."""
        return f"{self.kind}/{self.name}"

    @property
    def folder(self) -> Path:
        """Where the test is."""
        return paths.TESTING / self.kind / self.name

    def load(self, instead: str = "") -> testcase.TestCase:
        """The test itself; instead: see testcase.load()."""
        return testcase.load(self.folder, instead)


def read(path: Path | None = None) -> list[Entry]:
    """The list in its order. UsageError names the line."""
    path = path or paths.TESTING / "TESTLIST"
    entries: dict[str, Entry] = {}
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split(maxsplit=3)
        if len(words) < 3 or words[2] not in STATUSES or not _NAMES.fullmatch(f"{words[0]}/{words[1]}"):
            raise UsageError(f"{path}:{number}: expected KIND NAME {'|'.join(STATUSES)} [reason], found {line!a}")
        entry = Entry(*words[:3], words[3] if len(words) > 3 else "")
        if entry.status != "good" and not entry.reason:
            raise UsageError(f"{path}:{number}: {entry.test} is {entry.status} but gives no reason")
        if entry.test in entries:
            raise UsageError(f"{path}:{number}: {entry.test} is listed twice")
        entries[entry.test] = entry
    return list(entries.values())


@dataclass
class Selection:
    """What was asked for; every part that is given must hold. Statuses: good, where none is named."""

    patterns: list[str]
    all: bool = False
    tags: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    failed: bool = False

    def is_empty(self) -> bool:
        """Whether nothing at all was asked for."""
        return not (self.patterns or self.all or self.tags or self.hosts or self.peers or self.statuses or self.failed)


def select(entries: Iterable[Entry], wanted: Selection, failed_before: Callable[[str], bool]) -> list[Entry]:
    """The entries that match. UsageError for a name or pattern that matches none."""
    entries = list(entries)
    named = {entry.test for pattern in wanted.patterns for entry in _named(entries, pattern)}
    exact = {entry.test for entry in entries for pattern in wanted.patterns if _is(entry, pattern)}
    statuses = wanted.statuses or DEFAULT
    chosen = []
    for entry in entries:
        if wanted.patterns and entry.test not in named:
            continue
        if entry.status not in statuses and (wanted.statuses or entry.test not in exact):
            continue
        if wanted.failed and not failed_before(entry.test):
            continue
        if _fits(entry, wanted):
            chosen.append(entry)
    return chosen


def _is(entry: Entry, pattern: str) -> bool:
    """Whether a pattern is the test's whole name, or its folder."""
    return pattern.rstrip("/") in (entry.test, entry.name) or Path(pattern).resolve() == entry.folder


def _named(entries: list[Entry], pattern: str) -> list[Entry]:
    word = pattern.rstrip("/")
    found = [entry for entry in entries
             if fnmatch.fnmatch(entry.test, word) or fnmatch.fnmatch(entry.name, word) or entry.kind == word
             or _is(entry, pattern)]
    if not found:
        near = [entry.test for entry in entries if word in entry.test]
        hint = f"; did you mean {', '.join(near[:5])}?" if near else "; 'lab list' shows all"
        raise UsageError(f"unknown test '{pattern}'{hint}")
    return found


def _fits(entry: Entry, wanted: Selection) -> bool:
    if not (wanted.tags or wanted.hosts or wanted.peers):
        return True
    case = entry.load()
    return (set(wanted.tags) <= set(case.tags) and set(wanted.hosts) <= set(case.hosts)
            and set(wanted.peers) <= set(case.peers.values()))
