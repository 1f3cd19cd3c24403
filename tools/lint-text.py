#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What every text file of the tree must have: a licence that can be told, and clean line ends.

A file says its licence in an SPDX line among its first five, or .reuse/dep5 says it. Expected outputs
(*.console.txt, *.capture.txt, and those of variants) are as a host printed them, so their blanks stay.

usage: lint-text.py [ROOT]
"""

import fnmatch
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from sources import sources

GOLDENS = ("*.console.txt", "*.console.*.txt", "*.capture.txt", "*.capture.*.txt")
TOP_LINES = 5
C_COLUMNS, C_TAB = 120, 8


def main(words: list[str]) -> int:
    """Check the tree; exit status 1 if a file is not as it should be."""
    root = Path(words[0]) if words else Path(__file__).resolve().parents[1]
    covered = covered_patterns(root / ".reuse" / "dep5")
    offences = [line for path in sources(root) for line in check(root, path, covered)]
    for line in offences:
        print(line)
    return 1 if offences else 0


def covered_patterns(dep5: Path) -> list[str]:
    """The patterns of the Files fields; a * also takes slashes, as the format says."""
    if not dep5.is_file():
        return []
    fields = re.findall(r"^Files:((?:.*\n)(?:[ \t].*\n)*)", dep5.read_text(), re.MULTILINE)
    return [pattern for field in fields for pattern in field.split()]


def check(root: Path, path: Path, covered: list[str]) -> Iterator[str]:
    """One line for each thing that is wrong with a file."""
    content = (root / path).read_bytes()
    if b"\0" in content:
        return
    if not _licensed(path, content, covered):
        yield f"{path}: no SPDX line, and .reuse/dep5 does not cover it"
    if not any(fnmatch.fnmatch(path.name, golden) for golden in GOLDENS):
        yield from _line_ends(path, content)
    if path.suffix in (".c", ".h"):
        yield from _c_lines(path, content.decode(errors="replace"))


def _licensed(path: Path, content: bytes, covered: list[str]) -> bool:
    top = b"\n".join(content.split(b"\n", TOP_LINES)[:TOP_LINES])
    return b"SPDX-License-Identifier:" in top or any(fnmatch.fnmatch(str(path), one) for one in covered)


def _c_lines(path: Path, text: str) -> Iterator[str]:
    """The kernel's style: tabs, a comment's star after a blank, and a licence in the very first line."""
    if "SPDX-License-Identifier:" not in text.partition("\n")[0]:
        yield f"{path}:1: the SPDX line is the first one"
    for number, line in enumerate(text.split("\n"), 1):
        if len(line.expandtabs(C_TAB)) > C_COLUMNS:
            yield f"{path}:{number}: {len(line.expandtabs(C_TAB))} columns; the limit is {C_COLUMNS}"
        if re.match(r"\t* {8}| +[^ *]", line):
            yield f"{path}:{number}: indented by blanks instead of tabs"


def _line_ends(path: Path, content: bytes) -> Iterator[str]:
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.endswith(b"\r"):
            yield f"{path}:{number}: ends in a carriage return"
        elif line.endswith((b" ", b"\t")):
            yield f"{path}:{number}: blanks at the end of the line"
    if content and not content.endswith(b"\n"):
        yield f"{path}: the last line has no end"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
