# SPDX-License-Identifier: GPL-2.0-or-later
"""The networks that tests run in: read from a file, planned for a place, printed and drawn.

`load` reads testing/topology/NAME.toml; `Topology.plan` gives what a place executes; the batches make it so.
"""

from lab.topology.batch import host_network, ip_batch, links_batch, requests, sysctls, wires_batch
from lab.topology.model import Host, Interface, Nat, Route, Topology, Wire
from lab.topology.reader import load, names

__all__ = [
    "Host", "Interface", "Nat", "Route", "Topology", "Wire",
    "host_network", "ip_batch", "links_batch", "load", "names", "requests", "show", "svg", "sysctls", "to_json", "wires_batch",
]


def show(topology: Topology) -> str:
    """The topology as text, for a terminal: see lab.topology.text."""
    from lab.topology.text import show as text
    return text(topology)


def to_json(topology: Topology) -> str:
    """The topology as a JSON document: see lab.topology.text."""
    from lab.topology.text import to_json as document
    return document(topology)


def svg(topology: Topology) -> str:
    """The topology as an SVG drawing: see lab.topology.drawing."""
    from lab.topology.drawing import svg as drawing
    return drawing(topology)
