# SPDX-License-Identifier: GPL-2.0-or-later
"""A plan (Topology.plan) as commands for iproute2's `ip -batch -`, and as kernel settings."""

from ipaddress import ip_interface

from lab.topology.model import Interface


def requests(plan: dict) -> dict:
    """What a keeper on this machine is asked for: "start", the parameters of that request, and "hosts", each one's network.

    In the lines that plug in hosts each process is @HOST@.
    """
    marks = {name: f"@{name}@" for name in plan["hosts"]}
    start = {"wires": plan["wires"], "bridges": wires_batch(plan), "links": links_batch(plan, marks)}
    return {"start": start, "hosts": [{"to": name, **host_network(host)} for name, host in plan["hosts"].items()]}


def wires_batch(plan: dict) -> str:
    """The lines that, in the switch's network namespace, make the wires: each a bridge of its name."""
    lines = []
    for wire in plan["wires"]:
        lines += [
            f"link add name {wire} type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
            f"link set dev {wire} addrgenmode none",
            f"link set dev {wire} up",
        ]
    return _text(lines)


def links_batch(plan: dict, pids: dict[str, int | str]) -> str:
    """The lines that, in the switch's network namespace, plug the hosts into the wires.

    Each interface becomes a veth pair: HOST-INTERFACE is the bridge's port, and the other end is made right in the
    network namespace of the process pids[HOST], with its name and MAC. That end is still down: ip_batch, run in the
    host, does the rest.
    """
    lines = []
    for host, part in plan["hosts"].items():
        for interface in part["interfaces"]:
            lines += _plug(host, interface, pids[host])
    return _text(lines)


def ip_batch(host_plan: dict) -> str:
    """The lines that, inside a host, give its interfaces their addresses and set its routes.

    The interfaces exist already (links_batch, or a guest's cards) and have their names and MACs.
    """
    lines = ["link set dev lo up"]
    for interface in host_plan["interfaces"]:
        lines += _configure(interface)
    lines += [f"route add {route['to']} via {route['via']}" for route in host_plan["routes"]]
    return _text(lines)


def host_network(host_plan: dict) -> dict:
    """What a host is asked to do to its network (hostd.Host.do_network)."""
    return {"sysctls": sysctls(host_plan), "nft": host_plan["nft"], "ip_batch": ip_batch(host_plan),
            "links": [interface["name"] for interface in host_plan["interfaces"]]}


def sysctls(host_plan: dict) -> dict[str, str]:
    """The kernel settings of a host by path below /proc/sys: forwarding; no DAD, router advertisements, redirects.

    A redirect ends ping(8) before the answer comes, and is sent at a rate of the kernel's. To be written after the
    interfaces exist, as those of an interface are among them, and before ip_batch brings them up, as a router
    solicitation would go out by then.
    """
    forward = str(int(host_plan["forward"]))
    settings = {"net/ipv4/ip_forward": forward, "net/ipv6/conf/all/forwarding": forward}
    interfaces = [interface["name"] for interface in host_plan["interfaces"]]
    for name in ["all", "default", *interfaces]:
        for key in ("accept_dad", "accept_ra", "router_solicitations"):
            settings[f"net/ipv6/conf/{name}/{key}"] = "0"
        settings[f"net/ipv4/conf/{name}/send_redirects"] = "0"
    return settings


def _plug(host: str, interface: dict, pid: int | str) -> list[str]:
    """One segment a buffer at both ends: captures are to show packets as a wire has them, not what offloading joins."""
    port = f"{host}-{interface['name']}"
    end = f"mtu {interface['mtu']} gso_max_segs 1"
    peer = f"name {interface['name']} address {interface['mac']} {end} netns {pid}"
    return [
        f"link add dev {port} {end} type veth peer {peer}",
        f"link set dev {port} addrgenmode none master {interface['wire']}",
        f"link set dev {port} up",
    ]


def _configure(interface: dict) -> list[str]:
    """The link-local address is added by hand: one that the kernel makes waits for duplicate address detection."""
    name = interface["name"]
    addresses = tuple(ip_interface(address) for address in interface["addresses"])
    lines = [f"link set dev {name} mtu {interface['mtu']} addrgenmode none"]
    for address in addresses:
        lines.append(f"address add {address} dev {name}" + (" nodad" if address.version == 6 else ""))
    link_local = Interface(name, interface["wire"], interface["mac"], addresses).link_local
    if link_local is not None:
        lines.append(f"address add {link_local}/64 dev {name} nodad")
    return [*lines, f"link set dev {name} up"]


def _text(lines: list[str]) -> str:
    return "".join(line + "\n" for line in lines)
