# SPDX-License-Identifier: GPL-2.0-or-later
"""Defining hosts as domains, and wires as networks where libvirt has them; and taking back what bears our mark."""

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from lab import hostspec, paths, stack
from lab.errors import LabError, UsageError
from lab.guests import driven, qemu, qemuboot, qemurun
from lab.libvirt import PREFIX, domain, store
from lab.libvirt.virsh import Connection
from lab.testcase import TestCase
from lab.topology import host_network

BOARD = "q35"  # libvirt has no microvm
_CARD = "card"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """What is to be defined: the hosts of a case, with its network and what it lays over them; each host's kernel by name;
    megabytes of memory of each. folder: where a shell begins.
    """

    case: TestCase
    kernels: dict[str, str]
    memory: int
    folder: str = "/testing"


@dataclass(frozen=True)
class Parts:
    """What domains with the same kernel boot from; trees: see qemuboot.Setup."""

    kernel: Path
    initrd: Path
    machine: qemu.Machine
    disks: tuple[qemu.Disk, ...]
    trees: dict[str, str]


def define(connection: Connection, wanted: Wanted, progress: Progress) -> dict[str, str]:
    """Define the hosts, or define them anew; what was done by domain: "defined", "updated", "unchanged".

    All or nothing. UsageError for a domain or network of such a name that is not ours; UnresolvedError for what fails.
    """
    before = {name: mark["digest"] for name, mark in marks(connection, [PREFIX + host for host in wanted.case.hosts]).items()}
    networks = _wires(connection, wanted.case)
    top = store.folder(connection.uri)
    top.mkdir(parents=True, exist_ok=True)
    domains = [marked(made) for made in _domains(connection, wanted, top, progress)]
    new: list[tuple[str, str]] = []
    try:
        for name, text in networks.items():
            new.append(("network", name))
            _take(connection, "net-define", text)
            connection.ask("net-autostart", name)
            connection.ask("net-start", name)
        for made in domains:
            if made.name not in before:
                new.append(("domain", made.name))
            _take(connection, "define", made.xml())
    except BaseException:
        for kind, name in reversed(new):
            _remove(connection, kind, name)
        raise
    _sweep(connection, top)
    return {made.name: _done(before.get(made.name), made.about["digest"]) for made in domains}


def _done(before: str | None, now: str) -> str:
    return "defined" if before is None else "unchanged" if before == now else "updated"


def marked(made: domain.Domain) -> domain.Domain:
    """The same domain with a mark that has a hash of the rest."""
    return replace(made, about={**made.about, "digest": made.digest()})


def marks(connection: Connection, names: list[str], kind: str = "domain") -> dict[str, dict[str, str]]:
    """What our mark says, by name, of those of some domains or networks that are there. UsageError if one is not ours."""
    there = [name for name in connection.names(kind) if name in names]
    found = {name: domain.mark(one) for name, one in connection.described(there, kind).items()}
    for name, mark in found.items():
        if mark is None:
            raise UsageError(f"{connection.uri} has a {kind} '{name}' that is not the lab's, and is left alone: rename it, "
                             "or leave that host out")
    return found


def ours(connection: Connection, kind: str = "domain") -> dict[str, dict[str, str]]:
    """What our mark says, by name, of all domains or networks that bear it."""
    names = [name for name in connection.names(kind) if name.startswith(PREFIX)]
    found = {name: domain.mark(one) for name, one in connection.described(names, kind).items()}
    return {name: mark for name, mark in found.items() if mark is not None}


def _wires(connection: Connection, case: TestCase) -> dict[str, str]:
    """The XML of those networks that the hosts need and that are not there, by name."""
    if not connection.is_system:
        return {}
    network = case.network.subset(case.hosts)
    names = [PREFIX + wire for wire in network.wires]
    there = marks(connection, names, "network")
    return {PREFIX + wire.name: domain.network_xml(wire.name, wire.about)
            for wire in network.wires.values() if PREFIX + wire.name not in there}


