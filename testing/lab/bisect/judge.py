# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a test with a kernel and says whether it behaves as with the good one; runs that a session has are not made again."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab import once
from lab.bisect.behaviour import Aspect, Behaviour, ended
from lab.bisect.search import BAD, GOOD, SKIP
from lab.errors import LabError, UsageError
from lab.result import load

# run(kernel, out): runs the test with the kernel of that name into folder out; LabError if it cannot be.
Run = Callable[[str, Path], None]


class Judge:
    """Opinions on kernels, each kept in the session's folder. `repeat`: runs that must agree before an opinion is sure."""

    def __init__(self, aspect: Aspect, good: str, repeat: int, folder: Path, run: Run, say: Callable[[str], None]) -> None:
        self._aspect, self._good, self._repeat, self._folder = aspect, good, repeat, folder
        self._run, self._say = run, say

    def __call__(self, kernel: str, sure: bool) -> str:
        """good, bad or skip; bad only if `repeat` runs agree, good after one run unless it has to be sure."""
        first = self.behaviour(kernel, 1)
        if first.unknown:
            return self._told(kernel, SKIP, f"cannot be told: {first.unknown}")
        found = self._compared(first)
        for number in range(2, self._repeat + 1) if sure or found == BAD else ():
            again = self.behaviour(kernel, number)
            if again.unknown or self._aspect.differences(first, again):
                return self._told(kernel, SKIP, f"flaky: run 1 is {first.told}, run {number} {again.unknown or again.told}"
                                  + ("" if again.told != first.told else f" with another {self._aspect.on}"))
        return self._told(kernel, found, first.told)

    def behaviour(self, kernel: str, number: int = 1) -> Behaviour:
        """What the kernel's nth run shows; it is run if that is not there yet."""
        out = self.out(kernel, number)
        if not _is_done(out):
            try:
                self._run(kernel, out)
            except UsageError:
                raise
            except LabError as error:
                return Behaviour("unresolved", {}, str(error))
        return self._aspect.read(out)

    def out(self, kernel: str, number: int = 1) -> Path:
        """The folder of a kernel's nth run."""
        name = re.sub(r"[^\w.-]+", "+", kernel.rpartition("@")[2])  # a tree's path may be longer than a name can be
        return self._folder / (name if number == 1 else f"{name}@{number}") / self._aspect.case.name

    def differences(self, kernel: str) -> dict[str, str]:
        """How a kernel's first run differs from the good one's, as diffs."""
        return self._aspect.differences(self.behaviour(self._good), self.behaviour(kernel))

    def _compared(self, behaviour: Behaviour) -> str:
        return BAD if self._aspect.differences(self.behaviour(self._good), behaviour) else GOOD

    def _told(self, kernel: str, found: str, why: str) -> str:
        self._say(f"{found:<5} {kernel}  {why}")
        return found


def _is_done(out: Path) -> bool:
    """Whether a run is there that says something; one without a result may have had no room, and is made again."""
    result = load(out)
    return result is not None and ended(result)


@dataclass(frozen=True)
class Order:
    """What a bisection is about; written into its folder, so that it can be taken up again by just the same."""

    test: str
    words: tuple[str, ...]  # how to run, as words for `lab run-one`, without the kernel
    on: str
    good: str
    repeat: int
    backwards: bool = False  # the good one is the newer

    def keep(self, folder: Path) -> None:
        """Write it to folder/order.json. UsageError if the runs that are there are of another test or made in another way."""
        path = folder / "order.json"
        if path.exists():
            before = Order.read(folder)
            if (before.test, before.words) != (self.test, self.words):
                how = " ".join([before.test, *before.words])
                raise UsageError(f"{folder}: its runs are of {how}; name another folder with --out")
        once.replace(path, json.dumps(vars(self), indent=1) + "\n")

    @staticmethod
    def read(folder: Path) -> "Order":
        """The order in a folder. UsageError if there is none."""
        try:
            record = json.loads((folder / "order.json").read_text(encoding="utf-8"))
            return Order(**{**record, "words": tuple(record["words"])})
        except (OSError, ValueError, TypeError, KeyError):
            raise UsageError(f"{folder}: not the folder of a bisection") from None
