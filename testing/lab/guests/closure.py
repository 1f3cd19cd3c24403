# SPDX-License-Identifier: GPL-2.0-or-later
"""Which files of the machine a guest's root image holds: those of some Debian packages and of all they depend on."""

import functools
import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lab import apt, paths
from lab.errors import UnresolvedError

_LIMIT = 60  # seconds for dpkg to answer
_FORM = "${db:Status-Status}\t${Package}\t${Version}\t${Essential}\t${Provides}\t${Pre-Depends}, ${Depends}\n"
_LEFT_OUT = ("/usr/share/doc/", "/usr/share/man/", "/usr/share/locale/", "/usr/share/info/", "/usr/share/lintian/",
             "/usr/share/bug/", "/usr/share/doc-base/", "/usr/share/zoneinfo/", "/usr/lib/apt/", "/usr/lib/dpkg/",
             "/usr/lib/udev/hwdb.d/", "/var/", "/boot/", "/run/", "/tmp/")
_MADE_LATER = ("/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/ld.so.cache", "/etc/localtime", "/etc/environment")
_LINKS = "/etc/alternatives"  # of programs with several packages behind one name; no package owns those


@dataclass(frozen=True)
class Package:
    """An installed package: what it provides by name, and the names of what it depends on, with their alternatives."""

    name: str
    version: str
    essential: bool
    provides: tuple[str, ...]
    depends: tuple[tuple[str, ...], ...]


def installed() -> dict[str, Package]:
    """The machine's packages by name. UnresolvedError if dpkg does not answer."""
    try:
        done = subprocess.run(["dpkg-query", "-W", "-f", _FORM], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=_LIMIT, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise UnresolvedError(f"dpkg-query cannot tell what is installed: {error}") from None
    return {package.name: package for package in map(_package, done.stdout.splitlines()) if package}


def _package(line: str) -> Package | None:
    status, name, version, essential, provides, depends = line.split("\t")
    if status != "installed":
        return None
    offered = tuple(one.name for group in apt.parse_relations(provides, name) for one in group)
    groups = tuple(tuple(one.name for one in group) for group in apt.parse_relations(depends, name))
    return Package(name, version, essential == "yes", offered, groups)


def resolve(wanted: Iterable[str], machine: dict[str, Package]) -> dict[str, str]:
    """The versions, by name, of those packages that are wanted or essential and installed, and of all that they need."""
    providers = {name: package.name for package in machine.values() for name in package.provides}
    todo = [name for name in wanted if name in machine] + [one.name for one in machine.values() if one.essential]
    found: dict[str, str] = {}
    while todo:
        package = machine[todo.pop()]
        if package.name in found:
            continue
        found[package.name] = package.version
        for group in package.depends:
            there = (name if name in machine else providers.get(name) for name in group)
            todo += list(filter(None, there))[:1]
    return dict(sorted(found.items()))


def wanted(*sets: str) -> list[str]:
    """The packages that tools/debian-packages has in those sets."""
    lines = (paths.ROOT / "tools" / "debian-packages").read_text(encoding="utf-8").splitlines()
    words = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return [word[0] for word in words if word[1] in sets]


def basics() -> dict[str, bytes]:
    """What a machine has in /etc that belongs to no package; its name servers are none of a guest's."""
    found = {path: Path(path).read_bytes() for path in _MADE_LATER if os.path.isfile(path)}
    return {**found, "/etc/resolv.conf": b""}


def files(packages: Iterable[str]) -> Iterator[str]:
    """The paths of those packages' files, links and folders on the machine, each once and behind its folder; no documents.

    Links of the alternatives system that end at one of these are among them.
    """
    found: dict[str, None] = {}
    for package in packages:
        for line in _list(package).read_text(encoding="utf-8").splitlines():
            path = _real(line)
            if path and not (path + "/").startswith(_LEFT_OUT) and os.path.lexists(path):
                found.setdefault(path)
    for path in _alternatives(found):
        found.setdefault(path)
    return iter(found)


def _list(package: str) -> Path:
    folder = Path(os.environ.get("DPKG_ADMINDIR", "/var/lib/dpkg")) / "info"
    found = [folder / f"{package}.list", *sorted(folder.glob(f"{package}:*.list"))]
    return next((path for path in found if path.exists()), Path(os.devnull))


def _real(path: str) -> str:
    """A path with links of its folders followed, such as /bin to /usr/bin; the last part may be a link."""
    if path == "/.":
        return ""
    folder, name = os.path.split(path)
    return os.path.join(_folder(folder), name)


_folder = functools.cache(os.path.realpath)


def _alternatives(there: dict[str, None]) -> Iterator[str]:
    for folder in sorted({os.path.dirname(path) for path in there}):
        for entry in os.scandir(folder) if os.path.isdir(folder) else ():
            if entry.is_symlink() and os.readlink(entry.path).startswith(_LINKS + "/"):
                if os.path.realpath(entry.path) in there:
                    yield os.readlink(entry.path)
                    yield entry.path
