#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bench-module: KLIPS as a kernel module against the kernel's own IPsec; medians, as a table and in build/bench/module.json.

tcp-1        TCP with one flow through a tunnel with AES-128-GCM, between two network namespaces of a guest
tcp-n        the same with as many flows as the guest has processors, at least two, each by SAs of its own
pps-64       UDP in IP packets of 64 octets: those that arrive
cpu-per-gb   processor time for 10^9 octets of tcp-1, of all that runs in the guest, as this machine counts it: less is better
latency      round trip of a UDP packet: less is better
lookup-1e5   pps-64 with 10 eroutes besides, for one among 1e5: how many times longer a packet takes, at most

MODULE_KERNEL names the guest's kernel, as 'lab kernels list' does (6.12). The stacks carry the same in turn, in one guest and
in each run, so that a machine that slows down slows both. In a UML guest the clock is the real one and there is one processor;
cryptography is what the guest's kernel has, the same for both.
"""

import os
import sys
from pathlib import Path

from measure import ROOT, main, rounds, row

sys.path.insert(0, str(ROOT / "testing/module"))

from guest import Guest  # noqa: E402 - after its path is known
from hosts import cpu, processes  # noqa: E402

KERNEL = "6.12"
TUNNEL = "/testing/module/tunnel.sh"
ENCRYPTION = "aes128-gcm-16"
STACKS = ("xfrm", "klips")
MILLISECONDS = 3000  # of each measurement; traffic.c adds what TCP needs to find its speed
LIMIT = 600  # seconds for a line in the guest
UNITS = {"tcp-1": "Mb/s", "tcp-n": "Mb/s", "pps-64": "kpkt/s", "cpu-per-gb": "s/GB", "latency": "us", "lookup-1e5": "kpkt/s"}
PEER = {"lookup-1e5": "among 1e5"}
FEW, MANY = 10, 100000


class Bench:
    """Measurements in one guest: each adds to `values`, by stack and name."""

    def __init__(self, guest: Guest, names: set[str]) -> None:
        self.guest, self.names = guest, names
        self.values: dict[tuple[str, str], list[float]] = {}
        self.flows = max(2, int(guest.at("nproc", quiet=True)))

    def once(self) -> None:
        """Each stack in turn."""
        for stack in STACKS:
            if self.names - {"lookup-1e5"}:
                self.guest.at(f"{TUNNEL} {stack} {ENCRYPTION} {self.flows}", LIMIT, quiet=True)
                self._stack(stack)
        if "lookup-1e5" in self.names:
            self._lookup()

    def _stack(self, stack: str) -> None:
        if self.names & {"tcp-1", "cpu-per-gb"}:
            before = self._spent()
            speed = self._traffic("tcp 1")
            self._add(stack, "tcp-1", speed)
            # all of its time, with the first half second and what types the command, for both
            self._add(stack, "cpu-per-gb", (self._spent() - before) / (speed * 1e6 / 8 * MILLISECONDS / 1e3 / 1e9))
        if "tcp-n" in self.names:
            self._add(stack, "tcp-n", self._traffic(f"tcp {self.flows}"))
        if "pps-64" in self.names:
            self._add(stack, "pps-64", self._traffic("udp 36"))
        if "latency" in self.names:
            self._add(stack, "latency", self._traffic("ping 36"))

    def _lookup(self) -> None:
        for stack, count in (("klips", FEW), ("xfrm", MANY)):
            self.guest.at(f"{TUNNEL} klips; ip netns exec own /tmp/many_eroutes {count}", LIMIT, quiet=True)
            self._add(stack, "lookup-1e5", self._traffic("udp 36"))

    def _traffic(self, words: str) -> float:
        command = f"ip netns exec own /tmp/traffic {words} {MILLISECONDS} 192.0.2.12 192.0.2.11 peer"
        return float(self.guest.at(command, LIMIT, quiet=True))

    def _add(self, stack: str, name: str, value: float) -> None:
        self.values.setdefault((stack, name), []).append(value)

    def _spent(self) -> float:
        """Seconds of processor time that the guest has had, with the lab's processes around it."""
        every, known, size = sorted(processes()), {self.guest.top}, 0
        while size != len(known):
            size = len(known)
            known |= {pid for pid, parent, _ in every if parent in known}
        return sum(map(_cpu, known))

    def row(self, name: str) -> dict:
        """The medians of what was measured."""
        peer = PEER.get(name, "XFRM")
        return row(name, self.values["klips", name], UNITS[name], peer, self.values["xfrm", name])


def _cpu(pid: int) -> float:
    try:
        return cpu(pid)
    except FileNotFoundError:
        return 0.0  # it has ended meanwhile


def measure(names: list[str], runs: int, folder: Path) -> list[dict]:
    """A row for each name, in their order."""
    with Guest(folder, os.environ.get("MODULE_KERNEL", KERNEL)) as guest:
        guest.put("traffic", "many_eroutes")
        bench = Bench(guest, set(names))
        for _ in rounds(runs):
            bench.once()
    return [bench.row(name) for name in names]


if __name__ == "__main__":
    sys.exit(main("module", __doc__, measure, 5, tuple(UNITS)))
