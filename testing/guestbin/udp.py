#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sends datagrams one by one, and keeps those that arrive.

usage: udp.py send [--from ADDRESS] [--hosts N] [--size OCTETS] COUNT ADDRESS PORT
       udp.py receive [--encap] FILE PORT

send: COUNT datagrams, from the same PORT. Each holds its number, from 1 on, padded with blanks to OCTETS. Prints how many
the kernel took, and what it said of the others, by error. With --hosts each goes to the next address, N of them in turn.
receive: returns as soon as it listens; from then on each datagram's text is a line of FILE. With --encap it is ESP in
UDP (RFC 3948), which the kernel takes from the socket; nothing but what is not ESP reaches FILE.
"""

import argparse
import collections
import errno
import ipaddress
import socket

import background

UDP_ENCAP = 100  # linux/udp.h
UDP_ENCAP_ESPINUDP = 2


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(usage=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    send = verbs.add_parser("send")
    send.add_argument("--from", dest="source", default="")
    send.add_argument("--hosts", type=int, default=1)
    send.add_argument("--size", type=int, default=0)
    send.add_argument("count", type=int)
    send.add_argument("address", type=ipaddress.ip_address)
    send.add_argument("port", type=int)
    receive = verbs.add_parser("receive")
    receive.add_argument("--encap", action="store_true")
    receive.add_argument("file")
    receive.add_argument("port", type=int)
    return parser.parse_args()


def send_all(options: argparse.Namespace) -> None:
    family = socket.AF_INET6 if options.address.version == 6 else socket.AF_INET
    said: dict[str, int] = collections.Counter()
    with socket.socket(family, socket.SOCK_DGRAM) as out:
        out.setblocking(False)
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


def receive_all(options: argparse.Namespace) -> None:
    family = socket.AF_INET if options.encap else socket.AF_INET6
    listener = socket.socket(family, socket.SOCK_DGRAM)
    if options.encap:
        listener.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
    listener.bind(("", options.port))
    with open(options.file, "w", encoding="ascii", errors="replace", buffering=1) as out:
        if not background.go():
            return
        while True:
            print(listener.recv(65535).decode("ascii", "replace").rstrip(), file=out)


def main() -> None:
    options = arguments()
    if options.verb == "send":
        send_all(options)
    else:
        receive_all(options)


if __name__ == "__main__":
    main()
