# SPDX-License-Identifier: GPL-2.0-or-later
"""Decodes IPv4, IPv6 with its extension headers, fragments, and the tunnels IPIP, GRE and IPCOMP."""

from __future__ import annotations

import struct

from lab.capture.frame import FIRST_ETHERTYPE, IPV4, IPV6
from lab.capture.line import OPEN, Line, Malformed
from lab.capture.names import PROTOCOLS

_UDP = 17
_FRAGMENT = 44
_NO_NEXT = 59

_IPV4_HEADER = struct.Struct(">BxHHHxB2x4s4s")
_IPV6_HEADER = struct.Struct(">IHBx16s16s")


def protocol_name(number: int) -> str:
    """An IP protocol's name, or `protocol N`."""
    return PROTOCOLS.get(number) or f"protocol {number}"


def ipv4(line: Line, at: int, end: int) -> tuple | None:
    """RFC 791 section 3.1."""
    line.need(at, 20, end, "IPv4 header")
    first, total, ident, fragment, protocol, source, destination = _IPV4_HEADER.unpack_from(line.data, at)
    if first >> 4 != 4:
        raise Malformed(f"IPv4 header has version {first >> 4}")
    line.addresses(source, destination)
    header = (first & 15) * 4
    if header < 20:
        raise Malformed("IPv4 header length")
    if total < header:
        raise Malformed("IPv4 total length")
    if at + total > end:
        line.fault("IPv4 total length is beyond the packet")
    else:
        end = at + total
    line.need(at, header, end, "IPv4 header")
    if fragment & 0x3FFF:
        key = ("ipv4", source, destination, protocol, ident)
        return _fragment(line, key, (fragment & 0x1FFF) * 8, fragment & 0x2000, (protocol, at + header, end))
    return protocol, at + header, end


def ipv6(line: Line, at: int, end: int) -> tuple:
    """RFC 8200 section 3."""
    line.need(at, 40, end, "IPv6 header")
    first, length, following, source, destination = _IPV6_HEADER.unpack_from(line.data, at)
    if first >> 28 != 6:
        raise Malformed(f"IPv6 header has version {first >> 28}")
    line.addresses(source, destination)
    at += 40
    if at + length > end:
        line.fault("IPv6 payload length is beyond the packet")
    else:
        end = at + length
    return following, at, end


def _fragment(line: Line, key: tuple, offset: int, more: int, inner: tuple) -> tuple | None:
    """Show a fragment's place; return the inner layer if it begins in this fragment."""
    protocol, at, end = inner
    line.fragment = line.names.name("F", *key)
    if offset:
        line.words.append(protocol_name(protocol))
    line.words.append(f"fragment id={line.fragment} offset={offset}")
    # The length of the last fragment is that of the datagram, which differs from run to run for IKE.
    if end < OPEN and (more or protocol != _UDP or line.fragment in line.names.plain_fragments):
        line.words.append(f"len={end - at}")
    if more:
        line.words.append("more")
        if (end - at) % 8 and end < OPEN:
            line.fault("fragment length is not a multiple of 8")
    if offset + end - at > 65535 and end < OPEN:
        line.fault("fragment ends beyond 65535")
    if offset:
        return None
    return protocol, at, OPEN if more else end


def _ipv6_fragment(line: Line, at: int, end: int) -> tuple | None:
    """RFC 8200 section 4.5. A lone fragment (RFC 6946) is shown as one too."""
    _only_in_ipv6(line)
    line.need(at, 8, end, "IPv6 fragment header")
    following, place, ident = struct.unpack_from(">BxHI", line.data, at)
    key = ("ipv6", line.source, line.destination, ident)
    return _fragment(line, key, place & 0xFFF8, place & 1, (following, at + 8, end))


def _extension(line: Line, at: int, end: int) -> tuple:
    """Skip an IPv6 extension header (RFC 8200 section 4, RFC 6564)."""
    _only_in_ipv6(line)
    line.need(at, 8, end, "IPv6 extension header")
    length = (line.data[at + 1] + 1) * 8
    line.need(at, length, end, "IPv6 extension header")
    return line.data[at], at + length, end


def _only_in_ipv6(line: Line) -> None:
    if ":" not in line.source:
        raise Malformed("IPv6 extension header in IPv4")


def _no_next(line: Line, at: int, end: int) -> None:
    line.words.append("no next header")


def _ipip(line: Line, at: int, end: int) -> tuple:
    line.words.append("IPIP")
    return IPV4, at, end


def _ipv6_in_ip(line: Line, at: int, end: int) -> tuple:
    line.words.append("IPv6-in-IP")
    return IPV6, at, end


def _gre(line: Line, at: int, end: int) -> tuple | None:
    """RFC 2784 section 2, with the key and sequence number of RFC 2890."""
    line.words.append("GRE")
    line.need(at, 4, end, "GRE header")
    flags, kind = struct.unpack_from(">HH", line.data, at)
    if flags & 7:
        line.words.append(f"version={flags & 7}")
        return None
    at += 4
    if flags & 0xC000:
        at += 4
    if flags & 0x2000:
        line.need(at, 4, end, "GRE key")
        line.words.append(f"key={struct.unpack_from('>I', line.data, at)[0]}")
        at += 4
    if flags & 0x1000:
        at += 4
    line.need(at, 0, end, "GRE header")
    if kind < FIRST_ETHERTYPE:
        line.words.append(f"protocol 0x{kind:04x}")
        return None
    return kind, at, end


def _ipcomp(line: Line, at: int, end: int) -> tuple | None:
    """RFC 3173 section 3; the content is shown if it is whole and DEFLATE (RFC 2394)."""
    line.words.append("IPCOMP")
    line.need(at, 4, end, "IPCOMP header")
    following, index = struct.unpack_from(">BxH", line.data, at)
    shown = line.names.name("C", "cpi", index) if index > 255 else index
    line.words.append(f"cpi={shown}")
    # No length: that of compressed content differs from run to run.
    content = _inflate(line.data[at + 4:end])
    if content is None:
        line.words.append(protocol_name(following))
        return None
    line.data = content
    return following, 0, len(content)


def _inflate(data: bytes) -> bytes | None:
    import zlib  # here, for it is rarely needed
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(data, 65535)
    except zlib.error:
        return None
    return content if inflater.eof else None


DECODERS = {
    IPV4: ipv4, IPV6: ipv6, 4: _ipip, 41: _ipv6_in_ip, 47: _gre, 108: _ipcomp,
    0: _extension, 43: _extension, 60: _extension, 135: _extension, 139: _extension, 140: _extension,
    _FRAGMENT: _ipv6_fragment, _NO_NEXT: _no_next,
}
