# SPDX-License-Identifier: GPL-2.0-or-later
"""The search of `lab bisect`: every place of the change, with things that cannot be told and things that change their mind."""

import itertools
import math

import pytest

from lab.bisect.search import BAD, GOOD, SKIP, EndError, Found, search


class _Kernels:
    """Stands in for runs: bad from `change` on, but for what cannot be told, or looks good once."""

    def __init__(self, change, skipped=(), deceptive=()):
        self.change, self.skipped, self.deceptive = change, set(skipped), set(deceptive)
        self.asked = []

    def __call__(self, number, sure):
        self.asked.append((number, sure))
        if number in self.skipped:
            return SKIP
        if number in self.deceptive:
            return SKIP if sure else GOOD
        return BAD if number >= self.change else GOOD


def _places(longest=12):
    return [(count, change) for count in range(2, longest + 1) for change in range(1, count)]


@pytest.mark.parametrize(("count", "change"), _places())
def test_the_change_is_found_wherever_it_is(count, change):
    kernels = _Kernels(change)
    assert search(count, kernels) == Found(change - 1, change, ())
    opinions = {number for number, _ in kernels.asked} - {0, count - 1}
    assert len(opinions) <= math.ceil(math.log2(count))
    assert (change - 1, True) in kernels.asked


def test_with_any_two_that_cannot_be_told_the_change_is_between_the_nearest_that_can():
    for count, change in _places(9):
        for skipped in itertools.combinations(range(1, count - 1), 2):
            good = max(number for number in range(change) if number not in skipped)
            bad = min(number for number in range(change, count) if number not in skipped)
            assert search(count, _Kernels(change, skipped)) == Found(good, bad, tuple(range(good + 1, bad)))


def test_one_that_looked_good_once_is_passed_over_when_it_must_be_sure():
    for count, change in _places(9):
        for deceptive in itertools.chain.from_iterable(itertools.combinations(range(1, count - 1), size) for size in (1, 2)):
            found = search(count, _Kernels(change, deceptive=deceptive))
            assert found.good < change <= found.bad
            assert found.good not in deceptive and set(found.skipped) <= set(deceptive)


def test_one_that_looked_good_does_not_hide_the_change_before_it():
    assert search(8, _Kernels(3, deceptive=[4])) == Found(2, 3, ())


def test_neighbours_of_one_that_cannot_be_told_are_tried_next():
    kernels = _Kernels(6, skipped=[5])
    search(11, kernels)
    assert [number for number, _ in kernels.asked[2:4]] == [5, 4]


@pytest.mark.parametrize(("kernels", "number", "found"), [
    (_Kernels(0), 0, BAD), (_Kernels(5), 4, GOOD), (_Kernels(3, [0]), 0, SKIP), (_Kernels(3, [4]), 4, SKIP),
])
def test_ends_that_are_not_what_they_should_be(kernels, number, found):
    with pytest.raises(EndError) as error:
        search(5, kernels)
    assert (error.value.number, error.value.found) == (number, found)


def test_nothing_is_asked_twice_in_the_same_way():
    for count, change in _places(9):
        kernels = _Kernels(change, skipped=[change + 1], deceptive=[change - 2])
        if 0 < change - 2 and change + 1 < count - 1:
            search(count, kernels)
            assert len(kernels.asked) == len(set(kernels.asked))
