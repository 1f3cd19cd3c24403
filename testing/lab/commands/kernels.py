# SPDX-License-Identifier: GPL-2.0-or-later
"""lab kernels: the kernels of guests; which there are, fetching, building and removing them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from lab import commands, kernels
from lab.errors import UsageError
from lab.kernels import catalog, gc


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("kernels", description="List the kernels that guests can run: Debian's packages and builds "
                           "(kernel-src/kernels.toml). Fetch packages, build the others, into the cache; nothing is "
                           "installed. Or remove what no recipe asks for any more.")
    made.add_argument("action", nargs="?", choices=("list", "get", "build", "gc"), default="list",
                      help="list them; get packages; build what is built; gc: remove what nothing names (%(default)s)")
    made.add_argument("kernels", nargs="*", metavar="KERNEL", help="just these (list, get, build)")
    made.add_argument("--git", metavar="TREE", type=Path, help="build a commit of this git tree of the kernel (build)")
    made.add_argument("--commit", metavar="REV", help="which commit (build --git; HEAD)")
    made.add_argument("--base", metavar="BUILD", help="whose configuration and edits it gets (build --git; uml-6.12)")
    made.add_argument("--cached", action="store_true", help="only what is in the cache; asks nobody (list)")
    made.add_argument("--older", metavar="DAYS", type=float, help="remove also what was last used so long ago (gc)")
    made.add_argument("--all", action="store_true", help="remove all kernels, sources, objects (gc)")
    made.add_argument("--dry-run", action="store_true", help="only say what would be removed (gc)")
    made.add_argument("--json", action="store_true", help="print JSON")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    _check(arguments)
    if arguments.action == "gc":
        return _gc(arguments)
    if arguments.action == "list":
        return _list(arguments)
    return _make(arguments)


def _check(arguments: argparse.Namespace) -> None:
    """Refuse options of other actions."""
    if arguments.action != "gc" and (arguments.older is not None or arguments.all or arguments.dry_run):
        raise UsageError("--older, --all and --dry-run are for 'lab kernels gc'")
    if arguments.action != "build" and (arguments.git or arguments.base or arguments.commit):
        raise UsageError("--git, --commit and --base are for 'lab kernels build'")
    if not arguments.git and (arguments.base or arguments.commit):
        raise UsageError("--commit and --base go with --git TREE")
    if arguments.action == "gc" and arguments.kernels:
        raise UsageError("kernels gc takes no names")
    if arguments.older is not None and not arguments.older >= 0:
        raise UsageError(f"--older {arguments.older:g}: days cannot be negative")


def _list(arguments: argparse.Namespace) -> int:
    rows = [_row(kernel) for kernel in _listed(arguments)]
    if arguments.cached:
        rows = [row for row in rows if row["cached"]]
    if arguments.json:
        print(json.dumps(rows, indent=1))
        return 0
    width = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        absent = "not built" if row["kind"] == "build" else "not here"
        state = f"cached, {row['bytes'] / 1e6:.0f} MB" if row["cached"] else absent
        print(f"{row['name']:<{width}}  {row['place']:<4}  {row['from']:<38} {row['version']:<20} {state}")
    return 0


def _listed(arguments: argparse.Namespace) -> list[catalog.Kernel]:
    if arguments.kernels:
        return [catalog.find(name, progress=_tell) for name in arguments.kernels]
    if arguments.cached:
        from lab.kernels import archive
        return [*archive.known(), *catalog.builds().values()]
    return [*catalog.packages("", _tell), *catalog.builds().values()]


def _row(kernel: catalog.Kernel) -> dict:
    packaged = isinstance(kernel, catalog.Package)
    cached = kernels.is_cached(kernel)
    row = {"name": kernel.name, "kind": "package" if packaged else "build", "arch": kernel.arch,
           "place": catalog.PLACES[kernel.arch], "from": kernel.package if packaged else kernel.source or str(kernel.tree),
           "version": kernel.version if packaged else kernel.commit[:12], "cached": cached, "bytes": 0,
           "folder": str(kernels.folder(kernel))}
    if cached:
        row["bytes"] = gc.size(kernels.folder(kernel))
    return row


def _make(arguments: argparse.Namespace) -> int:
    wanted = [catalog.find(name, progress=_tell) for name in arguments.kernels]
    if arguments.git:
        from lab.kernels import gittree
        wanted.append(gittree.from_git(arguments.git, arguments.commit or "HEAD", arguments.base or "uml-6.12"))
    if not wanted:
        raise UsageError(f"kernels {arguments.action}: name the kernels; 'lab kernels' lists them")
    for kernel in wanted:
        sort = catalog.Package if arguments.action == "get" else catalog.Build
        if not isinstance(kernel, sort):
            other = "build" if arguments.action == "get" else "get"
            raise UsageError(f"kernels {arguments.action}: '{kernel.name}' is not for that: lab kernels {other} {kernel.name}")
    for kernel in wanted:
        files = kernels.ensure(kernel, _tell)
        print(json.dumps({key: value and str(value) for key, value in vars(files).items()}) if arguments.json else files.image)
    return 0


def _gc(arguments: argparse.Namespace) -> int:
    removed = []
    for path, why in gc.unwanted(arguments.all, arguments.older):
        row = {"path": str(path), "bytes": gc.size(path), "why": why}
        if not arguments.dry_run and not gc.remove(path):
            row["why"] = "in use: left"
        removed.append(row)
        if not arguments.json:
            verb = "left" if row["why"] == "in use: left" else "would remove" if arguments.dry_run else "removed"
            print(f"{verb} {path} ({row['bytes'] / 1e6:.0f} MB): {row['why']}")
    if arguments.json:
        print(json.dumps(removed, indent=1))
    return 0


def _tell(text: str) -> None:
    """Progress goes to standard error: what is printed may be read by a program."""
    import sys
    print(text, file=sys.stderr, flush=True)
