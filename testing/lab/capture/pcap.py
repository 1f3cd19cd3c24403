# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes and reads pcap files (the classic format of draft-ietf-opsawg-pcap), not pcapng."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

from lab.errors import UsageError

ETHERNET = 1
RAW_IP = 101

_NANOSECOND = 0xA1B23C4D
_MICROSECOND = 0xA1B2C3D4
_PCAPNG = 0x0A0D0D0A
# What libpcap's own reader accepts at most (MAXIMUM_SNAPLEN): more is a damaged length field.
_LONGEST = 262144


class Packet:
    """One captured frame; the reader makes it and keeps no hold on it.

    seconds, nanoseconds: since 1970, nanoseconds 0 to 999999999 if the file is sound;
    data: the octets captured; original_length: the octets that were on the wire;
    linktype: ETHERNET or RAW_IP.
    A plain class, for importing dataclasses would cost more than the rest of this package.
    """

    __slots__ = ("seconds", "nanoseconds", "data", "original_length", "linktype")

    def __init__(self, seconds: int, nanoseconds: int, data: bytes, original_length: int | None = None,
                 linktype: int = ETHERNET):
        self.seconds = seconds
        self.nanoseconds = nanoseconds
        self.data = data
        self.original_length = len(data) if original_length is None else original_length
        self.linktype = linktype

    def _fields(self) -> tuple:
        return self.seconds, self.nanoseconds, self.data, self.original_length, self.linktype

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Packet):
            return NotImplemented
        return self._fields() == other._fields()

    __hash__ = None

    def __repr__(self) -> str:
        return "Packet(%d, %d, %r, %d, %d)" % self._fields()


class Writer:
    """Writes a nanosecond pcap file, little-endian, to a binary file that the caller opens and closes."""

    def __init__(self, file: io.BufferedIOBase, snaplen: int = _LONGEST, linktype: int = ETHERNET):
        """Write the file's header. snaplen: octets kept of a packet, 1 to 262144."""
        if not 1 <= snaplen <= _LONGEST:
            raise ValueError(f"snaplen {snaplen} is not in 1..{_LONGEST}")
        self._file = file
        self._snaplen = snaplen
        file.write(struct.pack("<IHHiIII", _NANOSECOND, 2, 4, 0, 0, snaplen, linktype))

    def packet(self, seconds: int, nanoseconds: int, data: bytes, original_length: int | None = None) -> None:
        """Append one packet, with one write(), so that a reader of the growing file sees whole records.

        seconds: since 1970, 0 to 2^32-1; nanoseconds: 0 to 999999999; original_length: the octets on
        the wire, len(data) if None. Raises ValueError, with nothing written, for a time out of range.
        """
        if not 0 <= nanoseconds < 1000000000 or not 0 <= seconds < 1 << 32:
            raise ValueError(f"time {seconds}s {nanoseconds}ns is out of range")
        kept = data[:self._snaplen]
        length = len(data) if original_length is None else original_length
        self._file.write(struct.pack("<IIII", seconds, nanoseconds, len(kept), length) + kept)


def read(path) -> Iterator[Packet]:
    """Read a pcap file of either byte order, with times in microseconds or nanoseconds.

    path: a str or Path. The header is checked before this returns; a damaged record is reported when
    it is reached, after those before it. Raises UsageError naming the file and the offset.
    """
    try:
        file = open(path, "rb")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    try:
        order, scale, linktype, longest = _header(path, file.read(24))
    except BaseException:
        file.close()
        raise
    return _records(path, file, struct.Struct(order + "IIII"), scale, linktype, longest)


def _header(path, header: bytes) -> tuple[str, int, int, int]:
    """The byte order, nanoseconds per unit of the fraction, link type, longest record."""
    if len(header) < 4:
        raise UsageError(f"{path}: offset 0: not a pcap file (it has {len(header)} octets)")
    order = "<"
    magic = struct.unpack("<I", header[:4])[0]
    if magic not in (_NANOSECOND, _MICROSECOND):
        order = ">"
        magic = struct.unpack(">I", header[:4])[0]
    if magic == _PCAPNG:
        raise UsageError(f"{path}: offset 0: a pcapng file, not a pcap file")
    if magic not in (_NANOSECOND, _MICROSECOND):
        raise UsageError(f"{path}: offset 0: not a pcap file (magic 0x{magic:08x})")
    if len(header) < 24:
        raise UsageError(f"{path}: offset {len(header)}: the file header is cut short")
    snaplen, network = struct.unpack(order + "II", header[16:])
    linktype = network & 0xFFFF  # the upper half tells of a frame check sequence
    if linktype not in (ETHERNET, RAW_IP):
        raise UsageError(f"{path}: offset 20: link type {linktype} is neither Ethernet (1) nor raw IP (101)")
    return order, 1 if magic == _NANOSECOND else 1000, linktype, max(snaplen, _LONGEST)


def _records(path, file: io.BufferedIOBase, record: struct.Struct, scale: int, linktype: int,
             longest: int) -> Iterator[Packet]:
    offset = 24
    with file:
        while header := file.read(16):
            if len(header) < 16:
                raise UsageError(f"{path}: offset {offset}: the last packet's header is cut short")
            seconds, fraction, length, original = record.unpack(header)
            if length > longest:
                raise UsageError(f"{path}: offset {offset}: a packet of {length} octets is not credible")
            data = file.read(length)
            if len(data) < length:
                raise UsageError(f"{path}: offset {offset}: the last packet is cut short,"
                                 f" {len(data)} of {length} octets")
            offset += 16 + length
            yield Packet(seconds, fraction * scale, data, original, linktype)
