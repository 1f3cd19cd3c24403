# SPDX-License-Identifier: GPL-2.0-or-later
"""Turns a capture of one wire into text, one line a packet, the same for every run of a scenario."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from lab.capture import frame, icmp, ip, transport
from lab.capture.line import OPEN, Cut, Line, Malformed, Names
from lab.capture.pcap import ETHERNET, Packet, read

_DECODERS = {**frame.DECODERS, **ip.DECODERS, **icmp.DECODERS, **transport.DECODERS}

# Deeper nesting is an attack on decoders, not a tunnel in a tunnel.
_DEEPEST = 24


def describe(packets_or_path: Iterable[Packet] | str | os.PathLike,
             host_of_mac: Callable[[str], str | None], noise: bool = False) -> list[str]:
    """One line for each packet, in order.

    host_of_mac: the name of the host with a MAC address (lower case, with colons), None if there is none.
    noise: also show what hosts send on their own: ARP, neighbour and router discovery, MLD, IGMP, STP, LLDP.
    Values that differ from run to run are named by their order of appearance: IKE SPIs I1, R1, ..., ESP and
    AH SPIs S1, ..., IPCOMP's CPIs C1, ..., IKEv1 message ids M1, ..., ephemeral ports P1, ..., the ids of
    pings E1, ... and those of fragmented packets F1, ... A broken packet never raises: its line ends with
    `malformed: WHAT`. Raises UsageError for a capture that cannot be read.
    """
    if isinstance(packets_or_path, (str, os.PathLike)):
        packets_or_path = read(packets_or_path)
    names = Names()
    directions = {}
    lines = []
    for packet in packets_or_path:
        line = Line(packet.data, names)
        if packet.linktype == ETHERNET:
            _direction(line, directions, host_of_mac)
        _decode(line, packet)
        if noise or not line.noise:
            lines.append(line.text())
    return lines


def _direction(line: Line, known: dict[bytes, str], host_of_mac: Callable[[str], str | None]) -> None:
    pair = line.data[:12]
    if len(pair) < 12:
        return
    text = known.get(pair)
    if text is None:
        text = known[pair] = frame.direction(pair, host_of_mac)
    line.sender = pair[6:]
    line.words.append(text)


def _first_layer(line: Line, packet: Packet, end: int) -> tuple:
    if packet.linktype == ETHERNET:
        return frame.ethernet(line, 0, end)
    return frame.IPV6 if packet.data[:1] >= b"\x60" else frame.IPV4, 0, end


def _decode(line: Line, packet: Packet) -> None:
    """Go through the layers until one has no next, or is broken, or is not all there."""
    end = max(packet.original_length, len(packet.data))
    try:
        layer = _first_layer(line, packet, end)
        depth = 0
        while layer:
            depth += 1
            if depth > _DEEPEST:
                raise Malformed("nested too deeply")
            decoder = _DECODERS.get(layer[0])
            layer = decoder(line, *layer[1:]) if decoder else _unknown(line, *layer)
    except Malformed as error:
        line.fault(str(error))
    except Cut:
        # What ICMP quotes is short by right, and how short is up to the host that quotes.
        if not line.quotes:
            line.words.append("...")


def _unknown(line: Line, kind: int, at: int, end: int) -> None:
    if kind >= frame.FIRST_ETHERTYPE:
        line.words.append(f"ethertype 0x{kind:04x}")
        return
    line.words.append(ip.protocol_name(kind))
    if end < OPEN:
        line.words.append(f"len={end - at}")
