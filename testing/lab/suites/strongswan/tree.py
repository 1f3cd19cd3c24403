# SPDX-License-Identifier: GPL-2.0-or-later
"""A source tree of strongSwan: whether it is one, its version, its tests, and the addresses that stand for its hosts' names."""

import re
from functools import cache
from pathlib import Path

from lab.errors import UsageError
from lab.suites import Suite, SuiteEntry

TESTS = "testing/tests"
HOSTS = "testing/hosts"
FILES = ("description.txt", "test.conf", "pretest.dat", "evaltest.dat", "posttest.dat")  # do-tests passes over a test without
_CONF = "testing/testing.conf"
_WANTED = ("testing/do-tests", _CONF, "testing/scripts/build-certs-chroot", f"{HOSTS}/default/etc/hosts")
_VERSION = re.compile(r"^AC_INIT\(\[?strongSwan\]?\s*,\s*\[?([^\])\s]+)", re.MULTILINE)
_ADDRESSES = re.compile(r'HOSTNAMEIPV([46])=(.*?)"\}', re.DOTALL)


def check(tree: Path) -> None:
    """UsageError if a folder is not a source tree of strongSwan's, or lacks a part of its tests."""
    for name in _WANTED:
        if not (tree / name).is_file():
            raise UsageError(f"{tree}: not strongSwan's source tree: it has no {name}")


def version(tree: Path) -> str:
    """The version that the tree will say it is, such as 5.9.8; empty if it does not say."""
    path = tree / "configure.ac"
    found = _VERSION.search(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else None
    return found.group(1) if found else ""


def entries(suite: Suite) -> list[SuiteEntry]:
    """All tests, group after group. One that the project's own do-tests would pass over is 'skip'."""
    found = []
    for folder in sorted(path for path in (suite.tree / TESTS).glob("*/*") if path.is_dir()):
        lost = [name for name in FILES if not (folder / name).is_file()]
        status, reason = ("skip", f"it has no {lost[0]}") if lost else ("good", "")
        found.append(SuiteEntry(suite.kind, f"{folder.parent.name}/{folder.name}", status, reason, suite, str(folder)))
    return found


@cache
def placeholders(tree: Path) -> tuple[tuple[str, str], ...]:
    """What stands for hosts' addresses in a test's files, and what is put in its place, in this order.

    As in testing/scripts/load-testconfig: a second address first, as its name begins with that of the first.
    """
    text = (tree / _CONF).read_text(encoding="utf-8", errors="replace")
    found = {family: _hosts(value) for family, value in _ADDRESSES.findall(text)}
    if set(found) != {"4", "6"}:
        raise UsageError(f"{tree / _CONF}: HOSTNAMEIPV4 or HOSTNAMEIPV6 is not there")
    order = [name for name in found["4"] if name in found["6"]]
    pairs = []
    for name in order:
        for prefix, family in (("PH_IP_", "4"), ("PH_IP6_", "6"), ("PH_IPV6_", "6")):
            first, *more = found[family][name]
            pairs += [(f"{prefix}{name.upper()}1", second) for second in more[:1]] + [(f"{prefix}{name.upper()}", first)]
    return tuple(pairs)


def _hosts(value: str) -> dict[str, list[str]]:
    words = value.replace("\\", " ").strip(' "').split()
    return {name: addresses.split(",") for name, _, addresses in (word.partition(",") for word in words) if addresses}


def filled(tree: Path, data: bytes) -> bytes:
    """A file of a test's with the addresses in it."""
    if b"PH_IP" in data:
        for word, address in placeholders(tree):
            data = data.replace(word.encode(), address.encode())
    return data
