# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests that the lab drives from outside, over a line into each: hosts can stay up, and each can have its own kernel.

The clock of UML guests is a calendar's (calendar.py), which stands still while the lab asks nothing of them; that of QEMU
guests (qemudriven.py) is real. A guest that runs its test alone (run.py, qemurun.py) needs no calendar and no line, and is
faster; so that is what `lab run` does where nothing else is asked for.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from lab.errors import UnresolvedError
from lab.guests import switch, uml
from lab.place import HostSpec
from lab.place.ns import Namespaces
from lab.topology import host_network, links_batch, wires_batch

_LINE = "/dev/ttyS0"
_BOOT_LIMIT = 120.0  # seconds of real time until all guests must be up
_MARGIN = 30.0  # seconds until the lab no longer believes that the switch keeps to that
CONSOLE = "console.txt"  # of a guest, in its folder


@dataclass(frozen=True)
class Guest:
    """A guest to be: its name, the hosts in it, its kernel, the processor that a UML guest is kept on.

    card: what its cards are called, before a number, until they are a host's. module: what its kernel has to load, if anything.
    """

    name: str
    hosts: tuple[str, ...]
    kernel: Path
    processor: int = 0
    card: str = "vec"
    module: str = ""


class NotUp(UnresolvedError):
    """A guest, or a host in one, did not come up."""


class Guests(Namespaces):
    """Hosts in guests; see Place for its verbs. A subclass says what its guests are.

    folder: where each guest's files go; inside: whether the wires are in the one guest there is, else between them; virtual:
    whether their clock is the calendar's; ready: seconds of real time until all must be up.
    """

    def __init__(self, guests: list[Guest], folder: Path, inside: bool, virtual: bool, ready: float) -> None:
        self.guests, self.folder, self.inside, self.virtual = guests, folder, inside, virtual
        self._ready = ready
        folder.mkdir(exist_ok=True)
        super().__init__(serve=lambda sock: switch.start(sock, str(folder)))

    def machine(self, number: int, guest: Guest, cards: list[dict], own: Path) -> dict:
        """What the switch needs to start a guest (births.py), in its folder. cards: the interfaces that are its cards."""
        raise NotImplementedError

    def start(self, hosts: list[HostSpec], plan: dict, capture: str) -> None:
        """See Place; NotUp if not all come up."""
        machines = [self._machine(number, guest, hosts, plan, capture) for number, guest in enumerate(self.guests)]
        try:
            self.request("start", self._ready + _MARGIN, machines=machines, wires=[] if self.inside else plan["wires"],
                         capture=capture, inside=self.inside, virtual=self.virtual, begin=uml.BEGIN, ready=self._ready)
        except UnresolvedError as error:
            raise NotUp(str(error)) from None
        self.requests("network", [{"to": name, **host_network(host)} for name, host in plan["hosts"].items()], self._ready)

    def _machine(self, number: int, guest: Guest, hosts: list[HostSpec], plan: dict, capture: str) -> dict:
        own = self.folder / guest.name
        own.mkdir(exist_ok=True)
        cards = [] if self.inside else [card for name in guest.hosts for card in plan["hosts"][name]["interfaces"]]
        specs = [vars(spec) for spec in hosts if spec.name in guest.hosts]
        return {"name": guest.name, "hosts": list(guest.hosts), "console": str(own / CONSOLE),
                "wires": [card["wire"] for card in cards],
                "begin": _begin(specs, plan, guest, capture, self.inside),
                **self.machine(number, guest, cards, own)}


class UmlGuests(Guests):
    """Hosts in UML guests. With one guest the wires are in it.

    seed: what random numbers follow from, if not chance; words: more for the kernels' command lines.
    """

    def __init__(self, guests: list[Guest], folder: Path, virtual: bool, seed: int | None = None,
                 words: tuple[str, ...] = ()) -> None:
        self._seed, self._more = seed, words
        super().__init__(guests, folder, len(guests) == 1, virtual, _BOOT_LIMIT)

    def start(self, hosts: list[HostSpec], plan: dict, capture: str) -> None:
        """See Place."""
        self._writes = capture if self.inside else ""
        super().start(hosts, plan, capture)

    def machine(self, number: int, guest: Guest, cards: list[dict], own: Path) -> dict:
        """See Guests."""
        order = {"serve": _LINE, "random": uml.random_bytes(self._seed, guest.name).hex(), "virtual": self.virtual,
                 "writes": self._writes, "module": guest.module}
        (own / "guest.json").write_text(json.dumps(order), encoding="utf-8")
        words = _words(number if self.virtual else None, cards)
        machine = uml.Machine(guest.kernel, False, guest.processor, self._seed, guest.name, self._more)
        return {"argv": uml.command(machine, own) + words, "environment": uml.environment(len(self.guests)),
                "processor": guest.processor}


def _words(clock: int | None, cards: list[dict]) -> list[str]:
    """What a kernel's command line says of the line, the calendar (the guest's number there) and the cards."""
    words = ["ssl0=fd:@line@"]
    if clock is not None:
        words.append(f"time-travel=ext:{clock}:clock")
    return words + [f"vec{index}:transport=fd,fd=@card:{index}@,mac={card['mac']},gro=0" for index, card in enumerate(cards)]


def _begin(specs: list[dict], plan: dict, guest: Guest, capture: str, inside: bool) -> dict:
    """The request that has a guest's keeper bring up its hosts."""
    if inside:
        marks = {name: f"@{name}@" for name in plan["hosts"]}
        return {"hosts": specs, "wires": plan["wires"], "capture": capture, "bridges": wires_batch(plan),
                "links": links_batch(plan, marks)}
    return {"hosts": specs, "wires": [], "capture": "", "bridges": "", "links": cards_batch(plan, guest.hosts, guest.card)}


def cards_batch(plan: dict, hosts: tuple[str, ...], card: str) -> str:
    """Lines for `ip -batch` that give a guest's cards, called CARD0, CARD1... in the order of interfaces, to its hosts."""
    pairs = [(name, interface) for name in hosts for interface in plan["hosts"][name]["interfaces"]]
    return "".join(f"link set dev {card}{index} address {interface['mac']} netns @{name}@ name {interface['name']}\n"
                   for index, (name, interface) in enumerate(pairs))
