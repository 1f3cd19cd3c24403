# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels from commits of a user's git tree, which is only read.

Each recipe has one folder of sources and objects per tree, in the cache. From one commit to the next git writes only
the files that differ, so make compiles only what changed: what a bisection needs.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lab import kernels, once
from lab.errors import UnresolvedError, UsageError
from lab.kernels import build as building
from lab.kernels import catalog, klips
from lab.kernels.catalog import Build, Edit

_BASES = {"": "uml-6.12", "uml": "uml-6.12", "qemu": "qemu-6.12"}
_SECONDS = 600
_CONFIGURES = re.compile(r"(.*/)?Kconfig[^/]*$|(.*/)?configs/|scripts/|Makefile$|arch/[^/]*/Makefile")


def named(name: str, place: str) -> Build:
    """The build that git:TREE@REVISION[+BASE] stands for. UsageError if that is no tree, revision or base."""
    tree, at, revision = name.removeprefix("git:").rpartition("@")
    if not at or not tree or not revision:
        raise UsageError(f"kernel '{name}': say git:TREE@REVISION, or git:TREE@REVISION+BASE")
    revision, _, base = revision.partition("+")
    return from_git(Path(tree), revision, base or _BASES[place])


def from_git(tree: Path, revision: str, base: str) -> Build:
    """The build of a commit of a git tree, with the configuration and the edits of the build named base.

    UsageError if there is no such tree, revision or build.
    """
    recipe = catalog.builds().get(base)
    if not recipe:
        raise UsageError(f"unknown base '{base}'; known are {', '.join(catalog.builds())}")
    tree = tree.expanduser().absolute()
    if not tree.is_dir():
        raise UsageError(f"{tree}: no such folder; a kernel's git tree is needed")
    found = _git(tree, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found.returncode:
        why = found.stderr.strip().splitlines()
        raise UsageError(f"{tree}: {why[0] if why else f'no commit {revision!r}'}")
    commit = found.stdout.strip()
    if _git(tree, "cat-file", "-e", f"{commit}:scripts/kconfig").returncode:
        raise UsageError(f"{tree}: commit {commit[:12]} is none of the kernel's: it has no scripts/kconfig")
    return replace(recipe, name=f"git:{tree}@{commit[:12]}+{base}", source="", tree=tree, commit=commit)


@contextlib.contextmanager
def checked_out(build: Build, progress: kernels.Progress) -> Iterator[Path]:
    """The folder of the build's tree and recipe, locked, with the sources of its commit and the edits made.

    Files that are the same as at the last use keep their times, edited ones too.
    """
    place = folder(build)
    with once.locked(place.with_name(place.name + ".lock"), lambda: progress(f"{build.name}: another run builds in {place}")):
        busy = place / "busy"
        if busy.exists():  # a run was killed, perhaps with an object half written
            shutil.rmtree(place)
        sources = place / "tree"
        sources.mkdir(parents=True, exist_ok=True)
        busy.touch()
        if _is_changed(build):
            progress(f"{build.name}: what {build.tree} has that is not committed is left out")
        try:
            _update(build, place, sources)
            yield sources
        finally:
            busy.unlink()


def folder(build: Build) -> Path:
    """Where the sources and objects of a build's tree and recipe are."""
    key = hashlib.sha256(f"{build.tree}\0{build.recipe()}".encode()).hexdigest()[:12]
    return kernels.top() / "git" / f"{re.sub(r'[^A-Za-z0-9._+-]', '_', build.tree.name)}-{key}"


def configured_by(build: Build) -> str:
    """A hash of all that a build's configuration comes from: its recipe, and the files of its commit that Kconfig reads."""
    listed = _git(build.tree, "ls-tree", "-r", build.commit).stdout.splitlines()
    read = [line for line in listed if _CONFIGURES.match(line.partition("\t")[2])]
    return hashlib.sha256("\n".join([build.recipe(), *read]).encode()).hexdigest() if read else ""


def _is_changed(build: Build) -> bool:
    """Whether the commit is the one that is checked out in the tree, with changes that are not committed."""
    head = _git(build.tree, "rev-parse", "--verify", "--quiet", "HEAD").stdout.strip()
    index = _git(build.tree, "rev-parse", "--absolute-git-dir").stdout.strip() + "/index"
    return head == build.commit and Path(index).exists() and bool(
        _git(build.tree, "--no-optional-locks", "status", "--porcelain", "--untracked-files=no").stdout)


def _update(build: Build, place: Path, sources: Path) -> None:
    before = _read_edited(place / "edited.json")
    where = _git(build.tree, "rev-parse", "--absolute-git-dir").stdout.strip()
    done = _git(sources, "read-tree", "--reset", "-u", build.commit,
                GIT_DIR=where, GIT_WORK_TREE=str(sources), GIT_INDEX_FILE=str(place / "index"))
    if done.returncode:
        raise UnresolvedError(f"{build.name}: git read-tree: {(done.stderr.strip().splitlines() or ['it failed'])[0]}")
    after = {file: _edited(sources, file, edits, build.name, before.get(file))
             for file, edits in _by_file(build.edits).items()}
    if build.klips:
        klips.build_in(sources)
    once.replace(place / "edited.json", json.dumps(after))


def _by_file(edits: tuple[Edit, ...]) -> dict[str, list[Edit]]:
    found: dict[str, list[Edit]] = {}
    for edit in edits:
        found.setdefault(edit.file, []).append(edit)
    return found


def _edited(sources: Path, file: str, edits: list[Edit], name: str, before: list | None) -> list:
    """Edit one file; its hash and its time, which is that of before if the file is the same as then."""
    for edit in edits:
        building.apply(edit, sources, name)
    path = sources / file
    key = hashlib.sha256(path.read_bytes()).hexdigest()
    if before and before[0] == key:
        os.utime(path, ns=(before[1], before[1]))
    return [key, path.stat().st_mtime_ns]


def _read_edited(path: Path) -> dict[str, list]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _git(tree: Path, *words: str, **environment: str) -> subprocess.CompletedProcess:
    try:
        return subprocess.run(["git", "-C", str(tree), *words], env={**os.environ, "LC_ALL": "C", **environment}, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False)
    except FileNotFoundError:
        raise UnresolvedError("git: no such program; 'make deps' installs it") from None
    except subprocess.TimeoutExpired:
        raise UnresolvedError(f"{tree}: git {words[0]} did not end within {_SECONDS} s") from None
