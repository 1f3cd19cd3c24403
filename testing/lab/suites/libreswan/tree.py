# SPDX-License-Identifier: GPL-2.0-or-later
"""A source tree of libreswan: whether it is one, which edition of the tests' format it has, and what its TESTLIST says."""

import re
from functools import cache
from pathlib import Path

from lab.errors import UsageError
from lab.suites import Suite, SuiteEntry

LIST = "testing/pluto/TESTLIST"
_WANTED = (LIST, "testing/default-testparams.sh", "testing/utils/sanitizer.sh", "testing/guestbin/swan-prep")
_SANITIZERS = ("testing/utils/sanitizer.sh", "testing/utils/fab/sanitizer.py")
_VERSION = re.compile(r"^IPSECBASEVERSION\s*\??=\s*(\S+)", re.MULTILINE)
_STATUSES = {"good": "good", "wip": "wip", "skip": "skip", "skiptest": "skip", "bad": "skip"}
_LINUX = "kvmplutotest"
_GUESTS = re.compile(r"(freebsd|netbsd|openbsd|debian|fips|alpine)[ew]?")


def check(tree: Path) -> None:
    """UsageError if a folder is not a source tree of libreswan's, or lacks a part of its tests."""
    for name in _WANTED:
        if not (tree / name).is_file():
            raise UsageError(f"{tree}: not libreswan's source tree: it has no {name}")


def version(tree: Path) -> str:
    """The version that the tree will say it is, such as 4.10; empty if it does not say."""
    for name in ("Makefile.ver", "mk/version.mk"):
        path = tree / name
        if path.is_file() and (found := _VERSION.search(path.read_text(encoding="utf-8", errors="replace"))):
            return found.group(1)
    return ""


def is_new(tree: Path) -> bool:
    """Whether the format is that of version 5: scripts all.GUESTS.sh, comments that are not typed, prompts in the marks."""
    return (tree / "testing/kvm/vm").is_dir()


def entries(suite: Suite) -> list[SuiteEntry]:
    """The tests of the tree's list. UsageError names the line that cannot be read."""
    return list(_entries(suite))


@cache
def _entries(suite: Suite) -> tuple[SuiteEntry, ...]:
    path = suite.tree / LIST
    found: dict[str, SuiteEntry] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) < 3 or (words[0] == _LINUX and words[2] not in _STATUSES and not _GUESTS.match(words[2])):
            raise UsageError(f"{path}:{number}: expected KIND TEST STATUS, found {line!a}")
        if words[0] == _LINUX:
            found.setdefault(words[1], _entry(suite, words))
    return tuple(found.values())


def _entry(suite: Suite, words: list[str]) -> SuiteEntry:
    status = _STATUSES.get(words[2], "skip")
    reason = "" if status == "good" else f"{words[2]} in the tree's TESTLIST"
    return SuiteEntry(suite.kind, words[1], status, reason, suite, str(suite.tree / "testing/pluto" / words[1]))
