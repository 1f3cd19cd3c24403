# SPDX-License-Identifier: GPL-2.0-or-later
"""A test's scripts, typed line by line at the consoles of hosts that are up."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from lab.place import Place
from lab.transcript import Step

if TYPE_CHECKING:
    from lab.testcase import Script, TestCase


class Stopped(Exception):
    """The scripts were not typed to their end; the text says why. kind: a result class, or "asked"."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


class Scenario:
    """Types a test's scripts and keeps what was printed: steps by host."""

    def __init__(self, case: TestCase, place: Place, after_script: Callable[[int, "Scenario"], None] | None = None) -> None:
        self.case, self.place = case, place
        self.steps: dict[str, list[Step]] = {host: [] for host in case.typed_hosts}
        self._after_script = after_script
        self._deadline = time.monotonic() + case.total

    def play(self) -> None:
        """Type all scripts; Stopped when a line does not return, a shell ends or time is up."""
        opened: set[str] = set()
        for number, script in enumerate(self.case.scripts, 1):
            for host in script.hosts:
                self._type_script(script, host, fresh=host not in opened)
                opened.add(host)
            if self._after_script:
                self._after_script(number, self)

    def _type_script(self, script: Script, host: str, fresh: bool) -> None:
        pending: list[str] = []
        seconds = 0.0
        for line in script.lines():
            pending.append(line)
            answer = self._type(script, host, line, fresh)
            fresh = False
            seconds += answer["seconds"]
            if answer.get("more"):
                continue
            self._keep(script, host, "\n".join(pending), answer, seconds)
            pending, seconds = [], 0.0
        if pending:
            raise Stopped("fail", f"{script.path.name} ends within an unfinished command at {host}: {pending[0]}")

    def _type(self, script: Script, host: str, line: str, fresh: bool) -> dict:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise Stopped("timeout", f"the test took over its {self.case.total:g} s, before {host} was typed: {line}")
        return self.place.type(host, line, min(self.case.limit, left), fresh)

    def _keep(self, script: Script, host: str, line: str, answer: dict, seconds: float) -> None:
        self.steps[host].append(Step(script.path.name, line, answer["output"], answer["status"], seconds))
        if answer.get("timed_out"):
            running = f" (still running: {answer['running']})" if answer.get("running") else ""
            raise Stopped("timeout", f"{host} did not return within {round(seconds, 1):g} s from: {line}{running}")
        if answer.get("closed"):
            raise Stopped("fail", f"the shell of {host} ended at: {line}")
