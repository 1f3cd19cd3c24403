# SPDX-License-Identifier: GPL-2.0-or-later
"""What a topology is: hosts, their interfaces, and the wires that these are plugged into."""

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network

from lab.errors import UsageError

IPAddress = IPv4Address | IPv6Address
IPInterface = IPv4Interface | IPv6Interface
IPNetwork = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Wire:
    """An Ethernet segment; mtu is in octets."""

    name: str
    prefixes: tuple[IPNetwork, ...] = ()
    mtu: int = 1500
    about: str = ""


@dataclass(frozen=True, slots=True)
class Interface:
    """A host's interface; mac is in lower case with colons."""

    name: str
    wire: str
    mac: str
    addresses: tuple[IPInterface, ...] = ()

    @property
    def link_local(self) -> IPv6Address | None:
        """The address that the MAC gives (RFC 4291 appendix A); None on an interface without IPv6."""
        if all(address.version == 4 for address in self.addresses):
            return None
        mac = bytes.fromhex(self.mac.replace(":", ""))
        host_part = bytes([mac[0] ^ 2]) + mac[1:3] + b"\xff\xfe" + mac[3:]
        return IPv6Address(b"\xfe\x80" + bytes(6) + host_part)


@dataclass(frozen=True, slots=True)
class Route:
    """A route to a prefix by a gateway of the same family."""

    to: IPNetwork
    via: IPAddress

    @property
    def target(self) -> str:
        """The prefix, or the word "default"."""
        return "default" if self.to.prefixlen == 0 else str(self.to)


@dataclass(frozen=True, slots=True)
class Nat:
    """A NAT that a test can switch on; both ends are names of interfaces."""

    inside: str
    outside: str


@dataclass(frozen=True, slots=True)
class Host:
    """A host with its interfaces in the order of the file."""

    name: str
    interfaces: dict[str, Interface]
    routes: tuple[Route, ...] = ()
    forward: bool = False
    nat: Nat | None = None
    about: str = ""

    def nat_rules(self) -> str:
        """The nftables ruleset of the NAT; loading it twice does no harm.

        The table has a name of its own, so that a test's iptables-nft can still make the table "nat".
        """
        if self.nat is None:
            raise UsageError(f"host {self.name} has no NAT")
        inside = self.interfaces[self.nat.inside]
        sources = [str(a.network) for a in inside.addresses if a.version == 4]
        return (
            "add table ip lab_nat\n"
            "flush table ip lab_nat\n"
            "table ip lab_nat {\n"
            "\tchain postrouting {\n"
            "\t\ttype nat hook postrouting priority srcnat; policy accept;\n"
            f"\t\tip saddr {{ {', '.join(sources)} }} oifname \"{self.nat.outside}\" masquerade\n"
            "\t}\n"
            "}\n"
        )


@dataclass(frozen=True, slots=True)
class Topology:
    """A network; hosts and wires are in the order of its file."""

    name: str
    wires: dict[str, Wire]
    hosts: dict[str, Host]
    about: str = ""

    def subset(self, hosts: Iterable[str]) -> "Topology":
        """Just these hosts and the wires that they touch; their routes stay as they are.

        UsageError names a host that is not known.
        """
        wanted = set(hosts)
        for name in sorted(wanted):
            self._host(name)
        kept = {name: host for name, host in self.hosts.items() if name in wanted}
        touched = {i.wire for host in kept.values() for i in host.interfaces.values()}
        wires = {name: wire for name, wire in self.wires.items() if name in touched}
        return Topology(self.name, wires, kept, self.about)

    def plan(self, nat: Iterable[str] = ()) -> dict:
        """What a place has to set up, in lists, dictionaries, strings, numbers and booleans only.

        nat names the hosts whose NAT is on. UsageError if one is not here or has none.
        """
        rules = {name: self._host(name).nat_rules() for name in nat}
        hosts = {name: self._host_plan(host) for name, host in self.hosts.items()}
        for name, text in rules.items():
            hosts[name]["nft"] = text
        return {"wires": list(self.wires), "hosts": hosts}

    def host_of_mac(self, mac: str) -> str | None:
        """The host with this MAC, in either case; None if there is none."""
        wanted = mac.lower()
        return next((host.name for host, i in self.interfaces() if i.mac == wanted), None)

    def host_of_address(self, ip: str) -> str | None:
        """The host with this address, link-local ones too, in any spelling; None if there is none."""
        try:
            wanted = ipaddress.ip_address(ip)
        except ValueError:
            return None
        for host, interface in self.interfaces():
            if wanted == interface.link_local or any(wanted == a.ip for a in interface.addresses):
                return host.name
        return None

    def interfaces(self) -> Iterator[tuple[Host, Interface]]:
        """Each interface with its host."""
        for host in self.hosts.values():
            for interface in host.interfaces.values():
                yield host, interface

    def on_wire(self, wire: str) -> list[tuple[Host, Interface]]:
        """The interfaces that are plugged into a wire, each with its host."""
        return [(host, i) for host, i in self.interfaces() if i.wire == wire]

    def _host(self, name: str) -> Host:
        if name not in self.hosts:
            known = ", ".join(self.hosts) or "none"
            raise UsageError(f"topology {self.name}: no host {name!r}; the hosts are: {known}")
        return self.hosts[name]

    def _host_plan(self, host: Host) -> dict:
        interfaces = [
            {"name": i.name, "wire": i.wire, "mac": i.mac, "mtu": self.wires[i.wire].mtu,
             "addresses": [str(address) for address in i.addresses]}
            for i in host.interfaces.values()
        ]
        routes = [{"to": route.target, "via": str(route.via)} for route in host.routes]
        return {"interfaces": interfaces, "routes": routes, "forward": host.forward, "nft": ""}
