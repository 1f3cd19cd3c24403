#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""module-fuzz: bad packets and bad control messages for ipsec.ko in a guest; exit status 1 if its kernel reports anything.

Packets come from the other end of a wire, most of them through an SA whose keys their sender knows, so that what is inside is
bad, too. Both follow from the seed: with --first and --packets a part of a run is repeated, from which packet on it was.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from guest import ENDS, Failed, Guest, play

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
        leaks = guest.leaks()
        if leaks and leaks != "unknown":
            raise Failed(f"not freed:\n{leaks}")


def _run(guest: Guest, count: int, script: str) -> None:
    guest.at(f"{ENDS} up\n{script}\n{ENDS} down", limit=60 + int(count * SECONDS_EACH))


def main() -> int:
    """Do it."""
    parser = argparse.ArgumentParser(prog="module-fuzz", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernel", default="uml-kasan", help="as 'lab kernels list' names it (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="what packets and messages follow from (%(default)s)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first (%(default)s)")
    parser.add_argument("--packets", type=int, default=1000000, help="how many packets (%(default)s)")
    parser.add_argument("--messages", type=int, default=1000000, help="how many control messages (%(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="module-fuzz-") as folder:
        return play("module-fuzz", lambda: fuzz(options, Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
