# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run's consoles and captures say when held against the expected files."""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lab import compare, diffshow, paths, result, sanitize, stack
from lab.capture.describe import describe
from lab.capture.repeats import without_repeats
from lab.testcase import TestCase
from lab.transcript import Step, from_json, render

_SIGNALS = "Segmentation fault|Bus error|Illegal instruction|Aborted|Floating point exception|Bad system call"
_CRASH = re.compile(  # as bash says it of a command, of a job, and within a script
    rf"^(\[\d+\][+-]? +|.*: line \d+: +\d+ )?({_SIGNALS}|Trace/breakpoint trap)( +\(core dumped\)|  |$)"
    r"|\(core dumped\)$|ERROR: (Address|Leak|Thread|Memory)Sanitizer|WARNING: ThreadSanitizer|: runtime error: ", re.MULTILINE)


_CRASH_STATUSES = {128 + number for number in (4, 5, 6, 7, 8, 11, 31)}  # the same, as exit statuses of a shell

_SLOW = "tcg"  # an accelerator


@dataclass
class Outputs:
    """What a run printed and sent, ready to be compared: sanitized consoles by host, captures by wire."""

    consoles: dict[str, str] = field(default_factory=dict)
    captures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One difference: "console HOST" or "capture WIRE", in words and as a diff without colour."""

    what: str
    kind: str
    difference: compare.Difference

    def text(self, color: bool = False) -> str:
        """The diff."""
        return diffshow.unified(self.difference, self.what, color)


def is_slow(case: TestCase) -> bool:
    """Whether the test's cell computes so slowly, by a clock that goes on, that daemons send messages again before an answer
    can be there: QEMU emulates processors. How often they do is then no matter of the daemons'. See TestCase.in_cell()."""
    return _SLOW in case.words


def chain(case: TestCase) -> list[Path]:
    """The sanitizers of a test, the default ones first."""
    slow = ["slow"] if is_slow(case) else []
    names = [*sanitize.DEFAULT_CHAIN, *stack.sanitizers(case.stacks), *slow, *case.sanitizers]
    return sanitize.resolve(names, [case.folder, paths.TESTING / "sanitizers"])


def console(case: TestCase, host: str, steps: Iterable[Step]) -> str:
    """The sanitized transcript of a host."""
    return sanitize.sanitize(render(host, steps), chain(case))


def consoles(case: TestCase, steps: dict[str, list[Step]]) -> dict[str, str]:
    """The sanitized transcripts of all hosts, made side by side: the time goes into starting sed."""
    done: dict[str, str | Exception] = {}

    def work(host: str) -> None:
        try:
            done[host] = console(case, host, steps[host])
        except Exception as error:  # raised again below, in the caller's thread
            done[host] = error

    threads = [threading.Thread(target=work, args=(host,)) for host in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for text in done.values():
        if isinstance(text, Exception):
            raise text
    return {host: done[host] for host in steps}


def goldens(case: TestCase) -> dict[tuple[str, str], str | None]:
    """The expected texts by ("console", host) and ("capture", wire); None for a console that has none."""
    found = {("console", host): _read(case.golden_console(host)) for host in case.typed_hosts}
    return found | {("capture", wire): _read(path) for wire, path in case.golden_captures().items()}


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8", errors="surrogateescape") if path.exists() else None


def differences(case: TestCase, outputs: Outputs, expected: dict[tuple[str, str], str | None] | None = None) -> list[Finding]:
    """Hold all outputs against what is expected (goldens()); a console's file that is missing is a difference too."""
    actual = {("console", host): text for host, text in outputs.consoles.items()}
    actual |= {("capture", wire): text for wire, text in outputs.captures.items()}
    found = []
    for key, golden in (goldens(case) if expected is None else expected).items():
        if key in actual and golden != actual[key]:
            difference = _compare(case, key, golden, actual[key])
            found += [Finding(" ".join(key), difference.kind, difference)] if difference else []
    return found


def _compare(case: TestCase, key: tuple[str, str], golden: str | None, actual: str) -> compare.Difference | None:
    kind, name = key
    unordered = case.unordered.get(name, []) + case.unordered.get(kind, [])
    if golden is not None and kind == "console":
        golden = sanitize.sanitize(golden, chain(case))
    elif golden is not None and is_slow(case):
        golden, actual = without_repeats(golden), without_repeats(actual)
    return compare.compare(golden, actual, unordered)


def of_run(case: TestCase, out: Path) -> Outputs:
    """What the run in folder out printed and sent, sanitized and decoded anew."""
    outputs = Outputs()
    for host in case.typed_hosts:
        path = out / f"{host}.transcript.json"
        if path.exists():
            outputs.consoles[host] = console(case, host, from_json(path.read_text(encoding="utf-8"), str(path)))
    for path in sorted(out.glob("*.pcap")):
        outputs.captures[path.stem] = capture(case, path)
    return outputs


def in_cell_of(case: TestCase, out: Path) -> TestCase:
    """The test with the expected files of the cell that the run in folder out was in."""
    record = result.load(out)
    return case.in_cell(record.cell) if record else case


def capture(case: TestCase, path: Path) -> str:
    """A capture as text, one line a packet."""
    return "".join(line + "\n" for line in describe(path, case.network.host_of_mac))


def begins_like_golden(case: TestCase, host: str, steps: Iterable[Step]) -> bool:
    """Whether the console so far is how the expected one begins."""
    golden = _read(case.golden_console(host))
    if golden is None:
        return False
    so_far = console(case, host, steps).splitlines()[:-1]  # all but the last prompt
    expected = sanitize.sanitize(golden, chain(case)).splitlines()
    unordered = case.unordered.get(host, []) + case.unordered.get("console", [])
    return compare.compare("\n".join(expected[:len(so_far)]), "\n".join(so_far), unordered) is None


def crashes_printed(steps: dict[str, list[Step]]) -> list[str]:
    """Crashes and sanitizer reports that a console shows."""
    return [f"{host}: {crash} in: {step.line}" for host, typed in steps.items() for step in typed
            if (crash := _crash(step))]


def _crash(step: Step) -> str:
    if match := _CRASH.search(step.output):
        return match.group(0).strip()
    return f"status {step.status}" if step.status in _CRASH_STATUSES else ""
