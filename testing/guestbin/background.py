# SPDX-License-Identifier: GPL-2.0-or-later
"""What the Python commands in this folder share."""

import os


def go() -> bool:
    """Go on in the background, apart from the terminal; False in the process that is to end instead."""
    if os.fork():
        return False
    os.setsid()
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    return True
