# SPDX-License-Identifier: GPL-2.0-or-later
"""lab run --slurm: a session's tests as a Slurm job array, each task a `lab run-one`.

The nodes see the checkout, the session's folder and the cache where this machine has them: a shared file system, as
clusters have it. The script and what each task said stay in the session's folder, below slurm/.
"""

import math
import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from lab import paths, runs, stack, suites
from lab.errors import UnresolvedError
from lab.result import Result, load
from lab.attempt import NOT_ENDED, NOT_JUDGED
from lab.runs import Session
from lab.testcase import TestCase

_OVERTIME = 300.0  # seconds beyond the longest test's limit until Slurm ends a task
_TICK, _ASK = 0.3, 2.0  # seconds between looks at the results, and between questions to Slurm
_PATIENCE = 24 * 3600.0  # seconds in which nothing at all ends until we give up
_DEAF = 20  # questions in a row that Slurm does not answer
_LIMIT = 60  # seconds for one of Slurm's commands
_SCRIPT = """\
#!/bin/sh
#SBATCH --job-name=lab
#SBATCH --array=1-{count}
#SBATCH --time={minutes}
# Task N runs the test in line N of 'tests'.
{stage}IFS='	' read -r test out <<END
$(sed -n "${{SLURM_ARRAY_TASK_ID}}p" {tests})
END
exec {lab} run-one "$test" {words} --out "$out"
"""


@dataclass(frozen=True)
class _Task:
    """One run: line `number` of the tests, counted from 1."""

    number: int
    case: TestCase
    out: Path


class Array:
    """A session's tests as a job array. words: how, as options of `lab run-one`; more: further options for sbatch."""

    def __init__(self, session: Session, words: list[str], more: str) -> None:
        for name in ("sbatch", "squeue", "scancel"):
            if not shutil.which(name):
                raise UnresolvedError(f"Slurm's {name} is not here; run this where jobs are submitted")
        self._session, self._words, self._more = session, words, shlex.split(more)
        self._folder = session.folder / "slurm"

    def run(self, repeat: int = 1) -> list[Result]:
        """Submit each test `repeat` times and wait for all, those first that take longest; a result a test.

        UnresolvedError if Slurm refuses the array or is gone; it is cancelled if this is interrupted.
        """
        cases = [(case, attempt) for attempt in range(1, repeat + 1) for case in self._session.cases]
        tasks = [_Task(number, case, self._session.out(case, attempt)) for number, (case, attempt) in enumerate(cases, 1)]
        script = self._write(tasks)
        output = str(self._folder).replace("%", "%%") + "/%a.txt"
        job = _said("sbatch", "--parsable", f"--chdir={paths.ROOT}", f"--output={output}", *self._more,
                    str(script)).strip().partition(";")[0]
        self._session.progress.say(f"Slurm has {len(tasks)} tests as job {job}; the script is {script}")
        self._session.progress.expect(len(tasks))
        try:
            results = self._wait(job, tasks)
        except BaseException:
            subprocess.run(["scancel", job], stdin=subprocess.DEVNULL, capture_output=True, timeout=_LIMIT, check=False)
            raise
        return [runs.merge([results[task.number] for task in tasks if task.case is case]) for case in self._session.cases]

    def _write(self, tasks: list[_Task]) -> Path:
        self._folder.mkdir(parents=True)
        (self._folder / "tests").write_text("".join(f"{task.case.name}\t{task.out}\n" for task in tasks), encoding="utf-8")
        longest = self._session.options.limit(max(task.case.total for task in tasks)) + _OVERTIME
        script = self._folder / "array.sh"
        script.write_text(_SCRIPT.format(
            stage=self._stage(), count=len(tasks), minutes=math.ceil(longest / 60),
            tests=shlex.quote(str(self._folder / "tests")),
            lab=shlex.quote(str(paths.ROOT / "lab")), words=shlex.join([*self._words, *_suites(self._session.cases)])),
            encoding="utf-8")
        script.chmod(0o755)
        return script

    def _stage(self) -> str:
        """The line that tells the nodes where Cygnet's programs are, as they are now: whatever is built until a task begins."""
        if not stack.is_about_own(self._session.cases):
            return ""
        from lab import carried
        return f"export CYGNET_STAGE={shlex.quote(str(carried.tree()))}\n"

    def _wait(self, job: str, tasks: list[_Task]) -> dict[int, Result]:
        found: dict[int, Result] = {}
        asked = changed = time.monotonic()
        deaf, is_known = 0, True
        while len(found) < len(tasks):
            new = {task.number: result for task in tasks if task.number not in found and (result := _ended(task.out))}
            for result in new.values():
                self._session.progress.finished(result, f"job {job}")
            found |= new
            if not is_known and not new:  # it had left the queue before we looked
                return {task.number: found.get(task.number) or self._lost(task, job) for task in tasks}
            now = time.monotonic()
            changed = now if new else changed
            if now > asked + _ASK:
                asked = now
                state = _in_queue(job)
                deaf, is_known = (deaf + 1, True) if state is None else (0, state)
            if deaf > _DEAF or now > changed + _PATIENCE:
                what = "Slurm does not answer any more" if deaf > _DEAF else f"nothing has ended for {_PATIENCE / 3600:g} hours"
                raise UnresolvedError(f"job {job}: {what}")
            time.sleep(_TICK)
        return found

    def _lost(self, task: _Task, job: str) -> Result:
        """The result of a task that left none."""
        said = self._folder / f"{task.number}.txt"
        lines = said.read_text(encoding="utf-8", errors="replace").strip().splitlines() if said.exists() else []
        what = f"its last words: {lines[-1]}" if lines else "it said nothing"
        return Result(task.case.name, {}, "", reason=f"task {job}_{task.number} of Slurm left no result; {what}")


def _suites(cases: list[TestCase]) -> list[str]:
    """Options of `lab run-one` by which tests of other projects' suites are known."""
    return [word for suite in suites.of(cases) for word in ("--suite", suites.word(suite))]


def _ended(out: Path) -> Result | None:
    """The result in a folder, once the run has ended."""
    result = load(out)
    return result if result and result.reason not in (NOT_ENDED, NOT_JUDGED) else None


def _in_queue(job: str) -> bool | None:
    """Whether Slurm still has a job to do; None if it does not say."""
    try:
        done = subprocess.run(["squeue", "--noheader", "--jobs", job, "--format", "%T"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        return False if "Invalid job id" in done.stderr else None
    return bool(done.stdout.strip())


def _said(*words: str) -> str:
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        raise UnresolvedError(f"{words[0]} did not answer within {_LIMIT} s") from None
    if done.returncode:
        raise UnresolvedError(f"{words[0]}: {(done.stderr.strip().splitlines() or [done.returncode])[-1]}")
    return done.stdout
