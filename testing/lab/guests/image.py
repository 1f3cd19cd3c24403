# SPDX-License-Identifier: GPL-2.0-or-later
"""The read-only disks of QEMU guests, as erofs images: the machine's own programs, a kernel's modules, the lab's code, trees.

An image lies in the cache in a folder named by a hash of all that goes into it, and is made once. No disk is ever changed:
a snapshot of a guest depends on each byte of them.
"""

import hashlib
import json
import os
import py_compile
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from lab import apt, once, paths, peers, suites
from lab.errors import UnresolvedError
from lab.guests import closure

Progress = Callable[[str], None]
ROOT_SETS = ("run", "image")  # of tools/debian-packages: what a guest's root holds
_TOOLS = ("kmod", "mount", "netbase")  # what a machine has anyway, or a guest itself needs
_FORMAT = 3  # of the images; another number makes them anew
_LIMIT = 300  # seconds to write one
_ROOM = 400_000_000  # bytes for the largest, its staged files included
_KEPT = {"root": 2, "modules": 12, "code": 4, "tree": 24, "stage": 6}  # images of each kind
_IMPORT = re.compile(r"^ *from (lab[.\w]*) import (\([^)]*\)|.*)$", re.MULTILINE)
_EMPTY = ("proc", "sys", "dev", "run", "tmp", "var", "root", "mnt", "home", "etc")
_MODULES = re.compile(  # what a guest can need: networks, crypto, virtual devices; no hardware
    r"kernel/(net|crypto|lib|kernel|arch|block|fs/(overlayfs|erofs|fuse|9p|netfs|fscache)|security)/"
    r"|kernel/drivers/(virtio|crypto/virtio|char/hw_random|char/virtio_console|block/virtio_blk|net/(vxlan|wireguard|macvlan|"
    r"ipvlan|bonding|team|netdevsim|[^/]*\.ko))")


def folder() -> Path:
    """Where images are."""
    return paths.cache() / "images"


def key(*parts: object) -> str:
    """A short hash of values that JSON can hold."""
    return hashlib.sha256(json.dumps([_FORMAT, *parts], sort_keys=True).encode()).hexdigest()[:12]


def root(progress: Progress) -> Path:
    """The image of the machine's programs: the run and image sets of tools/debian-packages, what they depend on, and what
    the peers fetched so far rely on. UnresolvedError says what is missing to make it.
    """
    versions = _versions()
    basics = closure.basics()
    name = f"root-{key(versions, {path: hashlib.sha256(data).hexdigest() for path, data in basics.items()})}"

    def stage(top: Path) -> None:
        for name in _EMPTY:
            (top / name).mkdir()
        for path in closure.files(versions):
            _copy(Path(path), top)
            if path.endswith(".py"):  # compiled when it was installed, and so in no package
                _copy(_compiled(Path(path)), top)
        for path, data in basics.items():
            (top / path.lstrip("/")).write_bytes(data)
        for link in filter(Path.is_symlink, Path("/").iterdir()):  # /bin and the others of a merged /usr
            if (top / os.readlink(link).lstrip("/")).is_dir() and not os.path.lexists(top / link.name):
                (top / link.name).symlink_to(os.readlink(link))
        modules = top / "usr/lib/modules"
        shutil.rmtree(modules, ignore_errors=True)
        modules.symlink_to("/mnt/modules")  # mounted there: a mount below /usr would make each host's root dearer

    return _make(name, stage, progress)


def _versions() -> dict[str, str]:
    wanted = [*_TOOLS, *closure.wanted(*ROOT_SETS)]
    for name in peers.known():
        fetched = peers.load(name).fetched()
        wanted += fetched.relied if fetched else []
    wanted += suites.relied()
    return closure.resolve(wanted, closure.installed())


def modules(source: Path, progress: Progress) -> Path:
    """The image of a kernel's modules that guests can need, those that others depend on included.

    source: lib/modules/RELEASE, with its modules.dep; the image holds the folder RELEASE.
    """
    release = source.name
    needed = needed_modules((source / "modules.dep").read_text(encoding="ascii"))
    tables = sorted(path.name for path in source.glob("modules.*"))
    name = f"modules-{release}-{key(str(source), needed, [(source / table).stat().st_size for table in tables])}"

    def stage(top: Path) -> None:
        for file in [*needed, *tables]:
            target = top / release / file
            target.parent.mkdir(parents=True, exist_ok=True)
            _link(source / file, target)

    return _make(name, stage, progress)


def needed_modules(dependencies: str) -> list[str]:
    """The modules, by path, that a guest can need, and those that they need, of the text of a modules.dep."""
    table = {}
    for line in dependencies.splitlines():
        name, _, others = line.partition(":")
        table[name] = others.split()
    chosen = {name for name in table if _MODULES.match(name)}
    return sorted(chosen.union(*(table[name] for name in chosen)))


