#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bench-guest: how long tests in guests take; medians, as a table and in build/bench/guest.json.

uml-first    netkey/ikev2-psk in a new UML guest in virtual time, from command to verdict
uml-day      netkey/ikev2-day, 24 hours of a tunnel in virtual time, likewise
uml-suite    all good tests of testing/pluto and testing/netkey in UML guests, as many at once as there are processors
qemu-first   pluto/ikev2-psk in a QEMU guest that is booted (--no-snapshot), from command to verdict
qemu-next    the same in a guest restored from a snapshot
bisect-10    lab bisect over ten packaged kernels that are fetched already; with the snapshots of earlier runs

The peer of the first and of qemu-first and qemu-next is pluto/ikev2-psk in namespaces; of uml-day, the day; of uml-suite,
the sum of its tests' own times. Kernels and peers are fetched and built before anything is measured.
"""

import json
import sys
from pathlib import Path

from measure import LAB, main, row, run

QEMU_KERNEL = "6.12-cloud"
DAY = 86400.0
NAMES = ("uml-first", "uml-day", "uml-suite", "qemu-first", "qemu-next", "bisect-10")


class Bench:
    """Measurements that leave what they must in a folder."""

    def __init__(self, folder: Path, runs: int) -> None:
        self.folder, self.runs = folder, runs

    def once(self, test: str, *words: str) -> float:
        """Seconds of one test from command to verdict."""
        return run(LAB, "run-one", test, *words, "--out", str(self.folder / "out"))[0]

    def pairs(self, test: str, *words: str) -> tuple[list[float], list[float]]:
        """Seconds of a test in a guest and of pluto/ikev2-psk in namespaces, run in turn."""
        both = [(self.once(test, *words), self.once("pluto/ikev2-psk")) for _ in range(self.runs)]
        return [pair[0] for pair in both], [pair[1] for pair in both]

    def uml_first(self) -> dict:
        """See the file's head."""
        self.once("netkey/ikev2-psk", "--place", "uml")
        ours, theirs = self.pairs("netkey/ikev2-psk", "--place", "uml")
        return row("uml-first", ours, "s", "pluto/ikev2-psk in namespaces", theirs)

    def uml_day(self) -> dict:
        """See the file's head."""
        times = [self.once("netkey/ikev2-day", "--place", "uml") for _ in range(max(1, self.runs // 3))]
        return row("uml-day", times, "s", "the day itself", [DAY])

    def uml_suite(self) -> dict:
        """See the file's head."""
        seconds, text = run(LAB, "run", "pluto", "netkey", "--place", "uml", "--json", "--out", str(self.folder / "suite"))
        results = json.loads(text)
        name = f"its {len(results)} tests one after the other"
        return row("uml-suite", [seconds], "s", name, [sum(result["seconds"] for result in results)])

    def qemu_first(self) -> dict:
        """See the file's head."""
        words = ("--place", "qemu", "--kernel", QEMU_KERNEL, "--no-snapshot")
        self.once("pluto/ikev2-psk", *words)
        ours, theirs = self.pairs("pluto/ikev2-psk", *words)
        return row("qemu-first", ours, "s", "the same in namespaces", theirs)

    def qemu_next(self) -> dict:
        """See the file's head."""
        words = ("--place", "qemu", "--kernel", QEMU_KERNEL)
        self.once("pluto/ikev2-psk", *words)
        ours, theirs = self.pairs("pluto/ikev2-psk", *words)
        return row("qemu-next", ours, "s", "the same in namespaces", theirs)

    def bisect_10(self) -> dict:
        """See the file's head."""
        kernels = json.loads(run(LAB, "kernels", "list", "--json")[1])
        cloud = [kernel["name"] for kernel in kernels if kernel["name"].endswith("-cloud")]
        border = next(index for index, name in enumerate(cloud) if name.startswith("6.12"))
        ten = cloud[border - 5:border + 5]
        run(LAB, "kernels", "get", *ten)
        seconds, _ = run(LAB, "bisect", "netkey/xfrm-counters", "--place", "qemu", "--good", ten[0], "--bad", ten[-1],
                         "--on", "console", "--flavour", "cloud", "--out", str(self.folder / "bisect"))
        return row("bisect-10", [seconds], "s")


def measure(names: list[str], runs: int, folder: Path) -> list[dict]:
    """A row for each name, in their order."""
    bench = Bench(folder, runs)
    rows = []
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows.append(getattr(bench, name.replace("-", "_"))())
    return rows


if __name__ == "__main__":
    sys.exit(main("guest", __doc__, measure, 9, NAMES))
