# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines that packets become; the packets are built by scapy."""

import struct

import pytest
from capture_data import packets as p
from scapy.layers.inet import GRE, ICMP, IP, TCP, UDP, fragment
from scapy.layers.inet6 import (ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA,
                                ICMPv6ND_RS, ICMPv6PacketTooBig, ICMPv6TimeExceeded, IPv6,
                                IPv6ExtHdrFragment, fragment6)
from scapy.layers.ipsec import AH
from scapy.layers.l2 import ARP, Ether, STP
from scapy.packet import Raw

from lab.capture.describe import describe
from lab.capture.pcap import RAW_IP, Packet, Writer

OUT = "west > east 192.1.2.45 > 192.1.2.23 "
OUT_500 = "west > east 192.1.2.45:500 > 192.1.2.23:500 "
OUT_4500 = "west > east 192.1.2.45:4500 > 192.1.2.23:4500 NAT-T "


def ike_line(message: bytes) -> str:
    """The line of an IKE message to port 500, from the version on."""
    text = p.line(p.out(p.udp(500, message)))
    assert text.startswith(OUT_500)
    return text[len(OUT_500):]


def payloads(*content, **options) -> str:
    """What is shown of the payloads of an IKE_SA_INIT request."""
    return ike_line(p.ike(*content, **options)).split("spi=I1/0", 1)[1].strip()


def test_sa_init():
    request, response = p.lines(p.out(p.udp(500, p.sa_init_request())),
                                p.back(p.udp(500, p.sa_init_request(flags=0x20, peer=b"R" * 8))))
    proposal = "SA(1:AES_CBC_128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/x25519) KE(x25519)"
    notifies = "N(NAT_DETECTION_SOURCE_IP) N(NAT_DETECTION_DESTINATION_IP) N(REDIRECT_SUPPORTED)"
    assert request == (f"{OUT_500}IKEv2 IKE_SA_INIT request id=0 flags=I spi=I1/0"
                       f" {proposal} Ni {notifies}")
    assert response == ("east > west 192.1.2.23:500 > 192.1.2.45:500 IKEv2 IKE_SA_INIT response id=0 flags=R"
                        f" spi=I1/R1 {proposal} Nr {notifies}")


def test_encrypted_messages_differ_in_nothing_but_what_is_in_clear():
    frames = [p.out(p.udp(4500, bytes(4) + p.encrypted(size))) for size in (60, 1100)]
    first, second = p.lines(*frames)
    assert first == second == f"{OUT_4500}IKEv2 IKE_AUTH request id=1 flags=I spi=I1/R1 SK{{IDi}}"


@pytest.mark.parametrize("number, name", [(34, "IKE_SA_INIT"), (37, "INFORMATIONAL"),
                                          (43, "IKE_INTERMEDIATE"), (44, "IKE_FOLLOWUP_KE"),
                                          (77, "exchange 77")])
def test_exchanges(number, name):
    assert ike_line(p.encrypted(exchange=number)).startswith(f"IKEv2 {name} request id=1 ")


@pytest.mark.parametrize("bits, shown", [(0, "-"), (8, "I"), (0x20, "R"), (0x38, "IRV"), (0x09, "I+0x01")])
def test_flags(bits, shown):
    assert f" flags={shown} " in ike_line(p.encrypted(flags=bits))


def test_empty_informational():
    assert ike_line(p.encrypted(inner=0, exchange=37)).endswith(" SK{}")


def test_fragments_of_ike():
    body = struct.pack(">HH", 2, 3) + bytes(80)
    assert ike_line(p.ike((p.SKF, body), exchange=35)).endswith(" SKF(2/3){}")


