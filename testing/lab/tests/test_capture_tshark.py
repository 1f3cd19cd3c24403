# SPDX-License-Identifier: GPL-2.0-or-later
"""The decoder against an independent one: tshark on the same capture."""

import re
import shutil
import struct
import subprocess

import pytest
from capture_data import packets as p
from scapy.contrib.ikev2 import (IKEv2, IKEv2_payload_Encrypted, IKEv2_payload_KE, IKEv2_payload_Nonce,
                                 IKEv2_payload_Notify, IKEv2_payload_Proposal, IKEv2_payload_SA,
                                 IKEv2_payload_Transform, IKEv2_payload_TSi, IKEv2_payload_VendorID)
from scapy.layers.inet import ICMP, IP, TCP, UDP, fragment
from scapy.layers.inet6 import ICMPv6EchoRequest, ICMPv6PacketTooBig, IPv6
from scapy.layers.ipsec import AH
from scapy.packet import Raw

from lab.capture.describe import describe
from lab.capture.names import IKEV1_NOTIFIES, IKEV2_EXCHANGES, IKEV2_NOTIFIES, IKEV2_PAYLOADS
from lab.capture.pcap import Writer

pytestmark = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")

FIELDS = ("isakmp.exchangetype", "isakmp.messageid", "isakmp.flags", "isakmp.ispi", "isakmp.rspi",
          "isakmp.typepayload", "isakmp.notify.msgtype", "esp.spi", "esp.sequence", "ah.spi", "ah.sequence",
          "icmp.type", "icmp.code", "icmpv6.type", "tcp.flags", "ip.frag_offset", "ip.flags.mf",
          "udpencap.nat_keepalive", "udpencap.non_esp_marker", "ip.src", "ip.dst", "udp.srcport",
          "udp.dstport", "_ws.malformed")
_PAYLOAD_NUMBERS = {name: number for number, name in IKEV2_PAYLOADS.items()} | {"Ni": 40, "Nr": 40}


def tshark(path, *options: str) -> str:
    command = ["tshark", "-n", "-r", str(path), *options]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def dissected(path) -> list[dict[str, str]]:
    """Each packet's fields as tshark sees them; several values are separated by commas."""
    # No reassembly: the decoder shows fragments one by one.
    options = ["-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-T", "fields"]
    for field in FIELDS:
        options += ["-e", field]
    rows = [row.split("\t") for row in tshark(path, *options).splitlines()]
    return [dict(zip(FIELDS, row, strict=True)) for row in rows]


def scapy_ike(*layers, **header):
    """An IKEv2 message; scapy fills in lengths and the next payloads that are named."""
    message = IKEv2(init_SPI=b"scapy-in", **header)
    for layer in layers:
        message /= layer
    return message


def frames() -> list[bytes]:
    made = p.one_of_each()
    transforms = (IKEv2_payload_Transform(transform_type=1, transform_id=20, key_length=256, length=12)
                  / IKEv2_payload_Transform(transform_type=4, transform_id=19, next_payload=0))
    offer = IKEv2_payload_Proposal(trans_nb=2, trans=transforms)
    sa_init = scapy_ike(IKEv2_payload_SA(next_payload=34, prop=offer),
                        IKEv2_payload_KE(next_payload=40, group=19, load=b"k" * 64),
                        IKEv2_payload_Nonce(next_payload=41, load=b"n" * 32),
                        IKEv2_payload_Notify(next_payload=41, type=16430),
                        IKEv2_payload_Notify(next_payload=43, type=16431, load=b"\0\5"),
                        IKEv2_payload_VendorID(vendorID=b"vendor"),
                        next_payload=33, exch_type=34, flags=8, id=0)
    made.append(p.out(UDP(sport=500, dport=500) / sa_init))
    for exchange, flags, ident in ((35, 8, 1), (35, 0x20, 1), (36, 0, 0), (36, 0x28, 0), (37, 8, 0xFFFFFFFF),
                                   (37, 0x30, 77), (38, 8, 0)):
        message = scapy_ike(IKEv2_payload_Encrypted(next_payload=41, load=bytes(60)), next_payload=46,
                            resp_SPI=b"scapy-re", exch_type=exchange, flags=flags, id=ident)
        made.append(p.out(UDP(sport=4500, dport=4500) / Raw(bytes(4)) / message))
    clear = scapy_ike(IKEv2_payload_TSi(next_payload=41), IKEv2_payload_Notify(type=38), next_payload=44,
                      exch_type=37, flags=0x20, id=5)
    made.append(p.back(UDP(sport=500, dport=500) / clear))
    for spi, number in ((0xAAAA0001, 5), (0xBBBB0001, 1), (0xAAAA0001, 6), (0xAAAA0001, 9), (0xBBBB0001, 2),
                        (0xAAAA0001, 4), (0xAAAA0001, 4)):
        made.append(p.out(p.esp(spi, number)))
        made.append(p.back(UDP(sport=4500, dport=4500) / p.esp(spi ^ 0xFF, number)))
        made.append(p.out(AH(spi=spi, seq=number, nh=1, payloadlen=4, icv=bytes(12)) / ICMP()))
    for flags in ("S", "SA", "A", "FA", "R", "PA", "FSRPAUEC"):
        made.append(p.out(TCP(sport=33000, dport=7001, flags=flags) / Raw(b"data")))
    for code in range(16):
        made.append(p.back(ICMP(type=3, code=code) / IP(src=p.WEST, dst=p.EAST) / p.udp(500, p.encrypted())))
    made += [p.west_to_east(piece) for piece in
             fragment(IP(src=p.WEST, dst=p.EAST, id=9) / ICMP() / Raw(bytes(4000)), fragsize=800)]
    six = IPv6(src=p.WEST6, dst=p.EAST6)
    made.append(p.west_to_east(six / ICMPv6EchoRequest(data=bytes(8))))
    made.append(p.west_to_east(six / ICMPv6PacketTooBig() / six / p.udp(9999, bytes(40))))
    return made


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> list[tuple[dict[str, str], str]]:
    """(tshark's fields, our line) for each packet of one capture."""
    path = tmp_path_factory.mktemp("wire") / "wire.pcap"
    with path.open("wb") as file:
        writer = Writer(file)
        for number, frame in enumerate(frames()):
            writer.packet(1700000000, number * 1000, frame)
    rows, shown = dissected(path), describe(path, p.HOSTS.get, noise=True)
    assert len(rows) == len(shown) > 90
    return list(zip(rows, shown))


