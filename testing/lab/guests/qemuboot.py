# SPDX-License-Identifier: GPL-2.0-or-later
"""How a QEMU guest comes to be ready for a test: its disks are made, and it is booted or restored from a snapshot.

Nothing here knows what a test is; the guest tells by {"ready": true} that it awaits its order (qinit.py).
"""

import hashlib
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.errors import UnresolvedError
from lab.guests import image, initrd, qemu, snapshot

READY_LIMIT = {"kvm": 60.0, "tcg": 240.0}  # seconds from a guest's start until it is ready
HEADROOM = 200  # megabytes of the machine's memory that are left beside a guest
IN, OUT = "in", "out"  # the names of the disks that bring and take what belongs to one test
_IN_SIZE, _OUT_SIZE = 256 << 20, 4 << 30  # bytes; they take only the room that is written
_STARTS = ("lab.guests.qemu", "lab.guests.initrd", "lab.guests.snapshot")  # the code that decides how a guest is started
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Setup:
    """What does not depend on the test: the machine, its kernel, that kernel's modules (lib/modules/RELEASE), the disks.

    trees: where in the guest the cache's fetched trees are, by their folder here. name: of snapshots of it, with a hash of all
    that they depend on.
    """

    name: str
    machine: qemu.Machine
    kernel: Path
    modules: Path | None
    disks: tuple[qemu.Disk, ...]
    trees: dict[str, str]


def prepare(kernel: Path, modules: Path | None, board: str, progress: Progress) -> Setup:
    """Make what guests of a kernel need, where it is not cached. UnresolvedError says what is missing."""
    machine = qemu.Machine(qemu.accelerator(), board)
    disks = [qemu.Disk("root", image.root(progress)), qemu.Disk("code", image.code(progress))]
    if modules:
        disks.append(qemu.Disk("modules", image.modules(modules, progress)))
    trees = {}
    for number, source in enumerate(image.trees()):
        disks.append(qemu.Disk(f"tree{number}", image.tree(source, progress)))
        trees[str(source)] = f"/mnt/tree{number}"
    return Setup(_name(machine, kernel, disks), machine, kernel, modules, tuple(disks), trees)


def _name(machine: qemu.Machine, kernel: Path, disks: list[qemu.Disk]) -> str:
    marks = [(found.st_size, found.st_mtime_ns) for found in (kernel.stat(), os.stat(qemu.program()))]
    code = [hashlib.sha256(Path(sys.modules[name].__file__).read_bytes()).hexdigest() for name in _STARTS]
    return f"{machine.board}-" + image.key(asdict(machine), str(kernel), marks, code, _processor(),
                                           [str(disk.path) for disk in disks])


def _processor() -> str:
    """The machine's processor, whose time stamp counter is the guest's clock."""
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        return next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), "")


def mailboxes(folder: Path) -> tuple[qemu.Disk, qemu.Disk]:
    """The disks of one guest, in a folder of its own: IN, if there, gets its full size; OUT is made anew."""
    inward, outward = folder / IN, folder / OUT
    if inward.exists() and inward.stat().st_size > _IN_SIZE:
        raise UnresolvedError(f"{inward}: {inward.stat().st_size >> 20} MB of tests, a guest takes {_IN_SIZE >> 20} at most")
    with open(inward, "ab") as file:
        os.truncate(file.fileno(), _IN_SIZE)
    qemu.fresh_file(outward, _OUT_SIZE)
    return qemu.Disk(IN, inward), qemu.Disk(OUT, outward, writable=True)


def check_memory(machine: qemu.Machine, available: int | None = None) -> None:
    """UnresolvedError if this machine has no memory for another guest. available: in megabytes, if not what /proc tells."""
    if available is None:
        with open("/proc/meminfo", encoding="ascii") as file:
            table = dict(line.split(":", 1) for line in file)
        available = int(table["MemAvailable"].split()[0]) >> 10
    if available < machine.memory + HEADROOM:
        raise UnresolvedError(f"a guest takes {machine.memory} MB of memory and must leave {HEADROOM} MB; "
                              f"{available} MB are available; run fewer at once: -j")


def boot(setup: Setup, work: Path, console: Path, progress: Progress, memory: Path | None = None,
         gdb: Path | None = None) -> qemu.Guest:
    """A guest that boots, with the mailboxes of a folder; its memory in that file, if one is named."""
    check_memory(setup.machine)
    first = initrd.write(work / "initrd", setup.modules, setup.machine.board, progress)
    words = qemu.command(setup.machine, [*setup.disks, *mailboxes(work)], console, memory, private=False)
    words += qemu.boot_words(setup.machine, qemu.Boot(setup.kernel, first, bool(memory), gdb))
    return qemu.Guest(words, console.with_name("qemu.log"))


def restore(setup: Setup, work: Path, console: Path, progress: Progress) -> qemu.Guest:
    """A guest that goes on from a snapshot where it was ready, with the mailboxes of a folder. Makes the snapshot first."""
    taken = ensure_snapshot(setup, progress)
    check_memory(setup.machine)
    words = qemu.command(setup.machine, [*setup.disks, *mailboxes(work)], console, taken / snapshot.MEMORY, private=True)
    guest = qemu.Guest(words + snapshot.RESTORE_WORDS, console.with_name("qemu.log"))
    try:
        snapshot.give_back(guest, taken / snapshot.STATE)
    except BaseException:
        guest.end()
        raise
    return guest


def ensure_snapshot(setup: Setup, progress: Progress) -> Path:
    """The folder of the snapshot for a setup, made by booting a guest if there is none yet."""
    return snapshot.ensure(setup.name, lambda draft: _snapshot(setup, draft, progress), progress)


def _snapshot(setup: Setup, draft: Path, progress: Progress) -> None:
    """Boot a guest, wait until it is ready, and take a snapshot of it."""
    progress(f"booting a guest for a snapshot: {setup.kernel.parent.name}, {setup.machine.board}, {setup.machine.accelerator}")
    memory = qemu.fresh_file(draft / snapshot.MEMORY, setup.machine.memory << 20)
    for last in (False, True):
        guest = boot(setup, draft, draft / snapshot.CONSOLE, progress, memory=memory)
        try:
            if wait_ready(guest, setup.machine):
                snapshot.take(guest, draft / snapshot.STATE)
                break
        finally:
            guest.end()
        if last:
            raise UnresolvedError(failure(draft / snapshot.CONSOLE, setup.machine))
    for name in (IN, OUT, "initrd"):
        (draft / name).unlink()


def wait_ready(guest: qemu.Guest, machine: qemu.Machine) -> bool:
    """Whether a guest that boots got ready within its limit."""
    try:
        said = guest.hear(READY_LIMIT[machine.accelerator])
    except TimeoutError:
        return False
    return bool(said and said.get("ready"))


def failure(console: Path, machine: qemu.Machine) -> str:
    """Why a guest did not get ready, in one line: what it or QEMU said last."""
    last = ["nothing"]
    for path in (console.with_name("qemu.log"), console):
        if path.exists() and (text := path.read_text(encoding="utf-8", errors="replace").strip()):
            last = text.splitlines()
    limit = READY_LIMIT[machine.accelerator]
    return f"the guest did not get ready ({limit:g} s at most), tried twice; last was said: {last[-1].strip()}"
