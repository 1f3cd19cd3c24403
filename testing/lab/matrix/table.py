# SPDX-License-Identifier: GPL-2.0-or-later
"""A matrix as text, as JSON and as a page: rows are tests, columns cells, and below it the reasons."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lab import once
from lab.diffshow import visible
from lab.matrix.cells import Cell
from lab.matrix.play import Key, Matrix
from lab.result import Result

_NOT_RUN, _NO_CELL = "not run", "-"
_INKS = {"pass": "32", "skipped": "36", "unresolved": "35", _NOT_RUN: "35", _NO_CELL: "2"}
_FAILED_INK = "31"

_STYLE = """\
body { font: 14px sans-serif; margin: 2em; } table { border-collapse: collapse; }
th, td { border: 1px solid #bbb; padding: 3px 8px; text-align: left; vertical-align: bottom; }
td a { color: inherit; } td { background: #f4b6ae; } .pass { background: #bfe5bf; } .skipped { background: #cfe3ee; }
.unresolved, .not-run { background: #e3cdec; } .none, .test { background: none; } ol { max-width: 70em; }
"""


@dataclass
class Notes:
    """The reasons below a table, each once and with a number from 1 on."""

    reasons: list[str] = field(default_factory=list)

    def number(self, reason: str) -> int:
        """The number of a reason; 0 for an empty one."""
        line = visible(" ".join(reason.split()))
        if line and line not in self.reasons:
            self.reasons.append(line)
        return self.reasons.index(line) + 1 if line else 0


def word(matrix: Matrix, key: Key) -> tuple[str, str]:
    """What stands in one place of the table, and the reason: a class, '-' where there is no such cell, or 'not run'."""
    if key in matrix.results:
        return matrix.results[key].verdict, matrix.results[key].reason
    if key in matrix.plan.without:
        return _NO_CELL, matrix.plan.without[key]
    return _NOT_RUN, ""


def text(matrix: Matrix, color: bool = False) -> str:
    """The table for a terminal or a file; the numbers behind words are those of the reasons below it."""
    notes = Notes()
    head = [[part] for part in ["", *map(_heading, matrix.cells)]]
    rows = [[test, *_words(matrix, test, notes)] for test in matrix.tests]
    depth = max(len(cells[0]) for cells in head[1:])
    titles = [["", *((column[0] + [""] * depth)[level] for column in head[1:])] for level in range(depth)]
    widths = [max(len(row[column]) for row in titles + rows) for column in range(len(head))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in titles]
    lines += ["  ".join(_inked(part.ljust(width), color and number > 0)
                        for number, (part, width) in enumerate(zip(row, widths))).rstrip() for row in rows]
    if notes.reasons:
        lines += ["", *(f"[{number}] {reason}" for number, reason in enumerate(notes.reasons, 1))]
    return "\n".join(lines) + "\n"


def _heading(cell: Cell) -> list[str]:
    return [part for part in (cell.options.place, cell.kernel.rpartition("/")[2], cell.peer) if part]


def _words(matrix: Matrix, test: str, notes: Notes) -> list[str]:
    found = []
    for cell in matrix.cells:
        said, reason = word(matrix, (test, cell.name))
        number = notes.number(reason)
        found.append(f"{said} [{number}]" if number else said)
    return found


def _inked(padded: str, color: bool) -> str:
    if not color:
        return padded
    return f"\x1b[{_INKS.get(padded.partition(' [')[0].strip(), _FAILED_INK)}m{padded}\x1b[0m"


def record(matrix: Matrix) -> dict:
    """The matrix for programs: cells, and a list of results as in result.json, each with its cell's name."""
    cells = [{"name": cell.name, "place": cell.options.place, "kernel": cell.kernel, "peer": cell.peer,
              "folder": cell.folder} for cell in matrix.cells]
    results = [{"column": column, **result.as_dict()} for (_, column), result in sorted(matrix.results.items())]
    without = [{"column": column, "test": test, "reason": reason} for (test, column), reason in matrix.plan.without.items()]
    return {"tests": matrix.tests, "cells": cells, "results": results, "without": without,
            "missing": [list(key) for key in missing(matrix)]}


def missing(matrix: Matrix) -> list[Key]:
    """What should have been run and was not."""
    return [key for key in matrix.plan.cases if key not in matrix.results]


def page(matrix: Matrix, link: Callable[[Result], str]) -> str:
    """The matrix as an HTML page that needs no other file; link(result) is where its folder is, seen from the page."""
    from html import escape
    notes = Notes()
    heads = "".join(f"<th>{'<br>'.join(map(escape, _heading(cell)))}</th>" for cell in matrix.cells)
    rows = ["".join(_square(matrix, (test, cell.name), notes, link) for cell in matrix.cells) for test in matrix.tests]
    body = "\n".join(f'<tr><td class="test">{escape(test)}</td>{row}</tr>' for test, row in zip(matrix.tests, rows))
    reasons = "\n".join(f"<li>{escape(reason)}</li>" for reason in notes.reasons)
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>lab matrix</title>\n<style>\n{_STYLE}</style>'
            f"</head>\n<body>\n<table>\n<tr><th>test</th>{heads}</tr>\n{body}\n</table>\n<ol>\n{reasons}\n</ol>\n"
            "</body></html>\n")


def _square(matrix: Matrix, key: Key, notes: Notes, link: Callable[[Result], str]) -> str:
    from html import escape
    from urllib.parse import quote
    said, reason = word(matrix, key)
    number = notes.number(reason)
    kind = "none" if said == _NO_CELL else said.replace(" ", "-")
    shown = escape(said)
    result = matrix.results.get(key)
    if result and result.out:
        shown = f'<a href="{escape(quote(link(result)))}/">{shown}</a>'
    mark = f" <sup>{number}</sup>" if number else ""
    return f'<td class="{kind}" title="{escape(visible(reason))}">{shown}{mark}</td>'


def save(matrix: Matrix) -> None:
    """Write matrix.json, matrix.txt and matrix.html into the matrix's folder, each whole or not at all."""
    def link(result: Result) -> str:
        return os.path.relpath(result.out, matrix.folder)
    made = {"matrix.json": json.dumps(record(matrix), indent=1) + "\n", "matrix.txt": text(matrix),
            "matrix.html": page(matrix, link)}
    for name, content in made.items():
        once.replace(Path(matrix.folder) / name, content)
