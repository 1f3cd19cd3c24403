# SPDX-License-Identifier: GPL-2.0-or-later
"""Other projects' own test suites, run as they are: a folder here for each project whose format the lab knows.

Such a folder is a module with these functions:
    check(tree)                     UsageError if a folder is not the project's source tree
    version(tree)                   what the tree says it is, as text
    entries(suite)                  its tests, as testlist.Entry's
    load(suite, folder)             one of them, as a SuiteCase
    PARTS                           what of a tree they need, files and folders
    provide(suite, cases, say)      fetch and make what they need that can be cached, before the first of them starts
    FALLBACK_TUNNELS                True if guests' network namespaces are to have gre0, ip_vti0 and so on
    folders(suite, say)             the folders of the cache that are laid over hosts of any of them
    relied()                        the machine's packages that what was fetched for them relies on (debs.Index)
What their hosts have that the lab's own tests do not is described in testing/suites/PROJECT (layer.py).
"""

import importlib
import importlib.util
import json
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType

from lab import once, paths, testlist
from lab.errors import UsageError
from lab.guests import uml
from lab.place import HostSpec
from lab.testcase import TestCase

KINDS = ("libreswan", "strongswan")
OWN_BUILD = "own"  # in place of a build's folder: the tree, built by the lab
# Microseconds of virtual time that starting a program takes, as on the machines that the projects' tests were written on:
# scripts that look for something once a second, and timers that end at the same moment, count on it.
EXEC_COST = ("lab_exec_cost=3000",)
_KEPT = 6  # packed trees
_VERSION = re.compile(r'IPSEC_VERSION="U?([\w.]+)')  # in the projects' ipsec commands


@dataclass(frozen=True)
class Suite:
    """A project's tests: its source tree, and the folder of an installed build to test, or Debian's where that is empty.

    by_outcome: what counts is what a test comes to, not the words: the build is not the project's.
    """

    kind: str
    tree: Path
    build: str = ""
    by_outcome: bool = False

    @property
    def project(self) -> ModuleType:
        """What knows the project's format."""
        return importlib.import_module(f"lab.suites.{self.kind}")

    def words(self) -> dict[str, str | bool]:
        """What reopen() takes."""
        return {"kind": self.kind, "tree": str(self.tree), "build": self.build, "by_outcome": self.by_outcome}

    def entries(self) -> list[testlist.Entry]:
        """Its tests, in the project's order."""
        return self.project.entries(self)


@dataclass(frozen=True)
class Ended:
    """How a run ended. kind: empty if all was typed, else a result class; why: in words; crashes: what ended by a signal."""

    kind: str = ""
    why: str = ""
    crashes: tuple[str, ...] = ()


@dataclass
class Judgement:
    """What a run comes to. verdict: a result class; diffs: as in Result; notes: what else is to be known, for result.json.

    Notes that all suites have: "rules" (of ours, by name: lines touched), "class" (of a failure: cosmetic, environment or
    semantic).
    """

    verdict: str
    reason: str = ""
    diffs: list[dict[str, str]] = field(default_factory=list)
    notes: dict = field(default_factory=dict)


@dataclass
class SuiteCase(TestCase):
    """A test of another project's suite. suite: where it is from; lacking: what it needs that cannot be had, if anything;
    blocked: what it needs that Cygnet is to have later.

    The clock of a guest is set to when virtual time begins: certificates are made for that moment.
    collects: the folders whose files are kept; alike: they are the same ones on all hosts that are on one kernel.
    """

    suite: Suite | None = None
    lacking: str = ""
    blocked: str = ""
    collects: tuple[str, ...] = ("/var/log",)
    collects_alike: bool = False
    clock: float = uml.BEGIN / 1e9
    kernel_words: tuple[str, ...] = EXEC_COST

    @property
    def name(self) -> str:
        """PROJECT/NAME."""
        return f"{self.suite.kind}/{self.folder.name}"

    def specs(self, progress: Callable[[str], None]) -> list[HostSpec]:
        """What its hosts are made of."""
        raise NotImplementedError

    def judge(self, out: Path, ended: Ended) -> Judgement:
        """Judge the run that left its files in folder out."""
        raise NotImplementedError


@dataclass(frozen=True)
class SuiteEntry(testlist.Entry):
    """A test of another project's suite, as the project's own list has it."""

    suite: Suite | None = None
    place: str = ""

    @property
    def folder(self) -> Path:
        """Where the test is."""
        return Path(self.place)

    def load(self, instead: str = "") -> TestCase:
        """The test itself. UsageError if a peer is to be put in place of its own: a suite's tests name theirs."""
        if instead:
            raise UsageError(f"{self.test}: a test of {self.kind}'s own has the peers it names; --peer does not go with it")
        return self.suite.project.load(self.suite, self.folder)


def open_suite(kind: str, tree: Path, build: str = "", by_outcome: bool = False) -> Suite:
    """The suite of a source tree. UsageError if the tree, or the folder of a build, is not what it should be.

    build: OWN_BUILD has the tree built, if the project's module has a `build`; by_outcome: of those that have an `outcome`.
    """
    if kind not in KINDS:
        raise UsageError(f"unknown suite '{kind}'; known are {', '.join(KINDS)}")
    if not tree.is_dir():
        raise UsageError(f"{tree}: no such folder")
    own = build == OWN_BUILD and importlib.util.find_spec(f"lab.suites.{kind}.build") is not None
    if build and not own and not Path(build).is_dir():
        raise UsageError(f"--build {build}: no such folder")
    if by_outcome and importlib.util.find_spec(f"lab.suites.{kind}.outcome") is None:
        raise UsageError(f"--outcome: {kind}'s tests are judged by what they look for anyway, not by whole texts")
    suite = Suite(kind, tree.resolve(), build if own or not build else str(Path(build).resolve()), by_outcome)
    suite.project.check(suite.tree)
    return suite


