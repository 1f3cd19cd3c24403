# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages between the lab and the hosts: JSON objects, each behind its length in four bytes (big-endian).

The same bytes go over a socket pair to namespaces and over a guest's channel, so nothing here knows which it is.
Binary data travels as base64 text: see pack() and unpack().
"""

import base64
import json
import select
import socket
import struct
import time

from lab.errors import UnresolvedError

MAXIMUM = 64 * 1024 * 1024
_LENGTH = struct.Struct(">I")


def pack(data: bytes) -> str:
    """Bytes as text that a message can carry."""
    return base64.b64encode(data).decode("ascii")


def unpack(text: str) -> bytes:
    """The bytes that pack() was given."""
    return base64.b64decode(text)


class Channel:
    """One end of a stream of messages. It owns its socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._buffer = bytearray()

    def fileno(self) -> int:
        """The socket's descriptor, for select()."""
        return self.sock.fileno()

    def close(self) -> None:
        """Close the socket; the other end reads an end of file."""
        self.sock.close()

    def send(self, message: dict) -> None:
        """Send one message, waiting until the other end has taken it. OSError if that end is gone."""
        body = json.dumps(message, separators=(",", ":")).encode()
        self.sock.sendall(_LENGTH.pack(len(body)) + body)

    def pump(self) -> list[dict] | None:
        """Read what has arrived and return the whole messages in it; None at the end of the stream."""
        try:
            data = self.sock.recv(262144)
        except ConnectionResetError:
            data = b""
        if not data:
            return None
        self._buffer += data
        messages = []
        while (message := self._next()) is not None:
            messages.append(message)
        return messages

    def _next(self) -> dict | None:
        if len(self._buffer) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._buffer)
        if length > MAXIMUM:
            raise UnresolvedError(f"a message of {length} bytes from the hosts: the channel is out of step")
        end = _LENGTH.size + length
        if len(self._buffer) < end:
            return None
        message = json.loads(bytes(self._buffer[_LENGTH.size:end]))
        del self._buffer[:end]
        return message

    def receive(self, deadline: float) -> list[dict]:
        """Wait for messages until the deadline (time.monotonic()); an empty list when it passes.

        Raises EOFError when the other end is gone.
        """
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                return []
            messages = self.pump()
            if messages is None:
                raise EOFError("the hosts are gone")
            if messages:
                return messages
