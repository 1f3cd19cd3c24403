# SPDX-License-Identifier: GPL-2.0-or-later
"""lab run --stress: the same test again and again while the processors are kept busy, until it fails."""

import os
import signal

from lab.place import syscalls
from lab.pool import Job, Pool
from lab.result import Result, exit_status
from lab.runs import Session


def _burn() -> int:
    """A process that keeps one processor busy until its parent ends."""
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        syscalls.die_with_parent(signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing may unwind into the lab's own code
        while os.getppid() == parent:
            pass
        os._exit(0)
    return pid


def run(session: Session, limit: int) -> int:
    """Run each test up to `limit` times under load, stop it at its first failure, and print the rates."""
    burners: list[int] = []
    try:
        burners += [_burn() for _ in range(os.cpu_count() or 1)]
        results = [result for case in session.cases for result in _one(session, case, limit)]
    finally:
        for pid in burners:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return exit_status(results)


def _one(session: Session, case, limit: int) -> list[Result]:
    found: list[Result] = []

    def finished(job: Job, result: Result) -> None:
        found.append(result)
        session.progress.finished(result)

    def passing() -> bool:
        return all(result.verdict == "pass" for result in found)

    session.progress.expect(limit)
    jobs = [Job(case, session.out(case, number)) for number in range(1, limit + 1)]
    Pool(session.jobs, session.options, finished, session.progress.tick).run(jobs, passing)
    failed = sum(result.verdict != "pass" for result in found)
    session.progress.say(f"{case.name}: {failed} of {len(found)} runs under load failed "
                         f"({100 * failed / max(1, len(found)):.1f} %)")
    return found