def code(progress: Progress) -> Path:
    """The image of as much of the lab's own code as guests run, compiled. Its name stands for the code."""
    projects = [f"lab/suites/{kind}/__init__.py" for kind in suites.KINDS]
    sources = used_modules(paths.TESTING, "lab/guests/qinit.py", "lab/runone.py", "lab/testcase.py", *projects)
    sources["lab/guests/qinit"] = (paths.TESTING / "lab/guests/qinit").read_text(encoding="utf-8")

    def stage(top: Path) -> None:
        for name, text in sources.items():
            target = top / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            if target.suffix == ".py":
                py_compile.compile(str(target), dfile=f"/mnt/code/{name}", quiet=2,
                                   invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)

    return _make(f"code-{key(sources)}", stage, progress)


def used_modules(top: Path, *first: str) -> dict[str, str]:
    """The text, by path below `top`, of some modules of the lab's and of all of the lab's that they import, late ones too."""
    found: dict[str, str] = {}
    todo = ["lab/__init__.py", *first]
    while todo:
        name = todo.pop()
        if name in found or not (top / name).is_file():
            continue
        found[name] = (top / name).read_text(encoding="utf-8")
        for package, names in _IMPORT.findall(found[name]):
            folder = package.replace(".", "/")
            todo += [f"{folder}.py", f"{folder}/__init__.py"]
            for word in re.findall(r"\w+", re.sub(r" as \w+|#.*", "", names)):
                todo += [f"{folder}/{word}.py", f"{folder}/{word}/__init__.py"]
    return dict(sorted(found.items()))


def trees() -> list[Path]:
    """The fetched trees of all peers that there are."""
    found = (peers.load(name).fetched() for name in peers.known())
    return [paths.cache() / "peers" / name for name in sorted({index.tree for index in found if index})]


def tree(source: Path, progress: Progress) -> Path:
    """The image of a fetched or made tree of the cache, whose name tells what is in it."""
    return _make(f"tree-{source.name}", source, progress)


def stage(source: Path, size: int, progress: Progress) -> Path:
    """The image of Cygnet's programs, a folder whose name stands for what is in it, with zeros behind it up to a size in bytes:
    what goes on from a snapshot, whichever programs it gets, takes the disk to be as large as it was. UnresolvedError if they
    are more.
    """
    made = _make(f"stage-{source.name}", source, progress)
    if made.stat().st_size > size:
        raise UnresolvedError(f"{source}: {made.stat().st_size >> 20} MB of programs, a guest takes {size >> 20} at most")
    os.truncate(made, size)
    return made


def write(source: Path, target: Path, leave_out: Iterable[str] = ()) -> None:
    """Write an image of a folder; all in it belongs to root there. leave_out: regular expressions of paths."""
    command = ["mkfs.erofs", "--quiet", "--all-root", "--preserve-mtime", "-x-1",
               *(f"--exclude-regex={word}" for word in leave_out), str(target), str(source)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LIMIT, check=False)
    except FileNotFoundError:
        raise UnresolvedError("mkfs.erofs: no such command; package erofs-utils has it: 'make deps-qemu'") from None
    except subprocess.TimeoutExpired:
        raise UnresolvedError(f"mkfs.erofs: {target} was not written within {_LIMIT} s") from None
    if done.returncode:
        raise UnresolvedError(f"mkfs.erofs: {target}: {' '.join((done.stdout + done.stderr).split())[-300:]}")


def _make(name: str, content: Callable[[Path], None] | Path, progress: Progress) -> Path:
    """The image of that name; if need be, written from a folder, or from what `content` puts into one."""
    final = folder() / name
    if not (final / "image").exists():
        kind = name.partition("-")[0]
        with once.locked(folder() / f"{kind}.lock", lambda: progress(f"{name}: another run makes an image")):
            once.folder(final, lambda draft: _fill(draft, name, content, progress))
            once.sweep(folder(), f"{kind}-*", keep=_KEPT[kind])
    os.utime(final)
    return final / "image"


def _fill(draft: Path, name: str, content: Callable[[Path], None] | Path, progress: Progress) -> None:
    apt.need_room(draft, _ROOM)
    progress(f"{name}: making the image")
    if isinstance(content, Path):
        write(content, draft / "image")
        return
    top = draft / "tree"
    top.mkdir()
    content(top)
    write(top, draft / "image")
    shutil.rmtree(top)


def _compiled(source: Path) -> Path:
    return source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"


def _copy(path: Path, top: Path) -> None:
    target = top / str(path).lstrip("/")
    if path.is_dir() and not path.is_symlink():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if os.access(path, os.R_OK) or path.is_symlink():  # what this user may not read, no host misses
        shutil.copy2(path, target, follow_symlinks=False)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
