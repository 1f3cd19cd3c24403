#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The house's limits on size: files and functions, in C and Python. Prints what exceeds them.

usage: lint-sizes.py [ROOT]
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from sources import matching, sources

C_FILE, C_HEADER, C_FUNCTION = 900, 200, 80
C_USUAL, C_SHARE, C_MEDIAN = 50, 0.9, 10  # that share of all functions is not longer, and half of those outside of tests
PYTHON_FILE, PYTHON_FUNCTION = 600, 80
PYTHON_USUAL, PYTHON_SHARE = 30, 0.9  # that share of all functions is not longer than this


def main(words: list[str]) -> int:
    """Check the tree; exit status 1 if something is too long."""
    root = Path(words[0]) if words else Path(__file__).resolve().parents[1]
    paths = sources(root)
    offenders = [*_python(root, matching(paths, ["*.py", "lab"])), *_c(root, matching(paths, ["*.[ch]"]))]
    for line in offenders:
        print(line)
    return 1 if offenders else 0


def _python(root: Path, paths: list[Path]) -> Iterator[str]:
    lengths = []
    for path in paths:
        text = (root / path).read_text()
        yield from _file(path, text, PYTHON_FILE)
        try:
            functions = list(python_functions(text))
        except SyntaxError as error:
            yield f"{path}:{error.lineno}: {error.msg}"
            continue
        for name, line, length in functions:
            lengths.append((length, f"{path}:{line}: {name}"))
            yield from _function(path, line, name, length, PYTHON_FUNCTION)
    usual = sum(length <= PYTHON_USUAL for length, _ in lengths)
    if usual < PYTHON_SHARE * len(lengths):
        yield (f"only {usual} of {len(lengths)} Python functions have {PYTHON_USUAL} lines or less; "
               f"the longest is {max(lengths)[1]}")


def _c(root: Path, paths: list[Path]) -> Iterator[str]:
    lengths, ours = [], []
    for path in paths:
        text = (root / path).read_text(errors="replace")
        test = path.parent.name == "tests"
        if not _is_made(text):
            yield from _file(path, text, C_HEADER if path.suffix == ".h" else C_FILE)
        for name, line, length in c_functions(text):
            lengths.append((length, f"{path}:{line}: {name}"))
            ours += [] if test else [length]
            yield from _function(path, line, name, length, C_FUNCTION)
    usual = sum(length <= C_USUAL for length, _ in lengths)
    if usual < C_SHARE * len(lengths):
        yield f"only {usual} of {len(lengths)} C functions have {C_USUAL} lines or less; the longest is {max(lengths)[1]}"
    if ours and median(ours) > C_MEDIAN:
        yield f"half of the C functions have more than {median(ours):g} lines; the limit is {C_MEDIAN}"


def _is_made(text: str) -> bool:
    """Whether a program made the file, of another that is looked at."""
    return any(line.startswith("/* Made by ") for line in text.splitlines()[:3])


def _file(path: Path, text: str, limit: int) -> Iterator[str]:
    length = text.count("\n")
    if length > limit:
        yield f"{path}: {length} lines; the limit is {limit}"


def _function(path: Path, line: int, name: str, length: int, limit: int) -> Iterator[str]:
    if length > limit:
        yield f"{path}:{line}: {name} has {length} lines; the limit is {limit}"


def python_functions(text: str) -> Iterator[tuple[str, int, int]]:
    """Name, first line and length in lines of each function, decorators not counted."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def c_functions(text: str) -> Iterator[tuple[str, int, int]]:
    """As python_functions(), of C in the kernel's style: a body's braces stand in the first column."""
    name, opened, heading = "", 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        called = re.search(r"(\w+)\s*\(", heading)
        if line == "{" and called:
            name, opened = called[1], number
        elif line.startswith("}") and opened:
            yield name, opened, number - opened + 1
            opened, heading = 0, ""
        elif not opened:
            heading = _heading(heading, line)


def _heading(before: str, line: str) -> str:
    if not line or line.startswith(("#", "/*", " *", "//", "}")) or line.rstrip().endswith((";", "*/")):
        return ""
    return f"{before} {line.strip()}".strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
