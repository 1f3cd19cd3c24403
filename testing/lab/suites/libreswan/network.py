# SPDX-License-Identifier: GPL-2.0-or-later
"""The network of a libreswan tree, by the tree's own files for systemd-networkd: each edition of the tests has its own.

What is read of a file HOST.INTERFACE.network is MACAddress, Address, Gateway, and of routes Destination and Gateway:
systemd.network(5).
"""

import ipaddress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from lab import topology
from lab.errors import UsageError
from lab.topology.reader import parse

_FOLDERS = ("testing/libvirt/fedora/network", "testing/kvm/systemd/network")


@dataclass
class _Card:
    """An interface as its file tells it; routes as the topology's files have them."""

    host: str
    name: str
    mac: str = ""
    addresses: list[str] = field(default_factory=list)
    routes: list[str] = field(default_factory=list)

    @property
    def prefixes(self) -> list[str]:
        """The prefixes of its wire."""
        return [str(ipaddress.ip_interface(address).network) for address in self.addresses]


@cache
def load(tree: Path) -> topology.Topology:
    """The network of a tree; the swans' own where it has no such files. UsageError names a file that cannot be read."""
    paths = [path for folder in _FOLDERS for path in sorted((tree / folder).glob("*.network"))]
    cards = [card for path in paths if (card := _card(path))]
    if not cards:
        return topology.load("swan")
    return parse(_document(cards), "libreswan", str(paths[0].parent))


def _card(path: Path) -> _Card | None:
    words = path.name.split(".")
    if len(words) != 3:
        return None  # not of one host
    card, section, route = _Card(words[0], words[1]), "", {}
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        text = line.partition("#")[0].strip()
        if text.startswith("["):
            _end_route(card, route)
            section, route = text, {}
        elif text:
            key, equals, value = map(str.strip, text.partition("="))
            if not equals:
                raise UsageError(f"{path}:{number}: neither a section nor NAME=VALUE: {text!a}")
            _set(card, section, route, key, value)
    _end_route(card, route)
    return card


def _set(card: _Card, section: str, route: dict[str, str], key: str, value: str) -> None:
    if section == "[Match]" and key == "MACAddress":
        card.mac = value.lower()
    elif section == "[Network]" and key == "Address":
        card.addresses.append(value)
    elif section == "[Network]" and key == "Gateway":
        card.routes.append(f"default via {value}")
    elif section == "[Route]":
        route[key] = value


def _end_route(card: _Card, route: dict[str, str]) -> None:
    if "Destination" in route and "Gateway" in route:
        card.routes.append(f"{ipaddress.ip_network(route['Destination'], strict=False)} via {route['Gateway']}")


def _document(cards: list[_Card]) -> dict:
    """The network as a topology's file would have it."""
    wires: dict[str, list[str]] = {}
    hosts: dict[str, dict] = {}
    for card in cards:
        host = hosts.setdefault(card.host, {"forward": True, "routes": []})
        host["routes"] += card.routes
        mac = {"mac": card.mac} if card.mac else {}
        host[card.name] = {"wire": _wire(card, wires), "addresses": _bare(card.addresses), **mac}
    for name, prefixes in wires.items():
        wires[name] = list(dict.fromkeys(prefixes))
    return {"about": "as the tree's network files have it", "hosts": hosts,
            "wires": {name: {f"ipv{version}": [prefix for prefix in prefixes if ipaddress.ip_network(prefix).version == version]
                             for version in (4, 6)} for name, prefixes in wires.items()}}


def _bare(addresses: list[str]) -> list[str]:
    return [address.partition("/")[0] for address in addresses]


def _wire(card: _Card, wires: dict[str, list[str]]) -> str:
    """The wire that a card is plugged into: one with a prefix of its, or else one by the name that the swans' network has."""
    name = next((name for name, prefixes in wires.items() if set(prefixes) & set(card.prefixes)), "")
    if not name:
        host = topology.load("swan").hosts.get(card.host)
        name = host.interfaces[card.name].wire if host and card.name in host.interfaces else f"{card.host}-{card.name}"
    wires.setdefault(name, []).extend(card.prefixes)
    return name
