# SPDX-License-Identifier: GPL-2.0-or-later
"""One test in one cell whose place is a guest: the guest does the work, this process waits for it and judges it."""

import contextlib
import json
import os
import resource
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from lab import attempt, kernels, needs, runone, stack
from lab.errors import UnresolvedError
from lab.guests import alone, processors, report, uml
from lab.kernels import catalog
from lab.result import Result, load
from lab.suites import SuiteCase
from lab.testcase import TestCase

CONSOLE = "guest.console.txt"
AT_BOOT = "the kernel reports at boot"  # how the reason of a crash begins where the test had not begun
_MARGIN = 60.0  # seconds of real time beyond a test's own limit until a guest counts as hung


class GuestRun(runone.Run):
    """A test that is being run in a guest; see Run. Its hosts cannot stay up.

    slot: which of the tests that run at the same time this is, from 0 on; it gets the processor of that number.
    """

    def __init__(self, case: TestCase, out: Path, options: runone.Options, progress: Callable[[str], None],
                 slot: int) -> None:
        super().__init__(case, out, options, progress)
        self._slot = slot
        self.result.cell["kernel"] = options.kernel

    def attempt(self) -> None:
        """Start the guest, wait for its end, and take over its result."""
        files = kernels.ensure(catalog.find(self.options.kernel, "uml"), self.progress)
        if self.skips(files):
            return
        (self.out / "guest.json").write_text(json.dumps(self.order()), encoding="utf-8")
        with self.phase("wait"):
            processor = processors.take(self._slot)
        machine = uml.Machine(files.image, self.options.is_virtual, processor, self.options.seed, words=self.case.kernel_words)
        used = _used()
        with self.phase("guest"):
            late = self._wait(uml.start(machine, self.out, self.out / CONSOLE))
        self.result.phases["guest cpu"] = round(_used() - used, 4)
        self.judge_guest(late, self._has_begun())

    def skips(self, files: kernels.Files) -> bool:
        """Whether the test needs what the kernel or the place does not have; that is its result then."""
        self.result.cell["release"] = files.release
        self.case = self.case.in_cell(self.result.cell)
        config = files.config.read_text(encoding="utf-8")
        own = self.case.lacking if isinstance(self.case, SuiteCase) else ""
        reason = own or self.case.unfit() or stack.lacking(self.case.stacks, self.options.stack, self.options.kernel) \
            or needs.lacking(self.case.needs, config, self.options.kernel, self.options.is_virtual)
        if reason:
            self.settle("skipped", reason)
        return bool(reason)

    def module(self, host: str) -> str:
        """See Run: there is but one kernel."""
        return stack.to_load(self.case.stacks, self.options.stack, self.options.kernel)

    def order(self) -> dict:
        """What the guest is to do. Fetches peers and makes certificates where they are not cached yet."""
        suite = self.case.suite.words() if isinstance(self.case, SuiteCase) else {}
        test = {} if suite else alone.order(self.case, self.options.patience)
        return {"test": test, "folder": str(self.case.folder), "suite": suite, "place": self.options.place,
                "stack": self.options.stack,
                "module": self.module(""),
                "random": uml.random_bytes(self.options.seed, "guest").hex(), "virtual": self.options.is_virtual,
                "clock": self.case.clock, "slow": self.options.patience,
                "hosts": [vars(spec) for spec in self.specs()]}

    def _wait(self, process: subprocess.Popen) -> bool:
        """Wait for the guest's end; whether it had to be killed."""
        try:
            process.wait(self.limit)
            return False
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return True
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # helpers of a kernel that was killed or fell over outlive it

    @property
    def limit(self) -> float:
        """Seconds of real time until the guest counts as hung."""
        return self.options.limit(self.case.total) + _MARGIN

    def _has_begun(self) -> bool:
        """Whether the guest came as far as the test: it saves a record of its own then, whose kernel is a release."""
        inside = load(self.out)
        return bool(inside) and inside.cell.get("kernel") != self.result.cell["kernel"]

    def judge_guest(self, late: bool, begun: bool = True) -> None:
        """Take over the guest's result, if it left one; what its kernel reports counts for more."""
        console = (self.out / CONSOLE).read_text(encoding="utf-8", errors="replace")
        trace = report.find(console)
        inside = load(self.out)
        if inside and inside.reason != attempt.NOT_ENDED:
            self._take_over(inside)
        if trace:
            (self.out / "crash.txt").write_text(trace + "\n", encoding="utf-8")
            self.result.notes.pop("ended", None)  # nothing that the test shows would matter
            self.settle("crash", f"{'the kernel reports' if begun else AT_BOOT}: {trace.splitlines()[0].strip()}")
        elif starved := report.starved(console):
            raise UnresolvedError(report.STARVED.format(starved, self.out / CONSOLE))
        elif late:
            raise UnresolvedError(f"the guest was still busy after {self.limit:g} s; see {self.out / CONSOLE}")
        elif not inside or inside.reason == attempt.NOT_ENDED:
            last = (console.strip().splitlines() or ["nothing"])[-1]
            raise UnresolvedError(f"the guest ended without a result; its console's last line is: {last}")

    def _take_over(self, inside: Result) -> None:
        virtual = {f"guest {name}": seconds for name, seconds in inside.phases.items()}
        own, self.result = self.result, inside
        self.result.cell = {**own.cell, "release": inside.cell.get("release", "")}
        self.result.out, self.result.started = own.out, own.started
        self.result.phases = {**own.phases, **virtual}


def _used() -> float:
    """Seconds of processors that went into what this process has started and waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime
