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
        return self.requests(op, [parameters], limit)[0]

    def requests(self, op: str, each: list[dict], limit: float = 30.0) -> list[dict]:
        """Send requests of one kind, which are done side by side, and wait for all answers; see request()."""
        try:
            numbers = [self._send(op, limit, parameters) for parameters in each]
            answers = self._answers(set(numbers), op, time.monotonic() + limit + _MARGIN)
        except (EOFError, OSError) as error:
            raise UnresolvedError(f"the hosts went away during '{op}': {error}") from None
        for answer in answers.values():
            if "error" in answer:
                raise UnresolvedError(answer["error"])
        return [answers[number] for number in numbers]

    def _send(self, op: str, limit: float, parameters: dict) -> int:
        self._count += 1
        self.channel.send({"op": op, "id": self._count, "limit": limit, **parameters})
        return self._count

    def _answers(self, numbers: set[int], op: str, deadline: float) -> dict[int, dict]:
        answers: dict[int, dict] = {}
        while len(answers) < len(numbers):
            messages = self.channel.receive(deadline)
            if not messages:
                raise UnresolvedError(f"the hosts did not answer '{op}' in time")
            for message in messages:
                if "lost" in message:
                    raise UnresolvedError(f"{message['lost']} went away during '{op}'")
                if message["id"] in numbers:
                    answers[message["id"]] = message
        return answers

    def type(self, host: str, line: str, limit: float, fresh: bool = False) -> dict:
        """See Place."""
        return self.request("type", limit, to=host, line=line, fresh=fresh)

    def run(self, host: str, argv: list[str], stdin: bytes = b"", limit: float = 30) -> tuple[int, bytes, bytes]:
        """See Place."""
        answer = self.request("run", limit, to=host, argv=argv, stdin=pack(stdin))
        said = f"{argv[0]}: killed after {limit:g} s\n".encode() if answer["timed_out"] else b""
        return answer["status"], unpack(answer["stdout"]), unpack(answer["stderr"]) + said

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
