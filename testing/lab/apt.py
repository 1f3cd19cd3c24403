# SPDX-License-Identifier: GPL-2.0-or-later
"""What Debian's archive holds, asked of apt by any user: records, missing dependencies, downloads."""

import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lab import once
from lab.errors import UnresolvedError

UPDATE_SECONDS = 300
DOWNLOAD_SECONDS = 600
QUERY_SECONDS = 60
LISTS_BYTES = 150_000_000  # a release's package lists and apt's caches of them, rounded up

# The hooks belong to the system's lists; an ordinary user's update must not run them.
COMMON = """\
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""

RELATION = re.compile(r"([a-z0-9][a-z0-9+.-]*)(?::\w+)?\s*(?:\(\s*(<<|<=|=|>=|>>)\s*([^)\s]+)\s*\))?$")


class ArchiveError(UnresolvedError):
    """The package lists or the archive lack something: newer lists may help."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One alternative of a dependency: a package's name, perhaps with a bound on its version."""

    name: str
    operator: str = ""
    version: str = ""

    def met_by(self, version: str) -> bool:
        """Whether a package of that version will do; an empty one (a bare Provides) has no version."""
        if not self.operator:
            return True
        return bool(version) and compare(version, self.operator, self.version)


@dataclass(frozen=True, slots=True)
class Record:
    """A package of the archive, as much as is needed to fetch it and what it depends on."""

    name: str
    version: str
    depends: tuple[tuple[Relation, ...], ...] = ()
    provides: tuple[Relation, ...] = ()
    size: int = 0  # bytes to fetch
    unpacked: int = 0  # bytes


@dataclass(slots=True)
class Stock:
    """Versions of what there is by name, names that a package provides among them."""

    versions: dict[str, list[str]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, version: str, provides: Iterable[Relation]) -> None:
        """Note a package and what it provides."""
        for offered, its_version in ((name, version), *((p.name, p.version) for p in provides)):
            self.versions.setdefault(offered, []).append(its_version)
            self.owners.setdefault(offered, name)

    def meets(self, relation: Relation) -> bool:
        """Whether something here will do for `relation`."""
        return any(relation.met_by(version) for version in self.versions.get(relation.name, ()))


def parse_relations(text: str, where: str) -> tuple[tuple[Relation, ...], ...]:
    """A Depends field: groups of alternatives (Debian Policy 7.1). UnresolvedError if malformed."""
    groups = []
    for group in filter(None, (part.strip() for part in text.split(","))):
        alternatives = []
        for word in group.split("|"):
            match = RELATION.match(word.strip())
            if not match:
                raise UnresolvedError(f"{where}: cannot read the dependency {word.strip()!r}")
            alternatives.append(Relation(match[1], match[2] or "", match[3] or ""))
        groups.append(tuple(alternatives))
    return tuple(groups)


def compare(left: str, operator: str, right: str) -> bool:
    """Whether two Debian versions stand in that relation (Debian Policy 5.6.12), as dpkg sees it."""
    done = _run(["dpkg", "--compare-versions", left, operator, right], QUERY_SECONDS)
    return done.returncode == 0


def installed() -> Stock:
    """What the machine has, by dpkg's own records."""
    form = "${db:Status-Status}\t${Package}\t${Version}\t${Provides}\n"
    stock = Stock()
    for line in _run(["dpkg-query", "-W", "-f", form], QUERY_SECONDS).stdout.splitlines():
        status, name, version, provides = line.split("\t")
        if status == "installed":
            stock.add(name, version, _flat(parse_relations(provides, name)))
    return stock


def need_room(folder: Path, size: int) -> None:
    """UnresolvedError if the disk that `folder` is on has not that many bytes; apt may hang on a full one."""
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize
    if free < size:
        raise UnresolvedError(f"{folder}: no space left on device: {size / 1e6:.0f} MB needed, "
                              f"{free / 1e6:.0f} MB free")


