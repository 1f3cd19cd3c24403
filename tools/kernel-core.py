#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compiles KLIPS's core as part of a module, with the headers, the compiler flags and the checks (W=1) of Debian's kernels.

The headers are fetched into the cache, once, and not installed. What the module would call of the platform is not there,
so it cannot be loaded; that it compiles without a warning is what is to be shown.

usage: kernel-core.py SERIES...    such as 6.1 or 6.12: the newest package of each. Exit status 1 if one does not compile.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "src" / "klips" / "core"
BUILD = ROOT / "build" / "klips"
MODULE = "klips_core"
SECONDS = 600
FRAME_BYTES = 1024  # of any function's: a kernel's stack has 16 kB
# What headers depend on for building modules on the machine itself; the compiler is the machine's own.
WITHOUT = ("linux-compiler-gcc-12-x86", "gcc-12", "pahole", "linux-image-{}-amd64")

sys.path.insert(0, str(ROOT / "testing"))
sys.dont_write_bytecode = True  # none into the checkout

from lab import debs, paths  # noqa: E402 - after its path is known
from lab.errors import UnresolvedError  # noqa: E402
from lab.kernels import catalog  # noqa: E402


def main(names: list[str]) -> int:
    """Compile for each; exit status 2 if asked wrongly, 3 if there are no headers."""
    if not names:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        return max(check(name) for name in names)
    except UnresolvedError as error:
        print(f"kernel-core: {error}", file=sys.stderr)
        return 3


def check(name: str) -> int:
    """Compile with one kernel's headers; 1 if that fails or there are warnings, which are printed then."""
    kernel = catalog.find(name, progress=_progress)
    release = kernel.package.removeprefix("linux-image-").removesuffix("-amd64")
    tree = headers(release)
    folder = BUILD / f"kernel-{name}"
    files = arrange(folder)
    done = compiled(tree, release, folder)
    complaints = [line for line in done.stdout.splitlines() if re.search(r": (warning|error):|Error \d", line)]
    if done.returncode or complaints:
        print(done.stdout)
        print(f"kernel-core: {kernel.name}: failed")
        return 1
    print(f"kernel-core: {kernel.name}: {files} files compile without a warning")
    return 0


def headers(release: str) -> Path:
    """The tree that holds a kernel's headers, from the cache or the archive."""
    without = [one.format(release) for one in WITHOUT]
    return debs.fetch([f"linux-headers-{release}-amd64"], paths.cache() / "headers" / release, _progress, without)


def arrange(folder: Path) -> int:
    """Lay out a module's folder: links to the core, and a Kbuild; the number of files to compile."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in CORE.glob("*.[ch]"):
        (folder / path.name).symlink_to(path)
    sources = sorted(path.stem for path in CORE.glob("*.c"))
    (folder / "license.c").write_text('#include <linux/module.h>\nMODULE_DESCRIPTION("KLIPS\'s core");\n'
                                      'MODULE_LICENSE("GPL");\n')
    objects = " ".join(f"{name}.o" for name in [*sources, "license"])
    flags = f"-Werror -Wframe-larger-than={FRAME_BYTES}"
    (folder / "Kbuild").write_text(f"obj-m := {MODULE}.o\n{MODULE}-y := {objects}\nccflags-y := {flags}\n")
    return len(sources)


def compiled(tree: Path, release: str, folder: Path) -> subprocess.CompletedProcess:
    """Run the kernel's own makefiles. Those of the package name /usr/src, so the common part is called directly.

    Functions of the platform are missing (KBUILD_MODPOST_WARN), and the package's tools may be linked to libraries of
    another machine, so no type information is made.
    """
    sources = tree / "usr" / "src"
    command = ["make", "-C", str(sources / f"linux-headers-{release}-amd64"),
               "-f", str(sources / f"linux-headers-{release}-common" / "Makefile"), f"-j{os.cpu_count()}",
               f"M={folder}", "W=1", "CC=gcc", "KBUILD_MODPOST_WARN=1", "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules"]
    clean = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    try:
        return subprocess.run(command, env=dict(clean, LC_ALL="C"), stdin=subprocess.DEVNULL, text=True, timeout=SECONDS,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired:
        raise UnresolvedError(f"make of {folder.name}: not done after {SECONDS} s") from None


def _progress(line: str) -> None:
    print(f"kernel-core: {line}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
