# SPDX-License-Identifier: GPL-2.0-or-later
"""Two hosts of the lab, east and west, left up for a benchmark: what runs on them, what that costs, files put there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator

from measure import LAB, run

GUESTS = {"west": ("192.1.2.45", "192.0.1"), "east": ("192.1.2.23", "192.0.2")}  # outer address, network


def processes() -> Iterator[tuple[int, int, str]]:
    """Process, parent and name of all there are."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        head, _, tail = text.rpartition(")")
        yield int(pid), int(tail.split()[1]), head.partition("(")[2]


def cpu(pid: int) -> float:
    """Seconds of CPU time that all threads of a process have had, to the nanosecond; those that have ended do not count."""
    return sum(int(path.read_text(encoding="ascii").split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def memory(pid: int) -> int:
    """Octets of a process's resident memory."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    return next(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("VmRSS:"))


class Hosts:
    """East and west of a test, left up, joined by a veth; to be used with `with`."""

    def __init__(self, folder: Path, test: str) -> None:
        self.out = folder / "hosts"
        self.test = test
        self.top = 0
        self.inits: dict[str, int] = {}

    def __enter__(self) -> "Hosts":
        command = [LAB, "run", self.test, "--stop-at", "1", "--out", str(self.out)]
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, text=True, timeout=600, check=False)
        holder = self.out / self.test / "live.pid"
        if not holder.exists():
            sys.exit(f"bench: the hosts of {self.test} are not up:\n{done.stdout}{done.stderr}")
        self.top = int(holder.read_text(encoding="ascii"))
        try:
            self.inits = {self._name(pid): pid for pid, *_ in reversed(self._family())}
            self._join()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        run(LAB, "stop", self.test)

    def at(self, host: str, script: str, limit: int = 60) -> str:
        """What a script prints on a host; it has that many seconds."""
        return run(LAB, "exec", "--limit", str(limit), self.test, host, "sh", "-euc", script)[1]

    def put(self, host: str, source: Path, place: str) -> None:
        """Copy a file to a place on a host."""
        target = Path(f"/proc/{self.inits[host]}/root{place}")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)

    def words(self, host: str, *words: str) -> list[str]:
        """A command on a host as one of this machine, which may have more rights here."""
        pid = self.inits[host]
        return ["nsenter", f"--target={pid}", *self._user(pid), "--mount", "--net", "--uts", "--ipc", "--pid", "--root", *words]

    def shell(self, host: str) -> subprocess.Popen:
        """A shell on a host that reads commands and writes what they print: for what is measured from outside."""
        return subprocess.Popen(self.words(host, "sh"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
                                env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"})

    def cpu(self, *names: str) -> float:
        """Seconds of CPU time that the daemons of those names have had on both hosts."""
        return sum(cpu(pid) for pid, _, name in self._family() if name in names)

    def find(self, name: str) -> int:
        """The one process of that name. Ends the bench if there is another number of them."""
        found = [pid for pid, _, its in self._family() if its == name]
        if len(found) != 1:
            sys.exit(f"bench: {len(found)} processes {name} on the hosts")
        return found[0]

    def _family(self) -> list[tuple[int, int, str]]:
        """The processes of the run; the namespaces' own numbers do not matter here."""
        every, known, size = sorted(processes()), {self.top}, 0
        while size != len(known):
            size = len(known)
            known |= {pid for pid, parent, _ in every if parent in known}
        return [entry for entry in every if entry[0] in known]

    def _join(self) -> None:
        """Put a veth in the place of the wire between them."""
        for host in GUESTS:
            self.network(host, "link", "delete", "eth1")
        self.network("west", "link", "add", "eth1", "type", "veth", "peer", "name", "eth1", "netns", str(self.inits["east"]))
        for host, (address, _) in GUESTS.items():
            self.network(host, "address", "add", f"{address}/24", "dev", "eth1")
            self.network(host, "link", "set", "eth1", "up")
        for host, other in (("west", "east"), ("east", "west")):
            address, network = GUESTS[other]
            self.network(host, "route", "add", f"{network}.0/24", "via", address)

    @staticmethod
    def _name(pid: int) -> str:
        return run("nsenter", f"--target={pid}", *Hosts._user(pid), "--uts", "hostname")[1].strip()

    @staticmethod
    def _user(pid: int) -> tuple[str, ...]:
        same = os.readlink(f"/proc/{pid}/ns/user") == os.readlink("/proc/self/ns/user")
        return () if same else ("--user", "--preserve-credentials")

    def network(self, host: str, *words: str) -> None:
        """ip(8) on a host."""
        pid = self.inits[host]
        run("nsenter", f"--target={pid}", *self._user(pid), "--net", "ip", *words)
