# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs tests on a farm's hosts, with GNU parallel, until each has a result or no host is left for it."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lab import history, runs
from lab.errors import UnresolvedError
from lab.farm import hosts, load
from lab.farm.hosts import Host
from lab.place import syscalls
from lab.result import Result
from lab.result import load as load_result
from lab.runs import Session
from lab.testcase import TestCase

_GONE = 255  # ssh's own exit status
_OVERTIME = 300.0  # seconds beyond the longest test's limit until what runs on a host counts as hung
_END_LIMIT = 10.0  # seconds for GNU parallel to end what it started
_TICK = 0.2  # seconds between looks at what has ended
_OURS = "cell"  # what a shell on the host is called in its own words


@dataclass
class _Job:
    """A test to be run somewhere. tried: the hosts that had their turn, or were lost; results: those that came back."""

    number: int
    case: TestCase
    out: Path
    tried: set[str] = field(default_factory=set)
    said: str = ""  # the last words of a run that left no result
    results: list[Result] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether it has no result, or one failure alone, which another host should see."""
        return not self.results or (len(self.results) == 1 and self.results[0].verdict not in ("pass", "skipped"))


class Farm:
    """Hosts that run a session's tests. words: how, as options of `lab run-one`."""

    def __init__(self, session: Session, words: list[str], wanted: list[Host]) -> None:
        self._session, self._words, self._say = session, words, session.progress.say
        if not shutil.which("parallel"):
            raise UnresolvedError("GNU parallel is not installed; 'tools/deps farm' installs it")
        self._hosts = hosts.answering(wanted, self._say)
        if not self._hosts:
            raise UnresolvedError(f"none of the farm's {len(wanted)} hosts answers")
        self._load = load.gather(session.cases, session.options, self._say)
        self._hosts = [host for host in self._hosts if self._gets(host)]
        if not self._hosts:
            raise UnresolvedError("none of the farm's hosts could be sent what the tests need")
        self._work = session.folder / "farm"
        self._rounds = 0

    def _gets(self, host: Host) -> bool:
        try:
            load.send(self._load, host, self._say)
        except UnresolvedError as error:
            self._say(str(error))
            return False
        return True

    def run(self, repeat: int = 1) -> list[Result]:
        """Run each test `repeat` times, those first that take longest; a result a test.

        A test that did not pass is run once more on another host, if there is one: flaky, if it passes there. One that
        a host took along when it went away is run elsewhere, as if nothing had been.
        """
        cases = [case for _ in range(repeat) for case in self._session.cases]
        names = [f"{self._session.folder / case.name}" for case in cases]
        jobs = [_Job(number, case, Path(name if (before := names[:number].count(name)) == 0 else f"{name}@{before + 1}"))
                for number, (case, name) in enumerate(zip(cases, names))]
        self._session.progress.expect(len(jobs))
        while batch := self._next(jobs):
            self._round(*batch)
        return [self._settled([job for job in jobs if job.case.name == case.name]) for case in self._session.cases]

    def _next(self, jobs: list[_Job]) -> tuple[list[_Job], list[Host]] | None:
        """Open jobs that may go to the same hosts, and those hosts."""
        for first in jobs:
            places = [host for host in self._hosts if host.name not in first.tried]
            if first.is_open and places:
                return [job for job in jobs if job.is_open and job.tried == first.tried], places
        return None

    def _round(self, jobs: list[_Job], places: list[Host]) -> None:
        self._rounds += 1
        folder = self._work / str(self._rounds)
        folder.mkdir(parents=True)
        by_number = {job.number: job for job in jobs}
        (folder / "hosts").write_text("".join(f"{host.slots}/{host.name}\n" for host in places), encoding="utf-8")
        (folder / "tests").write_text("".join(f"{job.number}\t{job.case.name}\n" for job in jobs), encoding="utf-8")
        lost: dict[str, int] = {}
        seen: set[int] = set()
        for number, host, status in self._ended(folder, max(job.case.total for job in jobs)):
            seen.add(number)
            if not self._take(by_number[number], folder, host, status):
                lost[host] = lost.get(host, 0) + 1
        for number in by_number.keys() - seen:
            by_number[number].tried.update(host.name for host in places)
            by_number[number].said = _last_line(folder / "parallel.txt")
        self._drop(lost)

    def _drop(self, lost: dict[str, int]) -> None:
        """Go on without the hosts that went away."""
        gone = [host for host in self._hosts if host.name in lost]
        back = {host.name for host in hosts.answering(gone, lambda text: None)} if gone else set()
        for host in gone:
            how = "lost" if host.name in back else "is away and took along"
            self._say(f"host {host.name} {how} {lost[host.name]} runs, which go elsewhere")
        self._hosts = [host for host in self._hosts if host.name not in lost or host.name in back]

    def _ended(self, folder: Path, longest: float) -> Iterator[tuple[int, str, int]]:
        """Start GNU parallel; yields number, host and exit status of each run as it ends."""
        with open(folder / "parallel.txt", "wb") as words, subprocess.Popen(
                self._command(folder, longest), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=words,
                start_new_session=True, preexec_fn=lambda: syscalls.die_with_parent(signal.SIGTERM)) as process:
            try:
                done = 0
                while True:
                    ended = process.poll() is not None
                    rows = _rows(folder / "log")
                    yield from rows[done:]
                    done = len(rows)
                    if ended:
                        return
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(_TICK)
            finally:
                if process.poll() is None:
                    _end(process)

    def _command(self, folder: Path, longest: float) -> list[str]:
        limit = int(self._session.options.limit(longest) + _OVERTIME)
        stage = f'; export CYGNET_STAGE="$base/{self._load.stage}"' if self._load.stage else ""
        there = f'{load.BASE.strip()}{stage}; exec "$base/{self._load.checkout}/testing/lab/farm/cell" "$@"'
        words = [*self._words, *self._load.words]
        remote = " ".join([*map(shlex.quote, ["/bin/sh", "-c", there, _OURS]), "{2}", *map(shlex.quote, words)])
        return ["parallel", "--plain", "--will-cite", "--ssh", shlex.join(hosts.ssh()), "--sshloginfile", str(folder / "hosts"),
                "--joblog", str(folder / "log"), "--results", f"{folder}/{{1}}/", "--timeout", str(limit), "--colsep", "\t",
                "--retries", "1", remote, "::::", str(folder / "tests")]

    def _take(self, job: _Job, folder: Path, host: str, status: int) -> bool:
        """Take over what a run left; False if nothing came back."""
        job.tried.add(host)
        archive = folder / str(job.number) / "stdout"
        out = job.out if not job.results else job.out.with_name(f"{job.out.name}.{host}")
        result = None if status == _GONE else _unpack(archive, out)
        if not result:
            job.said = _last_line(folder / str(job.number) / "stderr")
            return False
        archive.unlink()
        result.out = str(out)
        result.cell = {**result.cell, "host": host}
        result.save()
        job.results.append(result)
        history.add(result)
        self._session.progress.finished(result, f"host {host}")
        return True

    def _settled(self, jobs: list[_Job]) -> Result:
        attempts = [result for job in jobs for result in job.results]
        lacking = [job for job in jobs if not job.results]
        if lacking:
            where = ", ".join(sorted(lacking[0].tried)) or "none"
            said = f"; it said: {lacking[0].said}" if lacking[0].said else ""
            attempts.append(Result(jobs[0].case.name, {}, "", reason=f"no host brought it to an end; tried: {where}{said}"))
        return runs.merge(attempts)