def outermost(text: str) -> str:
    """The line without a packet quoted by ICMP, which tshark lists among the fields of the whole."""
    return text.split(" [1")[0].split(" [[")[0]


def test_ike_headers_agree(both):
    seen = 0
    for row, text in both:
        match = re.search(r"IKEv2 (\w+) (request|response) id=(\d+) flags=([IRV-]+) ", outermost(text))
        assert bool(match) == (row["isakmp.exchangetype"] in map(str, IKEV2_EXCHANGES)
                               and not row["icmp.type"] and not row["icmpv6.type"]), text
        if not match:
            continue
        seen += 1
        bits = sum({"I": 8, "R": 0x20, "V": 0x10, "-": 0}[letter] for letter in match[4])
        assert IKEV2_EXCHANGES[int(row["isakmp.exchangetype"])] == match[1]
        assert int(row["isakmp.messageid"], 16) == int(match[3])
        assert int(row["isakmp.flags"], 16) == bits
        assert (bits & 0x20 != 0) == (match[2] == "response")
    assert seen >= 15


def test_ike_payloads_agree(both):
    seen = set()
    for row, text in both:
        if "IKEv2" not in outermost(text) or "fragment" in text:
            continue
        chain = re.sub(r"\([^)]*\)|\{.*", "", text.split("spi=", 1)[1]).split()[1:]
        numbers = [_PAYLOAD_NUMBERS[name] for name in chain]
        # tshark lists the proposals (2) and transforms (3) within an SA, too.
        theirs = [int(number) for number in row["isakmp.typepayload"].split(",")]
        assert [number for number in theirs if number not in (2, 3)] == numbers, text
        notifies = [int(number) for number in row["isakmp.notify.msgtype"].split(",") if number]
        assert [IKEV2_NOTIFIES[number] for number in notifies] == re.findall(r" N\((\w+)", text)
        seen.update(numbers)
    assert seen >= {33, 34, 40, 41, 43, 44, 46, 53}


@pytest.mark.parametrize("field, pattern", [
    ("isakmp.ispi", r" spi=(\w+)/"), ("isakmp.rspi", r" spi=\w+/(\w+)"),
    ("esp.spi", r"ESP spi=(\w+)"), ("ah.spi", r"AH spi=(\w+)")])
def test_names_stand_for_one_value_each(both, field, pattern):
    names, values = {}, {}
    for row, text in both:
        match = re.search(pattern, outermost(text))
        if match is None:
            continue
        value = row[field].split(",")[0]
        assert names.setdefault(value, match[1]) == match[1]
        assert values.setdefault(match[1], value) == value
    assert len(names) == len(values) >= 2


