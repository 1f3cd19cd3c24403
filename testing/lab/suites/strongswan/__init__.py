# SPDX-License-Identifier: GPL-2.0-or-later
"""strongSwan's tests: testing/tests of its tree, for its eight hosts; see lab.suites.

Facts about the format are from the tree's own testing/do-tests and testing/scripts, of 5.9.8.
"""

from collections.abc import Callable
from pathlib import Path

from lab import debs
from lab.suites import Suite, SuiteCase
from lab.suites.strongswan import case, tree

PARTS = ("testing", "configure.ac")
FALLBACK_TUNNELS = True  # ip_vti0 and its like are there from the beginning: the project's kernels have them built in
check = tree.check
version = tree.version
entries = tree.entries
load = case.load


def provide(suite: Suite, cases: list[SuiteCase], progress: Callable[[str], None]) -> None:
    """Fetch the packages and make the certificates that these tests need; then it is known what they lack."""
    from lab.suites.strongswan import specs
    specs.provide(suite, cases, progress)


def folders(suite: Suite, progress: Callable[[str], None]) -> list[Path]:
    """What is laid over hosts besides the tree: programs, and what the project's scripts have made."""
    from lab.suites.strongswan import certs, specs
    made = certs.ensure(suite, progress)
    return [*(path for path in specs.trees(suite, progress) if str(path) != suite.build), made]


def relied() -> list[str]:
    """The machine's packages that what was fetched relies on."""
    from lab.suites.strongswan import specs
    return debs.relied(specs.home())
