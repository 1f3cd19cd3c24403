# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of wires: packets are read from each bridge by packet socket, from before the hosts are linked to it.

Own code rather than tcpdump, because the capture must begin and end at a certain packet: a socket that is open sees
everything, and an empty one has given everything (packet(7)); tcpdump needs 20-270 ms to start and loses what its buffer
holds when it is told to stop.
"""

import os
import signal
import socket
import struct
from pathlib import Path

from lab.capture.pcap import Writer
from lab.place import syscalls
from lab.place.frames import Channel
from lab.place.loop import Loop

_ETH_P_ALL = 0x0003
_SOL_PACKET = 263
_PACKET_ADD_MEMBERSHIP = 1
_PACKET_STATISTICS = 6
_PACKET_MR_PROMISC = 1
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@ll")
_BUFFER = 16 * 1024 * 1024
_LARGEST = 262144


class Wire:
    """The capture of one wire into one file."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.file = open(path, "wb")  # pylint: disable=consider-using-with
        self.writer = Writer(self.file)
        self.file.flush()  # before the fork, or both processes would write the header
        self.packets = self.drops = 0
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.htons(_ETH_P_ALL))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self.sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.sock.bind((name, _ETH_P_ALL))
        membership = struct.pack("@iHH8s", socket.if_nametoindex(name), _PACKET_MR_PROMISC, 0, b"")
        self.sock.setsockopt(_SOL_PACKET, _PACKET_ADD_MEMBERSHIP, membership)

    def drain(self) -> None:
        """Write all packets that have arrived to the file."""
        while True:
            try:
                data, ancillary, _, _ = self.sock.recvmsg(_LARGEST, 64)
            except BlockingIOError:
                break
            seconds, nanoseconds = _TIMESPEC.unpack(ancillary[0][2])
            self.writer.packet(seconds, nanoseconds, data, len(data))
            self.packets += 1
        self.file.flush()

    def end(self) -> dict:
        """Drain, close, and tell how many packets were kept and how many were lost for want of room."""
        self.drain()
        statistics = self.sock.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
        self.drops = struct.unpack("@II", statistics)[1]
        self.sock.close()
        self.file.close()
        return {"packets": self.packets, "drops": self.drops}


def start(names: list[str], folder: str) -> Channel:
    """Capture the wires into folder/NAME.pcap in a process of its own; ask it with {"op": "end"} for its counts.

    Returns when every wire is being captured. OSError where that cannot be.
    """
    ours, theirs = socket.socketpair()
    wires = [Wire(name, Path(folder) / f"{name}.pcap") for name in names]
    if os.fork() == 0:
        ours.close()
        syscalls.die_with_parent(signal.SIGKILL)
        _serve(wires, Channel(theirs))
    theirs.close()
    for wire in wires:
        wire.sock.close()
        wire.file.close()
    return Channel(ours)


def _serve(wires: list[Wire], channel: Channel) -> None:
    loop = Loop()
    for wire in wires:
        loop.watch(wire.sock.fileno(), wire.drain)

    def asked() -> None:
        if channel.pump():
            channel.send({wire.name: wire.end() for wire in wires})
        os._exit(0)

    loop.watch(channel.fileno(), asked)
    try:
        loop.run()
    except OSError as error:  # the disk is full
        channel.send({"error": f"capture: {error.strerror}"})
    os._exit(1)
