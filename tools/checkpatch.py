#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the kernel's scripts/checkpatch.pl over what is compiled as a part of the kernel, and exits 1 if it complains.

The script is taken of the source of Linux 6.12, which is fetched into the cache if the lab has not done so before.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("core", "control", "module")
PARTS = ("checkpatch.pl", "spelling.txt", "const_structs.checkpatch")
SECONDS = 1200  # for all files on a busy machine
COLUMNS = 120
# What it says of things that are meant: one source for several kernels; macros that are loops, and long comments, as
# clang-format lays them out; min() of types that differ in user space; and messages that a bit of klipsdebug has asked for,
# which pr_debug() would have to be asked for once more.
IGNORED = ("LINUX_VERSION_CODE", "CONSTANT_COMPARISON", "TRAILING_STATEMENTS", "SUSPECT_CODE_INDENT", "OPEN_BRACE",
           "BLOCK_COMMENT_STYLE", "MINMAX", "PREFER_PR_LEVEL")

sys.path.insert(0, str(ROOT / "testing"))
sys.dont_write_bytecode = True  # none into the checkout

from lab import debs, kernels, once, paths  # noqa: E402 - after its path is known
from lab.errors import LabError, UnresolvedError  # noqa: E402


def main() -> int:
    """Check all files."""
    files = [path for name in FOLDERS for path in sorted((ROOT / "src" / "klips" / name).rglob("*.[ch]"))]
    try:
        return checked(script(), files)
    except LabError as error:
        print(f"checkpatch: {error}", file=sys.stderr)
        return error.exit_status


def script() -> Path:
    """checkpatch.pl, with its lists beside it."""
    source = debs.fetch(["linux-source-6.12"], kernels.top() / "source" / "linux-source-6.12", print)
    folder = paths.cache() / "tools" / f"checkpatch-{source.name.rpartition('-')[2]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with once.locked(folder.with_name(f"{folder.name}.lock")):
        once.folder(folder, lambda draft: unpack(source, draft))
    return folder / "scripts" / PARTS[0]


def unpack(source: Path, folder: Path) -> None:
    """Unpack them. UnresolvedError if that fails."""
    done = subprocess.run(["tar", "-C", folder, "-xJf", next((source / "usr" / "src").glob("*.tar.xz")), "--strip-components=1",
                           "--wildcards", *(f"*/scripts/{part}" for part in PARTS)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        raise UnresolvedError(f"{source}: not unpacked: {' '.join(done.stderr.split())}")


def checked(program: Path, files: list[Path]) -> int:
    """Print its complaints; 1 if there are any."""
    words = ["--no-tree", "--no-summary", "--terse", "--show-types", f"--max-line-length={COLUMNS}",
             f"--ignore={','.join(IGNORED)}"]
    try:
        done = subprocess.run(["perl", program, *words, "--file", *(path.relative_to(ROOT) for path in files)], cwd=ROOT,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise UnresolvedError(f"{program}: not done after {SECONDS} s") from None
    print(done.stdout, end="")
    if done.returncode and not done.stdout.strip():
        raise UnresolvedError(f"{program}: {' '.join(done.stderr.split())}")
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
