#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A program that analyzes C, for as many files at once as there are processors; what was clean and has not changed is not
looked at again.

usage: analyze.py clang-tidy|cppcheck FILE...    prints what it complains of, and exits with 1 if there is something

A file has changed if it has itself, or a header of the tree that it includes, the program, its settings, or a package of
headers.
"""

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from pathlib import Path

FOLDERS = [Path("src"), Path("src/klips")]
INCLUDES = [f"-I{folder}" for folder in FOLDERS]
LIBRARY = Path(os.path.relpath(__file__)).with_name("cppcheck.cfg")  # relative: the same in each checkout
PACKAGES = ["clang*", "libclang*", "cppcheck", "*-dev"]  # whose versions stand for programs and all headers not the tree's
KEPT = 30 * 86400  # seconds since a file was last found clean
LIMIT = 600  # seconds for a file
INCLUDE = re.compile(rb"^[ \t]*#[ \t]*include[ \t]*([\"<])([^\">\n]+)[\">]", re.MULTILINE)


@dataclass(frozen=True)
class Analyzer:
    """A program: its arguments before and after the file's name, and where its settings are."""

    before: list[str]
    after: list[str]
    settings: Callable[[Path], list[Path]]


ANALYZERS = {
    "clang-tidy": Analyzer(["--quiet"], ["--", "-std=gnu11", *INCLUDES],
                           lambda path: [folder / ".clang-tidy" for folder in path.parents]),
    "cppcheck": Analyzer(["--quiet", "--error-exitcode=1", "--inline-suppr", "--suppress=missingInclude",
                          f"--library={LIBRARY}", "-U__KERNEL__", *INCLUDES, "--enable=warning,portability"], [],
                         lambda _: [LIBRARY]),
}

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "testing"))
sys.dont_write_bytecode = True  # none into the checkout

from lab import paths  # noqa: E402 - after its path is known


def clean_folder() -> Path:
    """The cache of what was clean: an empty file each, named by a hash of all that counts."""
    folder = paths.cache() / "clean"
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


def key(name: str, path: Path, machine: bytes) -> str:
    """A hash of all that the analyzer's opinion of a file depends on. machine: programs and headers of the machine."""
    analyzer = ANALYZERS[name]
    total = hashlib.sha256(repr((name, analyzer.before, analyzer.after, str(path), machine)).encode())
    for one in (*analyzer.settings(path), *closure(path)):
        total.update(repr((str(one), content(one))).encode())
    return total.hexdigest()


def complaints(name: str, path: Path) -> str:
    """What the analyzer says of a file; empty if it is clean."""
    command = [name, *ANALYZERS[name].before, str(path), *ANALYZERS[name].after]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                              timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return f"{path}: {name}: not done after {LIMIT} s\n"
    return (done.stdout or f"{path}: {name}: exit status {done.returncode}\n") if done.returncode else ""


def sweep(folder: Path) -> None:
    """Forget what was not asked for in a long time."""
    for entry in os.scandir(folder):
        if entry.stat().st_mtime < time.time() - KEPT:
            os.unlink(entry.path)


def main(words: list[str]) -> int:
    """Have the files named analyzed; exit status 2 if asked wrongly."""
    if len(words) < 2 or words[0] not in ANALYZERS:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    name, *files = words
    folder = clean_folder()
    machine = subprocess.run(["dpkg-query", "-W", *PACKAGES], capture_output=True, check=False).stdout
    marks = {path: folder / key(name, path, machine) for path in map(Path, files)}
    changed = [path for path, mark in marks.items() if not mark.exists()]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        said = dict(zip(changed, pool.map(complaints, repeat(name), changed), strict=True))
    for path, mark in marks.items():
        if said.get(path):
            sys.stdout.write(said[path])
        else:
            mark.touch()
    sweep(folder)
    return 1 if any(said.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
