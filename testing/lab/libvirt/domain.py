# SPDX-License-Identifier: GPL-2.0-or-later
"""A host as the XML of a libvirt domain, and a wire as that of a network. See libvirt's formatdomain and formatnetwork."""

import hashlib
import os
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

from lab.guests import qemu
from lab.libvirt import PREFIX, agent

MARK = "urn:x-cygnet:libvirt"  # the name space of the element that tells what is ours
_QEMU = "http://libvirt.org/schemas/domain/qemu/1.0"
_ROM = "/usr/share/qemu/qboot.rom"  # boots a kernel sooner than the usual one
_FIRST_SLOT = 0x10  # of the first card that libvirt does not know of: beyond those that it gives away itself
ET.register_namespace("cygnet", MARK)
ET.register_namespace("qemu", _QEMU)


@dataclass(frozen=True)
class Card:
    """A card: its MAC, and one end: a libvirt network, or a multicast group (address, port), or a pair of UDP ports of
    127.0.0.1, the guest's and the other end's.
    """

    mac: str
    network: str = ""
    group: tuple[str, int] | None = None
    ports: tuple[int, int] | None = None


@dataclass(frozen=True)
class Domain:
    """What a host's domain is made of. arguments: the kernel's command line; about: what the mark says, by word.

    log: the file that gets all that the console shows. owner: user and group that the guest is to run as, if not libvirt's.
    restarts: whether it starts again when its kernel says so, rather than end.
    """

    host: str
    title: str
    machine: qemu.Machine
    kernel: Path
    initrd: Path
    arguments: str
    disks: tuple[qemu.Disk, ...]
    cards: tuple[Card, ...]
    log: Path
    about: dict[str, str]
    owner: tuple[int, int] | None = None
    restarts: bool = True

    @property
    def name(self) -> str:
        """The domain's name."""
        return PREFIX + self.host

    def xml(self) -> str:
        """The domain as libvirt takes it."""
        top = _element(None, "domain", type="kvm" if self.machine.accelerator == "kvm" else "qemu")
        _element(top, "name", self.name)
        _element(top, "uuid", str(uuid.uuid5(uuid.NAMESPACE_URL, f"{MARK}:{self.name}")))
        _element(top, "title", self.title)
        _element(_element(top, "metadata"), f"{{{MARK}}}host", name=self.host, **self.about)
        _element(top, "memory", str(self.machine.memory), unit="MiB")
        _element(top, "vcpu", str(self.machine.processors))
        self._boot(top)
        self._board(top)
        self._devices(top)
        if self.owner:
            label = _element(top, "seclabel", type="static", model="dac", relabel="no")
            _element(label, "label", f"+{self.owner[0]}:+{self.owner[1]}")
        self._multicast(top)
        ET.indent(top)
        return ET.tostring(top, encoding="unicode") + "\n"

    def digest(self) -> str:
        """A short hash of all that is in the XML."""
        return hashlib.sha256(self.xml().encode()).hexdigest()[:16]

    def _boot(self, top: ET.Element) -> None:
        system = _element(top, "os")
        _element(system, "type", "hvm", arch="x86_64", machine="q35")
        if os.path.exists(_ROM):
            _element(system, "loader", _ROM, type="rom")
        _element(system, "kernel", str(self.kernel))
        _element(system, "initrd", str(self.initrd))
        _element(system, "cmdline", self.arguments)

    def _board(self, top: ET.Element) -> None:
        features = _element(top, "features")
        _element(features, "acpi")
        _element(features, "vmport", state="off")
        if self.machine.accelerator == "kvm":
            _element(top, "cpu", mode="host-passthrough")
        else:
            _element(_element(features, "tcg"), "tb-cache", "512", unit="MiB")
            processor = _element(top, "cpu", mode="maximum")
            for name in qemu.TCG_WITHOUT:
                _element(processor, "feature", policy="disable", name=name)
        _element(top, "on_poweroff", "destroy")
        _element(top, "on_reboot", "restart" if self.restarts else "destroy")
        _element(top, "on_crash", "destroy")

    def _devices(self, top: ET.Element) -> None:
        devices = _element(top, "devices")
        _element(devices, "emulator", qemu.program())
        for number, disk in enumerate(self.disks):
            _disk(devices, disk, number)
        for card in self.cards:
            _card(devices, card)
        serial = _element(devices, "serial", type="pty")
        _element(serial, "log", file=str(self.log), append="off")
        _element(serial, "target", port="0")
        for name in (qemu.CHANNEL, agent.PORT):
            _element(_element(devices, "channel", type="unix"), "target", type="virtio", name=name)
        _element(_element(devices, "rng", model="virtio"), "backend", "/dev/urandom", model="random")
        _element(devices, "controller", type="usb", model="none")
        _element(devices, "memballoon", model="none")

    def _multicast(self, top: ET.Element) -> None:
        """Cards that meet in a multicast group: libvirt's own would go where the default route does, these stay here."""
        cards = [card for card in self.cards if card.group]
        words = []
        for number, card in enumerate(cards):
            address, port = card.group
            words += ["-netdev", f"socket,id=wire{number},mcast={address}:{port},localaddr=127.0.0.1",
                      "-device", f"virtio-net-pci,netdev=wire{number},mac={card.mac},bus=pcie.0,addr={_FIRST_SLOT + number:#x},"
                      "romfile="]
        if words:
            more = _element(top, f"{{{_QEMU}}}commandline")
            for word in words:
                _element(more, f"{{{_QEMU}}}arg", value=word)


