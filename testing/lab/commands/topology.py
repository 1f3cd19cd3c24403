# SPDX-License-Identifier: GPL-2.0-or-later
"""lab topology: print or draw the network."""

import argparse
from pathlib import Path

from lab import commands, topology


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("topology", description="Print a network's hosts, wires, addresses and routes.")
    made.add_argument("--name", default="swan", help=f"which network: {', '.join(topology.names())} (%(default)s)")
    made.add_argument("--host", action="append", default=[], help="just these hosts and their wires")
    made.add_argument("--svg", nargs="?", const="-", metavar="FILE", help="draw it, into FILE or to standard output")
    made.add_argument("--json", action="store_true", help="print JSON")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    network = topology.load(arguments.name)
    if arguments.host:
        network = network.subset(arguments.host)
    if arguments.svg:
        text = topology.svg(network)
    else:
        text = topology.to_json(network) if arguments.json else topology.show(network)
    if arguments.svg and arguments.svg != "-":
        Path(arguments.svg).write_text(text, encoding="utf-8")
    else:
        print(text.rstrip("\n"))
    return 0
