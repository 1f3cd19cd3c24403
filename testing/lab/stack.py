# SPDX-License-Identifier: GPL-2.0-or-later
"""Cygnet's own IPsec stacks, and the tree with its programs that is laid over the hosts of tests about them.

`make build` puts that tree, as `make install` would put it on a machine, into build/stage. CYGNET_STAGE names another one,
of a build with sanitizers for instance, which is taken as it is. What hosts get is a copy in the cache whose name stands for
what is in it: what a run's first test gets, all get, whatever is built meanwhile, and other machines get it once.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lab import once, paths
from lab.errors import UnresolvedError, UsageError
from lab.needs import missing

if TYPE_CHECKING:
    from lab.place import HostSpec
    from lab.testcase import TestCase

AUTO = "auto"  # either, as pluto has it with protostack=auto
MODULE = "klips-kernel"  # of a test that wants what the module alone has; of a run: klipsd's place is taken by the module
OWN = {"klips-user": ("tun",), AUTO: ("tun",), MODULE: ("klips-module",)}  # what each of them needs of the place
MODULE_AT = "/module"  # where hosts see it
STACKS = (*OWN, "netkey")

# Of what is installed; tests of it are in folders below.
_SOURCES = ("lib", "programs", "klips/core", "klips/control", "klips/user", "pluto")
_BUILD = "type 'make build'"
_CHANGED = "Cygnet's programs changed while they were copied: a build is under way; try again after it"
_KEPT = 20  # copies; hosts that stay up have theirs mounted
_taken: dict[Path, Path] = {}  # the copies that this process has made or found, by what they are copies of


def needs(stacks: Iterable[str]) -> list[str]:
    """What a test about these stacks needs of the place besides what it says itself."""
    return [need for stack in stacks for need in OWN.get(stack, ())]


def is_own(stacks: Iterable[str]) -> bool:
    """Whether a test about these stacks is one about Cygnet's."""
    return any(stack in OWN for stack in stacks)


def is_about_own(cases: Iterable["TestCase"]) -> bool:
    """Whether one of these tests is about one of Cygnet's stacks."""
    return any(is_own(case.stacks) for case in cases)


def certificates_for(host: str) -> dict[str, str]:
    """Where Cygnet finds a host's certificates, by what they are: those of ipsec.d."""
    return {"ca": "/etc/ipsec.d/cacerts/ca.crt", "cert": f"/etc/ipsec.d/certs/{host}.crt",
            "key": f"/etc/ipsec.d/private/{host}.key"}


def of_cell(stacks: Iterable[str], place: str, instead: str = "") -> list[str]:
    """The stacks that a test about these has at a place: the kernel's own in place of "auto" if it has one.

    instead: of Cygnet's own, if another one was asked for.
    """
    if instead:
        return [instead if stack in OWN else stack for stack in stacks]
    return [_chosen(place) if stack == AUTO else stack for stack in stacks]


def to_load(stacks: Iterable[str], instead: str, kernel: str) -> str:
    """The module that a guest's kernel has to load for a test about these stacks; "" if none, or if the kernel has it built in.

    See of_cell() and module().
    """
    wanted = instead == MODULE and is_own(stacks) or MODULE in stacks
    return str(module(kernel)) if wanted and not _has_klips(kernel) else ""


def lacking(stacks: Iterable[str], instead: str, kernel: str) -> str:
    """Why a test about these stacks is skipped in a guest: nobody asked for the module that it wants, or made it; else ""."""
    if MODULE not in stacks or instead == MODULE or _made(kernel).exists() or _has_klips(kernel):
        return ""
    return f"needs KLIPS as a module for the kernel {kernel}: 'make module KERNEL={kernel}' makes it"


def show(path: str, spec: "HostSpec") -> None:
    """Have a host see the folder of that module, if any, so that its scripts can load it again: MODULE_AT."""
    if path:
        spec.binds[MODULE_AT] = str(Path(path).parent)


def _has_klips(kernel: str) -> bool:
    from lab.kernels import catalog
    build = catalog.builds().get(kernel)
    return bool(build and build.klips)


