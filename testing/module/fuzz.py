#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""module-fuzz: bad packets and bad control messages for ipsec.ko in a guest; exit status 1 if its kernel reports anything.

Packets come from the other end of a wire, most of them through an SA whose keys their sender knows, so that what is inside is
bad, too. Both follow from the seed: with --first and --packets a part of a run is repeated, from which packet on it was.
"""

import argparse
import sys
from pathlib import Path

from guest import ENDS, Guest, play

SECONDS_EACH = 0.005  # that a packet or a message may take, under KASAN on a busy machine


def fuzz(options: argparse.Namespace, folder: Path) -> None:
    """Both, one after the other, then both at once, then look for what was not freed."""
    with Guest(folder, options.kernel) as guest:
        guest.put("wire_fuzz", "control_fuzz")
        packets = f"/tmp/wire_fuzz {options.seed} {options.first} {options.packets} own0 peer0 peer"
        messages = f"/tmp/control_fuzz {options.seed} {options.first}"
        _run(guest, options.packets, f"ip netns exec own {packets}")
        _run(guest, options.messages, f"ip netns exec own {messages} {options.messages}")
        few = min(options.packets, options.messages) // 10 + 1
        _run(guest, 2 * few, f"ip netns exec own /tmp/wire_fuzz {options.seed} {options.packets} {few} own0 peer0 peer only & "
                             f"ip netns exec own {messages} {few}; wait")
        guest.check_leaks()


def _run(guest: Guest, count: int, script: str) -> None:
    guest.at(f"{ENDS} up\n{script}\n{ENDS} down", limit=60 + int(count * SECONDS_EACH))


if __name__ == "__main__":
    sys.exit(play("module-fuzz", __doc__, fuzz, "uml-kasan", seed=(1, "what packets and messages follow from"),
                  first=(0, "the number of the first"), packets=(1000000, "how many packets"),
                  messages=(1000000, "how many control messages")))
