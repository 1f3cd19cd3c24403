# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that handling kernels takes and a machine may lack: fetched, never installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from lab import kernels
from lab.errors import UnresolvedError

_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_SECONDS = 300


def run(package: str, words: list[str], progress: kernels.Progress, **settings) -> subprocess.CompletedProcess:
    """Run a program, which that package has if the machine has not; settings are for subprocess.run.

    UnresolvedError with the first line of its complaint if it fails or takes more than 300 s.
    """
    environment = dict(os.environ, LC_ALL="C")
    path = shutil.which(words[0], path=_PATH)
    if not path:
        tree = _fetched(package, progress)
        path = next((str(tree / place / words[0]) for place in ("usr/sbin", "usr/bin")
                     if (tree / place / words[0]).exists()), "")
        if not path:
            raise UnresolvedError(f"package {package} has no program {words[0]}")
        environment["LD_LIBRARY_PATH"] = ":".join(map(str, tree.glob("usr/lib/*-linux-gnu")))
    try:
        done = subprocess.run([path, *words[1:]], env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              timeout=_SECONDS, check=False, **settings)
    except subprocess.TimeoutExpired:
        raise UnresolvedError(f"{words[0]}: not done after {_SECONDS} s") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or [f"status {done.returncode}"]
        raise UnresolvedError(f"{words[0]}: {said[0]}")
    return done


def _fetched(package: str, progress: kernels.Progress) -> Path:
    from lab import debs
    return debs.fetch([package], kernels.top() / "tools" / package, progress)