@pytest.mark.parametrize("payload, shown", [
    (p.notify(16390, b"cookie"), "N(COOKIE)"),
    (p.notify(16447), "N(IKE_SA_INIT_FULL_TRANSCRIPT_AUTH)"),
    (p.notify(17, b"\0\x13"), "N(INVALID_KE_PAYLOAD ecp256)"),
    (p.notify(17, b"\3\xe7"), "N(INVALID_KE_PAYLOAD group 999)"),
    (p.notify(1, b"\x63"), "N(UNSUPPORTED_CRITICAL_PAYLOAD 99)"),
    (p.notify(14), "N(NO_PROPOSAL_CHOSEN)"), (p.notify(40999), "N(40999)"), (p.notify(8200), "N(8200)"),
    ((43, b"vendor"), "V"), ((99, b""), "payload-99"), ((p.KE, b"\0\x24\0\0"), "KE(mlkem768)"),
])
def test_payloads(payload, shown):
    assert payloads(payload) == shown


def test_critical_payload():
    message = bytearray(p.ike((99, b"")))
    message[29] = 0x80
    assert ike_line(bytes(message)).endswith(" payload-99(critical)")


def test_proposals():
    offer = (p.proposal(1, p.transform(1, 20, 256), p.transform(4, 31, last=True), last=False)
             + p.proposal(2, p.transform(1, 28), p.transform(6, 36), p.transform(9, 99, last=True)))
    assert payloads((p.SA, offer)) == ("SA(1:AES_GCM_16_256/x25519,"
                                       " 2:CHACHA20_POLY1305/KE1_mlkem768/KE4-99)")


def test_a_long_proposal_is_counted():
    many = [p.transform(4, 14)] * 20
    assert payloads((p.SA, p.proposal(1, *many))) == "SA(1:20 transforms)"


def test_ikev1():
    messages = [p.ike((1, bytes(40)), (13, bytes(16)), version=0x10, exchange=2, flags=0),
                p.ike((1, bytes(40)), (4, bytes(16)), (10, bytes(16)), version=0x10, exchange=4, flags=0),
                p.ike((8, bytes(40)), version=0x10, exchange=32, flags=1, ident=0x12345678),
                p.ike((8, bytes(40)), version=0x10, exchange=6, flags=1, ident=0x9999),
                p.ike((8, bytes(40)), version=0x10, exchange=32, flags=1, ident=0x12345678),
                p.ike((11, bytes(6) + struct.pack(">H", 36136)), version=0x10, exchange=5, flags=2)]
    shown = [text[len(OUT_500):] for text in p.lines(*[p.out(p.udp(500, m)) for m in messages])]
    assert shown == ["IKEv1 Identity Protection (Main Mode) id=0 flags=- spi=I1/0 SA VID",
                     "IKEv1 Aggressive id=0 flags=- spi=I1/0 SA KE NONCE",
                     "IKEv1 Quick Mode id=M1 flags=E spi=I1/0 encrypted{HASH}",
                     "IKEv1 Transaction id=M2 flags=E spi=I1/0 encrypted{HASH}",
                     "IKEv1 Quick Mode id=M1 flags=E spi=I1/0 encrypted{HASH}",
                     "IKEv1 Informational id=0 flags=C spi=I1/0 N(R-U-THERE)"]


def test_ike_spis_are_named_by_appearance_and_kept():
    pairs = [(b"A" * 8, bytes(8)), (b"B" * 8, bytes(8)), (b"B" * 8, b"x" * 8), (b"A" * 8, b"y" * 8),
             (b"A" * 8, b"y" * 8), (b"x" * 8, b"B" * 8)]
    frames = [p.out(p.udp(500, p.encrypted(spi=spi, peer=peer))) for spi, peer in pairs]
    shown = [text.split("spi=")[1].split()[0] for text in p.lines(*frames)]
    assert shown == ["I1/0", "I2/0", "I2/R1", "I1/R2", "I1/R2", "R1/I2"]


def test_esp_sequence_is_relative_and_shows_gaps_repeats_and_returns():
    frames = [p.out(UDP(sport=4500, dport=4500) / p.esp(0xC0000001, n)) for n in (7, 8, 8, 11, 9, 5)]
    assert p.lines(*frames) == [f"{OUT_4500}ESP spi=S1 seq={n} len=120" for n in (1, 2, 2, 5, 3, -1)]