def module(kernel: str) -> Path:
    """KLIPS's module for one of the lab's kernels, as `make module` made it. UsageError if it did not, or before a change."""
    from lab.kernels import klips
    path = _made(kernel)
    if not path.exists():
        raise UsageError(f"{path}: there is none: type 'make module KERNEL={kernel}'")
    newer = next((source for source in klips.sources().values() if _changed(source) > _changed(path)), None)
    if newer:
        raise UsageError(f"{path}: older than {newer.relative_to(paths.ROOT)}: type 'make module KERNEL={kernel}'")
    return path


def _made(kernel: str) -> Path:
    return paths.BUILD / "module" / kernel / "ipsec.ko"


def sanitizers(stacks: Iterable[str]) -> list[str]:
    """Those that a test about these stacks needs besides the usual ones and its own."""
    return ["stacks"] if AUTO in stacks else []


def _chosen(place: str) -> str:
    """Kernels of guests have ESP, all of them; the machine's is asked."""
    return "klips-user" if place == "ns" and missing(["kernel-esp"]) else "netkey"


def tree() -> Path:
    """The tree to lay over a host: the same as long as this process lasts. Errors are those of built() and keep()."""
    known = os.environ.get("CYGNET_STAGE")
    source = Path(known).absolute() if known else paths.BUILD / "stage"
    if source not in _taken:
        _taken[source] = keep(files(built()))
    return _taken[source]


def built() -> Path:
    """The tree that was built last. UsageError if there is none, or if it is older than a source of it; it says what to do."""
    own = os.environ.get("CYGNET_STAGE")
    if own:
        return _checked(Path(own).absolute(), "CYGNET_STAGE names no tree with usr/")
    folder = _checked(paths.BUILD / "stage", f"Cygnet is not built: {_BUILD}")
    stamp = _changed(folder.with_name("stage.stamp"))
    newer = next((path for path in _sources() if _changed(path) > stamp), None)
    if newer:
        raise UsageError(f"{folder}: older than {newer.relative_to(paths.ROOT)}: {_BUILD}")
    return folder


def files(top: Path) -> dict[str, Path]:
    """The files and links below a folder, each by its name from there."""
    return {os.path.relpath(path, top): path for path in sorted(top.rglob("*")) if path.is_symlink() or not path.is_dir()}


def keep(found: dict[str, Path]) -> Path:
    """The folder of the cache that holds those files under those names; its own name is a hash of them.

    UnresolvedError if one changes meanwhile, or the disk is full.
    """
    try:
        final = paths.cache() / "stages" / _digest(found)
        if not final.is_dir():
            with once.locked(final.with_name("lock")):
                once.folder(final, lambda draft: _copy(found, draft, final.name))
                once.sweep(final.parent, "*", _KEPT)
        os.utime(final)
        return final
    except FileNotFoundError:
        raise UnresolvedError(_CHANGED) from None


def _digest(found: dict[str, Path]) -> str:
    total = hashlib.sha256()
    for name, path in sorted(found.items()):
        if path.is_symlink():
            kind, content = b"l", os.fsencode(os.readlink(path))
        else:
            kind, content = b"x" if path.stat().st_mode & 0o100 else b"f", path.read_bytes()
        total.update(b"\0".join([kind, os.fsencode(name), hashlib.sha256(content).digest()]))
    return total.hexdigest()[:12]


def _copy(found: dict[str, Path], draft: Path, digest: str) -> None:
    for name, path in found.items():
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, draft / name, follow_symlinks=False)
    if _digest({name: draft / name for name in found}) != digest:
        raise UnresolvedError(_CHANGED)


def _checked(folder: Path, complaint: str) -> Path:
    if not (folder / "usr").is_dir():
        raise UsageError(f"{folder}: {complaint}")
    return folder


def _sources() -> Iterator[Path]:
    for name in _SOURCES:
        for path in sorted((paths.ROOT / "src" / name).glob("*.[ch]")):
            yield path


def _changed(path: Path) -> float:
    """When a file was written, in seconds since 1970; long ago if there is none."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
