# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of wires: packets are read from each bridge by packet socket, from before the hosts are linked to it.

Own code rather than tcpdump, because the capture must begin and end at a certain packet: a socket that is open sees
everything, and an empty one has given everything (packet(7)); tcpdump needs 20-270 ms to start and loses what its buffer
holds when it is told to stop.
"""

import ctypes
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
_SO_ATTACH_FILTER = 26
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@ll")
_BUFFER = 16 * 1024 * 1024
_LARGEST = 262144


class Tap:
    """The captures of all wires, each into a file of its own.

    They share one socket: the kernel waits for all processors (synchronize_net()) at the end of each.
    """

    def __init__(self, names: list[str], folder: Path) -> None:
        self._files = {socket.if_nametoindex(name): open(folder / f"{name}.pcap", "wb") for name in names}
        self._writers = {index: Writer(file) for index, file in self._files.items()}
        self._names = {socket.if_nametoindex(name): name for name in names}
        self._packets = dict.fromkeys(self._files, 0)
        for file in self._files.values():
            file.flush()  # before the fork, or both processes would write the header
        kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK
        self.sock = socket.socket(socket.AF_PACKET, kind, socket.htons(_ETH_P_ALL))  # no host is linked yet
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self.sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        _attach_filter(self.sock, list(self._files))
        for index in self._files:
            membership = struct.pack("@iHH8s", index, _PACKET_MR_PROMISC, 0, b"")
            self.sock.setsockopt(_SOL_PACKET, _PACKET_ADD_MEMBERSHIP, membership)

    def drain(self) -> None:
        """Write all packets that have arrived to their files."""
        while True:
            try:
                data, ancillary, _, address = self.sock.recvmsg(_LARGEST, 64)
            except BlockingIOError:
                break
            seconds, nanoseconds = _TIMESPEC.unpack(ancillary[0][2])
            index = socket.if_nametoindex(address[0])
            self._writers[index].packet(seconds, nanoseconds, data, len(data))
            self._packets[index] += 1
        for file in self._files.values():
            file.flush()

    def end(self) -> dict:
        """Drain, and tell by wire how many packets were kept, and how many of all were lost for want of room."""
        self.drain()
        _, drops = struct.unpack("@II", self.sock.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        return {name: {"packets": self._packets[index], "drops": drops} for index, name in self._names.items()}

    def close(self) -> None:
        """Close the socket and the files."""
        self.sock.close()
        for file in self._files.values():
            file.close()


def _attach_filter(sock: socket.socket, indexes: list[int]) -> None:
    """Have the kernel pass packets of these interfaces only: the bridges, not their ports.

    Classic BPF: load the interface's index (SKF_AD_OFF + SKF_AD_IFINDEX), compare it with each, take all or nothing.
    """
    count = len(indexes)
    code = [(0x20, 0, 0, 0xFFFFF000 + 8)]
    code += [(0x15, count - number, 0, index) for number, index in enumerate(indexes)]
    code += [(0x06, 0, 0, 0), (0x06, 0, 0, _LARGEST)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("@HBBI", *row) for row in code))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", len(code), ctypes.addressof(program)))


def start(names: list[str], folder: str) -> Channel:
    """Capture the wires into folder/NAME.pcap in a process of its own; ask it with {"op": "end"} for its counts.

    Returns when every wire is being captured. OSError where that cannot be.
    """
    ours, theirs = socket.socketpair()
    tap = Tap(names, Path(folder))
    if os.fork() == 0:
        ours.close()
        syscalls.die_with_parent(signal.SIGKILL)
        _serve(tap, Channel(theirs))
    theirs.close()
    tap.close()
    return Channel(ours)


def _serve(tap: Tap, channel: Channel) -> None:
    loop = Loop()
    loop.watch(tap.sock.fileno(), tap.drain)

    def asked() -> None:
        if channel.pump():
            channel.send(tap.end())
        os._exit(0)

    loop.watch(channel.fileno(), asked)
    try:
        loop.run()
    except OSError as error:  # the disk is full
        channel.send({"error": f"capture: {error.strerror}"})
    os._exit(1)