def test_esp_sequence_wraps():
    frames = [p.out(p.esp(0x1000, n)) for n in (0xFFFFFFFF, 0)]
    assert [text.split("seq=")[1].split()[0] for text in p.lines(*frames)] == ["1", "2"]


def test_esp_spis_are_named_per_protocol_and_sequences_per_sender():
    shown = p.lines(p.out(p.esp(0x1000, 5)), p.back(p.esp(0x2000, 1)), p.back(p.esp(0x1000, 90)),
                    p.out(AH(spi=0x1000, seq=3, nh=59, payloadlen=4, icv=bytes(12)) / Raw(b"")),
                    p.out(p.esp(0x1000, 6)), p.out(p.esp(0, 1)), p.out(p.esp(255, 1)))
    words = [text.split("192.1.2.")[-1].split(" ", 1)[1] for text in shown]
    assert words == ["ESP spi=S1 seq=1 len=120", "ESP spi=S2 seq=1 len=120", "ESP spi=S1 seq=1 len=120",
                     "AH spi=S3 seq=1 no next header", "ESP spi=S1 seq=2 len=120", "ESP spi=0 seq=1 len=120",
                     "ESP spi=255 seq=1 len=120"]


def test_ah_shows_what_it_protects():
    inner = IP(src="192.0.1.254", dst="192.0.2.254") / ICMP(id=3, seq=2) / Raw(bytes(56))
    shown = p.line(p.out(AH(spi=0x1000, seq=3, nh=4, payloadlen=4, icv=bytes(12)) / inner))
    assert shown == (f"{OUT}AH spi=S1 seq=1 IPIP 192.0.1.254 > 192.0.2.254"
                     " ICMP echo request id=E1 seq=2 len=64")


@pytest.mark.parametrize("content, shown", [
    (b"\xff", "keepalive"), (b"\xfe", "malformed: neither keepalive nor ESP nor IKE"),
    (b"", "malformed: ESP header cut short"), (b"\0\0\0", "malformed: ESP header cut short"),
    (b"\0\0\0\1\0\0\0\1" + bytes(8), "ESP spi=1 seq=1 len=16"),
    (bytes(4), "IKE malformed: IKE header cut short"),
])
def test_nat_traversal(content, shown):
    assert p.line(p.out(p.udp(4500, content))) in (OUT_4500 + shown, OUT_4500 + "ESP " + shown)


def test_pings_are_named_per_pair_of_hosts():
    ping = IP(src="10.0.0.1", dst="10.0.0.2") / ICMP(type=8, id=9, seq=5) / Raw(bytes(56))
    pong = IP(src="10.0.0.2", dst="10.0.0.1") / ICMP(type=0, id=9, seq=5) / Raw(bytes(56))
    other = IP(src="10.0.0.2", dst="10.0.0.1") / ICMP(type=8, id=9, seq=1) / Raw(bytes(56))
    assert p.lines(p.west_to_east(ping), p.east_to_west(pong), p.east_to_west(other)) == [
        "west > east 10.0.0.1 > 10.0.0.2 ICMP echo request id=E1 seq=5 len=64",
        "east > west 10.0.0.2 > 10.0.0.1 ICMP echo reply id=E1 seq=5 len=64",
        "east > west 10.0.0.2 > 10.0.0.1 ICMP echo request id=E2 seq=1 len=64"]


def test_icmp_errors_quote():
    lost = IP(src=p.EAST, dst=p.WEST) / UDP(sport=40001, dport=500) / Raw(p.sa_init_request())
    short = IP(bytes(IP(src=p.EAST, dst=p.WEST) / p.esp(0x5000, 1))[:28])
    frames = [p.back(p.esp(0x5000, 1)), p.out(ICMP(type=3, code=3) / lost),
              p.out(ICMP(type=3, code=4, nexthopmtu=1400) / short), p.out(ICMP(type=11, code=0) / short),
              p.out(ICMP(type=3, code=13) / short), p.out(ICMP(type=3, code=77) / short),
              p.out(ICMP(type=5, code=1, gw="192.1.2.254") / short)]
    quoted = "[192.1.2.23 > 192.1.2.45 ESP spi=S1 len=120]"
    assert p.lines(*frames)[1:] == [
        f"{OUT}ICMP unreachable port [192.1.2.23:P1 > 192.1.2.45:500"
        " IKEv2 IKE_SA_INIT request id=0 flags=I spi=I1/0]",
        f"{OUT}ICMP unreachable frag-needed mtu=1400 {quoted}", f"{OUT}ICMP time exceeded ttl {quoted}",
        f"{OUT}ICMP unreachable admin-prohibited {quoted}", f"{OUT}ICMP unreachable code 77 {quoted}",
        f"{OUT}ICMP redirect host to 192.1.2.254 {quoted}"]


