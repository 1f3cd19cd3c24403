# SPDX-License-Identifier: GPL-2.0-or-later
"""A topology for a terminal: a picture and tables; and as JSON."""

from lab.topology.model import Host, Interface, Topology


def show(topology: Topology) -> str:
    """The picture, then tables of wires, interfaces and routes; the same topology always gives the same text."""
    title = f"{topology.name}: {topology.about}" if topology.about else topology.name
    parts = [[title], picture(topology), _wires(topology), _interfaces(topology), _routes(topology)]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def to_json(topology: Topology) -> str:
    """The whole description as a JSON document, indented, with the MACs and prefix lengths filled in."""
    import json
    wires = {w.name: {"about": w.about, "prefixes": list(map(str, w.prefixes)), "mtu": w.mtu}
             for w in topology.wires.values()}
    plan = topology.plan()["hosts"]
    hosts = {h.name: {"about": h.about, "forward": h.forward, "interfaces": plan[h.name]["interfaces"],
                      "routes": plan[h.name]["routes"],
                      "nat": {"inside": h.nat.inside, "outside": h.nat.outside} if h.nat else None}
             for h in topology.hosts.values()}
    document = {"name": topology.name, "about": topology.about, "wires": wires, "hosts": hosts}
    return json.dumps(document, indent=2) + "\n"


def picture(topology: Topology) -> list[str]:
    """One column a host, one row a wire: a host's line ends in an interface's name where it is plugged in.

    A line that only passes a wire is drawn as "|" with blanks around, so that it cannot be taken for a plug.
    """
    left = max((len(name) for name in topology.wires), default=0) + 2
    columns, at = {}, left
    for host in topology.hosts.values():
        columns[host.name] = at
        at += max(len(text) for text in [host.name, *(_plugs(host, w) for w in topology.wires)]) + 3
    head = [(columns[name], name) for name in topology.hosts]
    rows = [_place([], head)]
    for wire in topology.wires:
        rows += [_place([], _lines(topology, wire, columns)), _wire_row(topology, wire, columns)]
    return rows


def _plugs(host: Host, wire: str) -> str:
    """The names of the host's interfaces on the wire, as they stand in the picture."""
    return ",".join(i.name for i in host.interfaces.values() if i.wire == wire)


def _reaches(topology: Topology, host: Host, wire: str) -> bool:
    """Whether the host's line comes down to this wire's row."""
    order = list(topology.wires)
    return any(order.index(i.wire) >= order.index(wire) for i in host.interfaces.values())


def _lines(topology: Topology, wire: str, columns: dict[str, int]) -> list[tuple[int, str]]:
    """The lines that come down to a wire's row."""
    return [(columns[h.name] + 1, "|") for h in topology.hosts.values() if _reaches(topology, h, wire)]


def _wire_row(topology: Topology, wire: str, columns: dict[str, int]) -> str:
    plugs = [(columns[h.name], _plugs(h, wire)) for h in topology.hosts.values() if _plugs(h, wire)]
    end = max((at + len(text) for at, text in plugs), default=0)
    start = min((at for at, _ in plugs), default=0)
    bar = [(start - 1, "-" * (end - start + 2))] if plugs else []
    passing = [(at - 1, " | ") for at, _ in _lines(topology, wire, columns)
               if at - 1 not in dict(plugs)]
    return _place([(0, wire), *bar], [*passing, *plugs])


def _place(under: list[tuple[int, str]], over: list[tuple[int, str]]) -> str:
    """A line with texts at columns, later ones over earlier ones."""
    line: list[str] = []
    for at, text in [*under, *over]:
        line += " " * (at + len(text) - len(line))
        line[at:at + len(text)] = text
    return "".join(line).rstrip()


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    """Columns as wide as their widest cell; nothing for a table that has only its head."""
    if len(rows) < 2:
        return []
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def _wires(topology: Topology) -> list[str]:
    rows = [("WIRE", "IPV4", "IPV6", "MTU", "HOSTS", "WHAT")]
    for wire in topology.wires.values():
        v4, v6 = (", ".join(str(p) for p in wire.prefixes if p.version == v) or "-" for v in (4, 6))
        hosts = dict.fromkeys(host.name for host, _ in topology.on_wire(wire.name))
        rows.append((wire.name, v4, v6, str(wire.mtu), " ".join(hosts), wire.about))
    return _table(rows)


def _interfaces(topology: Topology) -> list[str]:
    rows = [("HOST", "INTERFACE", "WIRE", "MAC", "IPV4", "IPV6", "WHAT")]
    for host in topology.hosts.values():
        what = ", ".join(filter(None, [host.about, *_roles(host)]))
        ports = [_interface(i) for i in host.interfaces.values()] or [("-",) * 5]
        for number, cells in enumerate(ports):
            rows.append((host.name, *cells, what) if number == 0 else ("", *cells, ""))
    return _table(rows)


def _roles(host: Host) -> list[str]:
    roles = ["forwards"] if host.forward else []
    if host.nat:
        roles.append(f"can NAT {host.nat.inside} to {host.nat.outside}")
    return roles


def _interface(interface: Interface) -> tuple[str, ...]:
    v4, v6 = (", ".join(str(a) for a in interface.addresses if a.version == v) or "-" for v in (4, 6))
    return interface.name, interface.wire, interface.mac, v4, v6


def _routes(topology: Topology) -> list[str]:
    rows = [("HOST", "ROUTE TO", "VIA", "WHICH IS")]
    for host in topology.hosts.values():
        for number, route in enumerate(host.routes):
            gateway = topology.host_of_address(str(route.via)) or "not here"
            rows.append(("" if number else host.name, route.target, str(route.via), gateway))
    return _table(rows)
