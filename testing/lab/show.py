# SPDX-License-Identifier: GPL-2.0-or-later
"""What `lab run` prints: progress while it goes on, differences as they are found, and the sum at the end."""

import json
import os
import sys
import time
from pathlib import Path
from typing import TextIO

from lab import report
from lab.pool import Job
from lab.result import Result

_INKS = {"pass": "32", "skipped": "36", "unresolved": "35"}
_LONGEST_DIFF = 60  # lines of a difference that are printed at once


def colors(stream: TextIO) -> bool:
    """Whether to use colours: on a terminal, unless NO_COLOR is set (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


class Progress:
    """Prints results as they come, and on a terminal a last line that tells what is running."""

    def __init__(self, stream: TextIO, total: int) -> None:
        self._stream, self._total, self._done = stream, total, 0
        self._color = colors(stream)
        self._line = ""
        self._began = time.monotonic()

    def expect(self, number: int) -> None:
        """So many more results will come."""
        self._total += number

    def say(self, text: str) -> None:
        """Print a line, or several."""
        self._clear()
        print(text, file=self._stream, flush=True)

    def finished(self, result: Result, where: str = "") -> None:
        """Print a result, with its differences if there are any; those not if `where` tells one cell of several."""
        self._done += 1
        word = f"{result.verdict:<10}"
        if self._color:
            word = f"\x1b[{_INKS.get(result.verdict, '31')}m{word}\x1b[0m"
        attempt = f" (run {Path(result.out).name.partition('@')[2]})" if "@" in Path(result.out).name else ""
        if result.diffs and not where:
            self.say(self._diffs(result))
        reason = f"  {result.reason}" if result.reason else ""
        place = where and f" at {where}"
        self.say(f"[{self._done}/{self._total}] {word} {result.test}{attempt}{place} {result.seconds:.2f} s{reason}")
        if result.verdict not in ("pass", "skipped"):
            self.say(f"    all it left is in {shorten(result.out)}")

    def _diffs(self, result: Result) -> str:
        rows = []
        for difference in result.diffs:
            rows += (paint(difference["text"]) if self._color else difference["text"]).rstrip("\n").split("\n")
        if len(rows) > _LONGEST_DIFF:
            rows[_LONGEST_DIFF:] = [f"... {len(rows) - _LONGEST_DIFF} lines more: 'lab diff {result.test}'"]
        return "\n".join(rows)

    def tick(self, running: list[Job]) -> None:
        """Show what is running now, where that can be written over."""
        if not self._stream.isatty() or not running:
            return
        names = " ".join(job.case.folder.name for job in running)
        line = f"[{self._done}/{self._total}] {time.monotonic() - self._began:.0f} s, running {names}"
        width = os.get_terminal_size(self._stream.fileno()).columns
        self._clear()
        self._line = line[:max(0, width - 1)]
        self._stream.write(self._line)
        self._stream.flush()

    def _clear(self) -> None:
        if self._line:
            self._stream.write("\r\x1b[K")
            self._line = ""


def paint(text: str) -> str:
    """Colour a unified diff that has none."""
    inks = {"+": "32", "-": "31", "@": "36"}
    rows = [f"\x1b[{inks[row[0]]}m{row}\x1b[0m" if row[:1] in inks else row for row in text.split("\n")]
    return "\n".join(rows)


def shorten(path: str) -> str:
    """A path as one types it here: relative if it lies below this folder."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def outputs(out: Path) -> str:
    """The consoles and captures that a run left."""
    parts = []
    for path in sorted(out.glob("*.console.txt")) + sorted(out.glob("*.capture.txt")):
        text = path.read_text(encoding="utf-8", errors="replace")
        if text:
            parts.append(f"--- {path.name} ---\n{text}")
    return "\n".join(parts)


def finish(results: list[Result], folder: Path, progress: Progress, as_json: bool) -> None:
    """Print the sum of a session."""
    records = [result.as_dict() for result in results]
    if as_json:
        json.dump(records, sys.stdout, indent=1)
        print()
    if any(result.verdict not in ("pass",) for result in results):
        progress.say(report.table(records, colors(sys.stdout)).rstrip("\n"))
    progress.say(f"everything is in {shorten(str(folder))}")
    progress.say(report.summary_line(records))
