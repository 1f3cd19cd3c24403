# SPDX-License-Identifier: GPL-2.0-or-later
"""A host by itself, without a network, on which a project's own scripts make what its tests need."""

from collections.abc import Iterator
from contextlib import contextmanager

from lab.place import HostSpec, Place
from lab.place.ns import Namespaces


@contextmanager
def host(spec: HostSpec) -> Iterator[Place]:
    """The place with the host, which goes when this is left. UnresolvedError if it does not come up."""
    place = Namespaces()
    try:
        network = {"interfaces": [], "routes": [], "forward": False, "nft": ""}
        place.start([spec], {"wires": [], "hosts": {spec.name: network}}, "")
        yield place
    finally:
        place.stop()
