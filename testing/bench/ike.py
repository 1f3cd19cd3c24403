#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bench-ike: pluto as a responder against strongSwan's charon; medians, as a table and in build/bench/ike.json.

cpu-x25519    CPU time of the daemon for an IKE SA with a Child SA: x25519, AES-GCM, a pre-shared key; WINDOW initiators at a
              time, as fast as it goes
cpu-modp2048  the same with MODP2048
cpu-paced     cpu-x25519 with RATE initiators a second: most of it is to wake, with caches that others have used
cpu-at-50000  cpu-x25519 when 50,000 IKE SAs are held, of what it is when there are none
bytes-per-sa  memory of one of these
overload      what is accepted at three times the rate that is accepted at most, of that rate; with MODP2048, where initiators
              can do so much more than a responder
start         from `ipsec start` to when it is ready, with KLIPS in user space; strongSwan's until swanctl has loaded
first-ping    from the start of both hosts' daemons to the first answer to a ping through the tunnel

Both drive no IPsec stack but for the last two: pluto has protostack=none, charon a plugin that says yes to everything
(charon/null_kernel.c). The same initiators (src/pluto/bench/bench_ike.c) drive both, in turn, over a veth between two hosts of
the lab; the responder has one processor, the initiators another, both before what else runs there. Each initiator has an
address of its own.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import charon
from hosts import GUESTS, Hosts, cpu, memory
from measure import ROOT, main, rounds, row, run

TEST = "klips/strongswan-esp-in-udp"  # whose hosts have what it takes
INITIATOR = ROOT / "build/klips/plain/pluto/bench/bench_ike"
SCRIPTS = "/testing/guestbin"
SECRET = "cygnets grow into swans"
PEER = "strongSwan"
PROPOSALS = {"x25519": "aes_gcm128-sha2_256-x25519", "modp2048": "aes_gcm128-sha2_256-modp2048"}
RATE, PACED = 400, 1000
COUNT = {"x25519": 4000, "modp2048": 500}
WARM = 50
WINDOW = 64
HELD = 50000
HELD_RUNS = 3
START_RUNS = 3
STARTS = ("start", "first-ping")
OVER, OVER_COUNT = 3, 1000
SECONDS, SETTLE = 10, 2  # of too much, after the first
NAMES = ("cpu-x25519", "cpu-modp2048", "cpu-paced", "cpu-at-50000", "bytes-per-sa", "overload", "start", "first-ping")
UNITS = {"cpu-x25519": "ms", "cpu-modp2048": "ms", "cpu-paced": "ms", "cpu-at-50000": "ratio", "bytes-per-sa": "bytes",
         "overload": "ratio", "start": "ms", "first-ping": "ms"}
# A test with the daemon on both hosts, what starts it, brings the tunnel up, and ends it.
PAIRS = {
    "pluto": ("pluto/pluto-psk", "ipsec start", "ipsec auto --up west-east", "ipsec stop"),
    "charon": ("pluto/ikev2-psk", "setsid charon-systemd </dev/null & until swanctl --load-all --noprompt; do :; done",
               "swanctl --initiate --child net", f"{SCRIPTS}/strongswan-stop.sh"),
}
DAEMONS = {"pluto": "pluto", "charon": "charon-systemd"}

FILES = {
    "/etc/ipsec.conf": "ipsec.conf",
    "/etc/ipsec.secrets": "ipsec.secrets",
    "/etc/strongswan.conf": "strongswan.conf",
    "/etc/swanctl/swanctl.conf": "swanctl.conf",
}


def _before() -> tuple[str, ...]:
    """What has a command run before what else does; nothing for a user who may not."""
    words = ("chrt", "--rr", "1")
    return () if subprocess.run([*words, "true"], stderr=subprocess.DEVNULL, check=False).returncode else words


def _end(stack: str) -> str:
    """A script that ends a daemon, if it runs, at once."""
    name = DAEMONS[stack]
    return f"while pkill -KILL -x {name}; do :; done"


