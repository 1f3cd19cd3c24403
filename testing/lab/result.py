# SPDX-License-Identifier: GPL-2.0-or-later
"""The result of a test in a cell, as it is kept in result.json."""

import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lab import errors

CLASSES = ("pass", "fail", "flaky", "unresolved", "timeout", "crash", "skipped")
_FAILURES = ("fail", "flaky", "timeout", "crash")


@dataclass
class Result:
    """One test's result. seconds: from command to verdict; started: seconds since 1970.

    notes: what tests of other projects' suites have to say besides; see suites.Judgement.
    """

    test: str
    cell: dict[str, str]
    out: str
    verdict: str = "unresolved"
    reason: str = ""
    seconds: float = 0.0
    started: float = field(default_factory=time.time)
    phases: dict[str, float] = field(default_factory=dict)
    diffs: list[dict[str, str]] = field(default_factory=list)
    wires: dict[str, dict] = field(default_factory=dict)
    attempts: list[dict] = field(default_factory=list)
    notes: dict = field(default_factory=dict)

    def as_dict(self) -> dict:
        """As it is written: `verdict` is called "class" there."""
        record = asdict(self)
        record["class"] = record.pop("verdict")
        return record

    def save(self) -> None:
        """Write out/result.json; a reader never sees half of it."""
        folder = Path(self.out)
        temporary = folder / f".result.{os.getpid()}"
        temporary.write_text(json.dumps(self.as_dict(), indent=1) + "\n", encoding="utf-8")
        temporary.rename(folder / "result.json")


def load(folder: Path) -> Result | None:
    """What a run left in its folder; None if it did not come that far."""
    try:
        record = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        record["verdict"] = record.pop("class")
        return Result(**record)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def exit_status(results: list[Result]) -> int:
    """0 if nothing failed, 1 if something did, else 3 if something is unresolved."""
    verdicts = {result.verdict for result in results}
    if verdicts & set(_FAILURES):
        return errors.EXIT_FAILED
    return errors.EXIT_UNRESOLVED if "unresolved" in verdicts else errors.EXIT_PASS
