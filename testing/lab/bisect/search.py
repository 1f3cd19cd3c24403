# SPDX-License-Identifier: GPL-2.0-or-later
"""Binary search for the first of several things in order that is bad, where some cannot be told and some change their mind."""

from collections.abc import Callable
from dataclasses import dataclass

GOOD, BAD, SKIP = "good", "bad", "skip"

# judge(number, sure): whether that one is good, bad or cannot be told. Not sure: one opinion, of which only a bad one
# was confirmed; sure: any was. It may be asked for the same number again.
Judge = Callable[[int, bool], str]


@dataclass(frozen=True)
class Found:
    """Where it changed: the last good one, the first bad one, and those between them that cannot be told."""

    good: int
    bad: int
    skipped: tuple[int, ...]


class EndError(Exception):
    """One of the two ends is not what it should be; number, and what it is instead."""

    def __init__(self, number: int, found: str) -> None:
        super().__init__(f"number {number} is {found}")
        self.number, self.found = number, found


def search(count: int, judge: Judge) -> Found:
    """Find the change among `count` things, of which the first must be good and the last bad: EndError if not.

    Takes about log2(count) opinions. Where the one in the middle cannot be told, the nearest to it that was not asked
    yet is next, as git bisect skip has it. The two that the change lies between are confirmed before they are returned.
    """
    for number, wanted in ((0, GOOD), (count - 1, BAD)):
        if (found := judge(number, True)) != wanted:
            raise EndError(number, found)
    return _Search(count, judge).run()


class _Search:
    def __init__(self, count: int, judge: Judge) -> None:
        self._judge = judge
        self._told = {0: GOOD, count - 1: BAD}
        self._sure = {0}
        self._bad = count - 1

    def run(self) -> Found:
        while True:
            good = max(number for number, found in self._told.items() if found == GOOD and number < self._bad)
            if (number := self._next(good)) is not None:
                self._ask(number, False)
            elif good not in self._sure:  # the one that decides: a test that fails now and then looked good there
                self._ask(good, True)
            else:
                return Found(good, self._bad, tuple(range(good + 1, self._bad)))

    def _next(self, good: int) -> int | None:
        middle = (good + self._bad) / 2
        left = [number for number in range(good + 1, self._bad) if number not in self._told]
        return min(left, key=lambda number: (abs(number - middle), number), default=None)

    def _ask(self, number: int, sure: bool) -> None:
        self._told[number] = found = self._judge(number, sure)
        if sure:
            self._sure.add(number)
        if found == BAD and number < self._bad:
            self._bad = number
