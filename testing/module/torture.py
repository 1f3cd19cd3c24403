#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""module-torture: tunnels of ipsec.ko that come and go under traffic, in a guest, and the module with them.

Each cycle makes a tunnel between two namespaces, waits until packets come through both ways, and takes it down in one of
several ways; src/klips/guest/module_cycle.c tells which. Then many processes at once do so without waiting for each other,
and send on each processor: module_race.c. In UML under KASAN the module stays: what is around its variables stays marked when
it goes, and whatever is loaded there next is reported. Exit status 1 if the guest's kernel reports anything, if a tunnel does
not carry packets, or if memory was not given back, as far as its kernel can tell.
"""

import argparse
import sys
from pathlib import Path

from guest import ENDS, ROOT, Guest, play

SECONDS_EACH = 2  # that a cycle may take, under KASAN on a busy machine
EMULATED = 4  # how many times as long where every instruction is translated


def torture(options: argparse.Namespace, folder: Path) -> None:
    """Do it in a guest of its own."""
    with Guest(folder, options.kernel) as guest:
        guest.put("module_cycle", "module_race")
        module = "" if guest.place == "uml" and guest.has("CONFIG_KASAN=y") else "/tmp/ipsec.ko"
        if module:
            guest.at(f"cat >{module}", source=(ROOT / "build/module" / guest.kernel / "ipsec.ko").read_bytes())
        each = SECONDS_EACH * (1 if guest.place == "uml" else EMULATED)
        if options.cycles:
            guest.at(f"{ENDS} up\n/tmp/module_cycle {options.cycles} {module}\n{ENDS} down", limit=120 + options.cycles * each)
        if options.seconds:
            guest.at(f"{ENDS} up\n/tmp/module_race {options.seed} {options.seconds} {module}\n"
                     f"ipsec klips --offload none\n{ENDS} down", limit=300 + 2 * options.seconds)
        guest.check_leaks()


if __name__ == "__main__":
    sys.exit(play("module-torture", __doc__, torture, "uml-kasan", cycles=(1000, "how many"),
                  seconds=(60, "how long all at once"), seed=(1, "what they do then follows from")))