def test_icmpv6():
    six, back = IPv6(src=p.WEST6, dst=p.EAST6), IPv6(src=p.EAST6, dst=p.WEST6)
    frames = [p.west_to_east(six / ICMPv6EchoRequest(id=3, seq=1, data=bytes(56))),
              p.east_to_west(back / ICMPv6EchoReply(id=3, seq=1, data=bytes(56))),
              p.east_to_west(back / ICMPv6PacketTooBig(mtu=1280) / six / UDP(sport=7, dport=7) / Raw(b"abc")),
              p.east_to_west(back / ICMPv6TimeExceeded(code=0) / six / TCP(sport=50000, dport=80))]
    out, home = f"west > east {p.WEST6} > {p.EAST6}", f"east > west {p.EAST6} > {p.WEST6}"
    assert p.lines(*frames) == [
        f"{out} ICMPv6 echo request id=E1 seq=1 len=64", f"{home} ICMPv6 echo reply id=E1 seq=1 len=64",
        f"{home} ICMPv6 too-big mtu=1280 [[{p.WEST6}]:7 > [{p.EAST6}]:7 UDP len=3]",
        f"{home} ICMPv6 time exceeded hop-limit [[{p.WEST6}]:P1 > [{p.EAST6}]:80 TCP flags=S len=0]"]


def test_ipv4_fragments():
    whole = IP(src=p.WEST, dst=p.EAST, id=4321) / p.udp(4500, bytes(4) + p.encrypted(3000))
    other = IP(src=p.WEST, dst=p.EAST, id=77) / p.udp(4500, bytes(p.esp(0x3000, 1, 1500)))
    frames = [p.west_to_east(piece) for packet in (whole, other) for piece in fragment(packet, fragsize=1480)]
    assert p.lines(*frames) == [
        "west > east 192.1.2.45:4500 > 192.1.2.23:4500 fragment id=F1 offset=0 len=1480 more NAT-T"
        " IKEv2 IKE_AUTH request id=1 flags=I spi=I1/R1 SK{IDi}",
        f"{OUT}UDP fragment id=F1 offset=1480 len=1480 more",
        f"{OUT}UDP fragment id=F1 offset=2960",
        "west > east 192.1.2.45:4500 > 192.1.2.23:4500 fragment id=F2 offset=0 len=1480 more NAT-T"
        " ESP spi=S1 seq=1 len=1508",
        f"{OUT}UDP fragment id=F2 offset=1480 len=36"]


def test_fragments_of_raw_esp():
    whole = IP(src=p.WEST, dst=p.EAST, id=4321) / p.esp(0x3000, 1, 1592)
    assert p.lines(*[p.west_to_east(piece) for piece in fragment(whole, fragsize=1480)]) == [
        f"{OUT}fragment id=F1 offset=0 len=1480 more ESP spi=S1 seq=1",
        f"{OUT}ESP fragment id=F1 offset=1480 len=120"]


def test_a_payload_that_ends_in_another_fragment_is_not_malformed():
    whole = IP(src=p.WEST, dst=p.EAST, id=1) / p.udp(500, p.ike((p.KE, bytes(1600)), (p.NONCE, bytes(32))))
    first = p.lines(*[p.west_to_east(piece) for piece in fragment(whole, fragsize=1480)])[0]
    assert first.endswith("spi=I1/0 KE(none) ...")


