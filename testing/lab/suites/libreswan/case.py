# SPDX-License-Identifier: GPL-2.0-or-later
"""A test's folder in libreswan's format: which lines are typed where, in which order."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from lab import topology
from lab.errors import UsageError
from lab.place import HostSpec, Place
from lab.suites import EXEC_COST, Ended, Judgement, Suite, SuiteCase, layer
from lab.suites.libreswan import judge, network, play, programs, tree
from lab.testcase import Script

_LINUX = "linux"  # how a guest's name begins where that is said
_OTHERS = re.compile(r"(freebsd|netbsd|openbsd|alpine|debian)(east|west|north|road|rise|set|pole|e|w)\b|\bfips[ew]|freebsd[ew]")
_TYPED_AT = re.compile(r"([a-z]*)# ?(.*)")
_LINE_LIMIT, _LIMIT = 120.0, 3600.0  # seconds: of a line as the tree's own runner has it; of a whole test
_KERNEL = ("initcall_blacklist=ipsec_pfkey_init",)  # on the project's hosts PF_KEY is a module that nothing loads
_STARTS = re.compile(r"\b(ipsec|strongswan)(?:-| +|/)(?:start|pluto)\b")
_FIRST = ("nic", "east")  # answer, so they are set up before the others


@dataclass(frozen=True)
class Lines(Script):
    """A script, or a part of one, whose lines are known."""

    typed: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """The lines to type."""
        return list(self.typed)


@dataclass
class LibreswanCase(SuiteCase):
    """A test of libreswan's."""

    def specs(self, progress: Callable[[str], None]) -> list[HostSpec]:
        """What its hosts are made of."""
        from lab.suites.libreswan import specs
        return specs.specs(self.suite, self, progress)

    def scenario(self, place: Place, after_script: Callable) -> "play.Typed":
        """What types its scripts, and the post-mortem after them."""
        return play.Typed(self, place, after_script)

    def judge(self, out: Path, ended: Ended) -> Judgement:
        """Judge a run by the tree's own sanitizers and expected consoles."""
        return judge.judge(self, out, ended)


def load(suite: Suite, folder: Path) -> LibreswanCase:
    """Read a test's folder. UsageError if there is no script in it that is for a host."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such test")
    made = network.load(suite.tree)
    scripts = _scripts(folder, made, tree.is_new(suite.tree))
    used = {host for script in scripts for host in script.hosts}
    case = LibreswanCase(folder, _title(folder), scripts, [host for host in made.hosts if host in used], {}, made,
                         limit=_LINE_LIMIT, total=_LIMIT, kernel_words=EXEC_COST + _KERNEL, suite=suite)
    case.collects, case.collects_alike = (f"/testing/pluto/{folder.name}/OUTPUT",), True
    case.lacking = _lacking(case)
    case.blocked = layer.load(suite.kind).blocked([f"name: {folder.name}", *_all_lines(folder)])
    case.needs = _needs(suite, folder)
    return case


def _title(folder: Path) -> str:
    path = folder / "description.txt"
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return text.strip().partition("\n")[0]


def _needs(suite: Suite, folder: Path) -> list[str]:
    """What a place must have. Cygnet brings its own stack for where the kernel has no ESP; strongSwan does not."""
    started = {match.group(1) for line in _all_lines(folder) if (match := _STARTS.search(line))}
    own = bool(suite.build) and programs.is_cygnet(Path(suite.build))
    return [] if not started else ["tun"] if own and started == {"ipsec"} else ["kernel-esp"]


def _lacking(case: LibreswanCase) -> str:
    """What the test needs that cannot be had; its own files tell."""
    others = sorted(path.name for path in case.folder.iterdir() if _OTHERS.search(path.name) and path.suffix == ".sh")
    if others:
        return f"other-system: {others[0]} is for a host that does not run Linux as the others do"
    if not case.scripts:
        return "scripts: there are none for a host of the network"
    return layer.load(case.suite.kind).lacking(list(_all_lines(case.folder)))


def _all_lines(folder: Path) -> Iterator[str]:
    """The lines of a test's scripts and configuration files, each with the file's name before it; no comments."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and ".console." not in path.name and path.name not in ("description.txt", "README", "TESTLIST"):
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                if line.strip() and not line.lstrip().startswith("#"):
                    yield f"{path.name}: {line.strip()}"


def _scripts(folder: Path, net: topology.Topology, new: bool) -> list[Script]:
    """All scripts in the order in which they are typed."""
    names = sorted(path.name for path in folder.glob("*.sh") if path.is_file() and re.match("[a-z0-9]", path.name))
    together = [name for name in names if name.startswith("all.")] if new else []
    if together:
        return _together(folder / together[0], net)
    hosts = _hosts(names, net, new)
    first = [*(host for host in _FIRST if host in net.hosts), *sorted(set(net.hosts) - set(_FIRST))]
    orders = {"init": first, "run": first if new else sorted(net.hosts)}
    phases = [(f"{host}{phase}.sh", (host,)) for phase, order in orders.items() for host in order]
    final = ("final.sh", tuple(hosts))
    taken = {name for name, _ in phases} | {"final.sh"}
    ordered = [(name, tuple(_named(name, hosts, new))) for name in names if name not in taken]
    found = [(name, where) for name, where in [*phases, *ordered, final] if name in names and where]
    return [Lines(folder / name, where, tuple(_lines(folder / name))) for name, where in found]


def _hosts(names: list[str], net: topology.Topology, new: bool) -> list[str]:
    """The hosts that scripts' names speak of, by name: final.sh is typed at each of them."""
    if new:
        return sorted({host for name in names for host in _named(name, list(net.hosts), new)}
                      | {host for host in net.hosts for name in names if name in (f"{host}init.sh", f"{host}run.sh")})
    return sorted(host for host in net.hosts if any(host in name for name in names))


def _named(name: str, hosts: list[str], new: bool) -> list[str]:
    """The hosts in a script's name, in its order: 99-west-east.sh is typed at west, then at east."""
    if not hosts:
        return []
    words = "|".join(sorted(hosts, key=len, reverse=True))
    return re.findall(rf"\b(?:{_LINUX})?({words})\b" if new else words, name)


def _lines(path: Path) -> list[str]:
    """What is typed of a script: all lines that are not blank, comments too."""
    lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    return [line.strip() for line in lines if line.strip()]


def _together(path: Path, net: topology.Topology) -> list[Script]:
    """A script all.GUESTS.sh, whose lines say where they are typed; final# is each guest."""
    hosts = _named(path.name, list(net.hosts), True)
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="surrogateescape").splitlines(), 1):
        match = _TYPED_AT.fullmatch(line)
        if not match or not match.group(1):
            continue
        where = tuple(sorted(hosts)) if match.group(1) == "final" else (match.group(1),)
        if not set(where) <= set(hosts):
            raise UsageError(f"{path}:{number}: '{match.group(1)}' is none of the guests in the script's name")
        rows.append((where, match.group(2)))
    return [Lines(path, where, tuple(line for _, line in rows)) for where, rows in groupby(rows, key=lambda row: row[0])]