def _rows(log: Path) -> list[tuple[int, str, int]]:
    """Number, host and exit status of the runs in a job log of GNU parallel; whole lines only."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")[1:-1]
    except FileNotFoundError:
        return []
    return [_row(log, line.split("\t")) for line in lines]


def _row(log: Path, columns: list[str]) -> tuple[int, str, int]:
    """Columns: Seq Host Starttime JobRuntime Send Receive Exitval Signal Command. One that was killed counts as gone."""
    tests = (log.parent / "tests").read_text(encoding="utf-8").splitlines()
    number = int(tests[int(columns[0]) - 1].partition("\t")[0])
    return number, columns[1], _GONE if columns[7] != "0" else int(columns[6])


def _last_line(path: Path) -> str:
    try:
        return (path.read_text(encoding="utf-8", errors="replace").strip().splitlines() or [""])[-1]
    except OSError:
        return ""


def _unpack(archive: Path, out: Path) -> Result | None:
    """The result in the archive that a run wrote, unpacked into the folder out; None if there is none."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    done = subprocess.run(["tar", "-x", "--no-same-owner", "-C", str(out), "-f", str(archive)], stdin=subprocess.DEVNULL,
                          capture_output=True, check=False)
    result = None if done.returncode else load_result(out)
    if not result:
        shutil.rmtree(out, ignore_errors=True)
    return result


def _end(process: subprocess.Popen) -> None:
    """End GNU parallel, which on TERM ends what it started, on the hosts too."""
    process.terminate()
    try:
        process.wait(_END_LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
