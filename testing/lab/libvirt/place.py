# SPDX-License-Identifier: GPL-2.0-or-later
"""The place that is libvirt's domains: each host's is started as the lab wants it for a test, with virsh, and is what it was
before when the test has ended.

The domain that is started has the name of the one that is defined, and its kernel and memory, but the test's files, and wires
that end at the lab. libvirt destroys it when the virsh that started it goes away, which ends with this process.
"""

import os
import select
import signal
import subprocess
import time
from pathlib import Path

from lab.errors import UnresolvedError
from lab.guests import driven, initrd, qemu, qemuboot, qemudriven, uml
from lab.libvirt import PREFIX, domain, switch, virsh
from lab.place import HostSpec, syscalls
from lab.place.client import KeeperClient
from lab.place.frames import Channel

_UP = "error: all are up"  # said by virsh, which puts the first word before it, when it is done with the last domain
_LIMIT = 60.0  # seconds for that
_END_LIMIT = 5.0  # seconds for virsh to end


class Domains(driven.Guests):
    """Hosts in libvirt's domains; see Place for its verbs.

    setups: what each guest boots from, by its name. work: the folder with the disk of the tests, for which start() has no need
    any more when it returns.
    """

    def __init__(self, connection: virsh.Connection, setups: dict[str, qemuboot.Setup], guests: list[driven.Guest],
                 folder: Path, work: Path, progress) -> None:
        # The process that a place usually begins with begins later here, when the guests' sockets are there.
        self.guests, self.folder, self.inside, self.virtual = guests, folder, False, False
        self._ready = max(qemuboot.ready_limit(setup.machine) for setup in setups.values())
        self._connection, self._setups, self._work, self._progress = connection, setups, work, progress
        self._holder: subprocess.Popen | None = None
        self._up: list[str] = []  # the domains that are ours to end
        self._switch = 0

    def start(self, hosts: list[HostSpec], plan: dict, capture: str) -> None:
        """See Place."""
        plugs = {guest.name: [switch.plug() for _ in plan["hosts"][guest.name]["interfaces"]] for guest in self.guests}
        try:
            self._create([self._domain(guest, plan, plugs[guest.name]) for guest in self.guests])
        finally:
            for one in (one for several in plugs.values() for one in several):
                one.release()
        self._switch, ours = switch.start({name: [one.ours for one in several] for name, several in plugs.items()})
        KeeperClient.__init__(self, Channel(ours))
        super().start(hosts, plan, capture)

    def machine(self, number: int, guest: driven.Guest, cards: list[dict], own: Path) -> dict:
        """See driven.Guests."""
        (description,) = self._connection.described([PREFIX + guest.name], live=True).values()
        path = next(channel.find("source").get("path") for channel in description.iterfind("devices/channel")
                    if channel.find("target").get("name") == qemu.CHANNEL)
        order = {"serve": True, "cards": [card["mac"] for card in cards], "random": uml.random_bytes(None, guest.name).hex(),
                 "stage": qemudriven.has_stage(self._work)}
        return {"socket": path, "order": order}

    def _domain(self, guest: driven.Guest, plan: dict, plugs: list[switch.Plug]) -> domain.Domain:
        setup, own = self._setups[guest.name], self.folder / guest.name
        own.mkdir(exist_ok=True)
        (own / driven.CONSOLE).write_bytes(b"")  # by us, so that we can read it, whoever writes it
        first = initrd.write(self._work / f"{guest.name}.initrd", setup.modules, setup.machine.board, self._progress)
        macs = [card["mac"] for card in plan["hosts"][guest.name]["interfaces"]]
        return domain.Domain(
            guest.name, f"{guest.name}: the lab runs a test", setup.machine, setup.kernel, first,
            " ".join(qemu.kernel_arguments(setup.machine, qemu.Boot(setup.kernel, first))),
            tuple(qemuboot.disks(setup, self._work)),
            tuple(domain.Card(mac, ports=one.ports) for mac, one in zip(macs, plugs)), own / driven.CONSOLE,
            {"kernel": setup.kernel.parent.name, "digest": ""},
            (os.geteuid(), os.getegid()) if self._connection.is_system else None, restarts=False)

    def _create(self, domains: list[domain.Domain]) -> None:
        """Start domains that last as long as the virsh that starts them."""
        commands = []
        for made in domains:
            path = self._work / f"{made.host}.xml"
            path.write_text(made.xml(), encoding="utf-8")
            commands.append(f"create {virsh.quoted(path)} --autodestroy")
        commands += [f"echo --err {virsh.quoted(_UP.removeprefix('error: '))}", "event --all --loop"]
        self._holder = subprocess.Popen(
            self._connection.words("; ".join(commands)), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, env=virsh.environment(), start_new_session=True,
            preexec_fn=lambda: syscalls.die_with_parent(signal.SIGKILL))
        said = _said(self._holder.stderr.fileno(), _UP)
        before, up, _ = said.partition(_UP)
        if not up or "error:" in before:
            raise UnresolvedError(f"virsh -c {self._connection.uri} create: {virsh.complaint(before)}")
        self._up = [made.name for made in domains]

    def stop(self) -> None:
        """See Place."""
        if self._switch:
            self.channel.close()
            os.kill(self._switch, signal.SIGKILL)  # it may wait for a guest that takes nothing
            os.waitpid(self._switch, 0)
            self._switch = 0
        if self._holder:
            for name in self._up:  # which libvirt would do when the holder has ended, but not before we go on
                self._connection.attempt("destroy", name)
            self._holder.kill()
            self._holder.wait(_END_LIMIT)
            self._holder, self._up = None, []


def _said(descriptor: int, last: str) -> str:
    """What comes until `last` does, or the end, or the limit."""
    said, deadline = b"", time.monotonic() + _LIMIT
    while last not in said.decode(errors="replace"):
        if not select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return said.decode(errors="replace") + f"not done within {_LIMIT:g} s"
        data = os.read(descriptor, 4096)
        if not data:
            break
        said += data
    return said.decode(errors="replace")