@pytest.mark.parametrize("protocol", ["esp", "ah"])
def test_sequence_numbers_keep_their_distances(both, protocol):
    pairs = {}
    for row, text in both:
        match = re.search(protocol.upper() + r" spi=(\w+) seq=(-?\d+)", text)
        assert bool(match) == bool(row[f"{protocol}.sequence"])
        if match:
            pairs.setdefault(match[1], []).append((int(row[f"{protocol}.sequence"]), int(match[2])))
    assert max(map(len, pairs.values())) >= 5
    for stream in pairs.values():
        assert stream[0][1] == 1
        assert {theirs - ours for theirs, ours in stream} == {stream[0][0] - 1}


def test_transport_and_icmp_agree(both):
    letters = "FSRPAUEC"
    kinds = {"0": "echo reply", "3": "unreachable", "8": "echo request"}
    for row, text in both:
        text = outermost(text)
        match = re.search(r" TCP flags=(\w+)", text)
        assert bool(match) == bool(row["tcp.flags"])
        if match:
            assert int(row["tcp.flags"], 16) == sum(1 << letters.index(letter) for letter in match[1])
        kind = row["icmp.type"].split(",")[0]
        if kind:
            assert f" ICMP {kinds[kind]} " in text
        assert (" NAT-T keepalive" in text) == bool(row["udpencap.nat_keepalive"])
        assert (" NAT-T IKEv2" in text) == bool(row["udpencap.non_esp_marker"])


def test_fragments_and_addresses_agree(both):
    for row, text in both:
        if not row["ip.src"] or "IPCOMP" in text:
            continue
        first = [row[f"ip.{end}"].split(",")[0] for end in ("src", "dst")]
        assert re.search(r"([\d.]+)(?::\w+)? > ([\d.]+)", text).groups() == tuple(first)
        more = row["ip.flags.mf"].split(",")[0] == "1"
        offset = 8 * int(row["ip.frag_offset"].split(",")[0])  # as on the wire, in units of 8 octets
        assert (" fragment " in text) == (offset > 0 or more)
        if " fragment " in text:
            assert f" offset={offset} " in text + " "
            assert (" more" in text) == more


def test_neither_calls_a_sound_packet_malformed(both):
    for row, text in both:
        assert " malformed: " not in text
        assert not row["_ws.malformed"], text


@pytest.fixture(scope="module")
def tables() -> list[list[str]]:
    """tshark's tables of names: (kind, field, first number, [last number,] name)."""
    command = ["tshark", "-G", "values"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return [line.split("\t") for line in done.stdout.splitlines() if "\tisakmp." in line]


def test_notify_names_agree_with_tsharks_table(tables):
    known = [(int(row[2]), row[4]) for row in tables
             if row[1] == "isakmp.notify.msgtype" and row[2] == row[3] and int(row[2]) < 32768]
    known = [(number, name) for number, name in known
             if not re.match("reserved|private|<unknown>", name, re.I)]
    assert len(known) > 80
    # The first was renamed since (RFC 9838), the second is a slip of tshark's for AUTHORIZATION_FAILED.
    others = {16429: "SENDER_REQUEST_ID", 46: "CHILD_SA_NOT_FOUND"}
    for number, name in known:
        assert name in (others.get(number), IKEV2_NOTIFIES.get(number), IKEV1_NOTIFIES.get(number))


def test_exchange_names_agree_with_tsharks_table(tables):
    theirs = {int(row[2]): row[3] for row in tables
              if row[1] == "isakmp.exchangetype" and int(row[2]) >= 34}
    assert theirs
    assert theirs.items() <= IKEV2_EXCHANGES.items()


def test_the_comparison_would_notice(both):
    """The checks above fail on a line that is off by one bit."""
    wrong = [(row, text.replace("id=1 ", "id=2 ")) for row, text in both]
    with pytest.raises(AssertionError):
        test_ike_headers_agree(wrong)
    wrong = [(row, text.replace(" KE(", " SA(")) for row, text in both]
    with pytest.raises(AssertionError):
        test_ike_payloads_agree(wrong)
    wrong = [(row, text.replace("seq=2 ", "seq=3 ")) for row, text in both]
    with pytest.raises(AssertionError):
        test_sequence_numbers_keep_their_distances(wrong, "esp")


def test_a_lying_length_is_malformed_for_both(tmp_path):
    frame = bytearray(p.out(p.udp(500, p.sa_init_request())))
    frame[72:74] = struct.pack(">H", 3)
    path = tmp_path / "lie.pcap"
    with path.open("wb") as file:
        Writer(file).packet(0, 0, bytes(frame))
    (text,) = describe(path, p.HOSTS.get)
    assert text.endswith("SA malformed: SA payload length")
    assert "alformed" in tshark(path, "-V") or "Bogus" in tshark(path, "-V")
