# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's make, with ccache: configuring a tree and compiling it, with a log, progress and limits."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from lab import kernels, paths
from lab.errors import UnresolvedError
from lab.kernels.catalog import Build
from lab.place import syscalls

_LIMIT = 3600  # seconds for a whole build on a slow machine
_STEP_LIMIT = 600  # seconds for what comes before compiling: unpacking, configuring
_END_LIMIT = 10  # seconds for make to end after it was asked to
_TELL = 30  # seconds between words of progress
_PROGRAMS = ("gcc", "make", "flex", "bison", "bc", "ld")
_TARGETS = {"um": ("linux", "modules"), "x86": ("bzImage", "modules")}  # modules: what those of others are linked with
_CACHE = "5G"
_ERROR = re.compile(r"\berror: |#error|undefined reference")
_END = 200  # lines of a log in which an error is looked for: make ends what it has begun elsewhere first
# The same kernel whoever builds it, where and when; ccache hits whatever the folder's name is
_FIXED = {"KBUILD_BUILD_TIMESTAMP": "2026-01-01 00:00:00 UTC", "KBUILD_BUILD_USER": "lab", "KBUILD_BUILD_HOST": "lab",
          "KBUILD_BUILD_VERSION": "1", "CCACHE_NOHASHDIR": "1", "CCACHE_MAXSIZE": _CACHE, "LC_ALL": "C"}


def check(build: Build, top: Path) -> None:
    """UnresolvedError if a program that building takes is not installed, or make cannot work below the folder `top`."""
    if missing := [name for name in _PROGRAMS if not shutil.which(name)]:
        raise UnresolvedError(f"{build.name}: building a kernel takes {', '.join(missing)}; 'make deps-uml' installs "
                              "what is missing")
    if re.search(r"[\s:]", str(top)):
        raise UnresolvedError(f"{top}: a kernel cannot be built in a folder with a blank or a colon in its name; "
                              "set CYGNET_CACHE to another")


def configure(build: Build, tree: Path, log: Path, key: str = "") -> None:
    """Merge the fragments over the smallest configuration, and see that every wish of theirs came true.

    key: what the configuration comes from, if that is known; then nothing is done where the tree's was made from the same.
    """
    mark = tree / ".lab-configured"
    if key and mark.exists() and mark.read_text(encoding="ascii") == _stamp(tree, key):
        return
    run([*_words(build), "tinyconfig"], tree, log)
    run(["scripts/kconfig/merge_config.sh", "-m", ".config", *map(str, build.config)], tree, log)
    run([*_words(build), "olddefconfig"], tree, log)
    if lost := unmet(build.config, (tree / ".config").read_text(encoding="utf-8")):
        raise UnresolvedError(f"{build.name}: the configuration cannot have {', '.join(lost)}")
    mark.write_text(_stamp(tree, key), encoding="ascii")


def _stamp(tree: Path, key: str) -> str:
    """A hash of the key, the compiler, and the configuration as it is."""
    compiler = os.stat(shutil.which("gcc"))
    have = (tree / ".config").read_bytes() if (tree / ".config").exists() else b""
    return hashlib.sha256(f"{key} {compiler.st_mtime_ns} {compiler.st_size} ".encode() + have).hexdigest()


def unmet(fragments: tuple[Path, ...], config: str) -> list[str]:
    """The settings of fragments that a configuration does not have; of two for one option, the later counts."""
    wanted: dict[str, str] = {}
    for fragment in fragments:
        for line in fragment.read_text(encoding="utf-8").splitlines():
            name, equals, value = line.partition("=")
            if equals and name.startswith("CONFIG_"):
                wanted[name] = value
    have = dict(line.split("=", 1) for line in config.splitlines() if line.startswith("CONFIG_"))
    return [f"{name}={value}" for name, value in wanted.items() if have.get(name, "n") != value]


def compile_kernel(build: Build, tree: Path, log: Path, steps: int, progress: kernels.Progress) -> None:
    """Compile a configured tree; 'steps' is how many lines of output it took the last time, less than 1 if that is not known.

    UnresolvedError with the end of the log if it fails or takes more than an hour.
    """
    with open(log, "ab", buffering=0) as file, subprocess.Popen(
            [*_words(build), *_TARGETS[build.arch]], cwd=tree, env=_environment(tree), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=lambda: syscalls.die_with_parent(signal.SIGTERM)) as process:
        try:
            _follow(process, file, build.name, steps, progress)
        except BaseException:  # Ctrl-C too: make has a session of its own, and would go on in a tree that is removed
            _end(process)
            raise
    _check(process.returncode, log, build.name)


def _end(process: subprocess.Popen) -> None:
    """End make and all that it started; it gets the time to remove what is half written."""
    os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_END_LIMIT)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _follow(process: subprocess.Popen, file, name: str, steps: int, progress: kernels.Progress) -> None:
    count, shown = 0, time.monotonic()
    deadline = shown + _LIMIT
    for line in process.stdout:
        file.write(line)
        count += 1
        now = time.monotonic()
        if now > deadline:
            raise UnresolvedError(f"{name}: not built within {_LIMIT} s")
        if now > shown + _TELL:
            shown = now
            part = f", {min(99, 100 * count // steps)}%" if steps > 0 else ""
            progress(f"{name}: {count} steps done{part}")


def run(argv: list[str], tree: Path, log: Path) -> None:
    """Run a step in a tree, its output into the log. UnresolvedError with the end of that if it fails or does not end."""
    with open(log, "ab") as file:
        try:
            done = subprocess.run(argv, cwd=tree, env=_environment(tree), stdin=subprocess.DEVNULL, stdout=file,
                                  stderr=file, timeout=_STEP_LIMIT, check=False)
        except subprocess.TimeoutExpired:
            raise UnresolvedError(f"{argv[0]} did not end within {_STEP_LIMIT} s") from None
        except FileNotFoundError:
            raise UnresolvedError(f"{argv[0]}: no such program; 'make deps-uml' installs what building kernels takes") from None
    _check(done.returncode, log, argv[0])


def _words(build: Build) -> list[str]:
    compiler = "ccache gcc" if shutil.which("ccache") else "gcc"
    return ["make", f"ARCH={build.arch}", "SUBARCH=x86_64", f"CC={compiler}", "LOCALVERSION=", f"-j{os.cpu_count() or 1}"]


def _environment(tree: Path) -> dict[str, str]:
    return {**os.environ, **_FIXED, "CCACHE_DIR": str(paths.cache() / "ccache"), "CCACHE_BASEDIR": str(tree)}


def _check(status: int, log: Path, what: str) -> None:
    """UnresolvedError with the errors in the last of the log, or its end, if the status is not 0."""
    if status:
        end = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-_END:]
        told = [line for line in end if _ERROR.search(line)][:2] or [line for line in end if "*** " in line][:2] or end[-3:]
        raise UnresolvedError(f"{what} ended with {status}: {' | '.join(told)}")
