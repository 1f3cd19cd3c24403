#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""clang-tidy, for as many files at once as there are processors; what was clean and has not changed is not looked at again.

usage: tidy.py FILE...    prints what clang-tidy complains of, and exits with 1 if there is something

A file has changed if it has itself, or a header of the tree that it includes, a .clang-tidy, clang, or a package of headers.
"""

import hashlib
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

FOLDERS = [Path("src"), Path("src/klips")]
FLAGS = ["-std=gnu11", *(f"-I{folder}" for folder in FOLDERS)]
PACKAGES = ["clang*", "libclang*", "*-dev"]  # whose versions stand for clang and for all headers that are not the tree's
KEPT = 30 * 86400  # seconds since a file was last found clean
LIMIT = 600  # seconds for a file
INCLUDE = re.compile(rb"^[ \t]*#[ \t]*include[ \t]*([\"<])([^\">\n]+)[\">]", re.MULTILINE)

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "testing"))
sys.dont_write_bytecode = True  # none into the checkout

from lab import paths  # noqa: E402 - after its path is known


def clean_folder() -> Path:
    """The cache of what was clean: an empty file each, named by a hash of all that counts."""
    folder = paths.cache() / "tidy"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@cache
def content(path: Path) -> bytes | None:
    """What is in a file; None if there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None


@cache
def included(path: Path) -> list[Path]:
    """The tree's files that a file names after #include, in whatever branch."""
    found = []
    for mark, name in INCLUDE.findall(content(path)):
        beside = [path.parent] if mark == b'"' else []
        candidates = [Path(os.path.normpath(folder / os.fsdecode(name))) for folder in (*beside, *FOLDERS)]
        found += [one for one in candidates if content(one) is not None][:1]
    return found


def closure(path: Path) -> list[Path]:
    """A file and all of the tree's that it includes, others' includes too; sorted."""
    seen, todo = {path}, [path]
    while todo:
        new = set(included(todo.pop())) - seen
        seen |= new
        todo += new
    return sorted(seen)


def key(path: Path, machine: bytes) -> str:
    """A hash of all that clang-tidy's opinion of a file depends on. machine: clang and the headers of the machine."""
    settings = [folder / ".clang-tidy" for folder in path.parents]
    total = hashlib.sha256(repr((FLAGS, str(path), machine)).encode())
    for one in (*settings, *closure(path)):
        total.update(repr((str(one), content(one))).encode())
    return total.hexdigest()


def complaints(path: Path) -> str:
    """What clang-tidy says of a file; empty if it is clean."""
    try:
        done = subprocess.run(["clang-tidy", "--quiet", str(path), "--", *FLAGS], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return f"{path}: clang-tidy: not done after {LIMIT} s\n"
    return (done.stdout or f"{path}: clang-tidy: exit status {done.returncode}\n") if done.returncode else ""


def sweep(folder: Path) -> None:
    """Forget what was not asked for in a long time."""
    for entry in os.scandir(folder):
        if entry.stat().st_mtime < time.time() - KEPT:
            os.unlink(entry.path)


def main(words: list[str]) -> int:
    """Look at the files named; exit status 2 if asked wrongly."""
    if not words:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    folder = clean_folder()
    machine = subprocess.run(["dpkg-query", "-W", *PACKAGES], capture_output=True, check=False).stdout
    marks = {path: folder / key(path, machine) for path in map(Path, words)}
    changed = [path for path, mark in marks.items() if not mark.exists()]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        said = dict(zip(changed, pool.map(complaints, changed), strict=True))
    for path, mark in marks.items():
        if said.get(path):
            sys.stdout.write(said[path])
        else:
            mark.touch()
    sweep(folder)
    return 1 if any(said.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
