# SPDX-License-Identifier: GPL-2.0-or-later
"""Decodes ESP, AH, UDP with IKE and ESP in it, and TCP."""

from __future__ import annotations

import struct

from lab.capture.ike import ike
from lab.capture.line import OPEN, Line, Malformed

_TCP = 6
_UDP = 17
_ESP = 50
_AH = 51

_IKE_PORT = 500
_NATT_PORT = 4500
_UDP_HEADER = struct.Struct(">HHH")
_SPI_SEQUENCE = struct.Struct(">II")

_TCP_FLAGS = "FSRPAUEC"


def _spi_words(line: Line, protocol: int, at: int) -> str:
    spi, number = _SPI_SEQUENCE.unpack_from(line.data, at)
    words = f"spi={line.names.spi(protocol, spi)}"
    if line.sender is None:
        return words  # a quoted packet tells nothing about the order of those on the wire
    # Per sender, for keys set by hand may have one SPI in both directions.
    return f"{words} seq={line.names.sequence(number, protocol, spi, line.sender)}"


def _esp(line: Line, at: int, end: int) -> None:
    """RFC 4303 section 2."""
    line.words.append("ESP")
    line.need(at, 8, end, "ESP header")
    line.words.append(_spi_words(line, _ESP, at))
    if end < OPEN:
        line.words.append(f"len={end - at}")


def _ah(line: Line, at: int, end: int) -> tuple:
    """RFC 4302 section 2."""
    line.words.append("AH")
    line.need(at, 12, end, "AH header")
    line.words.append(_spi_words(line, _AH, at + 4))
    length = (line.data[at + 1] + 2) * 4
    if length < 12:
        raise Malformed("AH length")
    line.need(at, length, end, "AH header")
    return line.data[at], at + length, end


def _udp(line: Line, at: int, end: int) -> None:
    """RFC 768."""
    line.need(at, 8, end, "UDP header")
    source, destination, length = _UDP_HEADER.unpack_from(line.data, at)
    line.ports(_UDP, source, destination)
    if length < 8:
        line.words.append("UDP")
        raise Malformed("UDP length")
    if at + length > end:
        line.fault("UDP length is beyond the packet")
    else:
        end = at + length
    at += 8
    if _NATT_PORT in (source, destination):
        _natt(line, at, end)
    elif _IKE_PORT in (source, destination):
        ike(line, at, end)
    else:
        _plain(line)
        line.words.append(f"UDP len={length - 8}")


def _plain(line: Line) -> None:
    if line.fragment:
        line.names.plain_fragments.add(line.fragment)


def _natt(line: Line, at: int, end: int) -> None:
    """RFC 3948 section 2."""
    line.words.append("NAT-T")
    if end - at == 1:
        line.need(at, 1, end, "keepalive")
        if line.data[at] != 0xFF:
            raise Malformed("neither keepalive nor ESP nor IKE")
        line.words.append("keepalive")
        return
    line.need(at, 4, end, "ESP header")
    if line.data[at:at + 4] == b"\0\0\0\0":
        ike(line, at + 4, end)
    else:
        _plain(line)
        _esp(line, at, end)


def _tcp(line: Line, at: int, end: int) -> None:
    """RFC 9293 section 3.1."""
    line.need(at, 4, end, "TCP header")
    line.ports(_TCP, *struct.unpack_from(">HH", line.data, at))
    line.words.append("TCP")
    line.need(at, 20, end, "TCP header")
    bits = line.data[at + 13]
    flags = "".join(letter for bit, letter in enumerate(_TCP_FLAGS) if bits >> bit & 1)
    line.words.append(f"flags={flags or '-'}")
    header = (line.data[at + 12] >> 4) * 4
    if header < 20 or at + header > end:
        raise Malformed("TCP header length")
    if end < OPEN:
        line.words.append(f"len={end - at - header}")


DECODERS = {_TCP: _tcp, _UDP: _udp, _ESP: _esp, _AH: _ah}
