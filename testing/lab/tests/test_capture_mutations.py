# SPDX-License-Identifier: GPL-2.0-or-later
"""Broken packets: what is said of chosen ones, and that no random one ever raises."""

import random
import struct

import pytest
from capture_data import packets as p

from lab.capture.describe import describe
from lab.capture.pcap import ETHERNET, RAW_IP, Packet

_IP = 14
_UDP = 34
_IKE = 42
_FIRST_PAYLOAD = 70
_SA_INIT = p.out(p.udp(500, p.sa_init_request()))


def poked(frame: bytes, offset: int, octets: bytes) -> bytes:
    return frame[:offset] + octets + frame[offset + len(octets):]


@pytest.mark.parametrize("frame, before, fault", [
    (b"", "", "Ethernet header cut short"),
    (_SA_INIT[:13], "west > east", "Ethernet header cut short"),
    (_SA_INIT[:30], "west > east", "IPv4 header cut short"),
    (poked(_SA_INIT, _IP, b"\x95"), "west > east", "IPv4 header has version 9"),
    (poked(_SA_INIT, _IP, b"\x44"), "192.1.2.23", "IPv4 header length"),
    (poked(_SA_INIT, _IP + 2, b"\0\x09"), "192.1.2.23", "IPv4 total length"),
    (poked(_SA_INIT, _IP + 2, b"\xff\xff"), "REDIRECT_SUPPORTED)", "IPv4 total length is beyond the packet"),
    (_SA_INIT[:-1], "N(NAT_DETECTION_DESTINATION_IP) N", "IPv4 total length is beyond the packet"),
    (poked(_SA_INIT, _UDP + 4, b"\0\x07"), "192.1.2.23:500 UDP", "UDP length"),
    (poked(_SA_INIT, _UDP + 4, b"\xff\0"), "N(REDIRECT_SUPPORTED)", "UDP length is beyond the packet"),
    (poked(_SA_INIT, _UDP + 4, b"\0\x20"), "IKE", "IKE header cut short"),
    (poked(_SA_INIT, _IKE + 17, b"\x30"), "IKEv3.0 IKE_SA_INIT request id=0 flags=I spi=I1/0",
     "unknown IKE major version"),
    (poked(_SA_INIT, _IKE + 24, b"\0\0\0\x1b"), "spi=I1/0", "IKE length"),
    (poked(_SA_INIT, _IKE + 24, b"\0\0\0\x1c"), "spi=I1/0", "octets after the IKE message"),
    (poked(_SA_INIT, _IKE + 24, b"\x7f\0\0\0"), "N(REDIRECT_SUPPORTED)", "IKE length is beyond the datagram"),
    (poked(_SA_INIT, _FIRST_PAYLOAD + 2, b"\0\0"), "spi=I1/0 SA", "SA payload length"),
    (poked(_SA_INIT, _FIRST_PAYLOAD + 2, b"\xff\0"), "spi=I1/0 SA", "SA payload is beyond the message"),
    (poked(_SA_INIT, _FIRST_PAYLOAD + 6, b"\0\0"), "spi=I1/0 SA", "SA proposal length"),
    (poked(_SA_INIT, _FIRST_PAYLOAD + 6, b"\x7f\0"), "spi=I1/0 SA", "SA proposal length"),
    (poked(_SA_INIT, _FIRST_PAYLOAD + 11, b"\x09"), "spi=I1/0 SA", "SA transform count"),
    (poked(_SA_INIT, _FIRST_PAYLOAD + 14, b"\0\0"), "spi=I1/0 SA", "SA transform length"),
    (p.out(p.udp(500, p.ike(p.notify(14), inner=33))), "N(NO_PROPOSAL_CHOSEN)", "SA payload cut short"),
    (p.out(p.udp(500, p.ike((41, b"\0\0")))), "spi=I1/0 N", "N payload cut short"),
    (p.out(p.udp(500, p.ike((p.SK, bytes(9)), (41, bytes(4))))), "SK{N}", "octets after the last payload"),
    (p.out(p.udp(500, p.ike(*[(43, b"")] * 300))), " V V V", "more than 100 payloads"),
    (p.out(p.esp(1, 1, 0))[:-1], "ESP", "IPv4 total length is beyond the packet"),
])
def test_what_is_wrong_is_said_after_what_could_be_decoded(frame, before, fault):
    shown = p.line(frame)
    assert shown.endswith(f"{before} malformed: {fault}".lstrip())


def test_a_zero_inside_the_fragment_offsets():
    frame = poked(_SA_INIT, _IP + 6, b"\x1f\xff")
    assert p.line(frame).endswith("malformed: fragment ends beyond 65535")


def test_packets_nested_without_end():
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, 4, 0, bytes(4), bytes(4))
    frame = _SA_INIT[:14]
    frame += b"".join(poked(header, 2, struct.pack(">H", 20 * n)) for n in range(70, 0, -1))
    assert p.line(frame).endswith("malformed: nested too deeply")


def test_an_error_about_an_error_is_shown_once():
    inner = p.back(b"\3\3" + bytes(6))[14:]
    assert "unreachable" in p.line(p.out_protocol(1, b"\3\3" + bytes(6) + inner))


def _mutated(frame: bytes, dice: random.Random) -> bytes:
    octets = bytearray(frame)
    for _ in range(dice.choice((1, 1, 2, 5))):
        place = dice.randrange(12, len(octets))
        octets[place] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
    if dice.random() < 0.3:
        del octets[dice.randrange(len(octets) + 1):]
    if dice.random() < 0.1:
        octets += dice.randbytes(dice.randrange(40))
    return bytes(octets)


@pytest.mark.parametrize("seed", range(4))
def test_no_mutation_raises_and_each_gives_one_line(seed):
    dice = random.Random(seed)
    frames = p.one_of_each()
    packets = []
    for _ in range(3000):
        data = _mutated(dice.choice(frames), dice)
        linktype = dice.choice((ETHERNET,) * 9 + (RAW_IP,))
        packets.append(Packet(0, 0, data, len(data) + dice.choice((0, 0, 0, 500)), linktype))
    shown = describe(packets, p.HOSTS.get, noise=True)
    assert len(shown) == len(packets)
    assert all(text and "\n" not in text and "  " not in text and text.isprintable() for text in shown)
    assert 300 < sum(" malformed: " in text for text in shown) < 2900
    assert describe(packets, p.HOSTS.get, noise=True) == shown


def test_every_truncation_gives_a_line():
    frames = p.one_of_each()
    for frame in frames:
        cut = [Packet(0, 0, frame[:length], whole) for length in range(min(len(frame), 300))
               for whole in (length, len(frame))]
        assert len(describe(cut, p.HOSTS.get, noise=True)) == len(cut)
        assert not any("malformed" in text for text in describe(cut[1::2], p.HOSTS.get, noise=True))


def test_random_octets_behind_each_ethertype():
    dice = random.Random(9)
    packets = [Packet(0, 0, _SA_INIT[:12] + kind + dice.randbytes(dice.randrange(120)))
               for _ in range(500) for kind in (b"\x08\0", b"\x86\xdd", b"\x08\x06", b"\x81\0", b"\0\x10")]
    assert len(describe(packets, p.HOSTS.get, noise=True)) == len(packets)
