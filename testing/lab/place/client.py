# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's end of a place: the verbs of `Place` as messages to a keeper, whatever carries them."""

import time

from lab.errors import UnresolvedError
from lab.place.frames import Channel, pack, unpack

_MARGIN = 20.0  # seconds beyond a request's own limit until the place counts as dead


class KeeperClient:
    """Speaks to a keeper over a channel, one request at a time."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self._count = 0

    def request(self, op: str, limit: float = 30.0, **parameters) -> dict:
        """Send a request, which also carries its limit in seconds, and wait for the answer.

        An error answered is an UnresolvedError.
        """
        self._count += 1
        number = self._count
        try:
            self.channel.send({"op": op, "id": number, "limit": limit, **parameters})
            answer = self._answer(number, op, time.monotonic() + limit + _MARGIN)
        except (EOFError, OSError) as error:
            raise UnresolvedError(f"the hosts went away during '{op}': {error}") from None
        if "error" in answer:
            raise UnresolvedError(answer["error"])
        return answer

    def _answer(self, number: int, op: str, deadline: float) -> dict:
        while True:
            messages = self.channel.receive(deadline)
            if not messages:
                raise UnresolvedError(f"the hosts did not answer '{op}' in time")
            for message in messages:
                if "lost" in message:
                    raise UnresolvedError(f"host {message['lost']} went away during '{op}'")
                if message["id"] == number:
                    return message

    def type(self, host: str, line: str, limit: float, fresh: bool = False) -> dict:
        """See Place."""
        return self.request("type", limit, to=host, line=line, fresh=fresh)

    def run(self, host: str, argv: list[str], stdin: bytes = b"", limit: float = 30) -> tuple[int, bytes, bytes]:
        """See Place."""
        answer = self.request("run", limit, to=host, argv=argv, stdin=pack(stdin))
        return answer["status"], unpack(answer["stdout"]), unpack(answer["stderr"])

    def put(self, host: str, path: str, data: bytes, mode: int = 0o644) -> None:
        """See Place."""
        self.request("put", to=host, path=path, data=pack(data), mode=mode)

    def get(self, host: str, path: str) -> bytes:
        """See Place."""
        return unpack(self.request("get", to=host, path=path)["data"])

    def collect(self, host: str, folders: list[str]) -> dict[str, bytes]:
        """See Place."""
        files = self.request("collect", to=host, folders=folders)["files"]
        return {path: unpack(data) for path, data in files.items()}

    def end_capture(self) -> dict[str, dict]:
        """See Place."""
        return self.request("end-capture")["wires"]

    def stop_host(self, host: str, grace: float) -> dict:
        """See Place."""
        return self.request("stop", grace, to=host, grace=grace)

    def listen(self, path: str) -> None:
        """See Place."""
        self.request("listen", path=path)
