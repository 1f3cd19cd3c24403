# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys, certificates, CRLs and the servers' data: made once by the project's own scripts, as in its guest images.

The scripts run on a host of their own whose clock is set to when a guest's begins, so that what they make is valid there.
What they made is kept as a folder a host, together with the project's files for that host, and one a test.
"""

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from lab import debs, once
from lab.errors import UnresolvedError
from lab.guests import uml
from lab.place import HostSpec
from lab.suites import Suite, alone, layer
from lab.suites.strongswan import specs, tree

_KEPT = 4  # folders
_FORMAT = 1
_LIMIT = 1800.0  # seconds
_HOST = "winnetou"  # where the project's own scripts make CRLs and the servers' data
_MAKE = "/usr/lib/lab/certificates"
_CLOCK = "usr/lib/*/faketime/libfaketime.so.1"
_SOURCES = ("testing/hosts", "testing/scripts", "testing/testing.conf")


def ensure(suite: Suite, progress: Callable[[str], None]) -> Path:
    """The folder with hosts/HOST, to be laid over that host, and tests/GROUP/NAME/hosts/HOST, what a test has besides.

    UnresolvedError says what the project's script said where it failed.
    """
    final = specs.home() / f"certificates-{_key(suite)}"
    return once.kept(final, _KEPT, lambda draft: _fill(suite, specs.trees(suite, progress), draft, progress),
                     lambda: progress("another run makes certificates; waiting"))


def _key(suite: Suite) -> str:
    """Stands for all that the folder is made from."""
    found = hashlib.sha256(f"{_FORMAT} {uml.BEGIN} {specs.packages(suite)} {specs.built(suite)}".encode())
    for path in _inputs(suite):
        found.update(f"{path.name} {path.stat().st_mode}\n".encode() + path.read_bytes())
    return found.hexdigest()[:12]


def _inputs(suite: Suite) -> list[Path]:
    paths = [suite.tree / name for name in _SOURCES]
    ours = layer.load(suite.kind).folder / "root" / _MAKE.lstrip("/")
    return sorted(path for top in [*paths, ours] for path in (top.rglob("*") if top.is_dir() else [top])
                  if path.is_file()) + sorted((suite.tree / tree.TESTS).rglob("*.in"))


def _fill(suite: Suite, below: list[Path], draft: Path, progress: Callable[[str], None]) -> None:
    progress("strongswan: making certificates, once; this takes a minute or two")
    made = draft / "made"
    made.mkdir()
    with tarfile.open(fileobj=io.BytesIO(_make(suite, below, progress))) as archive:
        archive.extractall(made)
    for folder in sorted(path for path in (suite.tree / tree.HOSTS).iterdir() if path.is_dir() and path.name != "default"):
        target = draft / "hosts" / folder.name
        tops = (folder, made / "testing" / "hosts" / folder.name, suite.tree / tree.HOSTS / "default", made / folder.name)
        for source in filter(Path.is_dir, tops):
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    if (made / "testing" / "tests").is_dir():
        os.rename(made / "testing" / "tests", draft / "tests")
    os.rename(made / "log.txt", draft / "log.txt")
    shutil.rmtree(made)


def _make(suite: Suite, below: list[Path], progress: Callable[[str], None]) -> bytes:
    """Run the scripts; returns what they made as an archive."""
    clock = debs.fetch(["libfaketime"], specs.home() / "clock", progress)
    library = next(clock.glob(_CLOCK)).relative_to(clock)
    begin = datetime.fromtimestamp(uml.BEGIN // 10**9, UTC)
    spec = HostSpec(_HOST, "/", specs.environment(suite) | {
        "LAB_CLOCK": f"/{library}", "FAKETIME": f"@{begin:%Y-%m-%d %H:%M:%S}", "NO_FAKE_STAT": "1"})
    spec.lowers = [str(path) for path in (clock, *below)]
    spec.trees = [str(path) for path in specs.overlays(suite, _HOST)]
    spec.binds = {"/srv/testing": str(suite.tree / "testing")}
    with alone.host(spec) as place:
        status, output, errors = place.run(_HOST, ["bash", _MAKE], limit=_LIMIT)
    if status:
        last = (errors.decode(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
        raise UnresolvedError(f"the project's scripts make no certificates (status {status}): {last}")
    return output
