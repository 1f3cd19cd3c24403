# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares an expected (golden) text with what a run gave, line by line.

The comparison is exact but for two things: a missing newline at the very end does not count, and where
lines match a pattern declared unordered, their order in one run of such lines does not count.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lab.errors import UsageError

# Above this many differing lines the exact search for the shortest diff would take seconds.
_LONG = 2000

Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs; every kind of it is a failure.

    `kind` is "missing-golden" (there was nothing to compare with), "blanks" (only blanks, tabs and empty
    lines differ), "order" (the same lines, in another order) or "lines". `expected` and `actual` are the
    lines to show: whole texts, the actual one with its unordered lines in the expected order as far as
    they have one. `removed` and `added` count the lines found on one side alone.
    """

    kind: str
    expected: list[str]
    actual: list[str]
    removed: int
    added: int

    def opcodes(self) -> list[Opcode]:
        """The steps from expected to actual, as difflib.SequenceMatcher.get_opcodes gives them."""
        return opcodes(self.expected, self.actual)


def compare(expected: str | None, actual: str, unordered: Sequence[str] = ()) -> Difference | None:
    """The difference between two texts, or None if they are the same.

    `expected` is None where there is no golden file. Each of `unordered` is a regular expression, searched
    for in whole lines: in each maximal run of consecutive lines that match any of them, the order is free
    (of all lines in that run, not just of those that match the same pattern). A line that matches none
    ends the run, so nothing can move across it, and no line may be missing or come twice.

    Raises UsageError for a bad regular expression.
    """
    free = _compile(unordered)
    new = lines(actual)
    if expected is None:
        return Difference("missing-golden", [], new, 0, len(new))
    old = lines(expected)
    if old == new:
        return None
    if free:
        new = _as_ordered(old, new, free)
        if old == new:
            return None
    return _difference(old, new)


def lines(text: str) -> list[str]:
    """The lines of a text without their newlines; only a newline ends a line."""
    result = text.split("\n")
    if not result[-1]:
        result.pop()
    return result


def _compile(patterns: Iterable[str]) -> list[re.Pattern]:
    result = []
    for pattern in patterns:
        try:
            result.append(re.compile(pattern))
        except re.error as error:
            raise UsageError(f"unordered: bad regular expression '{pattern}': {error}") from None
    return result


def _difference(old: list[str], new: list[str]) -> Difference:
    changes = [op for op in opcodes(old, new) if op[0] != "equal"]
    removed = sum(op[2] - op[1] for op in changes)
    added = sum(op[4] - op[3] for op in changes)
    return Difference(_kind(old, new), old, new, removed, added)


def _kind(old: list[str], new: list[str]) -> str:
    if _without_blanks(old) == _without_blanks(new):
        return "blanks"
    return "order" if Counter(old) == Counter(new) else "lines"


def _without_blanks(texts: list[str]) -> list[str]:
    """Lines with each stretch of blanks as one, none at the ends, and no empty lines."""
    return [words for words in (" ".join(text.split()) for text in texts) if words]


def _runs(texts: list[str], free: list[re.Pattern]) -> list[tuple[int, int]]:
    """Where the maximal runs of lines that match one of the patterns begin and end."""
    result: list[tuple[int, int]] = []
    for number, text in enumerate(texts):
        if any(pattern.search(text) for pattern in free):
            if result and result[-1][1] == number:
                result[-1] = (result[-1][0], number + 1)
            else:
                result.append((number, number + 1))
    return result


def _as_ordered(old: list[str], new: list[str], free: list[re.Pattern]) -> list[str]:
    """`new` with the lines of each run in the order that they have in `old`.

    A run that holds the same lines as one in `old` takes that one's order; any other is brought into the
    order in which `old` first has its lines, so that a diff shows just what is really missing or new.
    """
    result = list(new)
    waiting = [old[start:end] for start, end in _runs(old, free)]
    first: dict[str, int] = {}
    for number, text in enumerate(old):
        first.setdefault(text, number)
    for start, end in _runs(new, free):
        run = new[start:end]
        twin = next((k for k, other in enumerate(waiting) if Counter(other) == Counter(run)), None)
        if twin is None:
            result[start:end] = sorted(run, key=lambda text: first.get(text, len(old)))
        else:
            result[start:end] = waiting[twin]
            del waiting[:twin + 1]
    return result


def opcodes(old: list[str], new: list[str]) -> list[Opcode]:
    """The steps from `old` to `new`; equal lines at both ends are set aside first, as they cost nothing."""
    from difflib import SequenceMatcher
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle_old = old[start:len(old) - end]
    middle_new = new[start:len(new) - end]
    matcher = SequenceMatcher(None, middle_old, middle_new, len(middle_old) + len(middle_new) > _LONG)
    result: list[Opcode] = [("equal", 0, start, 0, start)] if start else []
    result += [(tag, i + start, j + start, k + start, m + start) for tag, i, j, k, m in matcher.get_opcodes()]
    if end:
        result.append(("equal", len(old) - end, len(old), len(new) - end, len(new)))
    return result


def _common(one: list[str], other: list[str]) -> int:
    """How many lines at the beginning are the same."""
    count = 0
    for left, right in zip(one, other):
        if left != right:
            break
        count += 1
    return count