class Apt:
    """apt with the system's package lists, or with private ones that an ordinary user can renew."""

    def __init__(self, state: Path, private: bool) -> None:
        """Keep the settings, and private lists, in the folder `state`."""
        self.state = state
        self.private = private
        self._settings: Path | None = None

    def update(self) -> None:
        """Renew the private lists. UnresolvedError if the archive cannot be reached or the disk is full."""
        conf = self._conf()
        need_room(self.state.parent, LISTS_BYTES)
        done = _run(["apt-get", "-q", "-c", str(conf), "update"], UPDATE_SECONDS)
        _check(done, "apt-get update")

    def records(self, names: Iterable[str]) -> dict[str, Record]:
        """The candidates of those names that the lists have."""
        wanted = list(names)
        if not wanted:
            return {}
        done = _run(["apt-cache", "-c", str(self._conf()), "--no-all-versions", "show", *wanted],
                    QUERY_SECONDS)
        found = (_record(text) for text in done.stdout.split("\n\n") if text.strip())
        return {record.name: record for record in found}

    def names(self, beginnings: Iterable[str]) -> list[str]:
        """The packages that the lists have whose names begin so."""
        done = [_run(["apt-cache", "-c", str(self._conf()), "pkgnames", word], QUERY_SECONDS) for word in beginnings]
        return sorted({name for one in done for name in one.stdout.split()})

    def providers(self, name: str) -> list[str]:
        """The packages that provide the virtual package `name`."""
        done = _run(["apt-cache", "-c", str(self._conf()), "showpkg", name], QUERY_SECONDS)
        _, _, tail = done.stdout.partition("Reverse Provides:")
        return [line.split()[0] for line in tail.splitlines() if line.strip()]

    def download(self, records: Iterable[Record], into: Path) -> list[Path]:
        """Fetch the packages, which apt verifies, into a folder on the same disk as the state.

        UnresolvedError if one is missing, or if there is no room for them and for what they unpack to.
        """
        records = list(records)
        need_room(self.state.parent, sum(record.size + record.unpacked for record in records))
        words = [f"{record.name}={record.version}" for record in records]
        done = _run(["apt-get", "-q", "-c", str(self._conf()), "download", *words], DOWNLOAD_SECONDS, into)
        _check(done, "apt-get download")
        files = sorted(into.glob("*.deb"))
        if len(files) != len(words):
            raise ArchiveError(f"apt-get download: {len(words)} packages asked for, {len(files)} came")
        return files

    def _conf(self) -> Path:
        if not self._settings:
            for name in ("lists/partial", "archives/partial"):
                (self.state / name).mkdir(parents=True, exist_ok=True)
            path = self.state / ("private.conf" if self.private else "system.conf")
            once.replace(path, COMMON + (self._places() if self.private else ""))
            self._settings = path
        return self._settings

    def _places(self) -> str:
        return (f'Dir::State::Lists "{self.state}/lists/";\n'
                f'Dir::Cache "{self.state}/";\n'
                'Dir::Cache::pkgcache "pkgcache.bin";\n'
                'Dir::Cache::srcpkgcache "srcpkgcache.bin";\n')


@dataclass(slots=True)
class Closure:
    """Packages to fetch, and the machine's packages that they rely on."""

    records: list[Record]
    relied: list[str]


def resolve(apt: Apt, names: Iterable[str], without: Iterable[str] = ()) -> Closure:
    """The packages `names`, installed or not, with all that they depend on and the machine lacks.

    Nothing is installed, so conflicts do not matter. What is named in `without` counts as there.
    UnresolvedError if the lists have no package that would do.
    """
    here, chosen = installed(), Stock()
    there = Stock()
    for name in without:
        there.add(name, "", ())
    records: list[Record] = []
    relied: set[str] = set()
    level = _candidates(apt, list(dict.fromkeys(names)))
    while level:
        records += level
        for record in level:
            chosen.add(record.name, record.version, record.provides)
        level = _next_level(apt, level, chosen, here, set(there.versions), relied)
    return Closure(sorted(records, key=lambda record: record.name), sorted(relied))


def _next_level(apt: Apt, level: list[Record], chosen: Stock, here: Stock, without: set[str],
                relied: set[str]) -> list[Record]:
    open_groups = []
    for record, group in ((record, group) for record in level for group in record.depends):
        if any(one.name in without or chosen.meets(one) for one in group):
            continue
        met = next((one for one in group if here.meets(one)), None)
        if met:
            relied.add(here.owners[met.name])
        else:
            open_groups.append((record, group))
    known = apt.records({one.name for _, group in open_groups for one in group})
    return list({one.name: one for one in (_choose(apt, known, *pair) for pair in open_groups)}.values())


def _choose(apt: Apt, known: dict[str, Record], record: Record, group: tuple[Relation, ...]) -> Record:
    for relation in group:
        candidate = known.get(relation.name)
        if candidate and relation.met_by(candidate.version):
            return candidate
    for relation in group:
        for candidate in apt.records(apt.providers(relation.name)[:1]).values():
            return candidate
    names = " | ".join(" ".join(filter(None, (r.name, r.operator, r.version))) for r in group)
    raise ArchiveError(f"package {record.name} needs {names}, which the package lists do not have")


def _candidates(apt: Apt, names: list[str]) -> list[Record]:
    known = apt.records(names)
    for name in names:
        if name not in known:
            raise ArchiveError(f"no package {name} in the package lists")
    return [known[name] for name in names]


def _record(text: str) -> Record:
    fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line and line[0] != " ")
    name = fields["Package"]
    depends = ", ".join(filter(None, (fields.get("Pre-Depends"), fields.get("Depends"))))
    return Record(name, fields["Version"], parse_relations(depends, name),
                  _flat(parse_relations(fields.get("Provides", ""), name)), int(fields.get("Size", 0)),
                  1024 * int(fields.get("Installed-Size", 0)))


def _flat(groups: tuple[tuple[Relation, ...], ...]) -> tuple[Relation, ...]:
    return tuple(relation for group in groups for relation in group)


def _run(command: list[str], seconds: int, folder: Path | None = None) -> subprocess.CompletedProcess:
    try:
        return subprocess.run(command, cwd=folder, env=dict(os.environ, LC_ALL="C"), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise UnresolvedError(f"{_named(command)}: not done after {seconds} s") from None
    except FileNotFoundError:
        raise UnresolvedError(f"{command[0]}: no such command; peers need Debian's packages") from None


def _named(command: list[str]) -> str:
    return " ".join([word for word in command if word[0] not in "-/"][:2])


def _check(done: subprocess.CompletedProcess, what: str) -> None:
    if done.returncode:
        errors = [line[3:] for line in done.stderr.splitlines() if line.startswith("E: ")]
        lines = errors or done.stderr.splitlines() or [f"exit status {done.returncode}"]
        raise ArchiveError(f"{what}: {' '.join(lines[0].split())}")
