# SPDX-License-Identifier: GPL-2.0-or-later
"""What must hold between the parts of a topology that are each well formed."""

from collections.abc import Callable, Iterable
from itertools import combinations

from lab.topology.model import Host, Route, Topology

Fail = Callable[[str, str], None]


def check_topology(topology: Topology, fail: Fail) -> None:
    """Calls fail(key, text), which is to raise, for the first thing that does not fit together.

    Checked: no two wires share addresses, nothing that is to be unique occurs twice, gateways can be reached.
    """
    _check_prefixes(topology, fail)
    _check_unique("MAC", [(k, "mac", i.mac) for k, i in _interfaces(topology)], fail)
    _check_unique("address", [(k, "addresses", str(a.ip)) for k, i in _interfaces(topology) for a in i.addresses],
                  fail)
    _check_ports(topology, fail)
    for host in topology.hosts.values():
        _check_routes(topology, host, fail)


def _interfaces(topology: Topology) -> list:
    return [(f"hosts.{host.name}.{i.name}", i) for host, i in topology.interfaces()]


def _check_prefixes(topology: Topology, fail: Fail) -> None:
    prefixes = [(wire.name, prefix) for wire in topology.wires.values() for prefix in wire.prefixes]
    for (one, first), (two, second) in combinations(prefixes, 2):
        if first.version == second.version and first.overlaps(second):
            fail(f"wires.{two}.ipv{second.version}", f"{second} overlaps {first} of wires.{one}")


def _check_unique(what: str, entries: Iterable[tuple[str, str, str]], fail: Fail) -> None:
    owners: dict[str, str] = {}
    for owner, key, value in entries:
        if value in owners:
            fail(f"{owner}.{key}", f"{what} {value} is that of {owners[value]} already")
        owners[value] = owner


def _check_ports(topology: Topology, fail: Fail) -> None:
    """Bridges and their ports are devices of one namespace, so that their names must differ."""
    owners = {name: f"wires.{name}" for name in topology.wires}
    for key, interface in _interfaces(topology):
        port = key.removeprefix("hosts.").replace(".", "-", 1)
        if port in owners:
            fail(key, f"its end at the wire would be called {port}, as that of {owners[port]}")
        owners[port] = key


def _check_routes(topology: Topology, host: Host, fail: Fail) -> None:
    key = f"hosts.{host.name}.routes"
    seen = set()
    for route in host.routes:
        if route.to in seen:
            fail(key, f"a second route to {route.to}")
        seen.add(route.to)
        _check_gateway(topology, host, route, lambda text: fail(key, text))


def _check_gateway(topology: Topology, host: Host, route: Route, fail: Callable[[str], None]) -> None:
    """Nothing outside the file can be a gateway, so that one that no host has must be a slip."""
    near = [i.wire for i in host.interfaces.values() if any(route.via in a.network for a in i.addresses)]
    if not near:
        fail(f"gateway {route.via} is not on any wire of {host.name}")
    others = {a.ip for wire in near for other, i in topology.on_wire(wire) if other is not host for a in i.addresses}
    if route.via not in others:
        fail(f"gateway {route.via} is no other host's address on {' or '.join(near)}")
