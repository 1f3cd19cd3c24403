# SPDX-License-Identifier: GPL-2.0-or-later
"""Decodes what lies below IP: Ethernet, VLAN tags, ARP, and frames that carry no IP at all.

A decoder takes the line, the offset where its layer begins and the offset where it ends by the length
that the layer below claims. It returns the kind, beginning and end of the next layer, or None when there
is none. Kinds up to 255 are IP protocols, those from 0x600 are ethertypes, 0x100 is LLC.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from lab.capture.line import Line

IPV4 = 0x0800
IPV6 = 0x86DD
BRIDGED = 0x6558
_ARP = 0x0806
_VLAN = 0x8100
_PROVIDER_VLAN = 0x88A8
_LLDP = 0x88CC
FIRST_ETHERTYPE = 0x600  # lower values are lengths (IEEE 802.3 section 3.2.6)
_LLC = 0x100

_BROADCAST = "ff:ff:ff:ff:ff:ff"


def mac_text(octets: bytes) -> str:
    """A MAC address in lower case, with colons."""
    return octets.hex(":")


def direction(octets: bytes, host_of_mac: Callable[[str], str | None]) -> str:
    """`west > east` for the first 12 octets of a frame."""
    names = []
    for address in (octets[6:12], octets[0:6]):
        text = mac_text(address)
        name = host_of_mac(text)
        if name is None:
            name = "broadcast" if text == _BROADCAST else "multicast" if address[0] & 1 else text
        names.append(name)
    return " > ".join(names)


def _typed(line: Line, kind: int, at: int, end: int) -> tuple:
    return (kind, at, end) if kind >= FIRST_ETHERTYPE else (_LLC, at, end)


def ethernet(line: Line, at: int, end: int) -> tuple:
    """The type of an Ethernet frame; its addresses are shown by the caller."""
    line.need(at, 14, end, "Ethernet header")
    return _typed(line, (line.data[at + 12] << 8) | line.data[at + 13], at + 14, end)


def bridged(line: Line, at: int, end: int) -> tuple:
    """An Ethernet frame inside a tunnel (RFC 7637 section 3.2)."""
    line.words.append("Ethernet")
    line.tunnels += 1
    return ethernet(line, at, end)


def _vlan(line: Line, at: int, end: int) -> tuple:
    line.need(at, 4, end, "VLAN tag")
    tag, kind = struct.unpack_from(">HH", line.data, at)
    line.words.append(f"vlan={tag & 0xFFF}")
    return _typed(line, kind, at + 4, end)


def _arp(line: Line, at: int, end: int) -> None:
    line.noise = line.tunnels < 0
    line.words.append("ARP")
    line.need(at, 8, end, "ARP")
    hardware, protocol, sizes, operation = struct.unpack_from(">HHHH", line.data, at)
    if (hardware, protocol, sizes) != (1, IPV4, 0x0604):
        line.words.append(f"hardware={hardware} protocol=0x{protocol:04x}")
        return
    line.need(at, 28, end, "ARP")
    sender = line.names.address(line.data[at + 14:at + 18])
    target = line.names.address(line.data[at + 24:at + 28])
    if operation == 1:
        line.words.append(f"who-has {target} tell {sender}")
    elif operation == 2:
        line.words.append(f"{sender} is-at {mac_text(line.data[at + 8:at + 14])}")
    else:
        line.words.append(f"operation={operation}")


def _lldp(line: Line, at: int, end: int) -> None:
    line.noise = line.tunnels < 0
    line.words.append("LLDP")


def _llc(line: Line, at: int, end: int) -> None:
    line.need(at, 3, end, "LLC header")
    if line.data[at] == 0x42:
        line.noise = line.tunnels < 0
        line.words.append("STP")
    else:
        line.words.append(f"LLC dsap=0x{line.data[at]:02x}")


DECODERS = {_ARP: _arp, _VLAN: _vlan, _PROVIDER_VLAN: _vlan, _LLDP: _lldp, _LLC: _llc, BRIDGED: bridged}
