# SPDX-License-Identifier: GPL-2.0-or-later
"""A test's folder in strongSwan's format: its hosts, from test.conf and its lines, and what it lacks."""

import os
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from lab import topology
from lab.errors import UsageError
from lab.place import HostSpec, Place
from lab.suites import Ended, Judgement, Suite, SuiteCase, layer
from lab.suites.strongswan import dat, judge, play, tree
from lab.testcase import Script

PRETEST, EVALTEST, POSTTEST = "pretest.dat", "evaltest.dat", "posttest.dat"
_LINE_LIMIT, _LIMIT = 300.0, 3600.0  # seconds; do-tests itself has none
_SETTING = re.compile(r"\s*(?:export\s+)?([A-Z][A-Z0-9_]*)=(.*)")
_LISTS = ("VIRTHOSTS", "IPSECHOSTS", "RADIUSHOSTS", "DBHOSTS")
_NEEDS = ("kernel-esp",)
_SERVER = "winnetou"
_IN_GUEST = "LAB_OUT" in os.environ  # the kernel's command line says it
_FETCHES = re.compile(r"\bload\s*=.*\b(curl|soup|ldap|unbound)\b")  # from the server


@dataclass
class StrongswanCase(SuiteCase):
    """A test of strongSwan's. settings: those of its test.conf."""

    settings: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """strongswan/GROUP/NAME."""
        return f"{self.suite.kind}/{self.folder.parent.name}/{self.folder.name}"

    def listed(self, key: str) -> list[str]:
        """The hosts that a setting names."""
        return [word.partition(":")[0] for word in self.settings.get(key, "").split()]

    @property
    def taps(self) -> list[tuple[str, str]]:
        """On which host's which interface tcpdump runs."""
        pairs = [word.partition(":")[::2] for word in self.settings.get("TCPDUMPHOSTS", "").split()]
        return [(host, interface or "eth0") for host, interface in pairs]

    def calls(self, name: str) -> list[dat.Call]:
        """What the lines of one of the test's files come to; see dat.calls()."""
        text = tree.filled(self.suite.tree, (self.folder / name).read_bytes()).decode("utf-8", "surrogateescape")
        try:
            return dat.calls(name, text, dict.fromkeys(self.network.hosts, ""))
        except UsageError as error:
            raise UsageError(f"{self.folder}/{error}") from None

    def specs(self, progress: Callable[[str], None]) -> list[HostSpec]:
        """What its hosts are made of."""
        from lab.suites.strongswan import specs
        return specs.specs(self, progress)

    def scenario(self, place: Place, after_script: Callable) -> "play.Played":
        """What runs it."""
        return play.Played(self, place, after_script)

    def judge(self, out: Path, ended: Ended) -> Judgement:
        """Judge a run as do-tests does."""
        return judge.judge(self, out, ended)


@cache
def network() -> topology.Topology:
    """The project's network."""
    return topology.reader.load("topology", layer.load("strongswan").folder)


def load(suite: Suite, folder: Path) -> StrongswanCase:
    """Read a test's folder. UsageError if a part is missing, or if it names a host that is not known."""
    for name in tree.FILES:
        if not (folder / name).is_file():
            raise UsageError(f"{folder}: not a test: it has no {name}")
    settings = _settings(folder / "test.conf")
    made = network()
    case = StrongswanCase(folder, _title(folder), [Script(folder / name, ()) for name in (PRETEST, EVALTEST, POSTTEST)], [], {},
                          made, needs=list(_NEEDS), limit=_LINE_LIMIT, total=_LIMIT, suite=suite, settings=settings)
    all_lines = list(lines(folder))
    used = {host for key in (*_LISTS, "TCPDUMPHOSTS") for host in case.listed(key)} | _spoken_of(folder, made)
    unknown = used - set(made.hosts)
    if unknown:
        raise UsageError(f"{folder / 'test.conf'}: unknown host '{sorted(unknown)[0]}'; known are {', '.join(made.hosts)}")
    if any(_FETCHES.search(line) for line in all_lines):
        used.add(_SERVER)
    case.hosts = [host for host in made.hosts if host in used and (suite.tree / tree.HOSTS / host).is_dir()]
    from lab.suites.strongswan import plugins
    if not _IN_GUEST:  # a test that lacks something would not have come so far
        case.lacking = layer.load(suite.kind).lacking(all_lines) or plugins.lacking(case)
    return case


def _title(folder: Path) -> str:
    text = (folder / "description.txt").read_text(encoding="utf-8", errors="replace")
    return " ".join(re.sub(r"<[^>]*>", "", text).split()).partition(". ")[0]


def _settings(path: Path) -> dict[str, str]:
    """The shell variables that test.conf sets; one can name another before it."""
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        match = _SETTING.fullmatch(line)
        if not match:
            continue
        try:
            value = " ".join(shlex.split(match.group(2), comments=True))
        except ValueError as error:
            raise UsageError(f"{path}:{number}: {error}: {line.strip()}") from None
        found[match.group(1)] = re.sub(r"\$\{?(\w+)\}?", lambda name: found.get(name.group(1), ""), value)
    return found


def _spoken_of(folder: Path, where: topology.Topology) -> set[str]:
    """The hosts that a test's commands are typed at, or that they name: the project has all of them up in every test."""
    rows = [line.split("::") for name in (PRETEST, EVALTEST, POSTTEST) for line in dat.read(folder, name).splitlines()]
    rows = [row for row in rows if len(row) > 1 and not row[0].startswith("#")]
    typed_at, commands = {row[0].strip() for row in rows}, "\n".join(row[1] for row in rows)
    return {name for name, host in where.hosts.items() if name in typed_at or re.search(_names(host), commands)}


def _names(host: topology.Host) -> str:
    """An expression for what stands for a host in a command."""
    addresses = [re.escape(str(address.ip)) for interface in host.interfaces.values() for address in interface.addresses]
    words = rf"\bPH_IP[V6]*_{host.name.upper()}|\b(ip6-)?{host.name}1?\.strongswan\.org"
    return rf"{words}|(?<![\w:.])({'|'.join(addresses)})(?![\w:.])"


def lines(folder: Path) -> Iterator[str]:
    """The lines of a test's files and its hosts' configuration, each with the file's name before it; no comments."""
    paths = [folder / name for name in tree.FILES if name.endswith((".conf", ".dat"))]
    for path in paths + sorted(path for path in folder.glob("hosts/**/*") if path.is_file() and not path.name.startswith(".")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                yield f"{path.relative_to(folder)}: {line.strip()}"
