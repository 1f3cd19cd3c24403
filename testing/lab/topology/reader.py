# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a topology's file; every error is a UsageError that names the file and the key at fault."""

import ipaddress
import os
import re
import tomllib
import zlib
from dataclasses import dataclass
from pathlib import Path

from lab.errors import UsageError
from lab.paths import ROOT, TESTING
from lab.topology.checks import check_topology
from lab.topology.model import Host, Interface, IPAddress, IPInterface, IPNetwork, Nat, Route, Topology, Wire

FOLDER = TESTING / "topology"
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")  # RFC 1123 section 2.1; one spelling, so lower case
DEVICE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,14}")  # what Linux takes, less what a shell or `ip` might not
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
NOT_DEVICES = ("lo", "all", "default")  # a device that is there already; the sysctl folders of no device
KINDS = {str: "a string", bool: "true or false", int: "a whole number", list: "a list", dict: "a table"}


@dataclass(frozen=True, slots=True)
class _Key:
    """Where in which file we are, for errors."""

    file: str
    path: str = ""

    def sub(self, name: str) -> "_Key":
        return _Key(self.file, f"{self.path}.{name}" if self.path else name)

    def fail(self, text: str) -> None:
        raise UsageError(f"{self.file}: {self.path}: {text}" if self.path else f"{self.file}: {text}")


def names(folder: Path | None = None) -> list[str]:
    """The names of the topologies in a folder (testing/topology), sorted."""
    return sorted(path.stem for path in (folder or FOLDER).glob("*.toml"))


def load(name: str = "swan", folder: Path | None = None) -> Topology:
    """Reads NAME.toml in the folder (testing/topology).

    UsageError if there is none, or if anything in it is malformed or does not fit together.
    """
    folder = folder or FOLDER
    path = folder / f"{name}.toml"
    if not LABEL.fullmatch(name) or not path.is_file():
        known = ", ".join(names(folder)) or "none"
        raise UsageError(f"no topology {name!r} in {_shown(folder)}; the topologies are: {known}")
    return parse(_read(path), name, _shown(path))


def parse(document: dict, name: str, file: str) -> Topology:
    """The topology of a parsed TOML document; errors as in load, with `file` as the name of the file."""
    key = _Key(file)
    _check_keys(key, document, {"about": str, "wires": dict, "hosts": dict})
    for part in ("wires", "hosts"):
        if not document.get(part):
            key.sub(part).fail("a topology needs some")
    wires = {n: _wire(key.sub("wires").sub(n), n, t) for n, t in document["wires"].items()}
    hosts = {n: _host(key.sub("hosts").sub(n), n, t, wires) for n, t in document["hosts"].items()}
    topology = Topology(name, wires, hosts, document.get("about", ""))
    check_topology(topology, lambda where, text: key.sub(where).fail(text))
    return topology


