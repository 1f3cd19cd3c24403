# SPDX-License-Identifier: GPL-2.0-or-later
"""libreswan's tests: testing/pluto of its tree, typed at the hosts east, west, road, north and nic; see lab.suites.

Facts about the format are from the tree's own testing/utils/fab (scripts.py, runner.py, post.py), of 4.10 and of later trees.
"""

from collections.abc import Callable
from pathlib import Path

from lab import debs
from lab.suites import Suite, SuiteCase
from lab.suites.libreswan import case, tree

PARTS = ("testing", "Makefile.ver", "mk")
check = tree.check
version = tree.version
entries = tree.entries
load = case.load


def provide(suite: Suite, cases: list[SuiteCase], progress: Callable[[str], None]) -> None:
    """Fetch the packages and make the certificates that these tests need."""
    from lab.suites.libreswan import certs, specs
    specs.provide(suite, cases, progress)
    certs.provide(suite, cases, progress)


def folders(suite: Suite, progress: Callable[[str], None]) -> list[Path]:
    """What is laid over hosts besides the tree: programs, and certificates if they were made."""
    from lab.suites.libreswan import certs, programs
    made = [certs.folder(suite.tree, kind) for kind in certs.KINDS]
    laid = [path for path in programs.layers(suite, progress) if str(path) != suite.build]
    return [*laid, *(path for path in made if path.is_dir())]


def relied() -> list[str]:
    """The machine's packages that what was fetched relies on."""
    from lab.suites.libreswan import programs
    return debs.relied(programs.home())
