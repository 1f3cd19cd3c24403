# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds packets with scapy: whole frames between west and east, and IKE messages."""

import struct
import zlib

from scapy.layers.inet import GRE, ICMP, IP, TCP, UDP, fragment
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoRequest, ICMPv6MLReport2,
                                ICMPv6ND_NS, ICMPv6PacketTooBig, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                                IPv6ExtHdrHopByHop)
from scapy.layers.ipsec import AH, ESP
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw

from lab.capture.describe import describe
from lab.capture.pcap import Packet

WEST_MAC = "12:00:00:64:64:45"
EAST_MAC = "12:00:00:64:64:23"
HOSTS = {WEST_MAC: "west", EAST_MAC: "east"}
WEST = "192.1.2.45"
EAST = "192.1.2.23"
WEST6 = "2001:db8:1:2::45"
EAST6 = "2001:db8:1:2::23"

SA, KE, IDI, NONCE, N, SK, SKF = 33, 34, 35, 40, 41, 46, 53


def west_to_east(packet) -> bytes:
    return bytes(Ether(src=WEST_MAC, dst=EAST_MAC) / packet)


def east_to_west(packet) -> bytes:
    return bytes(Ether(src=EAST_MAC, dst=WEST_MAC) / packet)


def out(packet) -> bytes:
    """A frame from west to east over IPv4."""
    return west_to_east(IP(src=WEST, dst=EAST, id=1) / packet)


def back(packet) -> bytes:
    """A frame from east to west over IPv4."""
    return east_to_west(IP(src=EAST, dst=WEST, id=1) / packet)


def udp(port: int, payload: bytes):
    return UDP(sport=port, dport=port) / Raw(payload)


def lines(*frames: bytes, noise: bool = False) -> list[str]:
    return describe([Packet(0, 0, frame) for frame in frames], HOSTS.get, noise)


def line(frame: bytes, noise: bool = False) -> str:
    (text,) = lines(frame, noise=noise)
    return text


def ike(*payloads: tuple[int, bytes], spi=b"I" * 8, peer=bytes(8), version=0x20, exchange=34, flags=0x08,
        ident=0, inner=0) -> bytes:
    """An IKE message of (type, body) payloads; inner is what the last one's next payload says."""
    kinds = [kind for kind, _ in payloads] + [inner]
    body = b"".join(struct.pack(">BBH", kinds[place + 1], 0, len(content) + 4) + content
                    for place, (_, content) in enumerate(payloads))
    header = struct.pack(">8s8sBBBBII", spi, peer, kinds[0], version, exchange, flags, ident, 28 + len(body))
    return header + body


def transform(kind: int, ident: int, bits: int = 0, last: bool = False) -> bytes:
    attribute = struct.pack(">HH", 0x800E, bits) if bits else b""
    return struct.pack(">BxHBxH", 0 if last else 3, 8 + len(attribute), kind, ident) + attribute


def proposal(number: int, *transforms: bytes, last: bool = True) -> bytes:
    body = b"".join(transforms)
    return struct.pack(">BxHBBBB", 0 if last else 2, 8 + len(body), number, 1, 0, len(transforms)) + body


def notify(number: int, data: bytes = b"") -> tuple[int, bytes]:
    return N, struct.pack(">BBH", 0, 0, number) + data


PROPOSAL = proposal(1, transform(1, 12, 128), transform(3, 12), transform(2, 5), transform(4, 31, last=True))


def sa_init_request(**options) -> bytes:
    return ike((SA, PROPOSAL), (KE, struct.pack(">HH", 31, 0) + b"k" * 32), (NONCE, b"n" * 32),
               notify(16388, b"h" * 20), notify(16389, b"h" * 20), notify(16406), **options)


def encrypted(size: int = 60, inner: int = IDI, **options) -> bytes:
    """A message whose only payload is SK."""
    fields = {"exchange": 35, "ident": 1, "peer": b"R" * 8, "inner": inner, **options}
    return ike((SK, bytes(size)), **fields)


def esp(spi: int, sequence: int, size: int = 112):
    return ESP(spi=spi, seq=sequence, data=bytes(size))


def ipcomp(index: int, packet: bytes) -> bytes:
    """An IPCOMP header and a compressed IPv4 packet."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return struct.pack(">BBH", 4, 0, index) + deflate.compress(packet) + deflate.flush()


def one_of_each() -> list[bytes]:
    """Valid frames of every kind that has a decoder."""
    ping = IP(src=WEST, dst=EAST) / ICMP(id=7, seq=1) / Raw(bytes(56))
    six = IPv6(src=WEST6, dst=EAST6)
    long = IP(src=WEST, dst=EAST, id=77) / udp(500, encrypted(2000))
    frames = [
        out(udp(500, sa_init_request())),
        back(udp(500, sa_init_request(peer=b"R" * 8, flags=0x20))),
        out(udp(4500, bytes(4) + encrypted())),
        out(udp(4500, bytes(4) + ike((SKF, struct.pack(">HH", 1, 3) + bytes(90)), exchange=35, inner=IDI))),
        out(udp(500, ike((1, bytes(40)), (13, bytes(16)), version=0x10, exchange=2, flags=0))),
        out(udp(500, ike((8, bytes(40)), version=0x10, exchange=32, flags=1, ident=0x12345678))),
        out(udp(500, ike((11, bytes(6) + struct.pack(">H", 14)), version=0x10, exchange=5, flags=0))),
        out(udp(4500, b"\xff")),
        out(UDP(sport=4500, dport=4500) / esp(0x1000, 1)), out(esp(0x2000, 5)),
        out(AH(spi=0x3000, seq=9, nh=1, payloadlen=4, icv=bytes(12)) / ICMP(id=3, seq=2)),
        west_to_east(ping), west_to_east(IP(src=WEST, dst=EAST) / ping),
        out(GRE(key_present=1, key=9) / ping),
        out(TCP(sport=40000, dport=7001, flags="PA") / Raw(b"x")), out(udp(7000, b"hello")),
        back(ICMP(type=3, code=3) / IP(src=WEST, dst=EAST) / udp(500, sa_init_request())),
        back(ICMP(type=3, code=4, nexthopmtu=1400) / ping),
        west_to_east(six / udp(500, sa_init_request())),
        west_to_east(six / IPv6ExtHdrDestOpt() / ICMPv6EchoRequest(id=4, seq=1, data=bytes(20))),
        west_to_east(six / IPv6ExtHdrFragment(id=5, offset=0, m=1, nh=17) / UDP(len=900) / Raw(bytes(56))),
        east_to_west(IPv6(src=EAST6, dst=WEST6) / ICMPv6PacketTooBig(mtu=1280) / six / udp(500, encrypted())),
        east_to_west(IPv6(src=EAST6, dst=WEST6) / ICMPv6DestUnreach(code=4) / six / udp(9, b"x")),
        west_to_east(six / ICMPv6ND_NS(tgt=EAST6)),
        west_to_east(six / IPv6ExtHdrHopByHop() / ICMPv6MLReport2()),
        west_to_east(ARP(psrc=WEST, pdst=EAST)),
        west_to_east(Dot1Q(vlan=5) / ping),
        out_protocol(108, ipcomp(700, bytes(ping))),
    ]
    return frames + [west_to_east(piece) for piece in fragment(long, fragsize=1480)]


def out_protocol(number: int, payload: bytes) -> bytes:
    return west_to_east(IP(src=WEST, dst=EAST, proto=number) / Raw(payload))
