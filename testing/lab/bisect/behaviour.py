# SPDX-License-Identifier: GPL-2.0-or-later
"""What of a run counts when behaviours are compared: its class, its consoles, its captures, or whether something was said."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lab import compare, diffshow
from lab.errors import UsageError
from lab.guests import run
from lab.result import Result, load
from lab.testcase import TestCase

RESULT, CONSOLE, CAPTURE = "result", "console", "capture"
_TEXTS = ("*.console.txt", "*.console.raw.txt", "crash.txt", "*/var/log/**/*")  # where an expression is looked for
_SHOWN = 5  # lines that match


@dataclass(frozen=True)
class Behaviour:
    """What one run showed. unknown: why it says nothing; texts: by name, what is compared; `told` is for people."""

    told: str
    texts: dict[str, str]
    unknown: str = ""


@dataclass(frozen=True)
class Aspect:
    """What counts: RESULT, CONSOLE, CAPTURE, or a regular expression, whose being found or not is the behaviour."""

    on: str
    case: TestCase

    def __post_init__(self) -> None:
        try:
            re.compile(self.on)
        except re.error as error:
            raise UsageError(f"--on {self.on}: neither result, console, capture, nor a regular expression: {error}") from None

    def read(self, out: Path) -> Behaviour:
        """The behaviour of the run in folder out."""
        result = load(out)
        if not result or (result.verdict == "unresolved" and (self.on == RESULT or not ended(result))):
            return Behaviour("unresolved", {}, result.reason or "unresolved" if result else "it left no result")
        if result.verdict == "crash" and result.reason.startswith(run.AT_BOOT):
            return Behaviour("crash", {}, f"it does not boot: {result.reason}")
        if self.on == RESULT:
            return Behaviour(result.verdict, {"result": f"{result.verdict} {result.reason}".rstrip() + "\n"})
        if result.verdict == "skipped":
            return Behaviour("skipped", {}, result.reason)
        if self.on in (CONSOLE, CAPTURE):
            texts = {path.name: _read(path) for path in self._compared(out) if path.exists()}
            told = "without an expected file" if result.verdict == "unresolved" else result.verdict
            return Behaviour(told, texts, "" if texts else f"the run left no {self.on}")
        return self._matched(out)

    def differences(self, good: Behaviour, other: Behaviour) -> dict[str, str]:
        """How `other` differs from `good`, as a diff by text; empty if it behaves the same."""
        if self.on == RESULT and good.told == other.told:
            return {}  # the reason may be worded in another way
        if self.on not in (RESULT, CONSOLE, CAPTURE):
            return {} if good.told == other.told else _diffs(good, other, {})
        return _diffs(good, other, {name: self._unordered(name) for name in good.texts})

    def _unordered(self, name: str) -> list[str]:
        return self.case.unordered.get(name.partition(".")[0], []) + self.case.unordered.get(self.on, [])

    def _compared(self, out: Path) -> list[Path]:
        """The consoles; or the captures that are compared with expected ones, or all if none is."""
        if self.on == CONSOLE:
            return [out / f"{host}.console.txt" for host in self.case.typed_hosts]
        wires = list(self.case.golden_captures()) or [path.name.partition(".")[0] for path in sorted(out.glob("*.capture.txt"))]
        return [out / f"{wire}.capture.txt" for wire in wires]

    def _matched(self, out: Path) -> Behaviour:
        expression, found = re.compile(self.on), []
        for path in _files(out):
            found += [f"{path.relative_to(out)}: {line}" for line in _read(path).splitlines() if expression.search(line)]
        shown = found[:_SHOWN] + ([f"and {len(found) - _SHOWN} lines more"] if len(found) > _SHOWN else [])
        return Behaviour("matches" if found else "does not match", {"matches": "".join(f"{line}\n" for line in shown)})


def ended(result: Result) -> bool:
    """Whether a run came to its end, so that what it printed counts: if nothing is expected, its class is unresolved too."""
    return result.verdict != "unresolved" or any(diff["kind"] == "missing-golden" for diff in result.diffs)


def _files(out: Path) -> Iterable[Path]:
    return sorted({path for pattern in _TEXTS for path in out.glob(pattern) if path.is_file()})


def _diffs(good: Behaviour, other: Behaviour, unordered: dict[str, list[str]]) -> dict[str, str]:
    found = {}
    for name in sorted(good.texts.keys() | other.texts.keys()):
        difference = compare.compare(good.texts.get(name, ""), other.texts.get(name, ""), unordered.get(name, []))
        if difference:
            found[name] = diffshow.unified(difference, name)
    return found


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="surrogateescape")
