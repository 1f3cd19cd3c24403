# SPDX-License-Identifier: GPL-2.0-or-later
"""Bisections with real kernels, which take minutes: `make check-all` runs them, and pytest if this file is named.

One builds a tree of eight commits for UML: four minutes of processor time where ccache knows uml-6.1, 19 minutes on a machine
with four times as much to do as it has processors. The other runs packaged kernels that are cached in QEMU, 14 minutes there.
Neither fetches anything.
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import linuxtree
import pytest

from lab import kernels, paths
from lab.guests import qemu
from lab.kernels import archive, catalog

_BROKEN, _REGRESSION, _PANIC = 4, 6, 7  # by their places in the tree, where 0 is the source
_CHANGES = [
    linuxtree.Change("xfrm: word a comment", "net/xfrm/xfrm_input.c", "Split up af-specific portion", "Split up by family"),
    linuxtree.Change("xfrm: say what these are", "net/xfrm/xfrm_hash.h", "\nstatic inline",
                     "\n/* Of addresses. */\nstatic inline"),
    linuxtree.Change("ah4: word a message", "net/ipv4/ah4.c", "can't add xfrm type", "cannot add the xfrm type"),
    linuxtree.Change("xfrm: begin a header", "net/xfrm/xfrm_output.c", "#include <net/xfrm.h>\n",
                     "#include <net/xfrm.h>\n#include <net/xfrm_later.h>\n"),
    linuxtree.Change("xfrm: do without that header", "net/xfrm/xfrm_output.c", "#include <net/xfrm_later.h>\n", ""),
    linuxtree.Change("xfrm: count bytes alone", "net/xfrm/xfrm_input.c", "\t\tx->curlft.packets++;\n", ""),
    linuxtree.Change("xfrm: be strict at boot", "net/xfrm/xfrm_policy.c", "\txfrm_input_init();\n",
                     "\txfrm_input_init();\n\tpanic(\"xfrm: not strict enough\");\n"),
    linuxtree.Change("xfrm: be less strict", "net/xfrm/xfrm_policy.c", "\tpanic(\"xfrm: not strict enough\");\n", ""),
]


@pytest.fixture(name="source")
def _source() -> Path:
    """The cached source package's archive."""
    missing = [name for name in ("gcc", "make", "flex", "bison", "bc", "ccache", "git", "xz") if not shutil.which(name)]
    found = sorted(kernels.top().glob("source/linux-source-6.1-*/usr/src/linux-source-6.1.tar.xz"))
    if missing or not found:
        pytest.skip(f"'make deps-uml' installs {missing[0]}" if missing else
                    "linux-source-6.1 is not cached; './lab kernels build uml-6.1' fetches it")
    return found[-1]


@pytest.fixture(name="scratch_folder")
def _scratch_folder():
    """A folder that is gone at the end: pytest's own would stay, with a gigabyte of objects."""
    with tempfile.TemporaryDirectory(prefix="slow-bisect-") as folder:
        yield Path(folder)


def _bisect(*words: str, cache: Path | None = None) -> subprocess.CompletedProcess:
    environment = {**os.environ, "CYGNET_CACHE": str(cache or paths.cache())}
    return subprocess.run([paths.ROOT / "lab", "bisect", *words], env=environment, capture_output=True, text=True, check=False)


def _cache(folder: Path) -> Path:
    """A cache of its own but for the compiler's, and for who has which processor."""
    cache = folder / "cache"
    cache.mkdir()
    for name in ("ccache", "processors"):
        (paths.cache() / name).mkdir(exist_ok=True)
        (cache / name).symlink_to(paths.cache() / name)
    return cache


def test_a_planted_regression_among_eight_commits(source, scratch_folder):
    cache, tree, out = _cache(scratch_folder), scratch_folder / "linux", scratch_folder / "out"
    commits = linuxtree.plant(source, tree, _CHANGES)
    words = ("netkey/xfrm-esp-tunnel", "--git", str(tree), "--base", "uml-6.1", "--out", str(out))
    done = _bisect(*words, "--good", commits[0], "--bad", "bisected", cache=cache)
    log = (out / "bisect.log").read_text() if out.exists() else ""
    assert done.returncode == 0, (done.stdout, done.stderr, log)
    record = json.loads((out / "bisect.json").read_text())
    names = [f"git:{tree}@{commit}+uml-6.1" for commit in commits]
    assert (record["last good"], record["first bad"]) == (names[_REGRESSION - 1], names[_REGRESSION])
    assert "xfrm: count bytes alone" in record["commit"]
    assert "+\t  84(bytes), 0(packets)" in "".join(record["differences"].values())
    assert f"skip  {names[_BROKEN]}  cannot be told" in log and "xfrm_later.h" in log
    for ran in (_REGRESSION, _REGRESSION - 1, len(_CHANGES)):
        assert (out / f"{commits[ran]}+uml-6.1@2").is_dir(), f"commit {ran} was told by a single run"
    done = _bisect(*words, "--good", commits[_PANIC - 1], "--bad", commits[_PANIC], cache=cache)
    assert done.returncode == 3, (done.stdout, done.stderr)
    assert "the bad end, cannot be told: it does not boot: " in done.stderr and "xfrm: not strict enough" in done.stderr


@pytest.fixture(name="packages")
def _packages() -> list[str]:
    """Up to six cached cloud kernels that follow each other in the archive, from 6.1 to 6.12."""
    if not shutil.which(qemu.PROGRAM) or not shutil.which("mkfs.erofs"):
        pytest.skip("QEMU or mkfs.erofs is not installed; 'make deps-qemu' does it")
    known = sorted((one for one in archive.known() if one.flavour == "cloud"), key=catalog.Package.order)
    border = next((number for number, one in enumerate(known) if one.series == "6.12"), 0)
    first, last = border, border
    while first > max(0, border - 3) and kernels.is_cached(known[first - 1]):
        first -= 1
    while last < min(len(known), border + 3) and kernels.is_cached(known[last]):
        last += 1
    if border - first < 2 or last - border < 2:
        names = " ".join(one.name for one in known[max(0, border - 2):border + 2])
        pytest.skip(f"the last two 6.1 and the first two 6.12 are needed: './lab kernels get {names}'")
    return [one.name for one in known[first:last]]


@pytest.mark.parametrize("on", ("console", "XfrmOutStateDirError"))
def test_a_difference_between_packages(packages, scratch_folder, on):
    done = _bisect("netkey/xfrm-counters", "--place", "qemu", "--good", packages[0], "--bad", packages[-1], "--on", on,
                   "--out", str(scratch_folder / "out"))
    assert done.returncode == 0, (done.stdout, done.stderr)
    record = json.loads((scratch_folder / "out" / "bisect.json").read_text())
    border = next(number for number, name in enumerate(packages) if name.startswith("6.12"))
    assert (record["last good"], record["first bad"], record["cannot be told"]) == (packages[border - 1], packages[border], [])
    assert any("XfrmOutStateDirError" in diff for diff in record["differences"].values())
    assert "changelog from" in record["changelog"] and (scratch_folder / "out" / "changelog.txt").stat().st_size > 0