def _element(parent: ET.Element | None, tag: str, text: str = "", **attributes: str) -> ET.Element:
    made = ET.Element(tag, attributes) if parent is None else ET.SubElement(parent, tag, attributes)
    made.text = text or None
    return made


def _disk(devices: ET.Element, disk: qemu.Disk, number: int) -> None:
    made = _element(devices, "disk", type="file", device="disk")
    _element(made, "driver", name="qemu", type="raw")
    _element(made, "source", file=str(disk.path))
    _element(made, "target", dev=f"vd{chr(ord('a') + number)}", bus="virtio")
    _element(made, "serial", disk.name)
    if not disk.writable:
        _element(made, "readonly")


def _card(devices: ET.Element, card: Card) -> None:
    if card.network:
        made = _element(devices, "interface", type="network")
        _element(made, "source", network=card.network)
    elif card.ports:
        made = _element(devices, "interface", type="udp")
        own, other = card.ports
        source = _element(made, "source", address="127.0.0.1", port=str(other))
        _element(source, "local", address="127.0.0.1", port=str(own))
    else:
        return
    _element(made, "mac", address=card.mac)
    _element(made, "model", type="virtio")
    _element(made, "rom", enabled="no")


def network_xml(wire: str, about: str) -> str:
    """A wire as a network of libvirt's: a bridge that nothing but domains is at."""
    top = _element(None, "network", ipv6="yes")
    _element(top, "name", PREFIX + wire)
    _element(top, "uuid", str(uuid.uuid5(uuid.NAMESPACE_URL, f"{MARK}:network:{wire}")))
    _element(_element(top, "metadata"), f"{{{MARK}}}wire", name=wire, about=about)
    _element(top, "bridge", stp="off", delay="0")
    ET.indent(top)
    return ET.tostring(top, encoding="unicode") + "\n"


def mark(description: ET.Element) -> dict[str, str] | None:
    """What our mark says in the description of a domain or a network; None if it has none, so is not ours."""
    for tag in ("host", "wire"):
        if (found := description.find(f"metadata/{{{MARK}}}{tag}")) is not None:
            return dict(found.attrib)
    return None


def group_of(topology: str, wire: str) -> tuple[str, int]:
    """The multicast group of a wire, of this user's alone: RFC 2365, the IPv4 local scope."""
    data = hashlib.sha256(f"{os.geteuid()} {topology} {wire}".encode()).digest()
    return f"239.255.{data[0]}.{data[1]}", 10_000 + int.from_bytes(data[2:4], "big") % 20_000
