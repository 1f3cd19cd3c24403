# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the package `lab` importable for its tests."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


@pytest.fixture(name="checkout", scope="session")
def _checkout():
    """A scratch checkout that runs tests."""
    import scratch
    return scratch.shared()
