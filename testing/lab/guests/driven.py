# SPDX-License-Identifier: GPL-2.0-or-later
"""UML guests that the lab drives from outside, over a line into each: hosts can stay up, and each can have its own kernel.

Their clock is a calendar's (calendar.py), which stands still while the lab asks nothing of them. A guest that runs its test
alone (run.py) needs no calendar and no line, and is faster; so that is what `lab run` does where nothing else is asked for.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from lab.guests import switch, uml
from lab.place import HostSpec
from lab.place.ns import Namespaces
from lab.topology import ip_batch, links_batch, sysctls, wires_batch

_LINE = "/dev/ttyS0"
_BOOT_LIMIT = 150.0  # seconds for all guests, real time


@dataclass(frozen=True)
class Guest:
    """A guest to be: its name, the hosts in it, its kernel, and the processor that it is kept on."""

    name: str
    hosts: tuple[str, ...]
    kernel: Path
    processor: int


class Guests(Namespaces):
    """Hosts in UML guests; see Place for its verbs. With one guest the wires are in it, else between them.

    folder: where each guest's files go; virtual: whether their clock is the calendar's; seed: what random numbers follow
    from, if not chance.
    """

    def __init__(self, guests: list[Guest], folder: Path, virtual: bool, seed: int | None = None) -> None:
        self._guests, self._folder, self._virtual, self._seed = guests, folder, virtual, seed
        folder.mkdir(exist_ok=True)
        super().__init__(serve=lambda sock: switch.start(sock, str(folder)))

    def start(self, hosts: list[HostSpec], plan: dict, capture: str) -> None:
        """See Place."""
        alone = len(self._guests) == 1
        machines = [self._machine(number, guest, hosts, plan, capture) for number, guest in enumerate(self._guests)]
        self.request("start", _BOOT_LIMIT, machines=machines, wires=[] if alone else plan["wires"], capture=capture,
                     inside=alone, virtual=self._virtual, begin=uml.BEGIN)
        self.requests("network", [
            {"to": name, "sysctls": sysctls(host), "nft": host["nft"], "ip_batch": ip_batch(host)}
            for name, host in plan["hosts"].items()])

    def _machine(self, number: int, guest: Guest, hosts: list[HostSpec], plan: dict, capture: str) -> dict:
        """What the switch needs to start a guest, and to have it bring up its hosts."""
        own = self._folder / guest.name
        own.mkdir(exist_ok=True)
        cards = [interface for name in guest.hosts for interface in plan["hosts"][name]["interfaces"]]
        alone = len(self._guests) == 1
        order = {"serve": _LINE, "random": uml.random_bytes(self._seed, guest.name).hex(), "virtual": self._virtual,
                 "writes": capture if alone else ""}
        (own / "guest.json").write_text(json.dumps(order), encoding="utf-8")
        words = _words(number if self._virtual else None, [] if alone else cards)
        machine = uml.Machine(guest.kernel, False, guest.processor, self._seed, guest.name)
        return {"name": guest.name, "hosts": list(guest.hosts), "argv": uml.command(machine, own) + words,
                "environment": uml.environment(), "processor": guest.processor,
                "console": str(own / "console.txt"), "wires": [] if alone else [card["wire"] for card in cards],
                "begin": _begin([vars(spec) for spec in hosts if spec.name in guest.hosts], plan, guest, capture, alone)}


def _words(clock: int | None, cards: list[dict]) -> list[str]:
    """What a kernel's command line says of the line, the calendar (the guest's number there) and the cards."""
    words = ["ssl0=fd:@line@"]
    if clock is not None:
        words.append(f"time-travel=ext:{clock}:clock")
    return words + [f"vec{index}:transport=fd,fd=@card:{index}@,mac={card['mac']},gro=0" for index, card in enumerate(cards)]


def _begin(specs: list[dict], plan: dict, guest: Guest, capture: str, alone: bool) -> dict:
    """The request that has a guest's keeper bring up its hosts."""
    if alone:
        marks = {name: f"@{name}@" for name in plan["hosts"]}
        return {"hosts": specs, "wires": plan["wires"], "capture": capture, "bridges": wires_batch(plan),
                "links": links_batch(plan, marks)}
    return {"hosts": specs, "wires": [], "capture": "", "bridges": "", "links": cards_batch(plan, guest.hosts, "vec")}


def cards_batch(plan: dict, hosts: tuple[str, ...], card: str) -> str:
    """Lines for `ip -batch` that give a guest's cards, called CARD0, CARD1... in the order of interfaces, to its hosts."""
    pairs = [(name, interface) for name in hosts for interface in plan["hosts"][name]["interfaces"]]
    return "".join(f"link set dev {card}{index} address {interface['mac']} netns @{name}@ name {interface['name']}\n"
                   for index, (name, interface) in enumerate(pairs))
