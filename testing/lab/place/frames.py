# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages between the lab and the hosts: JSON objects, each behind its length in four bytes (big-endian).

The same bytes go over a socket pair to namespaces and over a guest's channel, so nothing here knows which it is.
Binary data travels as base64 text: see pack() and unpack().
"""

import base64
import errno
import json
import os
import select
import socket
import struct
import time
from collections.abc import Callable

from lab.errors import UnresolvedError

MAXIMUM = 64 * 1024 * 1024
_LENGTH = struct.Struct(">I")


def pack(data: bytes) -> str:
    """Bytes as text that a message can carry."""
    return base64.b64encode(data).decode("ascii")


def unpack(text: str) -> bytes:
    """The bytes that pack() was given."""
    return base64.b64decode(text)


def encode(message: dict) -> bytes:
    """A message as it travels."""
    body = json.dumps(message, separators=(",", ":")).encode()
    return _LENGTH.pack(len(body)) + body


class Channel:
    """One end of a stream of messages. It owns its socket.

    patience: seconds that the other end may let a message wait without taking anything of it; None: as long as it likes.
    stored: called when send() has had to store messages that arrived meanwhile; see holds().
    """

    def __init__(self, sock: socket.socket, patience: float | None = None) -> None:
        self.sock, self.patience = sock, patience
        self.stored: Callable[[], object] = lambda: None
        self._buffer = bytearray()
        self._ended = False

    def fileno(self) -> int:
        """The socket's descriptor, for select()."""
        return self.sock.fileno()

    def close(self) -> None:
        """Close the socket; the other end reads an end of file."""
        self.sock.close()

    def send(self, message: dict) -> None:
        """Send one message, waiting until the other end has taken it. OSError if that end is gone or does not read.

        What arrives meanwhile is stored: two ends that both send, and wait for each other to read, would wait for ever.
        """
        data = memoryview(encode(message))
        while data:
            try:
                data = data[self.sock.send(data, socket.MSG_DONTWAIT):]
            except BlockingIOError:
                self._wait_for_room()

    def _wait_for_room(self) -> None:
        sources = [] if self._ended else [self.sock]
        readable, writable, _ = select.select(sources, [self.sock], [], self.patience)
        if readable:
            self._fill(socket.MSG_DONTWAIT)
            self.stored()
        elif not writable:
            raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))

    def _fill(self, flags: int = 0) -> None:
        try:
            data = self.sock.recv(262144, flags)
        except ConnectionResetError:
            data = b""
        self._ended = not data
        self._buffer += data

    def holds(self) -> bool:
        """Whether pump() has something to return without waiting for the other end."""
        return self._ended or self._length() is not None

    def pump(self) -> list[dict] | None:
        """The whole messages among what has arrived, after one read if none was stored; None at the end of the stream."""
        if not self.holds():
            self._fill()
        messages = []
        while (length := self._length()) is not None:
            end = _LENGTH.size + length
            messages.append(json.loads(bytes(self._buffer[_LENGTH.size:end])))
            del self._buffer[:end]
        return None if self._ended and not messages else messages

    def _length(self) -> int | None:
        """The length of the first message's text if the whole of it has arrived."""
        if len(self._buffer) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._buffer)
        if length > MAXIMUM:
            raise UnresolvedError(f"a message of {length} bytes from the hosts: the channel is out of step")
        return length if len(self._buffer) >= _LENGTH.size + length else None

    def receive(self, deadline: float) -> list[dict]:
        """Wait for messages until the deadline (time.monotonic()); an empty list when it passes.

        Raises EOFError when the other end is gone.
        """
        while True:
            left = deadline - time.monotonic()
            if not self.holds() and (left <= 0 or not select.select([self.sock], [], [], left)[0]):
                return []
            messages = self.pump()
            if messages is None:
                raise EOFError("the hosts are gone")
            if messages:
                return messages
