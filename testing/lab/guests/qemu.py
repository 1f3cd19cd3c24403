# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU machines: their command lines, and a process with a channel to what runs in the guest and one to QEMU itself.

Sources of the odd settings: facts that were measured under TCG (QEMU 7.2) with Debian's kernels 6.1 and 6.12.
"""

import json
import os
import re
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from lab.errors import UnresolvedError
from lab.guests import kvm
from lab.place import syscalls

PROGRAM = "qemu-system-x86_64"
BOARDS = ("microvm", "q35")
CHANNEL = "lab"  # the name of the port that the guest talks to the lab by
_VIRTIO = {"microvm": "device", "q35": "pci"}  # how a virtio device's name ends
MOST_DEVICES = {"microvm": 24, "q35": 30}  # virtio devices: microvm's transports, the free slots of q35's bus
TCG_WITHOUT = ("la57", "smap", "smep")  # of a processor: what an emulation takes time for and no test can see
_TCG_ARGUMENTS = ("init_on_alloc=0", "hardened_usercopy=off", "randomize_kstack_offset=off", "cgroup_disable=memory",
                  "apparmor=0", "psi=0")  # the same of the kernel's


@dataclass(frozen=True)
class Disk:
    """A disk, found in the guest by its name of at most 20 letters (its serial number)."""

    name: str
    path: Path
    writable: bool = False


@dataclass(frozen=True)
class Machine:
    """What a QEMU guest is. accelerator: "kvm" or "tcg"; memory in megabytes; patience: with its kernel, all takes so many
    times as long as usual."""

    accelerator: str
    board: str = "microvm"
    memory: int = 512
    processors: int = 1
    patience: int = 1


@dataclass(frozen=True)
class Boot:
    """What a machine boots: an uncompressed kernel (PVH) for microvm, and the small file system that finds the root."""

    kernel: Path
    initrd: Path
    warm: bool = False  # whether it is to be taken a snapshot of, and has in memory first what tests take
    gdb: Path | None = None  # a unix socket at which the guest waits for gdb before its first instruction


def program() -> str:
    """QEMU's path. UnresolvedError if it is not installed."""
    import shutil
    found = shutil.which(PROGRAM)
    if not found:
        raise UnresolvedError(f"{PROGRAM}: no such command; package qemu-system-x86 has it: 'make deps-qemu'")
    return found


def accelerator() -> str:
    """What guests run on here: "kvm" where a probe shows that it runs them, else "tcg"."""
    return "kvm" if kvm.is_usable() else "tcg"


def command(machine: Machine, disks: list[Disk], console: Path, memory: Path | None, private: bool) -> list[str]:
    """QEMU's words but for what it boots or restores, and but for the two channels.

    memory: a file for the guest's memory, changed by it unless it is private; None for memory without one.
    """
    backing = {"qom-type": "memory-backend-file" if memory else "memory-backend-ram", "id": "ram",
               "size": machine.memory << 20}
    if memory:
        backing |= {"mem-path": str(memory), "share": not private}
    words = [program(), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-msg", "timestamp=on",
             "-object", json.dumps(backing), "-m", f"{machine.memory}M", "-smp", str(machine.processors),
             "-chardev", f"file,id=console,path={_quoted(console)}", "-serial", "chardev:console",
             *_board(machine), *_accelerated(machine), *_channel(machine)]
    for disk in disks:
        words += _disk(machine, disk)
    return words


def boot_words(machine: Machine, boot: Boot) -> list[str]:
    """QEMU's words for a fresh boot."""
    words = ["-kernel", str(boot.kernel), "-initrd", str(boot.initrd),
             "-append", " ".join(kernel_arguments(machine, boot))]
    if boot.gdb:
        words += ["-S", "-gdb", f"unix:{_quoted(boot.gdb)},server=on,wait=off"]
    return words


def _quoted(path: Path) -> str:
    return str(path).replace(",", ",,")


def _board(machine: Machine) -> list[str]:
    if machine.board == "microvm":  # a TSC of known speed is its clock under TCG: its PIT cannot be calibrated against
        return ["-M", "microvm,rtc=on,memory-backend=ram", "-global", "virtio-mmio.force-legacy=false"]
    return ["-M", "q35,vmport=off,memory-backend=ram", "-vga", "none", "-bios", "qboot.rom"]


def _accelerated(machine: Machine) -> list[str]:
    if machine.accelerator == "kvm":
        return ["-accel", "kvm", "-cpu", "host"]
    return ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", ",-".join(("max", *TCG_WITHOUT))]


def _channel(machine: Machine) -> list[str]:
    return ["-device", f"virtio-serial-{_VIRTIO[machine.board]}", "-device", f"virtserialport,chardev=lab,name={CHANNEL}",
            "-device", f"virtio-rng-{_VIRTIO[machine.board]}"]


def _disk(machine: Machine, disk: Disk) -> list[str]:
    file = {"driver": "file", "filename": str(disk.path), "locking": "off"}
    block = {"driver": "raw", "node-name": disk.name, "read-only": not disk.writable, "file": file}
    return ["-blockdev", json.dumps(block),
            "-device", f"virtio-blk-{_VIRTIO[machine.board]},drive={disk.name},serial={disk.name}"]


