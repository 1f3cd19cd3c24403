#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sends datagrams one by one, and keeps those that arrive.

usage: udp.py send [--from ADDRESS] [--hosts N] [--size OCTETS] [--tos N] [--dont-fragment] [--hop-options HEX]
                   [--destination-options HEX] COUNT ADDRESS PORT
       udp.py receive [--encap] [--tos] FILE PORT

send: COUNT datagrams, from the same PORT. Each holds its number, from 1 on, padded with blanks to OCTETS. Prints how many
the kernel took, and what it said of the others, by error. With --hosts each goes to the next address, N of them in turn.
--tos: the octet with DSCP and ECN. --dont-fragment: IPv4's DF is set, whatever is known of the path. --hop-options,
--destination-options: IPv6 extension headers with these octets after the first two.
receive: returns as soon as it listens; from then on each datagram's text is a line of FILE. With --encap it is ESP in
UDP (RFC 3948), which the kernel takes from the socket; nothing but what is not ESP reaches FILE. With --tos the octet with
DSCP and ECN stands before each text.
"""

import argparse
import collections
import errno
import ipaddress
import socket
import sys

import background

UDP_ENCAP = 100  # linux/udp.h
UDP_ENCAP_ESPINUDP = 2
IP_MTU_DISCOVER, IP_PMTUDISC_PROBE = 10, 3  # linux/in.h


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(usage=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    send = verbs.add_parser("send")
    send.add_argument("--from", dest="source", default="")
    send.add_argument("--hosts", type=int, default=1)
    send.add_argument("--size", type=int, default=0)
    send.add_argument("--tos", type=lambda word: int(word, 0), default=0)
    send.add_argument("--dont-fragment", action="store_true")
    send.add_argument("--hop-options", type=bytes.fromhex)
    send.add_argument("--destination-options", type=bytes.fromhex)
    send.add_argument("count", type=int)
    send.add_argument("address", type=ipaddress.ip_address)
    send.add_argument("port", type=int)
    receive = verbs.add_parser("receive")
    receive.add_argument("--encap", action="store_true")
    receive.add_argument("--tos", action="store_true")
    receive.add_argument("file")
    receive.add_argument("port", type=int)
    return parser.parse_args()


def set_extension(out: socket.socket, option: int, content: bytes | None) -> None:
    """An extension header: RFC 3542, 8 and 9. Its first octet is the kernel's, its second how many times 8 octets follow."""
    if content:
        out.setsockopt(socket.IPPROTO_IPV6, option, bytes([0, (len(content) + 2) // 8 - 1]) + content)


def set_header(out: socket.socket, options: argparse.Namespace) -> None:
    if out.family == socket.AF_INET6:
        out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, options.tos)
        set_extension(out, socket.IPV6_HOPOPTS, options.hop_options)
        set_extension(out, socket.IPV6_DSTOPTS, options.destination_options)
    else:
        out.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, options.tos)
    if options.dont_fragment:
        out.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE)


def send_all(options: argparse.Namespace) -> None:
    family = socket.AF_INET6 if options.address.version == 6 else socket.AF_INET
    said: dict[str, int] = collections.Counter()
    with socket.socket(family, socket.SOCK_DGRAM) as out:
        out.setblocking(False)
        set_header(out, options)
        # A fixed port, since the kernel shows it where a datagram makes it ask for an SA.
        out.bind((options.source, options.port))
        for number in range(options.count):
            address = str(options.address + number % options.hosts)
            try:
                out.sendto(f"{number + 1}".ljust(options.size).encode(), (address, options.port))
                said["sent"] += 1
            except OSError as error:
                said[f"{errno.errorcode[error.errno]} ({error.strerror})"] += 1
    for word, number in said.items():
        print(f"{number} {word}")


def received(listener: socket.socket, with_tos: bool) -> str:
    """The next datagram's text, with its TOS or traffic class before it if that is wanted."""
    data, ancillary, _, _ = listener.recvmsg(65535, socket.CMSG_SPACE(4) * 2)
    text = data.decode("ascii", "replace").rstrip()
    # IPv4's is an octet, IPv6's an integer.
    tos = [int.from_bytes(value, sys.byteorder) for _, _, value in ancillary]
    return f"{tos[0]:#04x} {text}" if with_tos else text


def receive_all(options: argparse.Namespace) -> None:
    listener = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    if options.encap:
        listener.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
    if options.tos:
        listener.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
    listener.bind(("", options.port))
    with open(options.file, "w", encoding="ascii", errors="replace", buffering=1) as out:
        if not background.go():
            return
        while True:
            print(received(listener, options.tos), file=out)


def main() -> None:
    options = arguments()
    if options.verb == "send":
        send_all(options)
    else:
        receive_all(options)


if __name__ == "__main__":
    main()
