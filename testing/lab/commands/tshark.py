# SPDX-License-Identifier: GPL-2.0-or-later
"""lab tshark: what tshark finds in the captures of a test's last run, with the keys that pluto has logged."""

import argparse

from lab import commands, wireshark
from lab.errors import UsageError


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("tshark", description="Check the packets of a test's last run by tshark, outside and decrypted; "
                                                 "with a wire, print them: 'lab tshark TEST internet -V'.")
    made.add_argument("test", help="KIND/NAME, NAME, or the test's folder")
    made.add_argument("wire", nargs="?", help="whose packets are printed")
    made.add_argument("options", nargs=argparse.REMAINDER, help="of tshark's")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    out = commands.last_out(commands.one(arguments.test))
    if not wireshark.has_keys(out):
        raise UsageError(f"{out}: no keys of pluto's are there, or no tshark is installed")
    if arguments.wire:
        if not (out / f"{arguments.wire}.pcap").exists():
            wires = ", ".join(sorted(path.stem for path in out.glob("*.pcap")))
            raise UsageError(f"'{arguments.wire}' is no wire of this run; they are {wires}")
        return wireshark.show(out, arguments.wire, arguments.options)
    found = wireshark.complaints(out)
    for line in found:
        print(line)
    return 1 if found else 0