def card_mac(number: int) -> str:
    """The MAC of a card in a guest that is to be saved: its hosts, and so their MACs, are not known yet."""
    return f"52:54:00:00:00:{number:02x}"


def cards(machine: Machine, macs: list[str], ends: list[str]) -> list[str]:
    """QEMU's words for network cards, of which so many are connected as there are ends, and the others to nothing.

    ends: descriptors, as text, of sockets that take and give a frame a datagram. No card joins or cuts packets for the guest,
    and none leaves out a multicast that the guest has not asked for yet.
    """
    words = []
    for number, mac in enumerate(macs):
        end = f"dgram,local.type=fd,local.str={ends[number]}" if number < len(ends) else f"hubport,hubid={number}"
        rom = ",romfile=" if machine.board == "q35" else ""
        words += ["-netdev", f"{end},id=card{number}", "-device",
                  f"virtio-net-{_VIRTIO[machine.board]},netdev=card{number},mac={mac},ctrl_rx=off,guest_announce=off{rom}"]
    return words


def most_cards(board: str, disks: int) -> int:
    """How many cards a guest with so many disks can have."""
    return MOST_DEVICES[board] - disks - len(("serial", "rng"))


def kernel_arguments(machine: Machine, boot: Boot) -> list[str]:
    """The kernel's command line."""
    words = ["console=ttyS0", "quiet", "panic=-1", "reboot=t", "audit=0", "random.trust_cpu=on", "cryptomgr.notests",
             "norandmaps", "mitigations=off"]
    if boot.warm:
        words.append("LAB_WARM=1")
    if boot.gdb:
        words.append("nokaslr")
    if machine.accelerator == "tcg":
        words += ["nokaslr", "tsc=reliable", "nowatchdog", *_TCG_ARGUMENTS]
        if machine.board == "microvm":
            words.append(f"tsc_early_khz={_tsc_khz()}")
    return list(dict.fromkeys(words))


def _tsc_khz() -> int:
    """The speed of this machine's time stamp counter, which is TCG's too, in kHz, measured over 20 ms."""
    import ctypes
    import mmap
    code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\x0f\x31\x48\xc1\xe2\x20\x48\x09\xd0\xc3")  # rdtsc; shl $32, %rdx; or %rdx, %rax; ret
    rdtsc = ctypes.CFUNCTYPE(ctypes.c_uint64)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
    ticks, began = rdtsc(), time.monotonic_ns()
    while time.monotonic_ns() < began + 20_000_000:
        pass
    return (rdtsc() - ticks) * 10**6 // (time.monotonic_ns() - began)


class Guest:
    """A QEMU process. Its channel carries a line of JSON a message."""

    def __init__(self, words: list[str], log: Path, ends: tuple[int, ...] = ()) -> None:
        """Start QEMU, whose own complaints go to the end of a file; it is killed when this process ends.

        ends: descriptors that its words name.
        """
        ours, lab = socket.socketpair()
        control, monitor = socket.socketpair()
        words = [*words, "-chardev", f"socket,id=lab,fd={lab.fileno()}", "-chardev", f"socket,id=monitor,fd={monitor.fileno()}",
                 "-mon", "chardev=monitor,mode=control"]
        with lab, monitor, open(log, "ab") as output:
            self.process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                pass_fds=(lab.fileno(), monitor.fileno(), *ends), preexec_fn=lambda: syscalls.die_with_parent(signal.SIGKILL))
        self.channel, self.control = ours, control
        self._read = b""

    def say(self, message: dict) -> None:
        """Send a message. UnresolvedError if QEMU has gone."""
        try:
            self.channel.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise UnresolvedError(f"QEMU has gone: {error.strerror}") from None

    def hear(self, limit: float | None) -> dict | None:
        """The next message; None if QEMU ends before one. TimeoutError after so many seconds; None waits for ever."""
        deadline = limit and time.monotonic() + limit
        while b"\n" not in self._read:
            self.channel.settimeout(deadline and max(0.001, deadline - time.monotonic()))
            try:
                data = self.channel.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                return None
            self._read += data
        line, _, self._read = self._read.partition(b"\n")
        return json.loads(line)

    def end(self) -> None:
        """End it at once; safe to call twice."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.channel.close()
        self.control.close()


def version() -> str:
    """QEMU's version, as it says it. UnresolvedError if it cannot be run."""
    done = subprocess.run([program(), "-version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20,
                          check=False)
    found = re.search(r"version (.*)", done.stdout)
    if not found:
        raise UnresolvedError(f"{PROGRAM} -version: {' '.join(done.stderr.split())[-200:] or 'says nothing'}")
    return found[1]


def fresh_file(path: Path, size: int) -> Path:
    """A file of so many bytes, all zero, which takes no room until it is written."""
    with open(path, "wb") as file:
        os.truncate(file.fileno(), size)
    return path
