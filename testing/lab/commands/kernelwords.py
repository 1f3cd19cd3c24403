# SPDX-License-Identifier: GPL-2.0-or-later
"""What --kernel says: one kernel for all guests, or one for each host."""

from lab.errors import UsageError


def read(words: str, usual: str) -> tuple[str, dict[str, str]]:
    """The kernel of hosts that have none of their own, and the others by host, from "NAME", "HOST=NAME,..." or both.

    UsageError for two kernels for the same hosts. Whether there are such kernels is not looked at.
    """
    common, by_host = "", {}
    for word in filter(None, words.split(",")):
        host, equals, name = word.partition("=")
        if not equals:
            if common:
                raise UsageError(f"--kernel: '{common}' and '{word}' for the same hosts; HOST=NAME gives a host its own")
            common = word
        elif host in by_host or not host or not name:
            why = f"{host} has {by_host[host]} already" if host in by_host else "not HOST=NAME"
            raise UsageError(f"--kernel: '{word}': {why}")
        else:
            by_host[host] = name
    return common or usual, by_host
