# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the package `lab` importable for its tests, and Ctrl-C what it is at a terminal."""

import signal
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
# A shell that starts this in the background has the one ignored, nohup the other, and so would all that is started here.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(name="checkout", scope="session")
def _checkout():
    """A scratch checkout that runs tests."""
    import scratch
    return scratch.shared()
