# SPDX-License-Identifier: GPL-2.0-or-later
"""A bisection in its folder: the runs, the log, and what was found, for people and for programs."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from lab import commands, once, pool, testlist
from lab.bisect.behaviour import CAPTURE, CONSOLE, Aspect
from lab.bisect.judge import Judge, Order
from lab.errors import UnresolvedError
from lab.runone import Options
from lab.show import Progress

LOG = "bisect.log"


class Session:
    """What all of a bisection's steps share. choose(kernel): how to run with it."""

    def __init__(self, order: Order, entry: testlist.Entry, folder: Path, choose: Callable[[str], Options],
                 progress: Progress) -> None:
        self.order, self.folder = order, folder
        self._case, self._choose, self._progress = entry.load(), choose, progress
        self._aspect = Aspect(order.on, self._case)
        self.judge = Judge(self._aspect, order.good, order.repeat, folder, self._run, self.say)

    def say(self, text: str) -> None:
        """Print a line, and keep it in the log with the time."""
        self._progress.say(text)
        with open(self.folder / LOG, "a", encoding="utf-8", errors="backslashreplace") as log:
            log.write("".join(f"{time.strftime('%H:%M:%S')} {line}\n" for line in text.splitlines()))

    def why_not(self, kernel: str) -> str:
        """Why a kernel that must be told cannot be: its first run's reason, or that runs differ."""
        first = self.judge.behaviour(kernel)
        return first.unknown or f"flaky: two runs differ; {self.folder / LOG} says how"

    def differences(self, good: str, bad: str) -> dict[str, str]:
        """How the consoles and captures of two kernels' first runs differ, as diffs by text."""
        found: dict[str, str] = {}
        for on in (CONSOLE, CAPTURE):
            aspect = Aspect(on, self._case)
            found |= aspect.differences(aspect.read(self.judge.out(good)), aspect.read(self.judge.out(bad)))
        return found

    def keep(self, record: dict) -> None:
        """Write what was found to bisect.json."""
        whole = {"order": vars(self.order), **record}
        once.replace(self.folder / "bisect.json", json.dumps(whole, indent=1) + "\n")

    def _run(self, kernel: str, out: Path) -> None:
        options = self._choose(kernel)
        pool.provide([self._case], options, self._progress.say)
        lost: list[str] = []
        workers = pool.Pool(1, options, lambda job, result: lost.append(result.reason), self._progress.tick)
        workers.run([pool.Job(self._case, out)])
        if not (out / "result.json").exists():
            raise UnresolvedError(lost[0] if lost else f"{out}: the run left nothing")


def load(folder: Path, choose: Callable[[Order, str], Options], progress: Progress) -> Session:
    """The session of a folder, for one of its steps."""
    order = Order.read(folder)
    return Session(order, commands.one(order.test), folder, lambda kernel: choose(order, kernel), progress)
