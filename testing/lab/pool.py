# SPDX-License-Identifier: GPL-2.0-or-later
"""Several tests at once: each in a process forked from this one, which has everything loaded already."""

import math
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lab import live, peers, sharkd, stack, suites, x509
from lab.errors import UsageError
from lab.place import syscalls
from lab.result import Result, load
from lab.attempt import NOT_ENDED, NOT_JUDGED
from lab.runone import Options, Run, cell
from lab.testcase import TestCase

_STAYS, _LOST = "stays", "lost: "  # what a worker says if its hosts stay up, or if its result cannot be saved
_LONGEST_WORD = 4096  # PIPE_BUF: written at once or not at all
_OVERTIME = 120.0  # seconds beyond a test's own limit until its process is killed


@dataclass(frozen=True)
class Job:
    """A test to be run, and the folder for what it leaves; how to run it, if not as the pool's other jobs."""

    case: TestCase
    out: Path
    options: Options | None = None


@dataclass
class _Worker:
    job: Job
    pid: int
    done: int  # readable when the result is there or the process has ended
    slot: int  # which of those that run at the same time it is
    gate: int  # a byte written here lets it begin; -1 once that is done
    began: float
    deadline: float
    fault: str = "the process that ran it ended without a result"


class Pool:
    """Runs jobs, so many at once, and calls `finished` with each result.

    One more than that has its hosts up already and waits at its gate: most of bringing hosts up is waiting for the kernel,
    which ends the network namespaces of earlier runs meanwhile.
    """

    def __init__(self, size: int, options: Options, finished: Callable[[Job, Result], None],
                 tick: Callable[[list[Job]], None] = lambda running: None) -> None:
        self._size, self._options = size, options
        self._finished, self._tick = finished, tick
        self._workers: dict[int, _Worker] = {}

    def run(self, jobs: list[Job], go_on: Callable[[], bool] = lambda: True) -> None:
        """Run all jobs in their order, as long as go_on() says so. Whatever ends this ends the workers too."""
        waiting = list(jobs)
        try:
            while (waiting or self._workers) and go_on() or self._begun():
                while waiting and go_on() and len(self._workers) < self._room_for(waiting[0]):
                    self._fork(waiting.pop(0))
                if go_on():
                    self._let_begin()
                self._tick([worker.job for worker in self._begun()])
                self._wait()
        finally:
            for worker in self._workers.values():
                _kill(worker)
                _open(worker)
                os.close(worker.done)
            self._workers.clear()

    def _how(self, job: Job) -> Options:
        return job.options or self._options

    def _room_for(self, job: Job) -> int:
        """How many workers there may be with this job: one that waits at its gate is beyond those that run."""
        return self._size + (self._how(job).place == "ns")

    def _begun(self) -> list[_Worker]:
        return [worker for worker in self._workers.values() if worker.gate < 0]

    def _let_begin(self) -> None:
        """Open gates, the oldest first, as long as there is room."""
        room = self._size - len(self._begun())
        for worker in [worker for worker in self._workers.values() if worker.gate >= 0][:room]:
            worker.began = time.monotonic()
            worker.deadline = worker.began + self._limit(worker)
            _open(worker)

    def _limit(self, worker: _Worker) -> float:
        """Seconds that a test's process may take."""
        options = self._how(worker.job)
        return math.inf if options.gdb else options.limit(worker.job.case.total) + options.patience * _OVERTIME

    def _fork(self, job: Job) -> None:
        reader, writer = os.pipe()
        gate, opener = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # so that no Ctrl-C unwinds the new process
        taken = {worker.slot for worker in self._workers.values()}
        slot = next(number for number in range(self._size + 1) if number not in taken)
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            os.close(opener)
            os._exit(_work(job, self._how(job), slot, gate, writer, parent))
        os.close(writer)
        os.close(gate)
        self._workers[reader] = _Worker(job, pid, reader, slot, opener, time.monotonic(), math.inf)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])

    def _wait(self) -> None:
        ready, _, _ = select.select(list(self._workers), [], [], 1.0)
        for descriptor in ready:
            self._collect(self._workers.pop(descriptor))
        now = time.monotonic()
        for worker in self._workers.values():
            if worker.deadline < now:
                worker.fault = f"it did not end within {self._limit(worker):g} s and was killed"
                _kill(worker)

    def _collect(self, worker: _Worker) -> None:
        said = os.read(worker.done, _LONGEST_WORD).decode(errors="replace")
        os.close(worker.done)
        _open(worker)  # one that could not bring its hosts up has not waited
        if said != _STAYS:
            _reap(worker)
        result = None if said.startswith(_LOST) else load(worker.job.out)
        if not result:
            how = self._how(worker.job)
            result = Result(worker.job.case.name, cell(worker.job.case, how.place, how.stack), str(worker.job.out),
                            reason=said.removeprefix(_LOST) or worker.fault)
        elif result.reason in (NOT_ENDED, NOT_JUDGED):
            result.reason = worker.fault
        result.seconds = round(time.monotonic() - worker.began, 4)  # the end of all its processes included
        self._finished(worker.job, result)


def provide(cases: Iterable[TestCase], options: Options, progress: Callable[[str], None]) -> None:
    """Fetch and make what the tests need that can be cached, once and before any of them starts.

    UsageError if they are about a stack of Cygnet's that is not built.
    """
    cases = list(cases)
    own = stack.is_about_own(cases)
    if own:
        stack.tree()
        if sharkd.is_there():
            sharkd.start()  # in good time: it is asked when the first test has ended
    for case in cases:
        for host in options.kernels:
            if host not in case.hosts:
                raise UsageError(f"--kernel: {case.name} has no host '{host}'; it has {', '.join(case.hosts)}")
    if options.kernel:
        from lab import kernels
        from lab.kernels import catalog
        for name in {options.kernel, *options.kernels.values()}:
            kernels.ensure(catalog.find(name, options.place, progress), progress)
    for name in sorted({name for case in cases for name in case.peers.values()}):
        peers.load(name).tree(progress)
    for kind in sorted({case.x509 for case in cases if case.x509}):
        x509.ensure(kind)
    for suite, some in suites.of(cases).items():
        suite.project.provide(suite, some, progress)
    _provide_guests(cases, options, own, progress)


def _provide_guests(cases: list[TestCase], options: Options, own: bool, progress: Callable[[str], None]) -> None:
    """Make what guests boot from; own: with Cygnet's programs."""
    if own and options.place in ("qemu", "libvirt"):
        from lab.guests import qemuboot
        qemuboot.stage_image(progress)
    if options.place == "qemu" and options.is_driven:
        from lab.guests import qemudrivenrun
        qemudrivenrun.provide(cases, options, progress)
    elif options.place == "libvirt":
        from lab.libvirt import run as libvirtrun
        libvirtrun.check(cases)
    elif options.place == "qemu":
        from lab.guests import qemurun
        for case in {getattr(case, "suite", None): case for case in cases}.values():
            qemurun.provide(options, progress, list(suites.folders([case], progress).values()))


def _open(worker: _Worker) -> None:
    if worker.gate >= 0:
        try:
            os.write(worker.gate, b"1")
        except BrokenPipeError:
            pass  # it has ended, which shows at `done`
        os.close(worker.gate)
        worker.gate = -1


def _wait_at(gate: int) -> None:
    """In a worker: wait until it may begin; end if the pool has gone."""
    if not os.read(gate, 1):
        os._exit(1)


def _kill(worker: _Worker) -> None:
    if worker.pid:
        os.kill(worker.pid, signal.SIGKILL)  # it is there as long as it has not been reaped
    _reap(worker)


def _reap(worker: _Worker) -> None:
    if worker.pid:
        os.waitpid(worker.pid, 0)
    worker.pid = 0
    worker.deadline = math.inf


def _new_run(job: Job, options: Options, slot: int) -> Run:
    if options.place == "ns":
        return Run(job.case, job.out, options, lambda text: None)
    if options.place == "qemu" and options.is_driven:
        from lab.guests.qemudrivenrun import QemuDrivenRun
        return QemuDrivenRun(job.case, job.out, options, lambda text: None, slot)
    if options.place == "libvirt":
        from lab.libvirt.run import LibvirtRun
        return LibvirtRun(job.case, job.out, options, lambda text: None, slot)
    if options.place == "qemu":
        from lab.guests.qemurun import QemuRun
        return QemuRun(job.case, job.out, options, lambda text: None, slot)
    if options.is_driven:
        from lab.guests.drivenrun import DrivenRun
        return DrivenRun(job.case, job.out, options, lambda text: None, slot)
    from lab.guests.run import GuestRun
    return GuestRun(job.case, job.out, options, lambda text: None, slot)


def _work(job: Job, options: Options, slot: int, gate: int, writer: int, parent: int) -> int:
    """In the new process: run the job; hold its hosts if they stay up."""
    syscalls.die_with_parent(signal.SIGKILL)
    if os.getppid() != parent:
        return 1
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the pool ends us
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    try:
        run = _new_run(job, options, slot)
        run.gate = lambda: _wait_at(gate)
        run.play()
        if run.unsaved:
            os.write(writer, (_LOST + run.unsaved).encode()[:_LONGEST_WORD])
        elif run.stays:
            hold(run, lambda: os.write(writer, _STAYS.encode()))
    except BaseException:  # noqa: B902 - nothing may unwind into the pool's own frames
        traceback.print_exc()
        return 1
    return 0


def hold(run: Run, ready: Callable[[], object]) -> None:
    """Keep a run's hosts up, apart from the terminal and the command that started them, until they are stopped."""
    run.place.listen(str(run.out / live.SOCKET))
    (run.out / live.HOLDER).write_text(f"{os.getpid()}\n", encoding="ascii")
    syscalls.die_with_parent(0)
    os.setsid()
    ready()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.closerange(3, run.place.channel.fileno())
    os.closerange(run.place.channel.fileno() + 1, 256)
    while run.place.channel.pump() is not None:
        pass
    run.place.stop()
