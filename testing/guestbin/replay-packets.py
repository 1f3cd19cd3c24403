#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Records the ESP and AH packets that this host sends, and sends them again, octet by octet.

usage: replay-packets.py record INTERFACE FILE     returns as soon as it records; goes on in the background
       replay-packets.py send INTERFACE FILE SEQ...

send: those with these sequence numbers, in this order. IPv4 only. What was sent just now may not have been recorded yet: the
recorder is another process, which gets its turn when the kernel says so. After ten seconds it will not come any more.
"""

import socket
import struct
import sys
import time

import background

ETH_P_ALL = 3
PACKET_OUTGOING = 4  # linux/if_packet.h
ESP, AH = 50, 51
LIMIT, AGAIN = 10.0, 0.02  # seconds: how long to wait for the recorder, and how often to look


def sequence_number(frame: bytes) -> int | None:
    """The sequence number of an Ethernet frame with IPv4 and ESP or AH; None for any other."""
    if len(frame) < 46 or frame[12:14] != b"\x08\x00" or frame[23] not in (ESP, AH):
        return None
    start = 14 + (frame[14] & 15) * 4
    return struct.unpack_from("!I", frame, start + (4 if frame[23] == ESP else 8))[0]


def record(interface: str, file: str) -> None:
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    tap.bind((interface, ETH_P_ALL))
    with open(file, "wb", buffering=0) as out:
        if not background.go():
            return
        while True:
            frame, (_, _, kind, _, _) = tap.recvfrom(65535)
            if kind == PACKET_OUTGOING and sequence_number(frame) is not None:
                out.write(struct.pack("!H", len(frame)) + frame)


def frames(file: str) -> dict[int, bytes]:
    """What was recorded, by sequence number; of several with the same the first."""
    found: dict[int, bytes] = {}
    with open(file, "rb") as source:
        while head := source.read(2):
            frame = source.read(struct.unpack("!H", head)[0])
            found.setdefault(sequence_number(frame) or 0, frame)
    return found


def awaited(file: str, numbers: list[int], limit: float = LIMIT) -> dict[int, bytes]:
    """What was recorded, as soon as these sequence numbers are among it, or when so many seconds are over."""
    deadline = time.monotonic() + limit
    while not (recorded := frames(file)).keys() >= set(numbers) and time.monotonic() < deadline:
        time.sleep(AGAIN)
    return recorded


def send(interface: str, file: str, numbers: list[int]) -> int:
    recorded = awaited(file, numbers)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.bind((interface, 0))
        for number in numbers:
            if number not in recorded:
                print(f"replay-packets.py: no packet {number} was recorded", file=sys.stderr)
                return 1
            out.send(recorded[number])
    return 0


def main() -> int:
    match sys.argv[1:]:
        case ["record", interface, file]:
            record(interface, file)
        case ["send", interface, file, *numbers] if numbers and all(number.isdigit() for number in numbers):
            return send(interface, file, [int(number) for number in numbers])
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
