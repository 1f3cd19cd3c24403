#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Adds many outbound ESP tunnels to KLIPS, and an eroute to each, by its control messages: by commands it would take a minute.

usage: klips-many.py N

The SAs lead from 192.1.2.45 to 192.1.2.23 with SPIs from 0x10000 on, the eroutes from 192.0.1.0/24 to 10.0.0.0, 10.0.0.1 and so
on. Says of the first request that is refused what KLIPS says. Numbers are those of klips-control.yaml, which never change.
"""

import ipaddress
import os
import socket
import struct
import sys

PATH = "/run/klips/control"  # klipsd's; where it is not, KLIPS is the kernel's module
TYPE = 0x10  # klipsd's family: KLIPS_CONTROL_TYPE
GENERIC, CONTROLLER, GETFAMILY, FAMILY_ID, FAMILY_NAME = 16, 0x10, 3, 1, 2  # linux/netlink.h, linux/genetlink.h
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


def connect() -> tuple[socket.socket, int]:
    """A channel to KLIPS, and the type of its messages."""
    if os.path.exists(PATH):
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        channel.connect(PATH)
        return channel, TYPE
    channel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENERIC)
    channel.bind((0, 0))
    answer = exchange(channel, CONTROLLER, GETFAMILY, attribute(FAMILY_NAME, b"klips\0"), 0, REQUEST)
    at = 20
    while at < len(answer):
        length, number = struct.unpack_from("=HH", answer, at)
        if number == FAMILY_ID:
            return channel, struct.unpack_from("=H", answer, at + 4)[0]
        at += length + 3 & ~3
    raise SystemExit("klips-many.py: KLIPS does not run")


def exchange(channel: socket.socket, kind: int, operation: int, attributes: bytes, sequence: int, flags: int) -> bytes:
    """Send a request; its answer."""
    body = struct.pack("=BBH", operation, 1, 0) + attributes
    channel.send(struct.pack("=IHHII", 16 + len(body), kind, flags, sequence, 0) + body)
    return channel.recv(65536)


def ask(channel: socket.socket, kind: int, operation: int, attributes: bytes, sequence: int) -> None:
    """Send a request and wait for its verdict; SystemExit with KLIPS's words if it is no."""
    answer = exchange(channel, kind, operation, attributes, sequence, REQUEST | ACK)
    error = struct.unpack_from("=i", answer, 16)[0]
    if error:
        words = answer[40:].split(b"\0")[0].decode("ascii", "replace")  # the first attribute behind the verdict
        raise SystemExit(f"klips-many.py: request {sequence}: {words or os.strerror(-error)}")


def main() -> int:
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        print(__doc__, file=sys.stderr)
        return 2
    channel, kind = connect()
    with channel:
        channel.settimeout(10)
        for number in range(int(sys.argv[1])):
            spi = FIRST_SPI + number
            ask(channel, kind, SA_ADD, sa(spi), 2 * number + 1)
            ask(channel, kind, EROUTE_ADD, eroute(spi, str(ipaddress.IPv4Address(FIRST) + number)), 2 * number + 2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
