# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the diffs shown: applied to what was expected, a unified one must give what came."""

import random
import re

import pytest

from lab.compare import compare
from lab.diffshow import GREEN, RED, RESET, REVERSE, side_by_side, unified, visible

OLD = "".join(f"line {number}\n" for number in range(1, 31))
NEW = OLD.replace("line 5\n", "line five\n").replace("line 20\n", "").replace("line 28\n", "line 28\nmore\n")


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_unified_diff_leads_from_expected_to_actual():
    chance = random.Random(4)
    for _ in range(200):
        old = [chance.choice("abcd") for _ in range(chance.randrange(20))]
        new = [line for line in old if chance.random() < 0.8] + ["end"]
        context = chance.randrange(4)
        ours = unified(compare("\n".join(old), "\n".join(new)), "x", context=context).split("\n")[2:-1]
        assert _applied(old, ours) == new


def _applied(old, rows):
    """`old` after the hunks in `rows`, checking each line that they say it has."""
    result, at = [], 0
    for row in rows:
        match = re.fullmatch(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", row)
        if match:
            start = int(match[1]) - (match[2] != "0")
            result += old[at:start]
            at = start
            assert len(result) == int(match[3]) - (match[4] != "0")
        elif row[0] == "+":
            result.append(row[1:])
        else:
            assert old[at] == row[1:]
            at += 1
            result += [row[1:]] if row[0] == " " else []
    return result + old[at:]


def test_unified_text():
    text = unified(compare("a\nb\nc\n", "a\nB\nc\n"), "west.console.txt")
    assert text == ("--- expected west.console.txt\n+++ actual west.console.txt\n"
                    "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n")


def test_colour_only_if_asked_and_the_text_stays():
    difference = compare(OLD, NEW)
    for show in (lambda color: unified(difference, "x", color),
                 lambda color: side_by_side(difference, 80, color)):
        assert "\x1b" not in show(False)
        assert "\x1b" in show(True)
        rows = [row.rstrip() for row in plain(show(True)).split("\n")]
        assert rows == [row.rstrip() for row in show(False).split("\n")]


def test_the_words_that_differ_stand_out():
    text = unified(compare("3 packets, 0% loss\n", "3 packets, 66% loss\n"), "x", color=True)
    assert f"{RED}-3 packets, {REVERSE}0{RESET}{RED}% loss{RESET}" in text
    assert f"{GREEN}+3 packets, {REVERSE}66{RESET}{GREEN}% loss{RESET}" in text


def test_lines_with_little_in_common_have_no_words_marked():
    assert REVERSE not in unified(compare("abc def\n", "x/y/z\n"), "x", color=True)


def test_blanks_are_visible_where_only_they_differ():
    text = unified(compare("a b\nc\n", "a\tb \nc\n"), "x")
    assert "-a·b\n+a→b·\n" in text
    assert "(only blanks differ)" in text
    assert "·" not in unified(compare("a b\n", "a c\n"), "x")


@pytest.mark.parametrize("old, new, note", [
    (None, "a\n", "(no expected file)"), ("a\nb\n", "b\na\n", "(the same lines in another order)"),
])
def test_the_kind_is_told(old, new, note):
    assert note in unified(compare(old, new), "x")
    assert note in side_by_side(compare(old, new), 100)


def test_nothing_drives_the_terminal():
    nasty = b"\x1b[2J\x07\x9b1m\xff\r\x7f".decode("utf-8", "surrogateescape") + "\u202e\x85"
    for text in (unified(compare("a\n", nasty + "\n"), nasty),
                 side_by_side(compare("a\n", nasty + "\n"), 80)):
        assert all(letter == "\n" or letter.isprintable() for letter in text)
        text.encode("utf-8")
    assert visible(nasty) == "\\x1b[2J\\x07\\x9b1m\\xff\\x0d\\x7f\\u202e\\x85"


def _columns(text, width):
    """The two columns of a side-by-side diff below its header, as joined texts, and the marks."""
    half = (width - 3) // 2
    rows = [row.ljust(width) for row in text.split("\n")[1:-1] if not row.startswith("@@")]
    return ([row[:half].rstrip() for row in rows], [row[half + 1] for row in rows],
            [row[half + 3:].rstrip() for row in rows])


@pytest.mark.parametrize("width", [80, 81, 132, 40])
def test_side_by_side_fits_and_hides_nothing(width):
    long = "word " * 40 + "end"
    difference = compare(f"same\n{long}\nold\n", f"same\n{long.replace('end', 'END')}\n")
    text = side_by_side(difference, width)
    assert max(map(len, text.split("\n"))) <= width
    left, marks, right = _columns(text, width)
    assert re.sub(r"\s", "", "".join(left)) == re.sub(r"\s", "", f"same{long}old")
    assert re.sub(r"\s", "", "".join(right)) == re.sub(r"\s", "", f"same{long}".replace("end", "END"))
    assert set(marks) == {" ", "|", "<"}


def test_side_by_side_marks():
    left, marks, right = _columns(side_by_side(compare(OLD, NEW), 80), 80)
    rows = list(zip(left, marks, right))
    assert ("line 5", "|", "line five") in rows
    assert ("line 20", "<", "") in rows
    assert ("", ">", "more") in rows
    assert ("line 6", " ", "line 6") in rows
    assert not any(row[0] == "line 12" for row in rows)


def test_tabs_keep_the_columns():
    text = side_by_side(compare("\ta\n", "\tb\n"), 80)
    assert "\t" not in text
    assert text.split("\n")[2] == " " * 8 + "a" + " " * 29 + " | " + " " * 8 + "b"
