# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest's part of a test, by an order: to bring up the hosts, type the scripts, and leave all that came in files.

order() makes it, outside; Alone is played inside.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab import attempt
from lab.place.ns import Namespaces
from lab.result import Result
from lab.scenario import Scenario

if TYPE_CHECKING:
    from lab.testcase import TestCase


def order(case: TestCase, patience: float) -> dict:
    """All of a test that its guest needs to know but for what the hosts are made of.

    patience: how many times as long as usual lines, and the test, may take.
    """
    from lab.topology import requests
    scripts = [[script.path.name, list(script.hosts), script.lines()] for script in case.scripts]
    plan = case.network.subset(case.hosts).plan(case.nat)
    return {"name": case.name, "hosts": case.hosts, "typed": case.typed_hosts, "scripts": scripts,
            "limit": case.limit * patience, "total": case.total * patience, "network": requests(plan)}


@dataclass
class _Script:
    """As testcase.Script, read already."""

    path: Path
    hosts: list[str]
    typed: list[str]

    def lines(self) -> list[str]:
        """The lines to type."""
        return self.typed


@dataclass
class _Case:
    """What Scenario wants to know of a test."""

    scripts: list[_Script]
    typed_hosts: list[str]
    limit: float
    total: float


class Alone(attempt.Attempt):
    """A test in a guest, by its order there, which also tells its place and its hosts."""

    def __init__(self, order: dict, out: Path) -> None:
        release = os.uname().release
        cell = {"place": order["place"], "kernel": release, "release": release}
        super().__init__(out, Result(order["test"]["name"], cell, str(out)))
        self._test, self._hosts = order["test"], order["hosts"]

    def attempt(self) -> None:
        """See Attempt."""
        test = self._test
        with self.phase("hosts"):
            self.place = Namespaces(own_users=False)
            self.place.begin(self._hosts, test["network"], str(self.out))
        scripts = [_Script(Path(name), *words) for name, *words in test["scripts"]]
        scenario = Scenario(_Case(scripts, test["typed"], test["limit"], test["total"]), self.place)
        self.leave(self.type(scenario))
        with self.phase("stop"):
            self.stop_hosts(test["hosts"], attempt.LOGS, hung_fails=True)
        self.left()