def reopen(words: dict[str, str | bool]) -> Suite:
    """The suite that Suite.words() describes."""
    return Suite(words["kind"], Path(words["tree"]), words["build"], words.get("by_outcome", False))


def word(suite: Suite) -> str:
    """What parse() takes."""
    more = [suite.build, "outcome"] if suite.by_outcome else [suite.build] if suite.build else []
    return ":".join([suite.kind, str(suite.tree), *more])


def parse(text: str) -> Suite:
    """The suite that PROJECT:TREE, PROJECT:TREE:BUILD or PROJECT:TREE:BUILD:outcome names.

    Folders that are not absolute are below the cache.
    """
    kind, tree, build, outcome, *_ = [*text.split(":", 3), "", "", ""]
    return open_suite(kind, paths.cache() / tree, str(paths.cache() / build) if build else "", bool(outcome))


def pack(suite: Suite) -> Suite:
    """The same suite in the cache, as far as its tests need it: folders whose names stand for what is in them."""
    if suite.build == OWN_BUILD:
        raise UsageError(f"--build {OWN_BUILD}: such a build stays on this machine; name a folder where one is installed")
    build = str(_packed_build(suite)) if suite.build else ""
    return Suite(suite.kind, _packed(suite.tree, suite.project.PARTS), build, suite.by_outcome)


def _packed_build(suite: Suite) -> Path:
    return _packed(Path(suite.build), (".",))


@cache  # all of a run get what its first test gets
def _packed(source: Path, parts: tuple[str, ...]) -> Path:
    import hashlib
    import shutil
    found = {os.path.relpath(path, source): path for part in parts for path in _files(source / part)}
    marks = [(name, path.lstat().st_size, path.lstat().st_mtime_ns) for name, path in sorted(found.items())]
    final = paths.cache() / "suites" / "trees" / f"tree-{hashlib.sha256(repr(marks).encode()).hexdigest()[:12]}"

    def fill(draft: Path) -> None:
        for name, path in found.items():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, draft / name, follow_symlinks=False)

    return once.kept(final, _KEPT, fill)


def _files(top: Path) -> list[Path]:
    """A file or link, or all of those below a folder."""
    if top.is_symlink() or not top.is_dir():
        return [top] if os.path.lexists(top) else []
    return [path for path in sorted(top.rglob("*")) if path.is_symlink() or not path.is_dir()]


def tested_version(suite: Suite) -> str:
    """The version that is tested with a suite, of Debian's packages or of the build; empty if a build does not say."""
    from lab.suites import layer
    if not suite.build:
        return layer.load(suite.kind).version
    if suite.build == OWN_BUILD:
        return suite.project.version(suite.tree)
    for script in (Path(suite.build, folder, "ipsec") for folder in ("usr/sbin", "usr/local/sbin")):
        if script.is_file() and (said := _VERSION.search(script.read_text(encoding="utf-8", errors="replace"))):
            return said.group(1)
    return ""


def remember(suite: Suite) -> None:
    """Keep where a suite is, so that its tests are known by PROJECT/NAME to the lab's other commands."""
    known = {**_known(), suite.kind: suite.words()}
    _file().parent.mkdir(parents=True, exist_ok=True)
    once.replace(_file(), json.dumps(known, indent=1) + "\n")


def entries_for(words: Iterable[str], more: Iterable[Suite] = ()) -> list[testlist.Entry]:
    """The tests of those suites of which words speak: by PROJECT, PROJECT/NAME, or a folder in a tree that was used before.

    more: suites to be known instead of those of the same projects that were used before.
    """
    known = {kind: reopen(known) for kind, known in _known().items()} | {suite.kind: suite for suite in more}
    suites = list(known.values())
    return [entry for suite in suites if any(_is_of(suite, word) for word in words) for entry in suite.entries()]


def of(cases: Iterable[TestCase]) -> dict[Suite, list[SuiteCase]]:
    """Those of the tests that are of suites, by suite."""
    found: dict[Suite, list[SuiteCase]] = {}
    for case in cases:
        if isinstance(case, SuiteCase):
            found.setdefault(case.suite, []).append(case)
    return found


def folders(cases: Iterable[TestCase], progress: Callable[[str], None]) -> dict[str, Path]:
    """The folders besides testing and the peers' trees that tests' hosts are made of, by where their specs have them.

    They are there (provide()); of a source tree it is what the tests need of it.
    """
    found: dict[str, Path] = {}
    for suite in of(cases):
        found |= {str(folder): folder for folder in suite.project.folders(suite, progress)}
        found[str(suite.tree)] = _packed(suite.tree, suite.project.PARTS)
        if suite.build not in ("", OWN_BUILD):
            found[suite.build] = _packed_build(suite)
    return found


def relied() -> list[str]:
    """The packages of the machine that what was fetched for suites' hosts relies on."""
    return [name for kind in KINDS for name in importlib.import_module(f"lab.suites.{kind}").relied()]


def _is_of(suite: Suite, word: str) -> bool:
    return word.partition("/")[0] == suite.kind or Path(word).resolve().is_relative_to(suite.tree)


def _file() -> Path:
    return paths.RUNS / "suites.json"


def _known() -> dict[str, dict[str, str | bool]]:
    try:
        known = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {kind: words for kind, words in known.items() if kind in KINDS and Path(words["tree"]).is_dir()}
