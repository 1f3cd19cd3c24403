# SPDX-License-Identifier: GPL-2.0-or-later
"""Decodes ICMP and ICMPv6, with the packets that their errors quote, and knows IGMP."""

from __future__ import annotations

import struct

from lab.capture.frame import IPV4, IPV6
from lab.capture.line import OPEN, Line
from lab.capture.names import ICMP_CODES, ICMP_TYPES, ICMPV6_CODES, ICMPV6_TYPES

_FRAG_NEEDED = 4  # the code of unreachable
_PARAMETER_PROBLEM = 12
_REDIRECT = 5
_NEIGHBOURS = (135, 136, 137)


def _title(line: Line, protocol: str, types: dict, codes: dict, at: int) -> tuple[int, int]:
    kind, code = line.data[at], line.data[at + 1]
    line.words.append(f"{protocol} {types.get(kind) or f'type {kind}'}")
    if kind in codes:
        line.words.append(codes[kind].get(code) or f"code {code}")
    elif code:
        line.words.append(f"code {code}")
    return kind, code


def _echo(line: Line, request: bool, at: int, end: int) -> None:
    ident, sequence = struct.unpack_from(">HH", line.data, at + 4)
    # Per pair of hosts, for each host numbers its pings by itself.
    pair = (line.source, line.destination) if request else (line.destination, line.source)
    line.words.append(f"id={line.names.name('E', 'echo', *pair, ident)} seq={sequence}")
    if end < OPEN:
        line.words.append(f"len={end - at}")


def _icmp(line: Line, at: int, end: int) -> tuple | None:
    """RFC 792."""
    line.need(at, 8, end, "ICMP")
    kind, code = _title(line, "ICMP", ICMP_TYPES, ICMP_CODES, at)
    if kind in (0, 8):
        _echo(line, kind == 8, at, end)
    if kind not in (3, 4, 5, 11, 12):
        return None
    if kind == 3 and code == _FRAG_NEEDED:
        line.words.append(f"mtu={struct.unpack_from('>H', line.data, at + 6)[0]}")
    elif kind == _REDIRECT:
        line.words.append(f"to {line.names.address(line.data[at + 4:at + 8])}")
    elif kind == _PARAMETER_PROBLEM:
        line.words.append(f"pointer={line.data[at + 4]}")
    return _quoted(line, IPV4, at + 8, end)


def _icmpv6(line: Line, at: int, end: int) -> tuple | None:
    """RFC 4443, RFC 4861, RFC 3810."""
    line.need(at, 4, end, "ICMPv6")
    kind, code = _title(line, "ICMPv6", ICMPV6_TYPES, ICMPV6_CODES, at)
    if 130 <= kind <= 136 or kind == 143:
        line.noise = not line.tunnels and not line.quotes
    line.need(at, 8, end, "ICMPv6")
    if kind in (128, 129):
        _echo(line, kind == 128, at, end)
    elif kind in _NEIGHBOURS:
        line.need(at, 24, end, "ICMPv6")
        line.words.append(line.names.address(line.data[at + 8:at + 24]))
    if kind not in (1, 2, 3, 4):
        return None
    value = struct.unpack_from(">I", line.data, at + 4)[0]
    if kind == 2:
        line.words.append(f"mtu={value}")
    elif kind == 4:
        line.words.append(f"pointer={value}")
    return _quoted(line, IPV6, at + 8, end)


def _quoted(line: Line, kind: int, at: int, end: int) -> tuple | None:
    """RFC 792 and RFC 4443 section 2.4 (c): as much of the packet as fits, so it is short by right."""
    if line.quotes:
        return None  # an error about an error is forbidden (RFC 1122 section 3.2.2): one is shown
    line.data = line.data[:end]
    line.quote()
    return kind, at, OPEN


def _igmp(line: Line, at: int, end: int) -> None:
    line.noise = not line.tunnels and not line.quotes
    line.words.append("IGMP")


DECODERS = {1: _icmp, 2: _igmp, 58: _icmpv6}
