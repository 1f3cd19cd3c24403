# SPDX-License-Identifier: GPL-2.0-or-later
"""The line of text under construction for one packet, and the names that masked values get in a capture."""

from __future__ import annotations

# The end of a packet whose length is not known: the rest is in other fragments.
OPEN = 1 << 30

# Linux's first ephemeral port (ip_local_port_range); those below were chosen by somebody.
EPHEMERAL = 32768


class Malformed(Exception):
    """What is wrong with the packet; decoding stops."""


class Cut(Exception):
    """The packet goes on, but its rest was not captured, or not quoted, or is in another fragment."""


class Names:
    """Names for the values that differ from run to run: the first SPI seen is S1, the next S2, and so on."""

    def __init__(self):
        self._names = {}
        self._counts = {}
        self._first = {}
        self._addresses = {}
        # The names of the fragmented datagrams known to hold anything but IKE.
        self.plain_fragments = set()

    def name(self, letter: str, *key) -> str:
        """The name of a value: letter and a number, always the same for the same key."""
        known = self._names.get(key)
        if known is None:
            number = self._counts[letter] = self._counts.get(letter, 0) + 1
            known = self._names[key] = f"{letter}{number}"
        return known

    def sequence(self, value: int, *stream) -> int:
        """A 32-bit sequence number relative to the stream's first, which is 1; lower ones are 0, -1, ..."""
        distance = (value - self._first.setdefault(stream, value)) & 0xFFFFFFFF
        return distance + 1 if distance < 1 << 31 else distance + 1 - (1 << 32)

    def port(self, protocol: int, address: str, number: int) -> str | int:
        """A port as shown; an ephemeral one is named, per address, for hosts choose theirs at random."""
        if number < EPHEMERAL:
            return number
        return self.name("P", "port", protocol, address, number)

    def spi(self, protocol: int, value: int) -> str | int:
        """An ESP or AH SPI as shown; 0 to 255 are reserved (RFC 4303 section 2.1) and shown as they are."""
        return self.name("S", "spi", protocol, value) if value > 255 else value

    def address(self, octets: bytes) -> str:
        """The text of an IPv4 or IPv6 address."""
        text = self._addresses.get(octets)
        if text is None:
            if len(octets) == 4:
                text = "%d.%d.%d.%d" % tuple(octets)
            else:
                from socket import AF_INET6, inet_ntop  # here, for it is slow to import
                text = inet_ntop(AF_INET6, octets)
            self._addresses[octets] = text
        return text


class Line:
    """What the decoders of the layers share while they go through one packet.

    data: the octets at hand; words: the text so far; sender: the source MAC address, None in a packet
    quoted by ICMP; tunnels: how many IP headers the present one is within.
    """

    __slots__ = ("data", "names", "words", "sender", "quotes", "tunnels", "noise", "fragment",
                 "source", "destination", "_slot", "_fault")

    def __init__(self, data: bytes, names: Names):
        self.data = data
        self.names = names
        self.words = []
        self.sender = b""
        self.quotes = 0
        self.tunnels = -1
        self.noise = False
        self.fragment = None
        self.source = self.destination = ""
        self._slot = 0
        self._fault = ""

    def need(self, at: int, count: int, end: int, what: str) -> None:
        """Raise Malformed or Cut unless there are count octets at this offset."""
        if at + count > end:
            raise Malformed(f"{what} cut short")
        if at + count > len(self.data):
            raise Cut

    def fault(self, what: str) -> None:
        """Note something wrong that does not keep the rest from being decoded; the first one is shown."""
        self._fault = self._fault or what

    def addresses(self, source: bytes, destination: bytes) -> None:
        """Begin an IP packet."""
        self.tunnels += 1
        self.fragment = None
        self.source = self.names.address(source)
        self.destination = self.names.address(destination)
        self._slot = len(self.words)
        self.words.append(f"{self.source} > {self.destination}")

    def ports(self, protocol: int, source: int, destination: int) -> None:
        """Add the ports to the addresses of the present IP packet."""
        pair = []
        for address, number in ((self.source, source), (self.destination, destination)):
            shown = f"[{address}]" if ":" in address else address
            pair.append(f"{shown}:{self.names.port(protocol, address, number)}")
        self.words[self._slot] = " > ".join(pair)

    def quote(self) -> None:
        """Say that the rest is a packet quoted by ICMP."""
        self.quotes += 1
        self.sender = None
        self.words.append("[")

    def text(self) -> str:
        """The finished line."""
        text = " ".join(self.words).replace("[ ", "[") + "]" * self.quotes
        return f"{text} malformed: {self._fault}".lstrip() if self._fault else text
