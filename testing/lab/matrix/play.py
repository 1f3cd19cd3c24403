# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs tests in all cells of a matrix, several at once, and keeps each result."""

from dataclasses import dataclass
from pathlib import Path

from lab import history, pool, runs
from lab.errors import UnresolvedError, UsageError
from lab.matrix.cells import Cell
from lab.pool import Job, Pool
from lab.result import Result
from lab.show import Progress
from lab.testcase import TestCase
from lab.testlist import Entry

Key = tuple[str, str]  # a test's name and a cell's


@dataclass(frozen=True)
class Plan:
    """What is run where, and what is not. fixed: results that are known beforehand; without: why a test is not in a cell."""

    cases: dict[Key, TestCase]
    fixed: dict[Key, Result]
    without: dict[Key, str]


def plan(entries: list[Entry], cells: list[Cell]) -> Plan:
    """Find out which tests can be in which cells. UsageError for a malformed test, or if no test is in any cell."""
    made = Plan({}, {}, {})
    for entry in entries:
        own = None if entry.status == "skip" else entry.load()
        for cell in cells:
            key = (entry.test, cell.name)
            if own is None:
                made.fixed[key] = runs.skipped(entry)
            else:
                _place(made, key, entry, own, cell)
    if not made.cases and not made.fixed:
        raise UsageError(next(iter(made.without.values())))
    return made


def _place(made: Plan, key: Key, entry: Entry, own: TestCase, cell: Cell) -> None:
    try:
        made.cases[key] = entry.load(cell.peer) if cell.peer else own
    except UsageError as error:  # the test itself is sound: it was loaded without the peer
        made.without[key] = str(error)


class Matrix:
    """A matrix that is being run into a folder; results by test and cell are there as soon as they are known."""

    def __init__(self, entries: list[Entry], cells: list[Cell], folder: Path, jobs: int, progress: Progress) -> None:
        self.tests = [entry.test for entry in entries]
        self.cells, self.folder, self.progress = cells, folder, progress
        self.plan = plan(entries, cells)
        self.results: dict[Key, Result] = dict(self.plan.fixed)
        self._jobs = jobs
        self._attempts: dict[Key, list[Result]] = {}
        self._keys: dict[Path, Key] = {}

    def run(self, repeat: int = 1) -> None:
        """Run all, each test `repeat` times in each cell. What a cell lacks makes its own results unresolved, not others'."""
        jobs = [job for cell in self.cells for job in self._jobs_of(cell, repeat)]
        self.progress.expect(len(jobs))
        if jobs:
            Pool(self._jobs, jobs[0].options, self._finished, self.progress.tick).run(jobs)

    def _jobs_of(self, cell: Cell, repeat: int) -> list[Job]:
        cases = {test: self.plan.cases[test, cell.name] for test in self.tests if (test, cell.name) in self.plan.cases}
        try:
            pool.provide(cases.values(), cell.options, self.progress.say)
        except UnresolvedError as error:
            self.progress.say(f"{cell.name}: {error}")
            for test in cases:
                self.results[test, cell.name] = Result(test, _told(cell), "", reason=str(error))
            return []
        return [self._job(cell, cases[test], number) for number in range(1, repeat + 1)
                for test in history.longest_first(cases)]

    def _job(self, cell: Cell, case: TestCase, attempt: int) -> Job:
        out = self.folder / cell.folder / (case.name if attempt == 1 else f"{case.name}@{attempt}")
        self._keys[out] = (case.name, cell.name)
        return Job(case, out, cell.options)

    def _finished(self, job: Job, result: Result) -> None:
        key = self._keys[job.out]
        self._attempts.setdefault(key, []).append(result)
        self.results[key] = runs.merge(self._attempts[key])
        self.progress.finished(result, key[1])


def _told(cell: Cell) -> dict[str, str]:
    return {"place": cell.options.place, "kernel": cell.kernel or "-", "release": "", "stack": "-",
            "peer": cell.peer or "-"}
