#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Has Debian's dkms build, install and remove ipsec.ko as on a machine with two kernels, and exits 1 if that fails.

usage: dkms_check.py KERNEL NEWER

Both are kernels of Debian's, as `lab kernels list` names them. For KERNEL an administrator types 'dkms install'; when NEWER
comes, dkms is called as its package's hook does it, and must build by itself (AUTOINSTALL). Nothing is installed on this
machine: dkms and headers are fetched, and laid over it in a namespace of their own, where its changes go to a folder that is
removed.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import module

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 1800
VERSION = "1.0"
NAME = f"cygnet-klips/{VERSION}"
TOPS = ("usr", "etc", "var")  # what packages have files in, and dkms writes to
MODULES = ("ipsec", "ipsec_bench")
HOOK = "/etc/kernel/postinst.d/dkms"  # of the package: apt calls it with the release of a kernel that comes
# What dkms depends on and the machine has, or kernels that are not asked for.
WITHOUT = ("gcc", "gcc-12", "make", "patch", "sudo", "dpkg-dev", "linux-headers-amd64", "linux-headers-generic")

from lab import debs, paths  # noqa: E402 - module.py has made its path known
from lab.errors import LabError  # noqa: E402


class Failed(Exception):
    """dkms does not do what it should."""


def main(words: list[str]) -> int:
    """Fetch all and go into the namespace, or, with --inside, do the work there."""
    if len(words) != 2 and words[:1] != ["--inside"]:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    try:
        if words[0] == "--inside":
            inside(words[1:3], [Path(word) for word in words[3:]])
            return 0
        return outside(words)
    except (Failed, LabError) as error:
        print(f"dkms: {error}", file=sys.stderr)
        return 1


def outside(kernels: list[str]) -> int:
    """Fetch what is to be laid over the machine; the status of the work inside."""
    targets = [module.target(name) for name in kernels]
    trees = [one.tree.parents[2] for one in targets]
    trees.append(debs.fetch(["dkms", "pahole"], paths.cache() / "tools" / "dkms", print, WITHOUT))
    with tempfile.TemporaryDirectory(prefix="dkms-") as folder:
        for number, tree in enumerate(trees):  # under short names: a mount's options have room for one page
            (Path(folder) / f"{number}").symlink_to(tree)
        here = [f"{folder}/{number}" for number in range(len(trees))]
        command = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, str(Path(__file__).resolve()), "--inside"]
        return subprocess.run([*command, *(one.release() for one in targets), folder, *here], timeout=2 * SECONDS,
                              check=False).returncode


def inside(releases: list[str], folders: list[Path]) -> None:
    """All of it. Failed if anything is not as it should be."""
    for top in TOPS:
        lay(top, folders[0], folders[1:])
    run("make", "-s", "-C", str(ROOT), "dkms-source", f"CYGNET_VERSION={VERSION}")
    run("dkms", "add", NAME)
    expect([])
    run("dkms", "install", NAME, "-k", releases[0])
    expect(releases[:1])
    run(HOOK, releases[1])
    expect(releases)
    run("dkms", "remove", NAME, "--all")
    expect([], "")
    print(f"dkms: installed for {releases[0]}, by itself for {releases[1]}, and removed")


def lay(top: str, changes: Path, trees: list[Path]) -> None:
    """Lay the trees over a folder of the machine's, as this process sees it."""
    upper, work = (changes / what / top for what in ("changes", "work"))
    upper.mkdir(parents=True)
    work.mkdir(parents=True)
    lower = ":".join(str(tree / top) for tree in trees if (tree / top).is_dir())
    lower = f"{lower}:/{top}" if lower else f"/{top}"
    run("mount", "-t", "overlay", "-o", f"userxattr,lowerdir={lower},upperdir={upper},workdir={work}", "overlay", f"/{top}")


def run(*command: str) -> str:
    """What a command prints. Failed if it fails."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    kept = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run(command, env={**kept, "LC_ALL": "C", "PATH": path}, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
    if done.returncode:
        logs = Path(f"/var/lib/dkms/{NAME}/build/make.log")
        told = logs.read_text(encoding="utf-8", errors="replace")[-3000:] if logs.exists() else ""
        raise Failed(f"'{' '.join(command)}' ended with {done.returncode}:\n{done.stdout[-2000:]}{told}")
    return done.stdout


def expect(releases: list[str], otherwise: str = f"{NAME}: added\n") -> None:
    """Failed unless dkms says that it is installed for just these, and their modprobe finds it."""
    told = run("dkms", "status")  # and what readelf tells dkms of modules without symbols
    status = "".join(line for line in told.splitlines(keepends=True) if line.startswith(NAME))
    wanted = "".join(f"{NAME}, {release}, x86_64: installed\n" for release in releases) or otherwise
    if status != wanted:
        raise Failed(f"status is '{status}' and not '{wanted}'")
    found = sorted(str(path.relative_to("/lib/modules")) for path in Path("/lib/modules").rglob("ipsec*.ko*"))
    if found != sorted(f"{release}/updates/dkms/{name}.ko" for release in releases for name in MODULES):
        raise Failed(f"modules in /lib/modules: {found}")
    for release in releases:
        check(release)


def check(release: str) -> None:
    """Failed unless modprobe would load what is of this version, for this kernel."""
    version, magic = (run("modinfo", "-k", release, "-F", field, "ipsec").strip() for field in ("version", "vermagic"))
    if version != VERSION or magic.split()[0] != release:
        raise Failed(f"{release}: ipsec.ko is of version {version}, for {magic}")
    tried = run("modprobe", "--dry-run", "--show-depends", "-S", release, "ipsec")
    if f"insmod /lib/modules/{release}/updates/dkms/ipsec.ko" not in tried:
        raise Failed(f"{release}: modprobe would do: {tried}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
