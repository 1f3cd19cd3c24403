#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""module-crypto: how fast ipsec.ko encrypts in a guest, for each wrapper that its parameter offload can have.

ipsec_bench.ko says it: Mbit/s of each algorithm. Exit status 1 if it does not measure, stays loaded, or the guest's kernel
reports anything. A wrapper that the kernel has not is left out.
"""

import argparse
import re
import sys
from pathlib import Path

from guest import ROOT, Failed, Guest, play

WRAPPERS = ("none", "cryptd", "pcrypt")
LIMIT = 1800  # seconds for a wrapper, in a guest whose every instruction is translated
_LINE = re.compile(r"ipsec_bench: (.*): (sealed|opened) \d+ packets of \d+ bytes in \d+ us \((\d+)\.\d+ Mbit/s\)")


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Print a table: a line an algorithm and direction, a column a wrapper."""
    with Guest(folder, options.kernel) as guest:
        module = ROOT / "build/module" / guest.kernel / "ipsec_bench.ko"
        guest.at("cat >/tmp/ipsec_bench.ko", source=module.read_bytes())
        found = {wrapper: rates for wrapper in WRAPPERS if (rates := _rates(guest, wrapper, options))}
        processors = guest.at("nproc", quiet=True).strip()
    print(f"{guest.kernel}, {processors} processors: Mbit/s, {options.packets} packets of {options.size} octets, "
          f"{options.queue} at once")
    print(f"{'':42}" + "".join(f"{wrapper:>8}" for wrapper in found))
    for line in found["none"]:
        print(f"{line:42}" + "".join(f"{rates.get(line, '-'):>8}" for rates in found.values()))


def _rates(guest: Guest, wrapper: str, options: argparse.Namespace) -> dict[str, str]:
    """Of each algorithm and direction; nothing if the kernel has no such wrapper."""
    if "no such wrapper" in guest.at(f"ipsec klips --offload {wrapper} 2>&1 || true", quiet=True):
        print(f"{wrapper}: this kernel has it not")
        return {}
    words = f"packets={options.packets} size={options.size} queue={options.queue} only={options.only}"
    text = guest.at(f"dmesg -C; insmod /tmp/ipsec_bench.ko {words} 2>&1 || true; lsmod; dmesg", limit=LIMIT, quiet=True)
    found = {f"{name} {what}": rate for name, what, rate in _LINE.findall(text)}
    if not found or "measured" not in text or re.search(r"^ipsec_bench ", text, re.M):
        raise Failed(f"{wrapper}: not measured:\n{text[-2000:]}")
    return found


if __name__ == "__main__":
    sys.exit(play("module-crypto", __doc__, measure, "6.12", packets=(1000, "how many of each sort"),
                  size=(1488, "octets of a packet"), queue=(32, "how many are under way at once"),
                  only=("", "those whose name has this in it, without a blank")))
