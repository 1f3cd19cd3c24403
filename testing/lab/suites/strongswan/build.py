# SPDX-License-Identifier: GPL-2.0-or-later
"""A tree of strongSwan, built by the project's own recipe for its tests' hosts: with the plugins that Debian lacks."""

import hashlib
import io
import re
import tarfile
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from lab import debs, once, paths
from lab.errors import UnresolvedError
from lab.place import HostSpec
from lab.suites import alone, layer

_KEPT = 3  # builds
_FORMAT = 1
_LIMIT = 3600.0  # seconds
_SCRIPT = "/usr/lib/lab/build"
_RECIPES = "testing/scripts/recipes"
_SOURCES = ("configure.ac", "Makefile.am", "autogen.sh", "conf", "init", "m4", "man", "scripts", "src", _RECIPES)
_HOST = "build"


@cache
def path(tree: Path) -> Path:
    """Where the build of a tree is kept, whether it was made or not."""
    found = hashlib.sha256(f"{_FORMAT}".encode() + _described().encode())
    script = layer.load("strongswan").folder / "root" / _SCRIPT.lstrip("/")
    inputs = [source for name in _SOURCES for source in [tree / name, *(tree / name).rglob("*")] if source.is_file()]
    for source in [script, *sorted(inputs)]:
        found.update(f"{source.name}\n".encode() + source.read_bytes())
    return paths.cache() / "suites" / "strongswan" / f"build-{found.hexdigest()[:12]}"


def ensure(tree: Path, progress: Callable[[str], None]) -> Path:
    """The folder of a tree's build, made if need be. UnresolvedError says what the compiler said last."""
    final = path(tree)
    return once.kept(final, _KEPT, lambda draft: _fill(tree, draft, progress),
                     lambda: progress("another run builds strongSwan; waiting"))


def options(tree: Path) -> list[str]:
    """What the project's recipe gives to configure, but for what build.toml leaves out."""
    found = sorted((tree / _RECIPES).glob("*_strongswan.mk"))
    text = found[0].read_text(encoding="utf-8", errors="replace").replace("\\\n", " ") if found else ""
    match = re.search(r"^CONFIG_OPTS\s*=(.*)$", text, re.MULTILINE)
    if not match:
        raise UnresolvedError(f"{tree / _RECIPES}: no recipe for strongSwan with CONFIG_OPTS; name a build of your own")
    without = tomllib.loads(_described())["without"]
    return [word for word in match.group(1).split() if word not in without]


def _described() -> str:
    return (layer.load("strongswan").folder / "build.toml").read_text(encoding="utf-8")


def _fill(tree: Path, draft: Path, progress: Callable[[str], None]) -> None:
    words = options(tree)
    tools = debs.fetch(tomllib.loads(_described())["packages"], draft.parent / "tools", progress)
    progress("strongswan: building the tree, once; this takes some minutes")
    spec = HostSpec(_HOST, "/", {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"}, [str(tools)],
                    [str(layer.load("strongswan").folder / "root")], binds={"/srv/tree": str(tree)})
    with alone.host(spec) as place:
        status, output, errors = place.run(_HOST, ["bash", _SCRIPT, *words], limit=_LIMIT)
    if status:
        last = " / ".join(errors.decode(errors="replace").strip().splitlines()[-3:]) or "it said nothing"
        raise UnresolvedError(f"strongSwan cannot be built (status {status}): {last}")
    with tarfile.open(fileobj=io.BytesIO(output)) as archive:
        archive.extractall(draft)
