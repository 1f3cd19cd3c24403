# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are: the checkout, its testing folder, what runs write, and the cache."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTING = ROOT / "testing"
BUILD = ROOT / "build"
RUNS = BUILD / "lab"


def cache() -> Path:
    """The folder for what outlives a checkout; it may not exist yet.

    CYGNET_CACHE overrides it; else XDG_CACHE_HOME is followed (XDG Base Directory Specification).
    """
    own = os.environ.get("CYGNET_CACHE")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "cygnet"
