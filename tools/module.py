#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds ipsec.ko, KLIPS as a kernel module, for a kernel: with a tree of its source or its headers, or for one of the lab's.

usage: module.py [--into DIR] [--check] KERNEL...

KERNEL is a folder (/lib/modules/RELEASE/build, or a tree that was configured and compiled), or what `lab kernels list`
names (6.1, 6.12-rt, uml-6.12): its headers are fetched or built then. The module of KERNEL is DIR/NAME/ipsec.ko, DIR being
build/module. With --check nothing may be warned of (W=1). Exit status 1: it does not compile.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("klips/core", "klips/control", "klips/module")
SHARED = ("control_message", "control_policy", "control_sa", "format", "klips_control", "klips_control_policy", "netlink",
          "version")
SECONDS = 900
FRAME_BYTES = 1536  # of any function's: a kernel's stack has 16 kB
# What headers depend on for building modules on the machine itself; the compiler is the machine's own.
WITHOUT = ("linux-compiler-gcc-12-x86", "gcc-12", "pahole", "linux-image-{}-amd64")

sys.path.insert(0, str(ROOT / "testing"))
sys.dont_write_bytecode = True  # none into the checkout

from lab import debs, kernels, paths  # noqa: E402 - after its path is known
from lab.errors import LabError  # noqa: E402
from lab.kernels import catalog, headers  # noqa: E402


def main(argv: list[str]) -> int:
    """Build for each kernel named."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "module", metavar="DIR", help="where modules are built")
    parser.add_argument("--check", action="store_true", help="with W=1: nothing may be warned of")
    parser.add_argument("kernels", nargs="+", metavar="KERNEL", help="a folder, or a name that 'lab kernels list' shows")
    options = parser.parse_args(argv)
    try:
        return max(build(name, options.into, options.check) for name in options.kernels)
    except LabError as error:
        print(f"module: {error}", file=sys.stderr)
        return 3


def build(name: str, into: Path, check: bool) -> int:
    """Build for one kernel; 1 if that fails or there are warnings and may be none, all of which is printed then."""
    tree = Path(name).resolve() if "/" in name else None
    words, label = (_of_tree(tree), tree.name) if tree else _of_lab(name)
    folder = into.resolve() / label
    arrange(folder)
    flags = f"KCFLAGS=-Werror -Wframe-larger-than={FRAME_BYTES}"
    done = run(["make", *words, f"-j{os.cpu_count()}", f"M={folder}", "CC=gcc", *(["W=1", flags] if check else []),
                "modules"])
    complaints = [line for line in done.stdout.splitlines() if re.search(r": (warning|error):|Error \d|WARNING:", line)]
    if done.returncode or (complaints and check):
        print(done.stdout)
        print(f"module: {label}: failed")
        return 1
    print(f"module: {folder / 'ipsec.ko'}")
    return 0


def arrange(folder: Path) -> None:
    """Lay out what is compiled: links to it, so that nothing is written where it comes from. Older objects stay."""
    wanted = {"Kbuild": ROOT / "src" / "klips" / "module" / "Kbuild"}
    for name in FOLDERS:
        for path in (ROOT / "src" / name).rglob("*.[ch]"):
            wanted[str(path.relative_to(ROOT / "src"))] = path
    for name in SHARED:
        for path in (ROOT / "src" / "lib").glob(f"{name}.[ch]"):
            if path.name != "netlink.c":
                wanted[f"lib/{path.name}"] = path
    for path in [path for path in folder.rglob("*") if path.is_symlink()]:
        if str(path.relative_to(folder)) not in wanted:
            path.unlink()
    for name, path in wanted.items():
        link = folder / name
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(path)


def _of_tree(tree: Path) -> list[str]:
    if not (tree / "Makefile").exists():
        raise LabError(f"{tree}: no kernel's source or headers: there is no Makefile")
    return ["-C", str(tree), *_architecture(tree)]


def _architecture(tree: Path) -> list[str]:
    config = tree / ".config"
    text = config.read_text(encoding="utf-8") if config.exists() else ""
    return ["ARCH=um", "SUBARCH=x86_64"] if "CONFIG_UML=y\n" in text else []


def _of_lab(name: str) -> tuple[list[str], str]:
    """make's words for a kernel of the lab's, and the name of that."""
    kernel = catalog.find(name, progress=_progress)
    if isinstance(kernel, catalog.Build):
        tree = kernels.ensure(kernel, _progress).image.parent / headers.FOLDER
        if not tree.is_dir():
            raise LabError(f"{kernel.name}: built before its headers were kept: 'lab kernels gc --all', then build it again")
        return _of_tree(tree), kernel.name
    release = kernel.package.removeprefix("linux-image-").removesuffix("-amd64")
    without = [one.format(release) for one in WITHOUT]
    fetched = debs.fetch([f"linux-headers-{release}-amd64"], paths.cache() / "headers" / release, _progress, without)
    top = fetched / "usr" / "src"
    common = next(iter(top.glob("linux-headers-*-common*")))
    # Those of the package name /usr/src, so the common part is called directly; its tools may be linked to libraries of
    # another machine, so no type information is made.
    return ["-C", str(top / f"linux-headers-{release}-amd64"), "-f", str(common / "Makefile"),
            "CONFIG_DEBUG_INFO_BTF_MODULES="], kernel.name


def run(command: list[str]) -> subprocess.CompletedProcess:
    """Run make, without what an outer one left in the environment."""
    clean = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    if shutil.which("ccache"):
        command = [word if word != "CC=gcc" else "CC=ccache gcc" for word in command]
    try:
        return subprocess.run(command, env=dict(clean, LC_ALL="C"), stdin=subprocess.DEVNULL, text=True, timeout=SECONDS,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired:
        raise LabError(f"make: not done after {SECONDS} s") from None


def _progress(line: str) -> None:
    print(f"module: {line}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
