# SPDX-License-Identifier: GPL-2.0-or-later
"""What a farm's hosts get: the checkout, by the hash of its files, and the folders of the cache that the tests need.

Everything has a name that stands for its content, and lands in the host's own cache; so each goes to a host once.
"""

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lab import paths, peers, stack, suites, x509
from lab.errors import UnresolvedError
from lab.farm import hosts
from lab.farm.hosts import Host
from lab.runone import Options
from lab.testcase import TestCase

BASE = 'base="${CYGNET_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cygnet}"\n'  # as paths.cache() has it
_PARTS = ("lab", "testing", "kernel-src", "tools/debian-packages")
_OWN_TESTS = paths.TESTING / "lab" / "tests"
_ASK = BASE + 'for one; do [ -e "$base/$one" ] || printf "%s\\n" "$one"; done\n'
_TAKE = BASE + """\
set -e
mkdir -p "$base"
draft=$(mktemp -d "$base/.farm.XXXXXX")
trap 'rm -rf "$draft"' EXIT
trap 'exit 1' HUP TERM INT
tar -x -C "$draft"
for one; do
    mkdir -p "$(dirname "$base/$one")"
    [ -e "$base/$one" ] || mv -T "$draft/$one" "$base/$one" || [ -e "$base/$one" ]
done
"""
_ASK_LIMIT, _SEND_LIMIT = 60, 1800  # seconds


@dataclass(frozen=True)
class Load:
    """What hosts need. items: places below the cache, with what lies there; files: the checkout's, below its root.

    stage: the item that is Cygnet's programs; empty if no test is about them. words: options of `lab run-one` by which tests
    of other projects' suites are known there.
    """

    checkout: str
    files: tuple[str, ...]
    items: tuple[tuple[str, Path], ...]
    stage: str = ""
    words: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """All places below a host's cache."""
        return [self.checkout, *(name for name, _ in self.items)]


def gather(cases: Iterable[TestCase], options: Options, say: Callable[[str], None]) -> Load:
    """Find out what the tests need; it is all in our cache already (pool.provide)."""
    cases = list(cases)
    found: list[Path] = []
    for name in sorted({options.kernel, *options.kernels.values()} - {""}):
        from lab import kernels
        from lab.kernels import catalog
        found.append(kernels.folder(catalog.find(name, options.place, say)))
    for name in sorted({name for case in cases for name in case.peers.values()}):
        tree = peers.load(name).tree(say)
        found += [tree, *tree.parent.glob(f"{tree.name.rpartition('-')[0]}.*.index")]
    found += [x509.ensure(kind) for kind in sorted({case.x509 for case in cases if case.x509})]
    words: list[str] = []
    for suite in suites.of(cases):
        packed = suites.pack(suite)
        found += _of_suite(suite, packed, say)
        words += ["--suite", suites.word(packed).replace(f"{paths.cache()}/", "")]
    files, stage = tuple(_files()), ""
    if stack.is_about_own(cases):
        from lab import carried
        found.append(carried.tree())
        stage = str(found[-1].relative_to(paths.cache()))
    items = {str(path.relative_to(paths.cache())): path for path in found}
    return Load(f"farm/{_hash(files)}", files, tuple(items.items()), stage, tuple(words))


def _of_suite(suite: suites.Suite, packed: suites.Suite, say: Callable[[str], None]) -> list[Path]:
    """What a suite's tests need of the cache: its trees, what is laid over its hosts, and where that is written down."""
    laid = suite.project.folders(suite, say)
    indexes = {index for path in laid for index in path.parent.glob("*.index")}
    return [packed.tree, *filter(None, [packed.build and Path(packed.build)]), *laid, *sorted(indexes)]


def _files() -> list[str]:
    """The checkout's files and links that a run needs, by name, sorted."""
    found = []
    for part in _PARTS:
        top = paths.ROOT / part
        found += [part] if top.is_file() else []
        for folder, folders, names in os.walk(top):
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            folders[:] = [name for name in folders if name != "__pycache__" and os.path.join(folder, name) != str(_OWN_TESTS)]
            found += [os.path.relpath(os.path.join(folder, name), paths.ROOT) for name in names + links]
    return sorted(found)


def _hash(files: Iterable[str]) -> str:
    total = hashlib.sha256()
    for name in files:
        path = paths.ROOT / name
        content = os.fsencode(os.readlink(path)) if path.is_symlink() else path.read_bytes()
        mode = path.lstat().st_mode
        total.update(b"\0".join([os.fsencode(name), oct(mode & 0o170111).encode(), hashlib.sha256(content).digest()]))
    return total.hexdigest()[:12]


def send(load: Load, host: Host, say: Callable[[str], None]) -> None:
    """Send a host what it lacks; all of a thing or nothing. UnresolvedError if that fails."""
    lacking = hosts.script(host, _ASK, *load.names, limit=_ASK_LIMIT).splitlines()
    if not lacking:
        return
    say(f"{host.name}: sending {', '.join(lacking)}")
    with os.fdopen(os.memfd_create("files"), "w+b") as names:  # no pipe: nobody has to feed it meanwhile
        names.write(b"".join(os.fsencode(name) + b"\0" for name in load.files))
        names.seek(0)
        with subprocess.Popen(_tar(load, lacking), stdin=names, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as source:
            try:
                hosts.script(host, _TAKE, *lacking, stdin=source.stdout, limit=_SEND_LIMIT)
            except BaseException:
                source.kill()
                raise
            source.stdout.close()
            said = source.stderr.read().decode(errors="replace").strip()
    if source.returncode:
        raise UnresolvedError(f"{host.name}: tar: {said.splitlines()[-1] if said else source.returncode}")


def _tar(load: Load, lacking: list[str]) -> list[str]:
    """Writes what is lacking to its standard output; the checkout's files are those it reads, and lie below its name.

    The fixed owner makes it readable to whoever unpacks it as root.
    """
    words = ["tar", "-c", "--owner=0", "--group=0"]
    items = [name for name in lacking if name != load.checkout]
    words += ["-C", str(paths.cache()), *items] if items else []
    if load.checkout in lacking:
        parts = "|".join(_PARTS)
        words += [f"--transform=flags=rSh;s,^({parts})($|/),{load.checkout}/&,x", "-C", str(paths.ROOT),
                  "--null", "--no-recursion", "-T", "-"]
    return words
