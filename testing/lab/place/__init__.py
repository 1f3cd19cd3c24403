# SPDX-License-Identifier: GPL-2.0-or-later
"""Places: where a test's hosts run. The first is namespaces on this machine (ns.py).

A place has the few verbs of `Place`; the lab and the tests know nothing else about it.
"""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass
class HostSpec:
    """What a host is made of, besides the machine's own root file system.

    lowers: folders laid over it, the first on top; trees: folders copied over it, the last wins; files: path, data as base64
    text, mode; binds: folder by its path inside, or several, the first on top, shown copy on write; shared: paths of
    folders that all hosts which name them have in common, empty at first, if they are on one kernel.
    """

    name: str
    folder: str
    environment: dict[str, str]
    lowers: list[str] = field(default_factory=list)
    trees: list[str] = field(default_factory=list)
    files: list[dict] = field(default_factory=list)
    binds: dict[str, str | list[str]] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)


class Place(Protocol):
    """Hosts and wires that are up. Every verb has a limit in seconds and raises UnresolvedError if the place fails."""

    def start(self, hosts: list[HostSpec], plan: dict, capture: str) -> None:
        """Bring up hosts and the wires of a topology's plan(), each wire captured into capture/WIRE.pcap."""

    def type(self, host: str, line: str, limit: float, fresh: bool = False) -> dict:
        """Type a line at a host's shell (a new one if fresh); see hostd and console for the answer."""

    def run(self, host: str, argv: list[str], stdin: bytes = b"", limit: float = 30) -> tuple[int, bytes, bytes]:
        """Run a command on a host; returns its status, output and errors."""

    def put(self, host: str, path: str, data: bytes, mode: int = 0o644) -> None:
        """Write a file on a host."""

    def get(self, host: str, path: str) -> bytes:
        """Read a file from a host."""

    def collect(self, host: str, folders: list[str]) -> dict[str, bytes]:
        """Read all files below folders of a host."""

    def end_capture(self) -> dict[str, dict]:
        """Stop capturing; packets and drops by wire."""

    def stop_host(self, host: str, grace: float) -> dict:
        """End a host's processes; who had to be killed ("hung") and who crashed ("crashes")."""

    def listen(self, path: str) -> None:
        """Let other commands reach the hosts through a unix socket at path."""

    def stop(self) -> None:
        """Take everything down; safe to call at any time and twice."""