class Responder:
    """One of the two daemons on east, started anew; to be used with `with`."""

    def __init__(self, hosts: Hosts, stack: str) -> None:
        self.hosts, self.stack = hosts, stack
        self.before = _before()
        self.pid = 0
        self.next = 0

    def __enter__(self) -> "Responder":
        start = "env --unset PLUTO_KEYLOG ipsec start" if self.stack == "pluto" else f"{SCRIPTS}/strongswan-start.sh"
        self.hosts.at("east", f"rm -f /run/pluto/* /run/charon.vici; taskset -c 1 {start}")
        self.pid = self.hosts.find(DAEMONS[self.stack])
        if self.before:
            run("chrt", "--all-tasks", "--rr", "--pid", "1", str(self.pid))
        self.crowd("x25519", count=WARM, window=1)
        return self

    def __exit__(self, *_: object) -> None:
        self.hosts.at("east", _end(self.stack))

    def crowd(self, method: str, **options: int) -> dict:
        """Have initiators come; what became of them. Ends the bench if some failed, but where they are more than it can do."""
        first = f"10.{64 + (self.next >> 16)}.{self.next >> 8 & 255}.{self.next & 255}"
        self.next += options["count"]
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        text = run(*self.before, "taskset", "-c", "0", *self.hosts.words("west", "/run/bench_ike"), "--peer", GUESTS["east"][0],
                   "--first", first, "--secret", SECRET, "--ike", PROPOSALS[method], *words)[1]
        came = json.loads(text)
        if "seconds" not in options and came["established"] != came["begun"]:
            sys.exit(f"bench: {self.stack} with {method}: {text}")
        return came

    def cost(self, method: str, **options: int) -> float:
        """Milliseconds of CPU time for each of these initiators."""
        before = cpu(self.pid)
        came = self.crowd(method, **options)
        return (cpu(self.pid) - before) * 1e3 / came["established"]


class Bench:
    """Measurements of a responder: each adds to `values`."""

    def __init__(self, hosts: Hosts, names: set[str], values: "Values") -> None:
        self.hosts, self.names, self.values = hosts, names, values
        hosts.at("east", f"{SCRIPTS}/swan-prep; {_end('charon')}")
        hosts.network("west", "route", "add", "local", "10.64.0.0/10", "dev", "lo")
        hosts.network("east", "route", "add", "10.64.0.0/10", "via", GUESTS["west"][0])
        hosts.put("west", INITIATOR, "/run/bench_ike")
        hosts.put("east", charon.plugin(), charon.PLUGIN)
        for place, source in FILES.items():
            hosts.put("east", Path(__file__).with_name("ike") / source, place)

    def once(self, number: int) -> None:
        """Each measurement, of each daemon in turn."""
        for stack in DAEMONS:
            if self.names & {"cpu-x25519", "cpu-modp2048", "cpu-paced"}:
                self.cpu(stack)
            if self.names & {"cpu-at-50000", "bytes-per-sa"} and number < HELD_RUNS:
                self.held(stack)
            if "overload" in self.names:
                self.values.add(stack, "overload", self.overload(stack))

    def cpu(self, stack: str) -> None:
        """See the file's head."""
        with Responder(self.hosts, stack) as responder:
            for method in PROPOSALS:
                if f"cpu-{method}" in self.names:
                    self.values.add(stack, f"cpu-{method}", responder.cost(method, count=COUNT[method], window=WINDOW))
            if "cpu-paced" in self.names:
                self.values.add(stack, "cpu-paced", responder.cost("x25519", count=PACED, rate=RATE))

    def held(self, stack: str) -> None:
        """See the file's head."""
        with Responder(self.hosts, stack) as responder:
            few = responder.cost("x25519", count=COUNT["x25519"], window=WINDOW)
            before = memory(responder.pid)
            responder.crowd("x25519", count=HELD - COUNT["x25519"], window=WINDOW)
            self.values.add(stack, "bytes-per-sa", (memory(responder.pid) - before) / (HELD - COUNT["x25519"]))
            many = responder.cost("x25519", count=COUNT["x25519"], window=WINDOW)
            self.values.add(stack, "cpu-at-50000", many / few)

    def overload(self, stack: str) -> float:
        """See the file's head: an initiator that hears nothing asks again after 1, 3 and 7 seconds."""
        with Responder(self.hosts, stack) as responder:
            came = responder.crowd("modp2048", count=OVER_COUNT, window=WINDOW)
            most = came["established"] / came["seconds"]
            rate = round(OVER * most)
            came = responder.crowd("modp2048", count=rate * SECONDS, rate=rate, seconds=SECONDS)
        accepted = came["by_second"][SETTLE:SECONDS]
        print(f"{stack:<8} at most {most:.0f} a second; of {rate} offered {accepted}", file=sys.stderr, flush=True)
        return sum(accepted) / len(accepted) / most


