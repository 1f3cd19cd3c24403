#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bench-klips: KLIPS in user space against strongSwan's userspace ESP; medians, as a table and in build/bench/klips.json.

tcp-1          TCP with one flow through a tunnel with AES-128-GCM, ESP in UDP, both ends and iperf3 on this machine
tcp-8          the same with eight flows
tcp-1-openssl  tcp-1 with OpenSSL alone; the peer's is tcp-1
tcp-1-esp      tcp-1 with ESP that is not in UDP; the peer's is tcp-1
cpu-per-gb     CPU time of both ends' daemons for 10^9 octets of tcp-1: less is better
pps-64         UDP in IP packets of 64 octets: those that arrive
ping-load      round trip of a ping beside one TCP flow that takes all it can get: less is better
lookup-1e5     an eroute's lookup among 1e5; its peer is the same among 10
bytes-per-sa   memory of an SA; its peer is the bound

Two hosts of the lab, east and west, have both stacks; a veth of their own joins them, since the lab's wires are captured. The
stacks run between them in turn, so that a machine that slows down slows both.
"""

import json
import statistics
import sys
from pathlib import Path

from hosts import GUESTS, Hosts
from measure import ROOT, main, rounds, row, run

TEST = "klips/strongswan-esp-in-udp"  # whose hosts have what it takes
TABLES = ROOT / "build/klips/plain/klips/bench/bench_tables"
SCRIPTS = "/testing/guestbin"
DAEMONS = ("klipsd", "charon-systemd")
PEER = "strongSwan, kernel-libipsec"
SECONDS, FIRST = 3, 1  # of traffic, after the first, in which TCP finds its speed
UDP_LENGTH = 64 - 28
PINGS = 100
NATT = " --natt nonesp --sport 4500 --dport 4500"
UNITS = {"tcp-1": "Gb/s", "tcp-8": "Gb/s", "cpu-per-gb": "s/GB", "pps-64": "kpkt/s", "ping-load": "ms"}
ALIKE = {"tcp-1-openssl": ("openssl", "tcp-1"), "tcp-1-esp": ("esp", "tcp-1")}  # their setup, what they are compared with
OFFLINE = ("lookup-1e5", "bytes-per-sa")
NAMES = ("tcp-1", "tcp-8", "tcp-1-openssl", "tcp-1-esp", "cpu-per-gb", "pps-64", "ping-load", *OFFLINE)
SETUPS = ("strongswan", "klips", "openssl", "esp")


class Bench:
    """Measurements between two hosts: each adds to `values`, by setup and name."""

    def __init__(self, hosts: Hosts, names: set[str]) -> None:
        self.hosts = hosts
        self.values: dict[tuple[str, str], list[float]] = {}
        self.wanted = {setup: set() for setup in SETUPS}
        for name in names:
            setup, measured = ALIKE.get(name, ("klips", name))
            self.wanted[setup].add(measured)
            self.wanted["strongswan"].add(measured)

    def once(self) -> None:
        """Each setup in turn, each with all that is to be measured of it."""
        for setup, names in self.wanted.items():
            if not names:
                continue
            self.start(setup)
            if names & {"tcp-1", "cpu-per-gb"}:
                self.tcp_1(setup)
            for name in sorted(names - {"tcp-1", "cpu-per-gb"}):
                self.add(setup, name, getattr(self, name.replace("-", "_"))())

    def add(self, setup: str, name: str, value: float) -> None:
        """Keep a value."""
        self.values.setdefault((setup, name), []).append(value)

    def start(self, setup: str) -> None:
        """Have one stack, and no other, carry what goes between the two networks."""
        for host in ("east", "west"):
            self.hosts.at(host, f"{SCRIPTS}/swan-prep; {SCRIPTS}/{self._starter(setup)}")
        if setup == "strongswan":
            self.hosts.at("west", "swanctl --initiate --child net")
        self.hosts.at("west", f"{SCRIPTS}/ping-once.sh --up -I {GUESTS['west'][1]}.254 {GUESTS['east'][1]}.254")

    @staticmethod
    def _starter(setup: str) -> str:
        if setup == "strongswan":
            return "strongswan-start.sh"
        start = "klips-start.sh" + (" --with '--crypto openssl'" if setup == "openssl" else "")
        spi = "--mode tunnel --replay_window 64" + ("" if setup == "esp" else NATT)
        ends = " ".join([outer for outer, _ in GUESTS.values()] + [f"{network}.0/24" for _, network in GUESTS.values()])
        return f"{start}; {SCRIPTS}/klips-tunnel.sh --with esp=aes128-gcm-16 --spi '{spi}' {ends}"

    def iperf(self, words: str) -> dict:
        """What iperf3 says of its traffic from west to east."""
        (_, near), (_, far) = GUESTS.values()
        return json.loads(self.hosts.at("west", f"iperf3 --client {far}.254 --bind {near}.254 --json "
                                                f"--omit {FIRST} --time {SECONDS} {words}"))["end"]

    def tcp_1(self, setup: str) -> None:
        """See the file's head; and cpu-per-gb, of the same traffic with its first second."""
        before = self.hosts.cpu(*DAEMONS)
        received = self.iperf("--parallel 1")["sum_received"]
        self.add(setup, "tcp-1", received["bits_per_second"] / 1e9)
        octets = received["bits_per_second"] / 8 * (SECONDS + FIRST)
        self.add(setup, "cpu-per-gb", (self.hosts.cpu(*DAEMONS) - before) / (octets / 1e9))

    def tcp_8(self) -> float:
        """See the file's head."""
        return self.iperf("--parallel 8")["sum_received"]["bits_per_second"] / 1e9

    def pps_64(self) -> float:
        """See the file's head: counted where they leave the tunnel, as iperf3 may read fewer than that."""
        before = self._came()
        seconds = self.iperf(f"--udp --bitrate 0 --length {UDP_LENGTH}")["sum"]["seconds"]
        return (self._came() - before) / (seconds + FIRST) / 1e3

    def _came(self) -> int:
        """The packets that have come out of east's tunnel device, which has the same name with both stacks."""
        return json.loads(self.hosts.at("east", "ip -json -statistics link show ipsec0"))[0]["stats64"]["rx"]["packets"]

    def ping_load(self) -> float:
        """See the file's head: the median of PINGS."""
        (_, near), (_, far) = GUESTS.values()
        text = self.hosts.at("west", f"iperf3 --client {far}.254 --bind {near}.254 --time {SECONDS + FIRST} >/dev/null & "
                                     f"sleep {FIRST}; ping -i 0.02 -c {PINGS} -I {near}.254 {far}.254; wait $!")
        return statistics.median(float(line.partition("time=")[2].split()[0]) for line in text.splitlines() if "time=" in line)

    def row(self, name: str) -> dict:
        """The medians of what was measured."""
        setup, measured = ALIKE.get(name, ("klips", name))
        return row(name, self.values[setup, measured], UNITS[measured], PEER, self.values["strongswan", measured])


def tables(folder: Path) -> dict[str, dict]:
    """The rows that bench_tables writes, by name."""
    path = folder / "tables.json"
    run(str(TABLES), str(path))
    return {entry["name"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))}


def measure(names: list[str], runs: int, folder: Path) -> list[dict]:
    """A row for each name, in their order."""
    rows = tables(folder) if set(names) & set(OFFLINE) else {}
    if online := set(names) - set(OFFLINE):
        with Hosts(folder, TEST) as hosts:
            hosts.at("east", "iperf3 --server --daemon")
            bench = Bench(hosts, online)
            for _ in rounds(runs):
                bench.once()
        rows |= {name: bench.row(name) for name in online}
    return [rows[name] for name in names]


if __name__ == "__main__":
    sys.exit(main("klips", __doc__, measure, 5, NAMES))