def test_ipv6_fragments():
    six = IPv6(src=p.WEST6, dst=p.EAST6) / IPv6ExtHdrFragment(id=99) / p.udp(500, p.encrypted(2000))
    frames = [p.west_to_east(piece) for piece in fragment6(six, 1400)]
    first, second = p.lines(*frames)
    assert first.startswith(f"west > east [{p.WEST6}]:500 > [{p.EAST6}]:500 fragment id=F1 offset=0 len=")
    assert first.endswith(" more IKEv2 IKE_AUTH request id=1 flags=I spi=I1/R1 SK{IDi}")
    assert second == f"west > east {p.WEST6} > {p.EAST6} UDP fragment id=F1 offset=1352"


def test_tcp_and_ephemeral_ports():
    frames = [p.out(TCP(sport=45000, dport=22, flags="S")), p.back(TCP(sport=22, dport=45000, flags="SA")),
              p.out(TCP(sport=45001, dport=22, flags="FPA") / Raw(b"abc")),
              p.out(UDP(sport=45000, dport=32767) / Raw(b"x")),
              p.back(UDP(sport=45000, dport=32768) / Raw(b"x")), p.out(TCP(sport=1, dport=2, flags=0))]
    assert [text.split(" ", 3)[3] for text in p.lines(*frames)] == [
        "192.1.2.45:P1 > 192.1.2.23:22 TCP flags=S len=0", "192.1.2.23:22 > 192.1.2.45:P1 TCP flags=SA len=0",
        "192.1.2.45:P2 > 192.1.2.23:22 TCP flags=FPA len=3", "192.1.2.45:P3 > 192.1.2.23:32767 UDP len=1",
        "192.1.2.23:P4 > 192.1.2.45:P5 UDP len=1", "192.1.2.45:1 > 192.1.2.23:2 TCP flags=- len=0"]


def test_tunnels():
    inner = IP(src="10.0.0.1", dst="10.0.0.2") / UDP(sport=7, dport=9) / Raw(b"four")
    six = IPv6(src="2001:db8::1", dst="2001:db8::2") / UDP(sport=7, dport=9) / Raw(b"six")
    udp = "10.0.0.1:7 > 10.0.0.2:9 UDP len=4"
    assert p.line(p.west_to_east(IP(src=p.WEST, dst=p.EAST) / inner)) == f"{OUT}IPIP {udp}"
    assert p.line(p.out(six)) == f"{OUT}IPv6-in-IP [2001:db8::1]:7 > [2001:db8::2]:9 UDP len=3"
    assert p.line(p.out(GRE() / inner)) == f"{OUT}GRE {udp}"
    assert p.line(p.out(GRE(key_present=1, key=5, seqnum_present=1, chksum_present=1) / inner)) == (
        f"{OUT}GRE key=5 {udp}")
    bridged = Ether(src=p.EAST_MAC, dst=p.WEST_MAC) / ARP()
    assert p.line(p.out(GRE(proto=0x6558) / bridged)).startswith(f"{OUT}GRE Ethernet ARP who-has")
    assert p.line(p.out_protocol(108, p.ipcomp(2, bytes(inner)))) == f"{OUT}IPCOMP cpi=2 IPIP {udp}"
    assert p.line(p.out_protocol(108, p.ipcomp(999, b"")[:4] + b"\xff\xff")) == f"{OUT}IPCOMP cpi=C1 IPIP"


NOISE = [
    ARP(psrc=p.WEST, pdst=p.EAST), ARP(op=2, psrc=p.WEST, pdst=p.EAST, hwsrc=p.WEST_MAC),
    IPv6(src=p.WEST6, dst=p.EAST6) / ICMPv6ND_NS(tgt=p.EAST6), IPv6(src="::") / ICMPv6ND_NS(tgt=p.EAST6),
    IPv6(src=p.WEST6, dst=p.EAST6) / ICMPv6ND_NA(tgt=p.EAST6), IPv6(src="fe80::1") / ICMPv6ND_RS(),
    IPv6(src="fe80::1") / ICMPv6ND_RA(), IP(src=p.WEST, dst="224.0.0.22", proto=2) / Raw(bytes(8)),
]


