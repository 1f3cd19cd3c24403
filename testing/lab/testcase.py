# SPDX-License-Identifier: GPL-2.0-or-later
"""A test's folder, read: its scripts in order, the hosts it uses, and what its test.toml says or its file names imply."""

import math
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from lab import peers, stack, topology
from lab.errors import UsageError
from lab.needs import NEEDS
from lab.place import HostSpec, Place

_NUMBERED = re.compile(r"(\d+)-(.+)\.sh")
_PHASES = ("init", "run")
_VARIANT = re.compile(r"[^.]+\.(?:console|capture)\.(.+)\.txt")
_KEYS = {"hosts": list, "peers": (dict, str), "stacks": list, "needs": list, "nat": list, "x509": (str, list),
         "limit": (int, float), "total": (int, float), "tags": list, "topology": str, "sanitizers": list, "unordered": dict,
         "variants": dict, "skipped": dict}
_INNER = {"peers": str, "unordered": list, "variants": str, "skipped": str}  # what the tables hold


@dataclass(frozen=True)
class Script:
    """One script and the hosts at whose consoles it is typed, one host after the other."""

    path: Path
    hosts: tuple[str, ...]

    def lines(self) -> list[str]:
        """The lines to type: all but a first line that names an interpreter, and the licence's."""
        lines = self.path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        return [line for number, line in enumerate(lines)
                if not (number == 0 and line.startswith("#!")) and not line.startswith("# SPDX-")]


@dataclass
class TestCase:
    """A test as it is on disk. limit: seconds a typed line may take; total: seconds the whole test may take."""

    __test__ = False  # not one of pytest's

    folder: Path
    title: str
    scripts: list[Script]
    hosts: list[str]
    peers: dict[str, str]
    network: topology.Topology
    stacks: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    nat: list[str] = field(default_factory=list)
    x509: str = ""  # kinds of keys, with + between them: x509.ensure()
    limit: float = 30.0
    total: float = 180.0
    tags: list[str] = field(default_factory=list)
    sanitizers: list[str] = field(default_factory=list)
    unordered: dict[str, list[str]] = field(default_factory=dict)
    variants: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    instead: str = ""  # the peer that was put in place of others
    kernel_words: tuple[str, ...] = ()  # for the command line of a UML guest's kernel
    clock: float = 0.0  # what a guest's clock is set to, in seconds since 1970, if not the time of day

    @property
    def name(self) -> str:
        """KIND/NAME, as in testing/TESTLIST."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    def specs(self, progress: Callable[[str], None]) -> list[HostSpec]:
        """What the hosts are made of. Fetches peers and makes certificates where they are not cached yet."""
        from lab import hostspec
        return hostspec.build(self, progress)

    def scenario(self, place: Place, after_script: Callable):
        """What types the test's scripts at the hosts of a place; see scenario.Scenario."""
        from lab import scenario
        return scenario.Scenario(self, place, after_script)

    @property
    def typed_hosts(self) -> list[str]:
        """The hosts that have a console: those at which a script is typed."""
        typed = {host for script in self.scripts for host in script.hosts}
        return [host for host in self.hosts if host in typed]

    def in_cell(self, cell: dict[str, str]) -> "TestCase":
        """The test with the expected files of a cell: those of its variants that go by a word of the cell's.

        Words are the place, the kernel's name, its series ("6.1"), the stacks, the peers, and what QEMU runs on ("tcg").
        """
        series = ".".join(cell.get("release", "").split(".")[:2])
        lists = [*cell["stack"].split(","), *cell["peer"].split(",")]
        return replace(self, words=frozenset([cell["place"], cell["kernel"], series, cell.get("accelerator", ""), *lists]))

    def unfit(self) -> str:
        """Why the test means nothing in its cell, as its test.toml says; empty if it does. See in_cell()."""
        return next((why for word, why in self.skipped.items() if word in self.words), "")

    def golden(self, kind: str, name: str) -> Path:
        """Where the expected text of a "console" or "capture" is: a variant's, if there is one; it may not exist."""
        paths = [self.folder / f"{name}.{kind}.{variant}.txt" for variant in self.variants if variant in self.words]
        return next((path for path in paths if path.exists()), self.folder / f"{name}.{kind}.txt")

    def golden_console(self, host: str) -> Path:
        """Where the expected console of a host is; it may not exist."""
        return self.golden("console", host)

    def golden_captures(self) -> dict[str, Path]:
        """The expected captures by wire."""
        wires = [path.name.removesuffix(".capture.txt") for path in sorted(self.folder.glob("*.capture.txt"))]
        return {wire: self.golden("capture", wire) for wire in wires}

    def host_files(self, host: str) -> dict[str, Path]:
        """The host's configuration files by suffix: {"conf": .../west.conf}."""
        found = {path.name[len(host) + 1:]: path for path in self.folder.glob(f"{host}.*") if path.is_file()}
        return {suffix: path for suffix, path in sorted(found.items()) if not suffix.startswith("console.")}


