# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds kernels for guests from Debian's source packages, into the cache, by the hash of all that goes into them."""

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lab import debs, once, paths
from lab.errors import UnresolvedError
from lab.kernels.catalog import Build

_LIMIT = 3600  # seconds for a whole build on a slow machine
_STEP_LIMIT = 600  # seconds for what comes before compiling: unpacking, configuring
_ROOM = 4_000_000_000  # bytes that a source tree and its objects take
Progress = Callable[[str], None]


def folder(build: Build) -> Path:
    """Where a build is, or will be: with its kernel, its .config and its log."""
    return paths.cache() / "kernels" / f"{build.name}-{_key(build)}"


def is_cached(build: Build) -> bool:
    """Whether it needs no building."""
    return (folder(build) / "linux").exists()


def ensure(build: Build, progress: Progress) -> Path:
    """The built kernel, an executable file for arch um; built first if it is not cached, which takes minutes.

    UnresolvedError with the end of the compiler's words if that fails, and for want of room or of the source.
    """
    final = folder(build)
    if not is_cached(build):
        with once.locked(final.with_name(final.name + ".lock"), lambda: progress(f"{build.name}: another run builds it")):
            once.folder(final, lambda draft: _make(build, draft, progress))
    return final / "linux"


def _key(build: Build) -> str:
    """A hash of the recipe. The source's version is not in it: a newer one is asked for by `lab kernels build`."""
    parts = [build.source, build.arch, *(fragment.read_text() for fragment in build.config), repr(build.edits)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _make(build: Build, draft: Path, progress: Progress) -> None:
    top = paths.cache() / "kernels"
    if shutil.disk_usage(top).free < _ROOM:
        raise UnresolvedError(f"{top}: building {build.name} takes {_ROOM // 10**9} GB of room, which is not there")
    source = debs.fetch([build.source], top / "source" / build.source, progress)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=top, prefix=f"{build.name}.build-") as work:
        tree = Path(work)
        log = draft / "build.log"
        _run(["tar", "-C", work, "--strip-components=1", "-xJf", _archive(source, build)], tree, log)
        for edit in build.edits:
            _edit(tree / edit.file, edit.find, edit.replace)
        _configure(build, tree, log)
        progress(f"{build.name}: compiling, which takes some minutes; its log is {log}")
        _compile(tree, build, log, progress)
        shutil.copy2(tree / "linux", draft / "linux")
        shutil.copy2(tree / ".config", draft / "config")
    progress(f"{build.name}: built in {time.monotonic() - began:.0f} s")


def _archive(source: Path, build: Build) -> str:
    found = list(source.glob(f"usr/src/{build.source}.tar.*"))
    if not found:
        raise UnresolvedError(f"{source}: package {build.source} holds no usr/src/{build.source}.tar.*")
    return str(found[0])


def _edit(path: Path, find: str, replace: str) -> None:
    text = path.read_text(encoding="utf-8")
    if text.count(find) != 1:
        raise UnresolvedError(f"{path.name}: '{find}' is there {text.count(find)} times, not once: the edit no longer fits")
    path.write_text(text.replace(find, replace), encoding="utf-8")


def _kernel_make(build: Build) -> list[str]:
    compiler = "ccache gcc" if shutil.which("ccache") else "gcc"
    return ["make", f"ARCH={build.arch}", "SUBARCH=x86_64", f"CC={compiler}", f"-j{os.cpu_count() or 1}"]


def _configure(build: Build, tree: Path, log: Path) -> None:
    """Merge the fragments over the smallest configuration, and see that every wish of theirs came true."""
    _run([*_kernel_make(build), "tinyconfig"], tree, log)
    _run(["scripts/kconfig/merge_config.sh", "-m", ".config", *map(str, build.config)], tree, log)
    _run([*_kernel_make(build), "olddefconfig"], tree, log)
    if lost := unmet(build.config, (tree / ".config").read_text()):
        raise UnresolvedError(f"{build.name}: the configuration cannot have {', '.join(lost)}")


def unmet(fragments: tuple[Path, ...], config: str) -> list[str]:
    """The settings of fragments that a configuration does not have; of two for one option, the later counts."""
    wanted: dict[str, str] = {}
    for fragment in fragments:
        for line in fragment.read_text().splitlines():
            name, equals, value = line.partition("=")
            if equals and name.startswith("CONFIG_"):
                wanted[name] = value
    have = dict(line.split("=", 1) for line in config.splitlines() if line.startswith("CONFIG_"))
    return [f"{name}={value}" for name, value in wanted.items() if have.get(name, "n") != value]


def _compile(tree: Path, build: Build, log: Path, progress: Progress) -> None:
    count, shown = 0, time.monotonic()
    with open(log, "ab") as file, subprocess.Popen(
            [*_kernel_make(build), "linux"], cwd=tree, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True) as process:
        deadline = shown + _LIMIT
        try:
            for line in process.stdout:
                file.write(line)
                count += 1
                now = time.monotonic()
                if now > deadline:
                    raise UnresolvedError(f"{build.name}: not built within {_LIMIT} s")
                if now > shown + 30:
                    shown = now
                    progress(f"{build.name}: {count} steps done")
        except BaseException:  # Ctrl-C too: make has a session of its own, and would go on in a tree that is removed
            os.killpg(process.pid, signal.SIGKILL)
            raise
    _check(process.returncode, log, build.name)


def _run(argv: list[str], tree: Path, log: Path) -> None:
    with open(log, "ab") as file:
        try:
            done = subprocess.run(argv, cwd=tree, stdin=subprocess.DEVNULL, stdout=file, stderr=file, timeout=_STEP_LIMIT,
                                  check=False)
        except subprocess.TimeoutExpired:
            raise UnresolvedError(f"{argv[0]} did not end within {_STEP_LIMIT} s") from None
    _check(done.returncode, log, argv[0])


def _check(status: int, log: Path, what: str) -> None:
    if status:
        end = log.read_text(errors="replace").strip().splitlines()[-3:]
        raise UnresolvedError(f"{what} ended with {status}: {' | '.join(end)}")