class Pair:
    """Two hosts with the same daemon on both, for what is measured from the moment that they start; to be used with `with`."""

    def __init__(self, folder: Path, stack: str) -> None:
        test, self.begin, self.up, self.end = PAIRS[stack]
        self.hosts = Hosts(folder / stack, test)
        self.shells: dict[str, subprocess.Popen] = {}

    def __enter__(self) -> "Pair":
        self.hosts.__enter__()
        for host in GUESTS:
            self.hosts.at(host, f"{SCRIPTS}/swan-prep; {self.end} >/dev/null 2>&1 || :")
            self.shells[host] = self.hosts.shell(host)
        return self

    def __exit__(self, *_: object) -> None:
        for shell in self.shells.values():
            shell.stdin.close()
            shell.wait(10)
        self.hosts.__exit__()

    def tell(self, host: str, command: str) -> None:
        """Have a command run on a host."""
        self.shells[host].stdin.write(f"{{ {command}; }} >/dev/null 2>&1; echo $?\n")

    def wait(self, host: str) -> None:
        """Until the command has ended. Ends the bench if it failed."""
        status = self.shells[host].stdout.readline()
        if status != "0\n":
            sys.exit(f"bench: on {host} one of {self.begin}, {self.up}, {self.end} ended with {status or 'the shell'}")

    def once(self) -> tuple[float, float]:
        """Milliseconds until west's daemon is ready, and until the first answer to a ping."""
        for host in GUESTS:
            self.tell(host, self.begin)
        began = time.monotonic()
        self.wait("west")
        ready = time.monotonic() - began
        self.wait("east")
        self.tell("west", f"{self.up} && {SCRIPTS}/ping-once.sh --up -I 192.0.1.254 192.0.2.254")
        self.wait("west")
        pinged = time.monotonic() - began
        for host in reversed(GUESTS):
            self.tell(host, self.end)
            self.wait(host)
        return ready * 1e3, pinged * 1e3


class Values:
    """What was measured, by daemon and name."""

    def __init__(self) -> None:
        self.all: dict[tuple[str, str], list[float]] = {}

    def add(self, stack: str, name: str, value: float) -> None:
        """Keep a value."""
        self.all.setdefault((stack, name), []).append(value)
        print(f"{stack:<8} {name:<14} {value:10.3f}", file=sys.stderr, flush=True)

    def row(self, name: str) -> dict:
        """The medians."""
        return row(name, self.all["pluto", name], UNITS[name], PEER, self.all["charon", name])


def start(values: Values, runs: int, folder: Path) -> None:
    """Measure what is of the start, each daemon in turn."""
    with Pair(folder, "pluto") as pluto, Pair(folder, "charon") as charons:
        for _ in range(START_RUNS * runs):
            for stack, pair in (("pluto", pluto), ("charon", charons)):
                for name, value in zip(STARTS, pair.once()):
                    values.add(stack, name, value)


def measure(names: list[str], runs: int, folder: Path) -> list[dict]:
    """A row for each name, in their order."""
    values = Values()
    if set(names) & set(STARTS):
        start(values, runs, folder)
    if daemons := set(names) - set(STARTS):
        with Hosts(folder, TEST) as hosts:
            bench = Bench(hosts, daemons, values)
            for number in rounds(runs):
                bench.once(number)
    return [values.row(name) for name in names]


if __name__ == "__main__":
    sys.exit(main("ike", __doc__, measure, 5, NAMES))
