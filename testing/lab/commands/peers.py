# SPDX-License-Identifier: GPL-2.0-or-later
"""lab peers: the other IKE implementations, and fetching them."""

import argparse
import json

from lab import commands, peers


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("peers", description="List the other IKE implementations that tests run against. They are fetched "
                           "from Debian into the cache and laid over hosts, never installed.")
    made.add_argument("peers", nargs="*", metavar="PEER", help="just these")
    made.add_argument("--fetch", action="store_true", help="fetch what is not there yet")
    made.add_argument("--refresh", action="store_true", help="look for newer versions and fetch them")
    made.add_argument("--json", action="store_true", help="print JSON")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    found = [peers.load(name) for name in arguments.peers or peers.known()]
    if arguments.fetch or arguments.refresh:
        for peer in found:
            peer.tree(print, refresh=arguments.refresh)
    if arguments.json:
        print(json.dumps([{"name": peer.name, "version": peer.version(), "description": peer.description,
                           "needs": peer.needs, "packages": peer.packages} for peer in found], indent=1))
        return 0
    for peer in found:
        print(f"{peer.name:<12} {peer.version() or 'not fetched yet':<20} {peer.description}")
    return 0