def _domains(connection: Connection, wanted: Wanted, top: Path, progress: Progress) -> list[domain.Domain]:
    case = wanted.case
    plan = case.network.subset(case.hosts).plan(case.nat)
    cards = max(len(part["interfaces"]) for part in plan["hosts"].values())
    parts = {name: provide(name, wanted.memory, cards, top, progress) for name in set(wanted.kernels.values())}
    tests = store.tests(top)
    specs = {spec.name: replace(spec, folder=wanted.folder) for spec in hostspec.build(case, progress)}
    trees = {str(paths.TESTING): "/mnt/testing", **next(iter(parts.values())).trees}
    staged: tuple[qemu.Disk, ...] = ()
    if stack.is_own(case.stacks):
        trees[str(stack.tree())] = qemuboot.STAGE_AT
        staged = (qemu.Disk(qemuboot.STAGE, store.keep(qemuboot.stage_image(progress), top)),)
    orders = {host: json.dumps(qemurun.moved(_order(host, vars(specs[host]), plan), trees)) for host in case.hosts}
    code = store.code(top, orders)
    made = []
    for host in case.hosts:
        part = parts[wanted.kernels[host]]
        disks = (*part.disks, qemu.Disk("code", code), qemu.Disk("in", tests), *staged)
        about = {"kernel": wanted.kernels[host], "topology": case.network.name}
        made.append(domain.Domain(
            host, f"{case.network.hosts[host].about}, Linux {about['kernel']}", part.machine, part.kernel, part.initrd,
            arguments(part.machine, host), disks, _cards(connection, case, plan["hosts"][host]),
            top / f"{host}.log", about, (os.geteuid(), os.getegid()) if connection.is_system else None))
    return made


def provide(kernel: str, memory: int, cards: int, top: Path, progress: Progress) -> Parts:
    """What domains with that kernel and at most so many cards boot from, in the folder `top`; made where it is not cached."""
    setup = qemurun.prepared(kernel, BOARD, progress, cards)
    disks = tuple(replace(disk, path=store.keep(disk.path, top)) for disk in setup.disks if disk.name != "code")
    image = store.keep(setup.kernel, top, f"{setup.kernel.parent.name}-{setup.kernel.name}")
    return Parts(image, store.first(top, setup.modules, BOARD, progress), replace(setup.machine, memory=memory), disks,
                 setup.trees)


def arguments(machine: qemu.Machine, host: str) -> str:
    """The command line of a kernel whose host comes up by itself. A panic is left to be read on the console."""
    words = qemu.kernel_arguments(machine, qemu.Boot(Path(), Path()))
    return " ".join([word for word in words if word != "panic=-1"] + [f"LAB_HOST={host}"])


def _order(host: str, spec: dict, plan: dict) -> dict:
    """What a host that comes up by itself does: see inside.py."""
    part = plan["hosts"][host]
    return {"cards": [card["mac"] for card in part["interfaces"]],
            "begin": {"hosts": [spec], "wires": [], "capture": "", "bridges": "",
                      "links": driven.cards_batch(plan, (host,), _CARD)},
            "network": {"to": host, **host_network(part)}}


def _cards(connection: Connection, case: TestCase, plan: dict) -> tuple[domain.Card, ...]:
    cards = [(card["mac"], card["wire"]) for card in plan["interfaces"]]
    if connection.is_system:
        return tuple(domain.Card(mac, network=PREFIX + wire) for mac, wire in cards)
    return tuple(domain.Card(mac, group=domain.group_of(case.network.name, wire)) for mac, wire in cards)


def _take(connection: Connection, command: str, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".xml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        connection.ask(command, file.name, "--validate")


def _remove(connection: Connection, kind: str, name: str) -> None:
    """Take a domain or network away, running or not; what is not there is no fault."""
    connection.attempt("destroy" if kind == "domain" else "net-destroy", name)
    connection.attempt("undefine" if kind == "domain" else "net-undefine", name)


def undefine(connection: Connection, hosts: list[str]) -> list[str]:
    """Remove the domains of some hosts, or of all if none is named, running or not; networks with the last of them.

    What was removed. UsageError if a host named has no domain, or one that is not ours; then nothing is removed.
    """
    there = ours(connection)
    if hosts:
        names = [PREFIX + host for host in hosts]
        marks(connection, names)
        if missing := [name for name in names if name not in there]:
            raise UsageError(f"{connection.uri} has no domain {', '.join(missing)}; it has {', '.join(there) or 'none'}")
    else:
        names = list(there)
    removed = [("domain", name) for name in names]
    if connection.is_system and set(names) == set(there):
        removed += [("network", name) for name in ours(connection, "network")]
    for kind, name in removed:
        _remove(connection, kind, name)
    if left := [name for kind, name in removed if name in connection.names(kind)]:
        raise LabError(f"{connection.uri} would not remove {', '.join(left)}")
    _sweep(connection, store.folder(connection.uri))
    return [name for _, name in removed]


def _sweep(connection: Connection, top: Path) -> None:
    """Remove files that no domain of ours boots from any more."""
    used = []
    for description in connection.described(list(ours(connection))).values():
        used += [Path(found.text or "") for tag in ("kernel", "initrd") if (found := description.find(f"os/{tag}")) is not None]
        used += [Path(found.get("file", "")) for found in description.iterfind("devices/disk/source")]
    store.sweep(top, used)
