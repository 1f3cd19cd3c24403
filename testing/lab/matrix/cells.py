# SPDX-License-Identifier: GPL-2.0-or-later
"""The cells of a matrix: each place with each kernel that runs there, with each peer."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lab.errors import UsageError
from lab.runone import Options


@dataclass(frozen=True)
class Cell:
    """A column of the matrix. peer: put in place of the tests' own where they can have it; empty for their own."""

    options: Options
    peer: str = ""

    @property
    def name(self) -> str:
        """Place, kernel and peer, as far as they are given: uml/uml-6.12/strongswan-netkey."""
        return "/".join(filter(None, (self.options.place, self.kernel, self.peer)))

    @property
    def kernel(self) -> str:
        """The guest's kernel, and those of hosts that have one of their own; empty in namespaces."""
        own = [f"{host}={kernel}" for host, kernel in (self.options.kernels or {}).items()]
        return ",".join(filter(None, [self.options.kernel, *own]))

    @property
    def folder(self) -> str:
        """Its name as that of a folder."""
        return re.sub(r"[^\w.-]+", "+", self.name)


def words(lists: Iterable[str]) -> list[str]:
    """What options give that may be repeated and may hold several words each, with commas; each word once.

    Kernels of single hosts (east=A,west=B) are one word together.
    """
    parts = [[text] if "=" in text else text.split(",") for text in lists]
    return list(dict.fromkeys(word for part in parts for word in part if word))


def make(places: list[str], kernels: list[str], peers: list[str], choose: Callable[[str, str], Options]) -> list[Cell]:
    """All combinations that there can be, each once.

    choose(place, kernel) makes the options, with an empty kernel for the place's usual one; its UsageError means that
    they do not go together. A kernel that goes with none of the places is a UsageError here too.
    """
    guests = [place for place in places if place != "ns"]
    if kernels and not guests:
        raise UsageError(f"--kernel {kernels[0]}: namespaces have this machine's kernel; say --place uml or --place qemu too")
    chosen: dict[str, list[Options]] = {place: [] for place in places}
    for kernel in kernels:
        for place, options in _fitting(kernel, guests, choose):
            chosen[place].append(options)
    for place in places:
        if place == "ns" or not kernels:
            chosen[place].append(choose(place, ""))
    cells = [Cell(options, peer) for place in places for options in chosen[place] for peer in peers or [""]]
    return [cell for number, cell in enumerate(cells) if cell not in cells[:number]]


def _fitting(kernel: str, places: list[str], choose: Callable[[str, str], Options]) -> list[tuple[str, Options]]:
    found, errors = [], []
    for place in places:
        try:
            found.append((place, choose(place, kernel)))
        except UsageError as error:
            errors.append(error)
    if not found:
        raise errors[0]
    return found
