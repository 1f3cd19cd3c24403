#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Adds many outbound ESP tunnels to KLIPS, and an eroute to each, over its control socket: by commands it would take a minute.

usage: klips-many.py N

The SAs lead from 192.1.2.45 to 192.1.2.23 with SPIs from 0x10000 on, the eroutes from 192.0.1.0/24 to 10.0.0.0, 10.0.0.1 and so
on. Says of the first request that is refused what KLIPS says. Numbers are those of klips-control.yaml, which never change.
"""

import ipaddress
import os
import socket
import struct
import sys

PATH = "/run/klips/control"
TYPE, ERROR = 0x10, 2  # of messages: the family's, and a verdict (linux/netlink.h)
REQUEST, ACK = 1, 4
SA_ADD, EROUTE_ADD = 1, 8
NEST = 0x8000
SOURCE, PEER, NETWORK, FIRST = "192.1.2.45", "192.1.2.23", "192.0.1.0", "10.0.0.0"
ESP, TUNNEL = 50, 1
FIRST_SPI = 0x10000
KEY = bytes(range(20))  # of AES-GCM with 128 bits, and the salt


def attribute(number: int, payload: bytes) -> bytes:
    """One attribute, padded to four octets (linux/netlink.h)."""
    return struct.pack("=HH", 4 + len(payload), number) + payload + bytes(-len(payload) % 4)


def nest(number: int, *parts: bytes) -> bytes:
    return attribute(number | NEST, b"".join(parts))


def address(number: int, text: str) -> bytes:
    return nest(number, attribute(1, ipaddress.IPv4Address(text).packed))


def said(number: int, spi: int) -> bytes:
    return nest(number, address(1, PEER), attribute(2, struct.pack("!I", spi)), attribute(3, bytes([ESP])))


def sa(spi: int) -> bytes:
    keys = nest(6, attribute(1, b"aes-gcm-16\0"), attribute(2, KEY))
    return said(1, spi) + address(2, SOURCE) + keys + attribute(10, struct.pack("=I", TUNNEL))


def eroute(spi: int, destination: str) -> bytes:
    selector = nest(1, address(1, NETWORK), address(2, destination), attribute(3, bytes([24])), attribute(4, bytes([32])))
    return selector + said(2, spi)


def ask(channel: socket.socket, operation: int, attributes: bytes, sequence: int) -> None:
    """Send a request and wait for its verdict; SystemExit with KLIPS's words if it is no."""
    body = struct.pack("=BBH", operation, 1, 0) + attributes
    channel.send(struct.pack("=IHHII", 16 + len(body), TYPE, REQUEST | ACK, sequence, 0) + body)
    answer = channel.recv(65536)
    error = struct.unpack_from("=i", answer, 16)[0]
    if error:
        words = answer[40:].split(b"\0")[0].decode("ascii", "replace")  # the first attribute behind the verdict
        raise SystemExit(f"klips-many.py: request {sequence}: {words or os.strerror(-error)}")


def main() -> int:
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        print(__doc__, file=sys.stderr)
        return 2
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as channel:
        channel.settimeout(10)
        channel.connect(PATH)
        for number in range(int(sys.argv[1])):
            spi = FIRST_SPI + number
            ask(channel, SA_ADD, sa(spi), 2 * number + 1)
            ask(channel, EROUTE_ADD, eroute(spi, str(ipaddress.IPv4Address(FIRST) + number)), 2 * number + 2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
