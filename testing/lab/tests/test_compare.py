# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the comparison: that it fails when it should is the point of most."""

import random

import pytest

from lab.compare import compare, lines, opcodes
from lab.errors import UsageError

GOLDEN = "west #\n ping\nok\nwest #\n"


def kind(expected, actual, unordered=()):
    difference = compare(expected, actual, unordered)
    return difference and difference.kind


def test_equal_texts_do_not_differ():
    assert compare(GOLDEN, GOLDEN) is None
    assert compare("", "") is None


def test_the_last_newline_does_not_count():
    assert compare("a\nb", "a\nb\n") is None
    assert kind("a\nb\n", "a\nb\n\n") == "blanks"


@pytest.mark.parametrize("actual, removed, added", [
    (GOLDEN.replace("ok", "no"), 1, 1),
    (GOLDEN.replace("ok\n", ""), 1, 0),
    (GOLDEN.replace("ok\n", "ok\nok\n"), 0, 1),
    (GOLDEN.replace("ok", "OK"), 1, 1),
    ("", 4, 0),
])
def test_any_other_line_is_found_and_counted(actual, removed, added):
    difference = compare(GOLDEN, actual)
    assert (difference.kind, difference.removed, difference.added) == ("lines", removed, added)


def test_each_mutation_of_a_line_is_found():
    chance = random.Random(1)
    for _ in range(200):
        at = chance.randrange(len(GOLDEN))
        changed = GOLDEN[:at] + chr(chance.randrange(33, 127)) + GOLDEN[at + 1:]
        assert (compare(GOLDEN, changed) is None) == (lines(GOLDEN) == lines(changed))


@pytest.mark.parametrize("actual", [
    "west #\n  ping\nok\nwest #\n", "west #\n ping\nok \nwest #\n", "west #\n ping\n\nok\nwest #\n",
    "west #\n\tping\nok\nwest #\n",
])
def test_blanks_are_a_failure_of_their_own(actual):
    assert kind(GOLDEN, actual) == "blanks"
    assert kind(actual, GOLDEN) == "blanks"


def test_a_blank_within_a_word_is_no_matter_of_blanks():
    assert kind("ab\n", "a b\n") == "lines"


def test_only_newlines_end_lines():
    assert lines("a\x0bb\u2028c\rd\n") == ["a\x0bb\u2028c\rd"]


def test_a_missing_golden():
    difference = compare(None, GOLDEN)
    assert (difference.kind, difference.removed, difference.added) == ("missing-golden", 0, 4)
    assert compare(None, "").kind == "missing-golden"


def test_the_same_lines_in_another_order():
    assert kind("a\nb\nc\n", "b\na\nc\n") == "order"


def test_unordered_lines_may_change_places():
    assert kind("x\nA1\nA2\ny\n", "x\nA2\nA1\ny\n", ["^A"]) is None


def test_two_patterns_make_one_run():
    assert kind("A1\nB1\nA2\nB2\n", "B1\nB2\nA1\nA2\n", ["^A", "^B"]) is None
    assert kind("A1\nB1\nA2\nB2\n", "B1\nB2\nA1\nA2\n", ["^A"]) == "order"


@pytest.mark.parametrize("actual", [
    "x\nA1\ny\nA2\n",            # across a line that is ordered
    "A1\nx\nA2\ny\n",
])
def test_unordered_lines_do_not_leave_their_run(actual):
    assert kind("x\nA1\nA2\ny\n", actual, ["^A"]) == "order"


@pytest.mark.parametrize("actual, removed, added", [
    ("x\nA2\ny\n", 1, 0),           # one is missing
    ("x\nA2\nA1\nA1\ny\n", 0, 1),   # one comes twice
    ("x\nA2\nA3\ny\n", 1, 1),       # one is another
])
def test_unordered_lines_are_still_counted(actual, removed, added):
    difference = compare("x\nA1\nA2\ny\n", actual, ["^A"])
    assert (difference.kind, difference.removed, difference.added) == ("lines", removed, added)


def test_a_diff_shows_no_order_that_does_not_count():
    difference = compare("A1\nA2\nx\nA2\nA1\ny\n", "A2\nA1\nx\nA1\nA2\nz\n", ["^A"])
    assert (difference.removed, difference.added) == (1, 1)
    assert difference.actual == ["A1", "A2", "x", "A2", "A1", "z"]


def test_unordered_agrees_with_sorting_the_runs():
    """The oracle: sort each run of lines that begin with A, then compare exactly."""
    def canonical(text):
        result = []
        for line in text:
            if line.startswith("A") and result and isinstance(result[-1], list):
                result[-1] = sorted(result[-1] + [line])
            else:
                result.append([line] if line.startswith("A") else line)
        return result
    chance = random.Random(2)
    same = 0
    for _ in range(2000):
        old = [chance.choice(["A1", "A2", "A3", "x"]) for _ in range(6)]
        new = chance.sample(old, 6) if chance.random() < 0.8 else old[:5] + ["A1"]
        verdict = compare("\n".join(old), "\n".join(new), ["^A"]) is None
        assert verdict == (canonical(old) == canonical(new)), (old, new)
        same += verdict
    assert 100 < same < 1900


def test_a_bad_pattern_is_one_clear_line():
    with pytest.raises(UsageError, match=r"bad regular expression '\(a'"):
        compare("a", "b", ["ok", "(a"])
    with pytest.raises(UsageError):
        compare("same", "same", ["("])


def test_opcodes_lead_from_one_to_the_other():
    chance = random.Random(3)
    for _ in range(300):
        old = [chance.choice("abc") for _ in range(chance.randrange(12))]
        new = [chance.choice("abc") for _ in range(chance.randrange(12))]
        built, at = [], 0
        for tag, i, j, k, m in opcodes(old, new):
            assert i == at
            at = j
            built += old[i:j] if tag == "equal" else new[k:m]
        assert (built, at) == (new, len(old))


def test_a_long_console_takes_no_seconds():
    import time
    old = [f"line {number % 50}" for number in range(20000)]
    new = old[:10000] + ["new"] + old[10000:]
    start = time.process_time()
    assert compare("\n".join(old), "\n".join(new)).added == 1
    assert time.process_time() - start < 1.0
