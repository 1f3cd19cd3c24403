# SPDX-License-Identifier: GPL-2.0-or-later
"""Pcap files: scapy reads what is written, what scapy writes is read, damaged files are refused."""

import io
import struct

import pytest
from scapy.utils import PcapWriter, RawPcapReader

from lab.capture.pcap import RAW_IP, Packet, Writer, read
from lab.errors import UsageError

RECORDS = [(1700000000, 123456789, b"a" * 60, 60), (1700000001, 1000, b"b" * 20, 1500),
           (1700000002, 2000, b"c" * 20, 20)]


def written(records=RECORDS, **options) -> bytes:
    file = io.BytesIO()
    writer = Writer(file, **options)
    for record in records:
        writer.packet(*record)
    return file.getvalue()


def place(folder, data: bytes):
    path = folder / "WIRE.pcap"
    path.write_bytes(data)
    return path


def test_scapy_reads_what_is_written(tmp_path):
    path = place(tmp_path, written())
    reader = RawPcapReader(str(path))
    assert (reader.nano, reader.linktype, reader.snaplen) == (True, 1, 262144)
    seen = [(meta.sec, meta.usec, data, meta.wirelen) for data, meta in reader]
    reader.close()
    assert seen == RECORDS


def test_what_is_written_is_read(tmp_path):
    packets = list(read(place(tmp_path, written(linktype=RAW_IP))))
    assert packets == [Packet(*record, linktype=RAW_IP) for record in RECORDS]
    assert packets[0] != Packet(*RECORDS[0])


def test_snaplen_cuts_and_keeps_the_length(tmp_path):
    (packet,) = read(place(tmp_path, written([(1, 2, b"x" * 100, None)], snaplen=40)))
    assert (len(packet.data), packet.original_length) == (40, 100)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("nano", [False, True])
@pytest.mark.parametrize("linktype", [1, 101])
def test_what_scapy_writes_is_read(tmp_path, order, nano, linktype):
    path = tmp_path / "scapy.pcap"
    with PcapWriter(str(path), linktype=linktype, endianness=order, nano=nano) as writer:
        writer.write_header(None)
        writer.write_packet(b"z" * 30, sec=7, usec=999, caplen=30, wirelen=90)
    assert list(read(path)) == [Packet(7, 999 if nano else 999000, b"z" * 30, 90, linktype)]


@pytest.mark.parametrize("seconds, nanoseconds", [(1, 1000000000), (1, -1), (-1, 0), (1 << 32, 0)])
def test_a_time_out_of_range_is_not_written(seconds, nanoseconds):
    file = io.BytesIO()
    writer = Writer(file)
    with pytest.raises(ValueError):
        writer.packet(seconds, nanoseconds, b"")
    assert len(file.getvalue()) == 24


def test_a_snaplen_out_of_range_is_refused():
    with pytest.raises(ValueError):
        Writer(io.BytesIO(), snaplen=0)


@pytest.mark.parametrize("damage, words", [
    (lambda good: b"", "offset 0: not a pcap file (it has 0 octets)"),
    (lambda good: b"PK\x03\x04" + good[4:], "offset 0: not a pcap file (magic 0x504b0304)"),
    (lambda good: b"\x0a\x0d\x0d\x0a" + good[4:], "offset 0: a pcapng file"),
    (lambda good: good[:20], "offset 20: the file header is cut short"),
    (lambda good: good[:20] + struct.pack("<I", 113) + good[24:], "offset 20: link type 113"),
])
def test_a_bad_header_is_refused_at_once(tmp_path, damage, words):
    path = place(tmp_path, damage(written()))
    with pytest.raises(UsageError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: {words}")


@pytest.mark.parametrize("damage, before, words", [
    (lambda good: good[:-30], 2, "offset 136: the last packet's header is cut short"),
    (lambda good: good[:-40], 1, "offset 100: the last packet is cut short, 16 of 20 octets"),
    (lambda good: good[:108] + b"\xff" * 4 + good[112:], 1, "offset 100: a packet of 4294967295 octets"),
])
def test_a_damaged_record_is_refused_after_those_before_it(tmp_path, damage, before, words):
    path = place(tmp_path, damage(written()))
    packets = read(path)
    assert len([next(packets) for _ in range(before)]) == before
    with pytest.raises(UsageError) as caught:
        next(packets)
    assert str(caught.value).startswith(f"{path}: {words}")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match="none.pcap: No such file or directory"):
        read(tmp_path / "none.pcap")
