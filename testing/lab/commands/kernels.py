# SPDX-License-Identifier: GPL-2.0-or-later
"""lab kernels: the kernels of guests; which there are, and building them."""

import argparse
import json
import shutil

from lab import commands, paths
from lab.errors import UsageError
from lab.kernels import build, catalog


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("kernels", description="List the kernels that guests can run (kernel-src/kernels.toml), build "
                           "them into the cache, or remove what no recipe asks for any more.")
    made.add_argument("action", nargs="?", choices=("list", "build", "gc"), default="list")
    made.add_argument("kernels", nargs="*", metavar="KERNEL", help="just these (list, build)")
    made.add_argument("--json", action="store_true", help="print JSON (list)")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    if arguments.action == "gc":
        return _gc()
    if arguments.action == "build" and not arguments.kernels:
        raise UsageError("kernels build: name the kernels; 'lab kernels' lists them")
    found = [catalog.find(name) for name in arguments.kernels] or list(catalog.builds().values())
    if arguments.action == "build":
        for kernel in found:
            print(build.ensure(kernel, print))
        return 0
    rows = [{"name": kernel.name, "source": kernel.source, "arch": kernel.arch, "cached": build.is_cached(kernel),
             "folder": str(build.folder(kernel))} for kernel in found]
    if arguments.json:
        print(json.dumps(rows, indent=1))
        return 0
    for row in rows:
        print(f"{row['name']:<16} {row['arch']:<5} {row['source']:<20} {'cached' if row['cached'] else 'not built'}")
    return 0


def _gc() -> int:
    """Remove builds whose recipe has changed or is gone."""
    wanted = {build.folder(kernel).name for kernel in catalog.builds().values()}
    for folder in sorted((paths.cache() / "kernels").glob("*/build.log")):
        if folder.parent.name not in wanted:
            shutil.rmtree(folder.parent)
            print(f"removed {folder.parent}")
    return 0
