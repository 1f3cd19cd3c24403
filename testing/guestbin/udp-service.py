#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A service over UDP, and one who asks it.

usage: udp-service.py serve [--marks] [--wait-for N] ADDRESS PORT
       udp-service.py ask [--from ADDRESS] [--port PORT] [--later FILE] TEXT ADDRESS PORT

serve: returns as soon as it listens; from then on each datagram TEXT is answered by "served TEXT". --marks: each answer has
the mark that its request had (SO_RCVMARK, SO_MARK), so that KLIPS sends it by the SAs of whoever asked. --wait-for: only
when so many are there are they answered, in the order in which they came.
ask: prints the answer, or "no answer" after 3 seconds. --port: its own one, PORT if nothing is said. --later: returns at
once, and the answer will be in FILE; 60 seconds are waited for it.
"""

import argparse
import socket

import background

SO_RCVMARK = 75  # asm-generic/socket.h
SO_MARK = 36
LIMIT, LATE = 3, 60  # seconds


def datagrams(address: str) -> socket.socket:
    """A socket for datagrams of an address's version of IP."""
    return socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(usage=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    serve = verbs.add_parser("serve")
    serve.add_argument("--marks", action="store_true")
    serve.add_argument("--wait-for", type=int, default=1)
    ask = verbs.add_parser("ask")
    ask.add_argument("--from", dest="source", default="")
    ask.add_argument("--port", dest="own", type=int)
    ask.add_argument("--later")
    ask.add_argument("text")
    for verb in (serve, ask):
        verb.add_argument("address")
        verb.add_argument("port", type=int)
    return parser.parse_args()


def answer(listener: socket.socket, text: bytes, ancillary: list, peer: tuple) -> None:
    """Echo what the request said; its mark is among the ancillary data if it was asked for."""
    marks = [(level, kind, data) for level, kind, data in ancillary if (level, kind) == (socket.SOL_SOCKET, SO_MARK)]
    listener.sendmsg([b"served " + text], marks, 0, peer)


def serve(options: argparse.Namespace) -> None:
    listener = datagrams(options.address)
    if options.marks:
        listener.setsockopt(socket.SOL_SOCKET, SO_RCVMARK, 1)
    listener.bind((options.address, options.port))
    if not background.go():
        return
    waiting = []
    while True:
        text, ancillary, _, peer = listener.recvmsg(65535, socket.CMSG_SPACE(4))
        waiting.append((text, ancillary, peer))
        while len(waiting) >= options.wait_for > 0:
            for one in waiting[:options.wait_for]:
                answer(listener, *one)
            del waiting[:options.wait_for]


def ask(options: argparse.Namespace) -> None:
    with datagrams(options.address) as out:
        out.bind((options.source, options.own or options.port))
        out.connect((options.address, options.port))
        out.settimeout(LATE if options.later else LIMIT)
        out.send(options.text.encode())
        if options.later and not background.go():
            return
        try:
            said = out.recv(65535).decode()
        except TimeoutError:
            said = "no answer"
        if options.later:
            with open(options.later, "w", encoding="ascii") as file:
                print(said, file=file)
        else:
            print(said)


def main() -> None:
    options = arguments()
    if options.verb == "serve":
        serve(options)
    else:
        ask(options)


if __name__ == "__main__":
    main()