def load(folder: Path, instead: str = "") -> TestCase:
    """Read a test's folder. UsageError names the file and the word at fault.

    instead: a peer to be put on each host whose files and scripts serve it too; UsageError if there is no such host.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such test")
    settings = _settings(folder / "test.toml")
    network = _told(folder, topology.load, settings.pop("topology", "swan"))
    scripts = _scripts(folder, network)
    hosts = settings.pop("hosts", None) or _hosts_of(folder, scripts, network, settings.get("nat", []))
    _check_hosts(folder, hosts, scripts, network)
    named = settings.pop("peers", None)
    case = TestCase(folder, _title(folder), _final(folder, scripts, hosts), hosts, {}, network, **settings)
    _check_goldens(case)
    _check_variants(case)
    case.peers = _peers(case, named)
    if instead:
        case.instead, case.peers = instead, _replaced(case, peers.load(instead))
    for needs in (stack.needs(case.stacks), *(peers.load(name).needs for name in sorted(set(case.peers.values())))):
        case.needs += [need for need in needs if need not in case.needs]
    return case


def _told(folder: Path, load: Callable, name: str):
    """What load(name) returns; its UsageError says which test.toml has the name."""
    try:
        return load(name)
    except UsageError as error:
        raise UsageError(f"{folder / 'test.toml'}: {error}") from None


def _title(folder: Path) -> str:
    path = folder / "description.txt"
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return text.strip().partition("\n")[0]


def _settings(path: Path) -> dict:
    if not path.exists():
        return {}
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    for key, value in settings.items():
        if key not in _KEYS:
            raise UsageError(f"{path}: unknown key '{key}'; known are {', '.join(sorted(_KEYS))}")
        if not isinstance(value, _KEYS[key]) or isinstance(value, bool):
            raise UsageError(f"{path}: '{key}' has a value of the wrong type: {value!r}")
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise UsageError(f"{path}: '{key}' takes a list of words, not {value!r}")
        if isinstance(value, dict) and not all(isinstance(item, _INNER[key]) for item in value.values()):
            raise UsageError(f"{path}: '{key}' has a value of the wrong type: {value!r}")
        if isinstance(value, (int, float)) and not 0 < value < math.inf:
            raise UsageError(f"{path}: '{key}' takes a positive number of seconds, not {value!r}")
    for need in settings.get("needs", []):
        if need not in NEEDS:
            raise UsageError(f"{path}: unknown need '{need}'; known are {', '.join(NEEDS)}")
    for name in settings.get("stacks", []):
        if name not in stack.STACKS:
            raise UsageError(f"{path}: unknown stack '{name}'; known are {', '.join(stack.STACKS)}")
    if isinstance(kinds := settings.get("x509"), list):
        settings["x509"] = "+".join(kinds)
    return settings


def _scripts(folder: Path, network: topology.Topology) -> list[Script]:
    """All scripts but final.sh, in the order in which they are typed."""
    numbered = []
    for path in sorted(folder.glob("[0-9]*.sh")):
        match = _NUMBERED.fullmatch(path.name)
        hosts = _leading_hosts(match.group(2), network) if match else ()
        if not hosts:
            raise UsageError(f"{path}: a script is named NN-HOST-what.sh; known hosts are {', '.join(network.hosts)}")
        numbered.append(Script(path, hosts))
    return numbered + _phase_scripts(folder, network)


def _leading_hosts(words: str, network: topology.Topology) -> tuple[str, ...]:
    hosts = []
    for word in words.split("-"):
        if word not in network.hosts:
            break
        hosts.append(word)
    return tuple(hosts)


def _phase_scripts(folder: Path, network: topology.Topology) -> list[Script]:
    """HOSTinit.sh, nic and east first as the field does it, since they answer; then HOSTrun.sh."""
    first = [name for name in ("nic", "east") if name in network.hosts]
    order = first + [name for name in sorted(network.hosts) if name not in first]
    return [Script(folder / f"{host}{phase}.sh", (host,)) for phase in _PHASES for host in order
            if (folder / f"{host}{phase}.sh").exists()]


def _final(folder: Path, scripts: list[Script], hosts: list[str]) -> list[Script]:
    path = folder / "final.sh"
    typed = scripts + ([Script(path, tuple(hosts))] if path.exists() else [])
    if not typed:
        raise UsageError(f"{folder}: no scripts; a test has NN-HOST-what.sh, or HOSTinit.sh, HOSTrun.sh and final.sh")
    return typed


def _hosts_of(folder: Path, scripts: list[Script], network: topology.Topology, nat: list[str]) -> list[str]:
    used = {host for script in scripts for host in script.hosts} | set(nat)
    used |= {path.name.partition(".")[0] for path in folder.iterdir()
             if path.name.partition(".")[0] in network.hosts and ".console." not in path.name}
    return [host for host in network.hosts if host in used]


def _check_hosts(folder: Path, hosts: list[str], scripts: list[Script], network: topology.Topology) -> None:
    for host in hosts:
        if host not in network.hosts:
            raise UsageError(f"{folder / 'test.toml'}: unknown host '{host}'; known are {', '.join(network.hosts)}")
    for script in scripts:
        for host in script.hosts:
            if host not in hosts:
                raise UsageError(f"{script.path}: host '{host}' is not among the test's hosts ({', '.join(hosts)})")


def _check_goldens(case: TestCase) -> None:
    """An expected file that nothing is compared with would be believed all the same."""
    wires = case.network.subset(case.hosts).wires
    for wire, path in case.golden_captures().items():
        if wire not in wires:
            raise UsageError(f"{path}: the test has no wire '{wire}'; its wires are {', '.join(wires)}")
    for path in sorted(case.folder.glob("*.console.txt")):
        if (host := path.name.removesuffix(".console.txt")) not in case.typed_hosts:
            raise UsageError(f"{path}: nothing is typed at '{host}'; hosts with scripts are {', '.join(case.typed_hosts)}")


def _check_variants(case: TestCase) -> None:
    """Variants have a reason and a file; files of variants have a variant."""
    found = {match.group(1): path for path in sorted(case.folder.iterdir()) if (match := _VARIANT.fullmatch(path.name))}
    for variant, path in found.items():
        if variant not in case.variants:
            raise UsageError(f"{path}: test.toml has no reason for the variant '{variant}': [variants], {variant!r} = \"why\"")


def _peers(case: TestCase, named: dict | str | None) -> dict[str, str]:
    """Which peer runs on which host: as named, or told by the suffixes of the host's files."""
    if isinstance(named, str):
        named = {host: named for host in case.hosts if case.host_files(host)}
    if named is None:
        named = {host: name for host in case.hosts
                 for name in peers.inferred(path.name for path in case.host_files(host).values())}
    for host, name in named.items():
        if host not in case.hosts:
            raise UsageError(f"{case.folder / 'test.toml'}: peer '{name}' is on '{host}', which the test does not use")
        _told(case.folder, peers.load, name)
    return named


def _replaced(case: TestCase, peer: peers.Peer) -> dict[str, str]:
    """The test's peers with this one on each host that can have it."""
    fit = {host: peer.name for host, name in case.peers.items() if peer.can_replace(peers.load(name), case.host_files(host))}
    if fit and not (case.x509 and not peer.certificates):
        return case.peers | fit
    has = ", ".join(f"{host}.{suffix}" for host in case.peers for suffix in case.host_files(host))
    why = "it does not say where its certificates go" if fit else f"its files are {has}" if has else "no peer runs in it"
    raise UsageError(f"{case.name} cannot have peer {peer.name}: {why}")
