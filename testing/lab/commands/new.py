# SPDX-License-Identifier: GPL-2.0-or-later
"""lab new: make a test from another one."""

import argparse
import re
import shutil
import tempfile
from pathlib import Path

from lab import commands, once, paths, testlist
from lab.errors import UnresolvedError, UsageError


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("new", description="Make a test with the scripts and files of another one, but without its expected "
                           "files, and list it as wip. Change its scripts, run it, read what it printed, bless it.")
    made.add_argument("name", help="NAME, or KIND/NAME for another kind than that of the test it is like")
    made.add_argument("--like", required=True, metavar="TEST", help="the test to start from")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    model = commands.one(arguments.like)
    kind, _, name = arguments.name.rpartition("/")
    kind = kind or model.kind
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name) or not re.fullmatch(r"[a-z0-9-]+", kind):
        raise UsageError(f"'{arguments.name}': a test's name has small letters, digits and dashes")
    folder = paths.TESTING / kind / name
    if folder.exists() or any(entry.test == f"{kind}/{name}" for entry in testlist.read()):
        raise UsageError(f"{kind}/{name}: there is such a test already")
    _copy(model.folder, folder)
    try:
        _list(f"{kind} {name} wip made from {model.test}\n")
    except (OSError, UnresolvedError):
        shutil.rmtree(folder)  # it is either made and listed, or neither
        raise
    print(f"{folder}: made. Change its description.txt and scripts; then 'lab run {kind}/{name}', 'lab bless {kind}/{name}', "
          "and make it good in testing/TESTLIST.")
    return 0


def _list(line: str) -> None:
    path = paths.TESTING / "TESTLIST"
    text = path.read_text(encoding="utf-8")
    once.replace(path, text + ("" if text.endswith("\n") else "\n") + line)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as temporary:
        half = Path(temporary) / "test"
        shutil.copytree(source, half, symlinks=True,
                        ignore=shutil.ignore_patterns("*.console.txt", "*.capture.txt"))
        half.rename(target)
