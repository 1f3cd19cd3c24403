# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows a difference on a terminal: as a unified diff or side by side, in colour if asked.

What a console printed may hold anything; control characters are shown as escapes, so that a diff can
never drive the terminal it is read on.
"""

import re
from collections.abc import Iterator

from lab.compare import Difference, Opcode

RED, GREEN, CYAN, BOLD, REVERSE, RESET = (f"\x1b[{code}m" for code in ("31", "32", "36", "1", "7", "0"))

_TITLES = {
    "missing-golden": "no expected file",
    "blanks": "only blanks differ",
    "order": "the same lines in another order",
}

# C0 but the tab, DEL, C1, what ends a line or turns its direction in Unicode, and surrogates.
_UNSEEN = r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"

# Finding the words that differ costs the square of a line's length.
_TOO_LONG = 4000

# A line and, for each of its characters, whether it is to stand out.
Marked = tuple[str, list[bool]]


def unified(difference: Difference, name: str, color: bool = False, context: int = 3) -> str:
    """A unified diff of `name` with `context` lines around each change; ends with a newline.

    Lines that were replaced one for one have the words that differ stand out, if `color` is on. Where only
    blanks differ, those in changed lines are made visible.
    """
    rows = [_paint(f"--- expected {name}", BOLD, color),
            _paint(f"+++ actual {name}{_note(difference)}", BOLD, color)]
    for group in _groups(difference.opcodes(), context):
        rows.append(_paint(_hunk_header(group), CYAN, color))
        for opcode in group:
            rows += _unified_rows(difference, opcode, color)
    return "\n".join(rows) + "\n"


def side_by_side(difference: Difference, width: int = 80, color: bool = False, context: int = 3) -> str:
    """Expected on the left, actual on the right, in `width` columns (40 at least); ends with a newline.

    The mark between them is `|` for a changed line, `<` for one that is missing, `>` for a new one. Long
    lines are continued below, so that nothing is hidden.
    """
    half = (max(width, 40) - 3) // 2
    title = f"{'expected':<{half}}   {'actual' + _note(difference)}"
    rows = [_paint(title[:2 * half + 3].rstrip(), BOLD, color)]
    for group in _groups(difference.opcodes(), context):
        rows.append(_paint(_hunk_header(group)[:2 * half + 3], CYAN, color))
        for opcode in group:
            rows += _side_rows(difference, opcode, half, color)
    return "\n".join(rows) + "\n"


def visible(text: str, blanks: bool = False) -> str:
    """A line with its control characters and bytes that are not UTF-8 as escapes (`\\x1b`).

    A tab stays, unless `blanks` asks that blanks be seen too (tab as →, blank as ·).
    """
    text = re.sub(_UNSEEN, _escape, text)
    return text.replace(" ", "·").replace("\t", "→") if blanks else text


def _escape(match: re.Match) -> str:
    code = ord(match[0])
    if 0xdc80 <= code <= 0xdcff:
        code -= 0xdc00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _note(difference: Difference) -> str:
    title = _TITLES.get(difference.kind)
    return f"  ({title})" if title else ""


def _groups(steps: list[Opcode], context: int) -> Iterator[list[Opcode]]:
    """The steps with at most `context` equal lines at the ends of each group (a hunk)."""
    group: list[Opcode] = []
    for number, (tag, i, j, k, m) in enumerate(steps):
        if tag != "equal":
            group.append((tag, i, j, k, m))
            continue
        last = number == len(steps) - 1
        if group and (last or j - i > 2 * context):
            group.append((tag, i, min(j, i + context), k, min(m, k + context)))
            yield group
            group = []
        if last:
            return
        group.append((tag, i, j, k, m) if group else (tag, max(i, j - context), j, max(k, m - context), m))
    if group:
        yield group


def _hunk_header(group: list[Opcode]) -> str:
    first, last = group[0], group[-1]
    return f"@@ -{_span(first[1], last[2])} +{_span(first[3], last[4])} @@"


def _span(start: int, end: int) -> str:
    """A range of lines as POSIX diff -u writes it: an empty one is named by the line before it."""
    if end - start == 1:
        return f"{start + 1}"
    return f"{start + 1 if end > start else start},{end - start}"


def _unified_rows(difference: Difference, opcode: Opcode, color: bool) -> list[str]:
    tag, i, j, k, m = opcode
    if tag == "equal":
        return [" " + visible(text) for text in difference.expected[i:j]]
    old, new = _marked(difference, opcode, columns=False)
    return ([_row("-" + text, [False] + marks, RED, color) for text, marks in old]
            + [_row("+" + text, [False] + marks, GREEN, color) for text, marks in new])


def _side_rows(difference: Difference, opcode: Opcode, half: int, color: bool) -> list[str]:
    tag, i, j, k, m = opcode
    if tag == "equal":
        pairs = [(_unmarked(text), _unmarked(text), " ") for text in difference.expected[i:j]]
    else:
        pairs = list(_pairs(*_marked(difference, opcode, columns=True)))
    rows = []
    for left, right, mark in pairs:
        ink = ("", "") if mark == " " else (RED, GREEN)
        lefts, rights = _wrap(left, half), _wrap(right, half)
        for number in range(max(len(lefts), len(rights))):
            rows.append(_side_row(_nth(lefts, number), _nth(rights, number), mark, half, ink, color))
    return rows


def _side_row(left: Marked, right: Marked, mark: str, half: int, ink: tuple[str, str], color: bool) -> str:
    blanks = " " * (half - len(left[0]))
    row = f"{_row(*left, ink[0], color)}{blanks} {mark} {_row(*right, ink[1], color)}"
    return row.rstrip() if not color else row


def _pairs(old: list[Marked], new: list[Marked]) -> Iterator[tuple[Marked, Marked, str]]:
    nothing: Marked = ("", [])
    for number in range(max(len(old), len(new))):
        mark = "<" if number >= len(new) else ">" if number >= len(old) else "|"
        yield _nth(old, number, nothing), _nth(new, number, nothing), mark


def _nth(items: list[Marked], number: int, default: Marked = ("", [])) -> Marked:
    return items[number] if number < len(items) else default


def _wrap(line: Marked, width: int) -> list[Marked]:
    text, marks = line
    return [(text[at:at + width], marks[at:at + width]) for at in range(0, max(len(text), 1), width)]


def _unmarked(text: str) -> Marked:
    text = visible(text).expandtabs()
    return text, [False] * len(text)


def _marked(difference: Difference, opcode: Opcode, columns: bool) -> tuple[list[Marked], list[Marked]]:
    """The lines of one change, with the words that differ marked where two lines face each other.

    With `columns` tabs are expanded, so that a character is a column.
    """
    _, i, j, k, m = opcode
    blanks = difference.kind == "blanks"
    old = [visible(text, blanks) for text in difference.expected[i:j]]
    new = [visible(text, blanks) for text in difference.actual[k:m]]
    if columns:
        old, new = [text.expandtabs() for text in old], [text.expandtabs() for text in new]
    facing = [_mark_words(one, other) for one, other in zip(old, new)]
    lefts = [left for left, _ in facing] + [(text, [False] * len(text)) for text in old[len(facing):]]
    rights = [right for _, right in facing] + [(text, [False] * len(text)) for text in new[len(facing):]]
    return lefts, rights


def _mark_words(old: str, new: str) -> tuple[Marked, Marked]:
    """Two lines with the words marked that only one of them has; none, if they have little in common."""
    from difflib import SequenceMatcher
    if len(old) + len(new) > _TOO_LONG:
        return (old, [False] * len(old)), (new, [False] * len(new))
    words = re.compile(r"\w+|\s+|.")
    left, right = words.findall(old), words.findall(new)
    matcher = SequenceMatcher(None, left, right, False)
    alike = matcher.ratio() >= 0.4
    old_marks, new_marks = [], []
    for tag, i, j, k, m in matcher.get_opcodes():
        mark = alike and tag != "equal"
        old_marks += [mark] * sum(map(len, left[i:j]))
        new_marks += [mark] * sum(map(len, right[k:m]))
    return (old, old_marks), (new, new_marks)


def _row(text: str, marks: list[bool], ink: str, color: bool) -> str:
    """The text in colour, with what is marked in reverse."""
    if not color or not ink or not text:
        return text
    parts, on = [ink], False
    for letter, mark in zip(text, marks):
        if mark != on:
            parts.append(REVERSE if mark else RESET + ink)
            on = mark
        parts.append(letter)
    return "".join(parts) + RESET


def _paint(text: str, ink: str, color: bool) -> str:
    return f"{ink}{visible(text)}{RESET}" if color else visible(text)
