# SPDX-License-Identifier: GPL-2.0-or-later
"""What a guest's kernel says of its own faults on its console."""

import re

_REPORTS = re.compile(
    r"Kernel panic - |\bBUG: |kernel BUG at |Oops: |general protection fault|unable to handle"
    r"|WARNING: (?:CPU|possible|suspicious|bad|inconsistent|held lock|lock held|Nested lock|\S+-safe -> |\S+:\d+ at )"
    r"|INFO: task .* blocked|unregister_netdevice: waiting for|UBSAN: |unreferenced object|Kernel mode fault")
_LINES = 60
STARVED = "a guest's memory was not enough, so nothing is known: {}; see {}"  # what starved() says, and the console
_STARVED = re.compile(r"Out of memory: Killed process \d+ \([^)\n]*\)"
                      r"|Kernel panic - not syncing: .*(?:[Oo]ut of|deadlocked on) memory")


def find(console: str) -> str:
    """The first report on a console (panic, oops, BUG, WARNING, KASAN, lockdep), up to 60 lines; empty if none.

    What follows when memory has run out is not one; see starved().
    """
    found = next((found for found in _REPORTS.finditer(console) if not _STARVED.match(console, found.start())), None)
    if not found:
        return ""
    begin = console.rfind("\n", 0, found.start()) + 1
    return "\n".join(console[begin:].splitlines()[:_LINES])


def starved(console: str) -> str:
    """What a kernel's console says of the end of its memory, in a few words: the first program killed; empty if nothing.

    A group of processes that has a limit of its own (memory cgroup) is not meant.
    """
    found = _STARVED.search(console)
    return found.group() if found else ""
