# SPDX-License-Identifier: GPL-2.0-or-later
"""lab capture: print a capture file as tests compare it."""

import argparse
from pathlib import Path

from lab import commands, topology
from lab.capture.describe import describe


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("capture", description="Print a capture file, one line a packet, with SPIs and the like named in "
                                                  "the order in which they appear.")
    made.add_argument("file", type=Path, help="a pcap file, such as build/lab/last/KIND/NAME/internet.pcap")
    made.add_argument("--name", default="swan", help="the network whose hosts are named by their MAC addresses (%(default)s)")
    made.add_argument("--noise", action="store_true", help="print ARP, neighbour discovery and the like too")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    for line in describe(arguments.file, topology.load(arguments.name).host_of_mac, arguments.noise):
        print(line)
    return 0
