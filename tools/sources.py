#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Lists the tree's own files: those that git knows or would take, or all but build/ in a tarball.

usage: sources.py ROOT PATTERN...    prints the files whose path from ROOT matches a pattern, one a line
"""

import fnmatch
import os
import subprocess
import sys
from pathlib import Path

NOT_OURS = {"build", "__pycache__", ".git", ".pytest_cache"}


def sources(root: Path) -> list[Path]:
    """The paths, relative to `root` and sorted, of its regular files that belong to the tree."""
    names = _by_git(root) if (root / ".git").exists() else _by_walking(root)
    return sorted(path for path in names if (root / path).is_file() and not (root / path).is_symlink())


def matching(paths: list[Path], patterns: list[str]) -> list[Path]:
    """Those paths that match a shell pattern; a * also takes slashes."""
    return [path for path in paths if any(fnmatch.fnmatch(str(path), one) for one in patterns)]


def _by_git(root: Path) -> set[Path]:
    command = ["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-z", "--cached", "--others",
               "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    return {Path(os.fsdecode(name)) for name in listed.split(b"\0") if name}


def _by_walking(root: Path) -> set[Path]:
    found = set()
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        found.update(Path(folder, name).relative_to(root) for name in files if not name.endswith(".pyc"))
    return found


def main(words: list[str]) -> int:
    """Print the paths that match; exit status 2 if asked wrongly."""
    if len(words) < 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    for path in matching(sources(Path(words[0])), words[1:]):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