def _shown(path: Path) -> str:
    """Relative to the checkout if inside it: short, and the same on each machine."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _read(path: Path) -> dict:
    try:
        with open(path, "rb") as stream:
            return tomllib.load(stream)
    except OSError as error:
        raise UsageError(f"{_shown(path)}: {os.strerror(error.errno)}") from None
    except ValueError as error:  # of TOML, with its line, or of UTF-8
        raise UsageError(f"{_shown(path)}: {error}") from None


def _check_keys(key: _Key, table: object, kinds: dict[str, type], needed: tuple[str, ...] = ()) -> None:
    if type(table) is not dict:
        key.fail("must be a table")
    for name, value in table.items():
        if name not in kinds:
            key.sub(name).fail(f"unknown key; known here: {', '.join(kinds)}")
        if type(value) is not kinds[name]:  # not isinstance: true is no number
            key.sub(name).fail(f"must be {KINDS[kinds[name]]}")
    for name in needed:
        if name not in table:
            key.fail(f"{name} is missing")


def _check_label(key: _Key, name: str) -> None:
    if not LABEL.fullmatch(name):
        key.fail(f"{name!r} is not a hostname label (letters a-z, digits, inner dashes)")


def _strings(key: _Key, values: list) -> list[str]:
    for value in values:
        if type(value) is not str:
            key.fail(f"{value!r} must be a string")
    return values


def _wire(key: _Key, name: str, table: object) -> Wire:
    _check_label(key, name)
    if len(name) > 15 or name in NOT_DEVICES:
        key.fail(f"{name!r} cannot be a device's name: it is reserved or longer than 15 characters")
    if type(table) is dict:  # one prefix may stand without its list
        table = {k: [v] if k in ("ipv4", "ipv6") and type(v) is str else v for k, v in table.items()}
    _check_keys(key, table, {"about": str, "ipv4": list, "ipv6": list, "mtu": int})
    prefixes = [_prefix(key.sub(f"ipv{version}"), text, version)
                for version in (4, 6)
                for text in _strings(key.sub(f"ipv{version}"), table.get(f"ipv{version}", []))]
    mtu = table.get("mtu", 1500)
    least = 1280 if "ipv6" in table else 68  # RFC 8200 section 5, RFC 791 section 3.2
    if not least <= mtu <= 65535:
        key.sub("mtu").fail(f"{mtu} is not in {least} to 65535")
    return Wire(name, tuple(prefixes), mtu, table.get("about", ""))


def _prefix(key: _Key, text: str, version: int | None = None) -> IPNetwork:
    try:
        prefix = ipaddress.ip_network(text)
    except ValueError as error:
        key.fail(f"bad prefix: {error}")
    if "/" not in text:
        key.fail(f"bad prefix: {text} has no /LENGTH")
    if version not in (None, prefix.version):
        key.fail(f"bad prefix: {text} is not IPv{version}")
    return prefix


def _host(key: _Key, name: str, table: object, wires: dict[str, Wire]) -> Host:
    _check_label(key, name)
    kinds = {"about": str, "forward": bool, "routes": list, "nat": dict}
    ports = {n: t for n, t in table.items() if n not in kinds and type(t) is dict} if type(table) is dict else {}
    _check_keys(key, table, kinds | dict.fromkeys(ports, dict))
    interfaces = {n: _interface(key.sub(n), name, n, t, wires) for n, t in ports.items()}
    routes = [_route(key.sub("routes"), text) for text in _strings(key.sub("routes"), table.get("routes", []))]
    nat = _nat(key.sub("nat"), table["nat"], interfaces) if "nat" in table else None
    return Host(name, interfaces, tuple(routes), table.get("forward", False), nat, table.get("about", ""))


def _interface(key: _Key, host: str, name: str, table: dict, wires: dict[str, Wire]) -> Interface:
    if not DEVICE.fullmatch(name) or name in NOT_DEVICES:
        key.fail(f"{name!r} cannot be an interface's name")
    if len(f"{host}-{name}") > 15:
        key.fail(f"{host}-{name} is longer than the 15 characters that a device's name may have")
    _check_keys(key, table, {"wire": str, "mac": str, "addresses": list}, ("wire",))
    wire = wires.get(table["wire"])
    if wire is None:
        key.sub("wire").fail(f"no wire {table['wire']!r}; the wires are: {', '.join(wires)}")
    mac = table.get("mac", _mac_of(host, name)).lower()
    if not MAC.fullmatch(mac):
        key.sub("mac").fail(f"bad MAC {mac!r}: must be six octets in hexadecimal with colons")
    if int(mac[:2], 16) & 1 or mac == "00:00:00:00:00:00":
        key.sub("mac").fail(f"{mac} is not the MAC of one interface but of a group or of none")
    place = key.sub("addresses")
    addresses = [_address(place, text, wire) for text in _strings(place, table.get("addresses", []))]
    return Interface(name, wire.name, mac, tuple(addresses))


def _mac_of(host: str, name: str) -> str:
    """Locally administered (the bit 02), and the same in each run."""
    return "02:00:" + zlib.crc32(f"{host}-{name}".encode()).to_bytes(4, "big").hex(":")


def _bare_address(text: str) -> IPAddress | None:
    """None for anything but an address, an address with a %zone included."""
    try:
        return ipaddress.ip_address(text) if "%" not in text else None
    except ValueError:
        return None


def _address(key: _Key, text: str, wire: Wire) -> IPInterface:
    address = _bare_address(text)
    if address is None:
        key.fail(f"bad address {text!r}")
    prefix = next((p for p in wire.prefixes if address in p), None)
    if prefix is None:
        known = ", ".join(map(str, wire.prefixes)) or "none"
        key.fail(f"{text} is not in a prefix of the wire {wire.name} ({known})")
    ends = (prefix.network_address, prefix.broadcast_address)
    if address.version == 4 and prefix.prefixlen < 31 and address in ends:
        key.fail(f"{text} is the first or last of {prefix}, which no host can have")
    return ipaddress.ip_interface(f"{address}/{prefix.prefixlen}")


def _route(key: _Key, text: str) -> Route:
    words = text.split()
    if len(words) != 3 or words[1] != "via":
        key.fail(f"bad route {text!r}: must be \"PREFIX via ADDRESS\" or \"default via ADDRESS\"")
    gateway = _bare_address(words[2])
    if gateway is None:
        key.fail(f"bad gateway {words[2]!r} in {text!r}")
    everything = {4: "0.0.0.0/0", 6: "::/0"}[gateway.version]
    prefix = _prefix(key, everything if words[0] == "default" else words[0])
    if prefix.version != gateway.version:
        key.fail(f"prefix and gateway are of two families in {text!r}")
    return Route(prefix, gateway)


def _nat(key: _Key, table: dict, interfaces: dict[str, Interface]) -> Nat:
    _check_keys(key, table, {"inside": str, "outside": str}, ("inside", "outside"))
    for side in ("inside", "outside"):
        name = table[side]
        if name not in interfaces:
            key.sub(side).fail(f"no interface {name!r}; the host's are: {', '.join(interfaces) or 'none'}")
        if all(address.version == 6 for address in interfaces[name].addresses):
            key.sub(side).fail(f"{name} has no IPv4 address to translate")
    if table["inside"] == table["outside"]:
        key.sub("outside").fail("is the inside interface too")
    return Nat(table["inside"], table["outside"])
