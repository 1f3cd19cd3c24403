# SPDX-License-Identifier: GPL-2.0-or-later
"""What a guest's kernel says of its own faults on its console."""

import re

_REPORTS = re.compile(
    r"Kernel panic - |\bBUG: |kernel BUG at |Oops: |general protection fault|unable to handle"
    r"|WARNING: (?:CPU|possible|suspicious|bad|inconsistent|held lock|lock held|Nested lock|\S+-safe -> |\S+:\d+ at )"
    r"|INFO: task .* blocked|UBSAN: |unreferenced object|Kernel mode fault")
_LINES = 60


def find(console: str) -> str:
    """The first report on a console (panic, oops, BUG, WARNING, KASAN, lockdep), up to 60 lines; empty if none."""
    found = _REPORTS.search(console)
    if not found:
        return ""
    begin = console.rfind("\n", 0, found.start()) + 1
    return "\n".join(console[begin:].splitlines()[:_LINES])