def test_noise_is_left_out_unless_asked_for():
    frames = [bytes(Ether(src=p.WEST_MAC, dst="ff:ff:ff:ff:ff:ff") / packet) for packet in NOISE]
    frames.append(bytes(Ether(src=p.WEST_MAC, dst="01:80:c2:00:00:00", type=38) / Raw(b"\x42\x42\3") / STP()))
    frames.append(bytes(Ether(src=p.WEST_MAC, dst="01:80:c2:00:00:0e", type=0x88CC) / Raw(b"\2\7")))
    assert p.lines(*frames) == []
    shown = p.lines(*frames, noise=True)
    assert shown[:2] == ["west > broadcast ARP who-has 192.1.2.23 tell 192.1.2.45",
                         "west > broadcast ARP 192.1.2.45 is-at 12:00:00:64:64:45"]
    assert "neighbour solicitation 2001:db8:1:2::23" in shown[2]
    assert shown[-2:] == ["west > multicast STP", "west > multicast LLDP"]
    assert len(shown) == len(frames)


def test_noise_within_a_tunnel_is_shown():
    inner = IPv6(src=p.WEST6, dst=p.EAST6) / ICMPv6ND_NS(tgt=p.EAST6)
    assert "neighbour solicitation" in p.line(p.out(inner))


@pytest.mark.parametrize("number, words", [(0x9000, "ethertype 0x9000"), (0x88E5, "ethertype 0x88e5"),
                                           (20, "LLC dsap=0x00")])
def test_frames_without_ip(number, words):
    frame = Ether(src="02:00:00:00:00:09", dst=p.EAST_MAC, type=number) / Raw(bytes(20))
    assert p.line(bytes(frame)) == f"02:00:00:00:00:09 > east {words}"


@pytest.mark.parametrize("number, words", [(89, "OSPF len=8"), (200, "protocol 200 len=8")])
def test_other_ip_protocols(number, words):
    assert p.line(p.out_protocol(number, bytes(8))) == OUT + words


def test_raw_ip_has_no_direction():
    packets = [Packet(0, 0, bytes(IP(src=p.WEST, dst=p.EAST) / p.udp(9, b"x")), None, RAW_IP),
               Packet(0, 0, bytes(IPv6(src=p.WEST6, dst=p.EAST6) / p.udp(9, b"x")), None, RAW_IP)]
    assert describe(packets, p.HOSTS.get) == ["192.1.2.45:9 > 192.1.2.23:9 UDP len=1",
                                              f"[{p.WEST6}]:9 > [{p.EAST6}]:9 UDP len=1"]


def test_what_was_not_captured_is_not_malformed():
    frame = p.out(p.udp(500, p.sa_init_request()))
    (shown,) = describe([Packet(0, 0, frame[:100], len(frame))], p.HOSTS.get)
    assert shown.endswith("IKEv2 IKE_SA_INIT request id=0 flags=I spi=I1/0 SA ...")
    ping = p.west_to_east(IP(src=p.WEST, dst=p.EAST) / p.esp(0x9000, 1))
    (shown,) = describe([Packet(0, 0, ping[:60], len(ping))], p.HOSTS.get)
    assert shown == f"{OUT}ESP spi=S1 seq=1 len=120"


def test_padding_of_short_frames_is_no_part_of_the_packet():
    assert p.line(p.out(p.udp(4500, b"\xff")) + bytes(17)) == f"{OUT_4500}keepalive"


def test_a_path_is_read(tmp_path):
    path = tmp_path / "wire.pcap"
    with path.open("wb") as file:
        Writer(file).packet(1, 2, p.out(p.udp(4500, b"\xff")))
    assert describe(path, p.HOSTS.get) == describe(str(path), p.HOSTS.get) == [f"{OUT_4500}keepalive"]


def test_each_of_ten_thousand_packets_has_a_line():
    frames = p.one_of_each()
    packets = [Packet(0, 0, frames[n % len(frames)]) for n in range(10000)]
    assert len(describe(packets, p.HOSTS.get, noise=True)) == 10000
