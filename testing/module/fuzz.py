#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""module-fuzz: bad packets and bad control messages for ipsec.ko in a guest; exit status 1 if its kernel reports anything.

Packets come from the other end of a wire, most of them through an SA whose keys their sender knows, so that what is inside is
bad, too; others are sent by ipsec0 and mast0. Messages are root's; somebody's who has no rights; and those of the roots of
namespaces that end. All follow from the seed, half of the packets from the one after it, which makes other settings. With
--first and --packets a part of a run is repeated, from which packet on it was.
"""

import argparse
import sys
from pathlib import Path

from guest import ENDS, Guest, play

SECONDS_EACH = 0.005  # that a packet or a message may take, under KASAN on a busy machine
SECONDS_SPACE = 5  # and a namespace
PER_SPACE = 5000  # messages of root's for each namespace that comes and goes


def fuzz(options: argparse.Namespace, folder: Path) -> None:
    """One after the other, then all at once, then look for what was not freed."""
    with Guest(folder, options.kernel) as guest:
        guest.put("wire_fuzz", "control_fuzz")
        first, packets, messages = options.first, options.packets, options.messages
        few = min(packets, messages) // 10 + 1
        for seed in (options.seed, options.seed + 1):
            _run(guest, packets, _wire(seed, first, (packets + 1) // 2))
        _run(guest, messages, _control(options.seed, first, messages))
        _run(guest, few, _control(options.seed, first, few, "nobody"))
        _run(guest, 0, _control(options.seed, first, messages // PER_SPACE + 1, "spaces"),
             (messages // PER_SPACE + 1) * SECONDS_SPACE)
        both = (f"{_control(options.seed, packets, few)} & one=$!; {_control(options.seed + 1, packets, few)} & two=$!; "
                "wait $one; wait $two")
        _run(guest, 3 * few, f"{_wire(options.seed, packets, few)} beside /bin/sh -euc '{both}'")
        guest.check_leaks()


def _wire(seed: int, first: int, count: int) -> str:
    return f"/tmp/wire_fuzz {seed} {first} {count} own0 peer0 peer"


def _control(seed: int, first: int, count: int, who: str = "root") -> str:
    return f"/tmp/control_fuzz {seed} {first} {count} {who}"


def _run(guest: Guest, count: int, command: str, seconds: int = 0) -> None:
    guest.at(f"{ENDS} up\nip netns exec own {command}\n{ENDS} down", limit=120 + seconds + int(count * SECONDS_EACH))


if __name__ == "__main__":
    sys.exit(play("module-fuzz", __doc__, fuzz, "uml-kasan", seed=(1, "what packets and messages follow from"),
                  first=(0, "the number of the first"), packets=(1000000, "how many packets"),
                  messages=(1000000, "how many control messages")))
