# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian packages as trees of files that are laid over a host: fetched once, never installed."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lab import once
from lab.errors import UnresolvedError

FORMAT = 1  # of the trees and of the index; another number makes them anew
UNPACK_SECONDS = 120
Progress = Callable[[str], None]


@dataclass(slots=True)
class Index:
    """What a request came to: the tree's name, its packages' versions, and what they rely on."""

    tree: str
    packages: dict[str, str]
    relied: list[str] = field(default_factory=list)
    machine: list[int] = field(default_factory=list)


def fetch(packages: Iterable[str], into: Path, progress: Progress, without: Iterable[str] = (),
          refresh: bool = False) -> Path:
    """The tree of `packages` and of all that they need and the machine lacks: INTO-KEY.

    KEY stands for the packages' versions. The tree is the caller's to read, not to change. Packages in
    `without` are never fetched as dependencies. `refresh` asks the archive again. Works for any user, and
    without a network once the tree is there. UnresolvedError if there is no such package, no network, or
    no room on the disk; then there is no tree.
    """
    names, without = list(packages), list(without)
    if not refresh and (known := cached(names, into, without)):
        return into.parent / known.tree
    with once.locked(into.with_name(f"{into.name}.lock"),
                     lambda: progress(f"{into.name}: another run is fetching it; waiting")):
        known = None if refresh else _valid(names, into, without)
        if known is None:
            known = _fetch(names, into, progress, without)
        known.machine = _machine()
        once.replace(_index_path(names, into, without), json.dumps(asdict(known), indent=1))
    return into.parent / known.tree


def cached(packages: Iterable[str], into: Path, without: Iterable[str] = ()) -> Index | None:
    """What an earlier fetch() of the same left, if the machine's packages are as they were then."""
    known = _read(_index_path(list(packages), into, list(without)))
    if known and known.machine == _machine() and (into.parent / known.tree).is_dir():
        return known
    return None


def relied(folder: Path) -> list[str]:
    """The machine's packages that the trees fetched into a folder rely on."""
    indexes = (_read(path) for path in sorted(folder.glob("*.index")))
    return sorted({name for index in indexes if index for name in index.relied})


def _valid(names: list[str], into: Path, without: list[str]) -> Index | None:
    """As cached(), but a machine that changed is looked at: what the tree relies on may still be there."""
    known = _read(_index_path(names, into, without))
    if not known or not (into.parent / known.tree).is_dir():
        return None
    if known.machine != _machine():
        from lab import apt
        here = apt.installed()
        if any(name not in here.owners for name in known.relied):
            return None
    return known


def _fetch(names: list[str], into: Path, progress: Progress, without: list[str]) -> Index:
    """Fetch by the system's package lists; if they are empty or stale, by private ones, then removed."""
    import shutil
    from lab import apt
    state = into.with_name("apt")
    progress(f"{into.name}: looking up {len(names)} packages")
    with once.locked(into.with_name("apt.lock")):
        try:
            return _fetch_with(apt.Apt(state, private=False), names, into, progress, without)
        except apt.ArchiveError as error:
            progress(f"{into.name}: {error}; asking the archive for newer lists")
            own = apt.Apt(state, private=True)
            own.update()
            return _fetch_with(own, names, into, progress, without)
        finally:
            shutil.rmtree(state, ignore_errors=True)


def _fetch_with(source, names: list[str], into: Path, progress: Progress, without: list[str]) -> Index:
    from lab import apt
    closure = apt.resolve(source, names, without)
    versions = {record.name: record.version for record in closure.records}
    tree = into.with_name(f"{into.name}-{_key([FORMAT, versions])}")

    def fill(draft: Path) -> None:
        size = sum(record.size for record in closure.records)
        progress(f"{into.name}: fetching {len(versions)} packages, {size / 1e6:.1f} MB")
        parcels = draft / ".debs"
        parcels.mkdir()
        _unpack(source.download(closure.records, parcels), draft)

    once.folder(tree, fill)
    progress(f"{into.name}: {len(versions)} packages in {tree}")
    return Index(tree.name, versions, closure.relied)


def _unpack(parcels: list[Path], root: Path) -> None:
    """Unpack into `root`, following the machine's merged /usr, and remove the packages.

    A folder /lib in a tree laid over a host whose /lib is a link would hide the host's whole /lib.
    """
    import shutil
    links = [path for path in Path("/").iterdir() if path.is_symlink() and _inside(path)]
    for link in links:
        target = os.readlink(link).lstrip("/")
        (root / target).mkdir(parents=True, exist_ok=True)
        (root / link.name).symlink_to(target)
    for parcel in parcels:
        _unpack_one(parcel, root)
        parcel.unlink()
    for link in links:
        ours = root / link.name
        if not ours.is_symlink():
            raise UnresolvedError(f"{ours}: a package replaced the link by a folder")
        ours.unlink()
    shutil.rmtree(parcels[0].parent)
    root.chmod(0o755)


def _inside(link: Path) -> bool:
    return link.is_dir() and os.readlink(link).lstrip("/").startswith("usr/")


def _unpack_one(parcel: Path, root: Path) -> None:
    """As dpkg-deb -x, which would replace a link to a folder by a folder."""
    import subprocess
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", parcel], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as source:
        try:
            done = subprocess.run(["tar", "-xp", "--keep-directory-symlink", "-C", root],
                                  stdin=source.stdout, capture_output=True, text=True,
                                  timeout=UNPACK_SECONDS)
            source.stdout.close()
            failed = done.returncode or source.wait(UNPACK_SECONDS)
        except subprocess.TimeoutExpired:
            source.kill()
            raise UnresolvedError(f"{parcel.name}: not unpacked after {UNPACK_SECONDS} s") from None
    if failed:
        why = " ".join(done.stderr.split()) or "not a Debian package"
        raise UnresolvedError(f"{parcel.name}: cannot be unpacked: {why}")


def _index_path(names: list[str], into: Path, without: list[str]) -> Path:
    request = [FORMAT, sorted(names), sorted(without), os.uname().machine, sources()]
    return into.with_name(f"{into.name}.{_key(request)}.index")


def _read(path: Path) -> Index | None:
    try:
        return Index(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def sources() -> list[str]:
    """Where apt fetches from, and the release: another archive may give another tree."""
    paths = [Path("/etc/debian_version"), Path("/etc/apt/sources.list")]
    with_parts = Path("/etc/apt/sources.list.d")
    if with_parts.is_dir():
        paths += sorted(with_parts.iterdir())
    if os.environ.get("APT_CONFIG"):
        paths.append(Path(os.environ["APT_CONFIG"]))
    return [path.read_text(errors="replace") for path in paths if path.is_file()]


def _machine() -> list[int]:
    """A mark of the machine's set of installed packages: it changes whenever dpkg does something."""
    folder = os.environ.get("DPKG_ADMINDIR", "/var/lib/dpkg")
    try:
        status = os.stat(f"{folder}/status")
    except OSError:
        return []
    return [status.st_mtime_ns, status.st_size]


def _key(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]
