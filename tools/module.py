#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds ipsec.ko, KLIPS as a kernel module, for a kernel: with a tree of its source or its headers, or for one of the lab's.

usage: module.py [--into DIR] [--check] [--sparse] [--include FILE] [--defconfig FILE] KERNEL...
       module.py [--into DIR] --install ROOT KERNEL...
       module.py --source DIR [--release VERSION]

KERNEL is a folder (/lib/modules/RELEASE/build, or a tree that was configured and compiled), or what `lab kernels list`
names (6.1, 6.12-rt, uml-6.12): its headers are fetched or built then. The modules of KERNEL are DIR/NAME/*.ko, DIR being
build/module. With --check nothing may be warned of (W=1), with --sparse neither by sparse. --include names a header of
settings that is read before all else. --install puts what was built before below ROOT (/ if that is empty). --source makes
a folder for DKMS. Exit status 1: it does not compile, or cannot be installed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 1800
FRAME_BYTES = 1536  # of any function's: a kernel's stack has 16 kB
PLACE = "updates"  # where in lib/modules/RELEASE it is installed: before what a kernel brings of that name
# What headers depend on for building modules on the machine itself; the compiler is the machine's own.
WITHOUT = ("linux-compiler-gcc-12-x86", "gcc-12", "pahole", "linux-image-{}-amd64")
# What sparse depends on for its other programs.
SPARSE_WITHOUT = ("gcc-12", "libllvm14", "libsqlite3-0", "libxml2", "perl")

sys.path.insert(0, str(ROOT / "testing"))
sys.dont_write_bytecode = True  # none into the checkout

from lab import debs, kernels, paths  # noqa: E402 - after its path is known
from lab.errors import LabError, UsageError  # noqa: E402
from lab.kernels import catalog, headers, klips  # noqa: E402


@dataclass(frozen=True)
class Target:
    """A kernel that modules are made for: what its folder is called here, make's words, and where its release is told."""

    label: str
    words: list[str]
    tree: Path

    def release(self) -> str:
        """As uname -r says it, and modules are marked. LabError if the tree was not configured.

        In Debian's headers of 6.1 kernel.release has the number of the source; their make is told the release besides.
        """
        path, header = (self.tree / "include" / name for name in ("config/kernel.release", "generated/utsrelease.h"))
        if header.exists() and (told := re.search(r'UTS_RELEASE "([^"]+)"', header.read_text(encoding="utf-8"))):
            return told[1]
        if not path.exists():
            raise LabError(f"{path}: there is none: the kernel's tree is not configured")
        return path.read_text(encoding="utf-8").strip()


def main(argv: list[str]) -> int:
    """Build for each kernel named, or do what else is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "module", metavar="DIR", help="where modules are built")
    parser.add_argument("--check", action="store_true", help="with W=1: nothing may be warned of")
    parser.add_argument("--sparse", action="store_true", help="with sparse: nothing may be warned of")
    parser.add_argument("--include", metavar="FILE", help="a header of settings, as packaging/ocf/config-all.h is")
    parser.add_argument("--defconfig", metavar="FILE", help="another word for that")
    parser.add_argument("--install", metavar="ROOT", help="install what was built, below this folder")
    parser.add_argument("--source", type=Path, metavar="DIR", help="lay out a folder for DKMS")
    parser.add_argument("--release", default="0", metavar="VERSION", help="what DKMS calls that")
    parser.add_argument("kernels", nargs="*", metavar="KERNEL", help="a folder, or a name that 'lab kernels list' shows")
    options = parser.parse_args(argv)
    try:
        return done(options)
    except LabError as error:
        print(f"module: {error}", file=sys.stderr)
        return error.exit_status


def done(options: argparse.Namespace) -> int:
    """Do what the options say. The exit status."""
    if options.source:
        return lay_out(options.source, options.release)
    if not options.kernels:
        raise UsageError("for which kernel? a folder, or a name that 'lab kernels list' shows")
    targets = [target(name) for name in options.kernels]
    if options.install is not None:
        return max(install(one, options.into, options.install) for one in targets)
    settings = header(options.include, options.defconfig)
    return max(build(one, options.into, options, settings) for one in targets)


def header(include: str | None, defconfig: str | None) -> list[str]:
    """make's words for a header of settings, if one is given, under either name."""
    if defconfig:
        if not defconfig.endswith(".h"):
            raise UsageError(f"MODULE_DEFCONFIG={defconfig}: make's settings are not taken from a file; a header of them, such "
                             "as packaging/ocf/config-all.h, is named by MODULE_DEF_INCLUDE=")
        if include and Path(include).resolve() != Path(defconfig).resolve():
            raise UsageError(f"MODULE_DEFCONFIG={defconfig} and MODULE_DEF_INCLUDE={include}: name one header of settings")
        print(f"module: MODULE_DEFCONFIG={defconfig} is a header, and taken as MODULE_DEF_INCLUDE= is")
    path = include or defconfig
    if not path:
        return []
    if not Path(path).is_file():
        raise UsageError(f"{path}: no such file; MODULE_DEF_INCLUDE= names a header of settings")
    return [f"MODULE_DEF_INCLUDE={Path(path).resolve()}"]


def build(one: Target, into: Path, options: argparse.Namespace, settings: list[str]) -> int:
    """Build for one kernel; 1 if that fails or there are warnings and may be none, all of which is printed then."""
    if (one.tree / ".config").exists() and not (one.tree / "Module.symvers").exists():
        raise UsageError(f"{one.tree}: the kernel was configured, but not compiled: there is no Module.symvers")
    folder = into.resolve() / one.label
    klips.link(folder)
    words = ["make", *one.words, f"-j{os.cpu_count()}", f"M={folder}", "CC=gcc", *settings]
    if options.check:
        words += ["W=1", f"KCFLAGS=-Werror -Wframe-larger-than={FRAME_BYTES}"]
    if options.sparse:
        words += ["C=2", f"CHECK={sparse()}"]
    done_ = run([*words, "modules"])
    complaints = [line for line in done_.stdout.splitlines() if re.search(r": (warning|error):|Error \d|WARNING:", line)]
    if done_.returncode or (complaints and (options.check or options.sparse)):
        print(done_.stdout)
        print(f"module: {one.label}: failed")
        return 1
    (folder / "ipsec.ko").touch()  # it is up to date, also where a change made no other of it
    print(f"module: {folder / 'ipsec.ko'}")
    return 0


def sparse() -> Path:
    """sparse, which is fetched and not installed."""
    found = shutil.which("sparse")
    return Path(found) if found else debs.fetch(["sparse"], paths.cache() / "tools" / "sparse", _progress,
                                                SPARSE_WITHOUT) / "usr" / "bin" / "sparse"


def install(one: Target, into: Path, root: str) -> int:
    """Put the modules of one kernel, as they were built, below a folder, and tell modprobe of them; 1 if that fails."""
    folder = into.resolve() / one.label
    if not (folder / "ipsec.ko").exists():
        raise UsageError(f"{folder / 'ipsec.ko'}: there is none: type 'make module' first, with the same KERNELSRC= or KERNEL=")
    release = one.release()
    top = Path(root or "/").resolve()
    modules = top / "lib" / "modules" / release
    done_ = run(["make", *one.words, f"M={folder}", f"INSTALL_MOD_PATH={top}", f"INSTALL_MOD_DIR={PLACE}", "DEPMOD=true",
                 "modules_install"])
    if done_.returncode:
        print(done_.stdout)
        print(f"module: {one.label}: not installed")
        return 1
    for path in sorted((modules / PLACE).rglob("ipsec*.ko*")):
        print(f"module: installed {path}")
    return depmod(top, modules, release)


def depmod(top: Path, modules: Path, release: str) -> int:
    """Tell modprobe what was installed, where a whole kernel's modules are; a package's folder has ours alone."""
    if not (modules / "modules.builtin").exists():
        print(f"module: no depmod: {modules} is not the folder of a whole kernel; run 'depmod {release}' where it is")
        return 0
    program = shutil.which("depmod", path=f"{os.environ.get('PATH', '')}:/sbin:/usr/sbin")
    if not program:
        raise LabError("depmod: no such program; package kmod has it")
    done_ = run([program, "-b", str(top), release])
    print(done_.stdout, end="")
    print(f"module: depmod {release}: {'failed' if done_.returncode else 'modprobe ipsec finds it'}")
    return 1 if done_.returncode else 0


def lay_out(folder: Path, release: str) -> int:
    """Make a folder that DKMS takes: the sources, and a dkms.conf with this version."""
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z.+~]*", release):
        raise UsageError(f"{release}: not a version as DKMS has them: digits, letters and .+~")
    if folder.exists():
        raise UsageError(f"{folder}: there is one already: remove it, 'dkms remove' before if DKMS has it")
    klips.copy(folder)
    text = (ROOT / "packaging" / "dkms" / "dkms.conf").read_text(encoding="utf-8")
    (folder / "dkms.conf").write_text(text.replace("@VERSION@", release), encoding="utf-8")
    print(f"module: {folder}: dkms add -m cygnet-klips -v {release}")
    return 0


def target(name: str) -> Target:
    """The kernel that a word names. LabError if there is none."""
    return _of_tree(Path(name).resolve()) if "/" in name else _of_lab(name)


def _of_tree(tree: Path) -> Target:
    if not (tree / "Makefile").exists():
        raise LabError(f"{tree}: no kernel's source or headers: there is no Makefile")
    return Target(tree.name, ["-C", str(tree), *_architecture(tree)], tree)


def _architecture(tree: Path) -> list[str]:
    config = tree / ".config"
    text = config.read_text(encoding="utf-8") if config.exists() else ""
    return ["ARCH=um", "SUBARCH=x86_64"] if "CONFIG_UML=y\n" in text else []


def _of_lab(name: str) -> Target:
    kernel = catalog.find(name, progress=_progress)
    if isinstance(kernel, catalog.Build):
        tree = kernels.ensure(kernel, _progress).image.parent / headers.FOLDER
        if not tree.is_dir():
            raise LabError(f"{kernel.name}: built before its headers were kept: 'lab kernels gc --all', then build it again")
        return Target(kernel.name, _of_tree(tree).words, tree)
    return _of_package(kernel)


def _of_package(kernel: catalog.Package) -> Target:
    """For a kernel of Debian's: its headers, which are fetched."""
    whole = kernel.package.removeprefix("linux-image-").removesuffix("-amd64")
    without = [one.format(whole) for one in WITHOUT]
    fetched = debs.fetch([f"linux-headers-{whole}-amd64"], paths.cache() / "headers" / whole, _progress, without)
    top = fetched / "usr" / "src"
    tree = top / f"linux-headers-{whole}-amd64"
    common = next(iter(top.glob("linux-headers-*-common*")))
    # Those of the package name /usr/src, so the common part is called directly; its tools may be linked to libraries of
    # another machine, so no type information is made.
    return Target(kernel.name, ["-C", str(tree), "-f", str(common / "Makefile"), "CONFIG_DEBUG_INFO_BTF_MODULES="], tree)


def run(command: list[str]) -> subprocess.CompletedProcess:
    """Run make, without what an outer one left in the environment."""
    clean = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    if shutil.which("ccache"):
        command = [word if word != "CC=gcc" else "CC=ccache gcc" for word in command]
    try:
        return subprocess.run(command, env=dict(clean, LC_ALL="C"), stdin=subprocess.DEVNULL, text=True, timeout=SECONDS,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired:
        raise LabError(f"{command[0]}: not done after {SECONDS} s") from None


def _progress(line: str) -> None:
    print(f"module: {line}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
