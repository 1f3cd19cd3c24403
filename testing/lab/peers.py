# SPDX-License-Identifier: GPL-2.0-or-later
"""The other IKE implementations that tests run against: a folder each under testing/peers.

A peer's folder holds peer.toml, and perhaps a tree `root` to be laid over a host. One with a
`base` is another peer set up in another way: it has the other's packages, files and trees, and its own over them.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lab import debs, paths
from lab.errors import UsageError
from lab.needs import NEEDS

CERTIFICATES = ("ca", "cert", "key")
REQUIRED = ("name", "description", "packages")
OPTIONAL = ("base", "without", "needs", "suffixes", "files", "certificates")

PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+")
SUFFIX = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
PLACE = re.compile(r"/(?:[A-Za-z0-9_.-]+|\{host\}|/)+")


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer as its peer.toml tells it; paths in `files` and `certificates` are those on a host."""

    name: str
    description: str
    folder: Path
    packages: tuple[str, ...]
    without: tuple[str, ...]
    needs: tuple[str, ...]
    suffixes: tuple[str, ...]
    files: dict[str, str]
    certificates: dict[str, str]
    base: "Peer | None" = None

    @property
    def roots(self) -> list[Path]:
        """The trees to lay over a host, over what was fetched, each over those before it."""
        return (self.base.roots if self.base else []) + list(filter(Path.is_dir, [self.folder / "root"]))

    def file_for(self, name: str, host: str) -> str | None:
        """The path on `host` that a test's file called `name` becomes; None if it is not this peer's."""
        prefix = f"{host}."
        place = self.files.get(name.removeprefix(prefix)) if name.startswith(prefix) else None
        return place and place.replace("{host}", host)

    def can_replace(self, other: "Peer", suffixes: Iterable[str]) -> bool:
        """Whether a host that runs `other` and has files of those suffixes could run this peer as it is.

        It can if all the files are of use to it. A host without files is set up by scripts, which only a peer that is
        the same program as the other understands.
        """
        family = {(peer.base or peer).name for peer in (self, other)}
        suffixes = set(suffixes)
        return len(family) == 1 or bool(suffixes) and suffixes <= set(self.files)

    def certificates_for(self, host: str) -> dict[str, str]:
        """Where the CA's certificate ("ca"), the host's ("cert") and its key ("key") go on `host`."""
        return {what: place.replace("{host}", host) for what, place in self.certificates.items()}

    def tree(self, progress: Callable[[str], None], refresh: bool = False) -> Path:
        """The peer's packages unpacked, fetched if need be; errors are those of debs.fetch()."""
        return debs.fetch(self.packages, self._into(), progress, self.without, refresh)

    def version(self) -> str | None:
        """The Debian version of the first of its packages as fetched; None if it was not fetched yet."""
        known = self.fetched()
        return known and known.packages.get(self.packages[0])

    def fetched(self) -> debs.Index | None:
        """What is there of its packages: their tree's name below the cache's peers, versions, what they rely on."""
        return debs.cached(self.packages, self._into(), self.without)

    def _into(self) -> Path:
        return self.base._into() if self.base else paths.cache() / "peers" / self.name


def home() -> Path:
    """The folder with a folder a peer."""
    return paths.TESTING / "peers"


def known() -> list[str]:
    """The names of all peers, sorted."""
    return sorted(path.parent.name for path in home().glob("*/peer.toml"))


def load(name: str) -> Peer:
    """The peer called `name`. UsageError for an unknown one, or a peer.toml that is not as it should be."""
    path = home() / name / "peer.toml"
    if "/" in name or not path.is_file():
        raise UsageError(f"no peer {name}: there are {', '.join(known()) or 'none'}")
    return _parse(path)


def inferred(names: Iterable[str]) -> list[str]:
    """The peers that a test with files of those names uses, by their suffixes: HOST.<suffix>."""
    tails = {name.partition(".")[2] for name in names}
    return [peer for peer in known() if tails.intersection(load(peer).suffixes)]


def _parse(path: Path) -> Peer:
    import tomllib
    try:
        table = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    for key in table:
        if key not in REQUIRED + OPTIONAL:
            raise UsageError(f"{path}: unknown key {key}; there are {', '.join(REQUIRED + OPTIONAL)}")
    base = _base(path, table)
    for key in REQUIRED:
        if not table.get(key):
            raise UsageError(f"{path}: {key} is missing")
    if table["name"] != path.parent.name:
        raise UsageError(f"{path}: name: {table['name']!r} is not the folder's name")
    peer = Peer(
        table["name"], _text(path, table, "description"), path.parent,
        _words(path, table, "packages", PACKAGE), _words(path, table, "without", PACKAGE),
        _words(path, table, "needs"), _words(path, table, "suffixes", SUFFIX),
        _places(path, table, "files"), _places(path, table, "certificates"), base)
    _check(path, peer)
    return peer


def _base(path: Path, table: dict) -> Peer | None:
    """The peer that this one is but for what its table says; the table gets what it leaves to the base."""
    if "base" not in table:
        return None
    for key in ("packages", "without"):
        if key in table:
            raise UsageError(f"{path}: {key} are those of the base; a peer with others is one without base")
    try:
        base = load(_text(path, table, "base"))
    except UsageError as error:
        raise UsageError(f"{path}: base: {error}") from None
    if base.base:
        raise UsageError(f"{path}: base: {base.name} has a base itself")
    table.update(packages=list(base.packages), without=list(base.without), files=base.files | _places(path, table, "files"),
                 certificates=table.get("certificates", base.certificates))
    return base


def _check(path: Path, peer: Peer) -> None:
    for need in peer.needs:
        if need not in NEEDS:
            raise UsageError(f"{path}: needs: unknown need {need!r}; there are {', '.join(NEEDS)}")
    for suffix in peer.suffixes:
        if suffix not in peer.files:
            raise UsageError(f"{path}: suffixes: {suffix!r} is not among the files")
    for suffix in peer.files:
        if not SUFFIX.fullmatch(suffix):
            raise UsageError(f"{path}: files: {suffix!r} is not the end of a file's name")
    if peer.certificates and set(peer.certificates) != set(CERTIFICATES):
        raise UsageError(f"{path}: certificates: the keys must be {', '.join(CERTIFICATES)}")


def _text(path: Path, table: dict, key: str) -> str:
    value = table[key]
    if not isinstance(value, str) or "\n" in value:
        raise UsageError(f"{path}: {key} must be one line of text")
    return value


def _words(path: Path, table: dict, key: str, shape: re.Pattern = SUFFIX) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list):
        raise UsageError(f"{path}: {key} must be a list")
    for word in value:
        if not isinstance(word, str) or not shape.fullmatch(word):
            raise UsageError(f"{path}: {key}: {word!r} is not a word that can stand there")
    return tuple(value)


def _places(path: Path, table: dict, key: str) -> dict[str, str]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise UsageError(f"{path}: {key} must be a table")
    for name, place in value.items():
        if not isinstance(place, str) or not PLACE.fullmatch(place) or ".." in place.split("/"):
            raise UsageError(f"{path}: {key}: {name}: {place!r} is not a path on a host from / on")
    return value
