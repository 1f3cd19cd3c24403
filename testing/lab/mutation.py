# SPDX-License-Identifier: GPL-2.0-or-later
"""Breaks expected files on purpose, to see that the comparison finds each break."""

import re
from collections.abc import Iterator
from pathlib import Path

from lab import verdict
from lab.errors import UsageError
from lab.testcase import TestCase


def try_all(case: TestCase, out: Path, lines: int) -> tuple[int, list[str]]:
    """Compare the run in folder out with each broken expectation; how many there were, and those that passed.

    UsageError if the run was where not all lines count, or differs from what is expected as it is.
    """
    if verdict.is_slow(case):
        raise UsageError(f"{case.name}: {out} is of emulated processors, where what is sent again does not count")
    outputs = verdict.of_run(case, out)
    expected = verdict.goldens(case)
    if found := verdict.differences(case, outputs, expected):
        raise UsageError(f"{case.name}: {found[0].what} differs from the run in {out}: run it again first")
    tried, missed = 0, []
    for key, golden in expected.items():
        for what, broken in breaks(golden, lines, case.unordered.get(key[0], []) + case.unordered.get(key[1], [])):
            tried += 1
            if not verdict.differences(case, outputs, {key: broken}):
                missed.append(f"{' '.join(key)}: {what}")
    return tried, missed


def breaks(golden: str, count: int, unordered: list[str]) -> Iterator[tuple[str, str | None]]:
    """Broken forms of an expected text, each with what was done to it."""
    lines = golden.splitlines(keepends=True)
    yield "a line added at the end", golden + "unexpected\n"
    if not lines:
        return
    yield "everything removed", ""
    for index in sorted({round(step * (len(lines) - 1) / max(1, count - 1)) for step in range(count)}):
        line, before, after = lines[index], "".join(lines[:index]), "".join(lines[index + 1:])
        where = f"line {index + 1}"
        yield f"{where} removed", before + after
        yield f"{where} doubled", before + line + line + after
        yield f"{where} changed", before + _changed(line) + after
        if index + 1 < len(lines) and _order_counts(line, lines[index + 1], unordered):
            yield f"{where} exchanged with the next", before + lines[index + 1] + line + "".join(lines[index + 2:])


def _changed(line: str) -> str:
    """The line with a word put into it where no sanitizer masks it."""
    return line.rstrip("\n") + " mutated\n"


def _order_counts(line: str, following: str, unordered: list[str]) -> bool:
    free = all(any(re.search(pattern, text) for pattern in unordered) for text in (line, following))
    return line != following and not free
