# SPDX-License-Identifier: GPL-2.0-or-later
"""A session of `lab run`: its output folder, the tests run once or several times, and the reports."""

import os
import shutil
import time
from pathlib import Path

from lab import history, paths, report, testlist
from lab.errors import UsageError
from lab.pool import Job, Pool
from lab.result import Result
from lab.runone import Options
from lab.show import Progress
from lab.testcase import TestCase

_KEPT = 20  # output folders of earlier sessions


def folder(asked: Path | None) -> Path:
    """Make the session's output folder: the one asked for, or a new one below build/lab/runs."""
    if asked:
        if asked.exists() and any(asked.iterdir()) and not (asked / "session").exists():
            raise UsageError(f"{asked}: not empty and not the folder of an earlier run; name another with --out")
        made = asked.resolve()
        made.mkdir(parents=True, exist_ok=True)
    else:
        top = paths.RUNS / "runs"
        top.mkdir(parents=True, exist_ok=True)
        _prune(top)
        made = top / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
        made.mkdir()
        _point(paths.RUNS / "last", made)
    (made / "session").write_text(f"{os.getpid()}\n", encoding="ascii")
    return made


def _point(link: Path, target: Path) -> None:
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.symlink_to(os.path.relpath(target, link.parent))
    temporary.rename(link)


def _prune(top: Path) -> None:
    """Remove the oldest folders; not those of sessions that still run or hold hosts up."""
    for old in sorted(top.iterdir())[:-_KEPT]:
        if not _in_use(old):
            shutil.rmtree(old, ignore_errors=True)


def _in_use(session: Path) -> bool:
    if any(session.glob("*/*/live.sock")):
        return True
    try:
        os.kill(int((session / "session").read_text()), 0)
    except (OSError, ValueError):
        return False
    return True


def skipped(entry: testlist.Entry) -> Result:
    """The result of a test that the list says to skip."""
    return Result(entry.test, {}, "", "skipped", entry.reason)


class Session:
    """Tests to run into a folder."""

    def __init__(self, cases: list[TestCase], out: Path, jobs: int, options: Options, progress: Progress) -> None:
        self.cases, self.folder, self.jobs, self.options, self.progress = cases, out, jobs, options, progress
        self._results: dict[str, list[Result]] = {case.name: [] for case in cases}

    def case(self, test: str) -> TestCase:
        """The test of that name."""
        return next(case for case in self.cases if case.name == test)

    def run(self, repeat: int = 1, retry: int = 0) -> list[Result]:
        """Run every test `repeat` times, those that did not pass up to `retry` times more; a result a test."""
        self._pass([case for _ in range(repeat) for case in self.cases])
        for _ in range(retry):
            self._pass([case for case in self.cases if self._results[case.name][-1].verdict not in ("pass", "skipped")])
        return [merge(self._results[case.name]) for case in self.cases]

    def so_far(self) -> list[Result]:
        """A result for each test that has been run."""
        return [merge(self._results[case.name]) for case in self.cases if self._results[case.name]]

    def _pass(self, cases: list[TestCase]) -> None:
        jobs = []
        count = {case.name: len(self._results[case.name]) for case in cases}
        for case in cases:
            count[case.name] += 1
            jobs.append(Job(case, self.out(case, count[case.name])))
        self.progress.expect(len(jobs))
        Pool(self.jobs, self.options, self._finished, self.progress.tick).run(jobs)

    def out(self, case: TestCase, attempt: int) -> Path:
        """The folder of a test's nth attempt."""
        return self.folder / (case.name if attempt == 1 else f"{case.name}@{attempt}")

    def _finished(self, job: Job, result: Result) -> None:
        self._results[job.case.name].append(result)
        history.add(result)
        self.progress.finished(result)

    def write_reports(self, results: list[Result], junit: Path | None, tap: Path | None) -> None:
        """Write junit.xml and results.tap in the session's folder, and copies where asked for."""
        records = [result.as_dict() for result in results]
        for path in filter(None, (self.folder / "junit.xml", junit)):
            report.junit(records, path)
        for path in filter(None, (self.folder / "results.tap", tap)):
            report.tap(records, path)


def merge(attempts: list[Result]) -> Result:
    """The result of several attempts at a test: the last one, but flaky if some passed and some did not."""
    verdicts = [attempt.verdict for attempt in attempts]
    last = attempts[-1]
    if len(attempts) == 1:
        return last
    if "pass" in verdicts and set(verdicts) != {"pass"}:
        failed = next(attempt for attempt in attempts if attempt.verdict != "pass")
        bad = sum(verdict != "pass" for verdict in verdicts)
        last = Result(**{**vars(failed), "verdict": "flaky",
                         "reason": f"{bad} of {len(attempts)} runs did not pass; one: {failed.verdict}: {failed.reason}"})
    last.attempts = [{"class": attempt.verdict, "reason": attempt.reason, "seconds": attempt.seconds, "out": attempt.out}
                     for attempt in attempts]
    return last
