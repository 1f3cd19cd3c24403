# SPDX-License-Identifier: GPL-2.0-or-later
"""What a test needs of the place that it runs in, and whether it is there."""

import os

from lab.testcase import TestCase


def _tun() -> str:
    if os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return ""
    if os.path.exists("/dev/net/tun"):
        return "needs TUN devices, but /dev/net/tun is closed to this user; 'chmod 666 /dev/net/tun' opens it, as udev does"
    return "needs TUN devices, but this machine has no /dev/net/tun; 'modprobe tun' makes it"


_CHECKS = {"tun": _tun}


def missing(case: TestCase) -> str:
    """Why the test cannot be run here; empty if it can."""
    return next((reason for need in case.needs for reason in [_CHECKS[need]()] if reason), "")
