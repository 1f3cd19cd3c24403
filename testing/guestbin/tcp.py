#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Carries octets over one TCP connection, and says what arrived.

usage: tcp.py send [--from ADDRESS] OCTETS ADDRESS PORT
       tcp.py receive FILE PORT

send: so many octets, which follow from their number, as fast as the connection takes them; then waits until the other end has
read them all, and prints its answer: how many came, and whether they were the right ones.
receive: returns as soon as it listens; each connection's answer is a line of FILE too.
"""

import argparse
import hashlib
import socket

import background

LIMIT = 20.0  # seconds without progress
CHUNK = 1 << 16


def stream(octets: int) -> bytes:
    """Octets that a machine cannot compress, always the same for the same number."""
    return hashlib.shake_128(str(octets).encode()).digest(octets)


def send(options: argparse.Namespace) -> None:
    source = (options.source, 0) if options.source else None
    with socket.create_connection((options.address, options.port), LIMIT, source) as out:
        out.sendall(options.octets.to_bytes(8, "big") + stream(options.octets))
        out.shutdown(socket.SHUT_WR)
        print(out.makefile("r", encoding="ascii").read(), end="")


def judge(data: bytes) -> str:
    """What is to be said of all that a connection brought: its length, and the octets."""
    wanted, got = int.from_bytes(data[:8], "big"), data[8:]
    return f"{len(got)} octets, {'right' if got == stream(wanted) else 'wrong'}"


def receive(options: argparse.Namespace) -> None:
    listener = socket.create_server(("", options.port), family=socket.AF_INET6, dualstack_ipv6=True)
    with open(options.file, "w", encoding="ascii", buffering=1) as out:
        if not background.go():
            return
        while True:
            connection, _ = listener.accept()
            with connection:
                verdict = judge(b"".join(iter(lambda: connection.recv(CHUNK), b"")))
                print(verdict, file=out)
                connection.sendall(f"{verdict}\n".encode())


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__)
    verbs = parser.add_subparsers(required=True)
    sender = verbs.add_parser("send")
    sender.add_argument("--from", dest="source", default="")
    sender.add_argument("octets", type=int)
    sender.add_argument("address")
    sender.add_argument("port", type=int)
    sender.set_defaults(run=send)
    receiver = verbs.add_parser("receive")
    receiver.add_argument("file")
    receiver.add_argument("port", type=int)
    receiver.set_defaults(run=receive)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
