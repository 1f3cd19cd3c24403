# SPDX-License-Identifier: GPL-2.0-or-later
"""How a QEMU guest comes to be ready for a test: its disks are made, and it is booted or restored from a snapshot.

Nothing here knows what a test is; the guest tells by {"ready": true} that it awaits its order (qinit.py).
"""

import hashlib
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from lab import apt, carried, stack
from lab.errors import UnresolvedError
from lab.guests import image, initrd, qemu, ram, snapshot

READY_LIMIT = {"kvm": 60.0, "tcg": 240.0}  # seconds until a guest is ready; see ready_limit()
IN, OUT = "in", "out"  # the names of the disks that bring and take what belongs to one test
STAGE = "stage"  # the name of the disk with Cygnet's programs; nothing is on it where the test is not about them
STAGE_AT = "/mnt/stage"  # where the guest has them
_IN_SIZE, _OUT_SIZE, _STAGE_SIZE = 256 << 20, 4 << 30, 256 << 20  # bytes; they take only the room that is written
_STARTS = ("lab.guests.qemu", "lab.guests.initrd", "lab.guests.snapshot")  # the code that decides how a guest is started
Progress = Callable[[str], None]


def ready_limit(machine: qemu.Machine) -> float:
    """Seconds from a machine's start until it is ready."""
    return READY_LIMIT[machine.accelerator] * machine.patience


@dataclass(frozen=True)
class Setup:
    """What does not depend on the test: the machine, its kernel, that kernel's modules (lib/modules/RELEASE), the disks.

    trees: where in the guest the cache's fetched trees are, by their folder here. name: of snapshots of it, with a hash of all
    that they depend on. cards: how many network cards it has if the lab drives it; None if it runs its test by itself.
    """

    name: str
    machine: qemu.Machine
    kernel: Path
    modules: Path | None
    disks: tuple[qemu.Disk, ...]
    trees: dict[str, str]
    cards: int | None = None


def prepare(kernel: Path, modules: Path | None, machine: qemu.Machine, sources: Iterable[Path], progress: Progress) -> Setup:
    """Make what guests of a kernel need, where it is not cached. UnresolvedError says what is missing.

    sources: the folders that hosts have laid over them.
    """
    disks = [qemu.Disk("root", image.root(progress)), qemu.Disk("code", image.code(progress))]
    if modules:
        disks.append(qemu.Disk("modules", image.modules(modules, progress)))
    trees = {}
    for number, source in enumerate(sources):
        disks.append(qemu.Disk(f"tree{number}", image.tree(source, progress)))
        trees[str(source)] = f"/mnt/tree{number}"
    return Setup(_name(machine, kernel, disks), machine, kernel, modules, tuple(disks), trees)


def driven(setup: Setup, cards: int) -> Setup:
    """The same for a guest that the lab drives, with so many cards."""
    return replace(setup, name=f"{setup.name}-{cards}", cards=cards)


def _name(machine: qemu.Machine, kernel: Path, disks: list[qemu.Disk]) -> str:
    marks = [(found.st_size, found.st_mtime_ns) for found in (kernel.stat(), os.stat(qemu.program()))]
    code = [hashlib.sha256(Path(sys.modules[name].__file__).read_bytes()).hexdigest() for name in _STARTS]
    return f"{machine.board}-" + image.key(asdict(machine), str(kernel), marks, code, _processor(),
                                           [str(disk.path) for disk in disks])


def _processor() -> str:
    """The machine's processor, whose time stamp counter is the guest's clock."""
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        return next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), "")


def disks(setup: Setup, work: Path) -> list[qemu.Disk]:
    """All disks of a guest whose own are in a folder: IN, if there, gets its full size; OUT, if used, is made anew; STAGE is
    an empty one if not there.
    """
    inward, outward = work / IN, work / OUT
    if inward.exists() and inward.stat().st_size > _IN_SIZE:
        raise UnresolvedError(f"{inward}: {inward.stat().st_size >> 20} MB of tests, a guest takes {_IN_SIZE >> 20} at most")
    with open(inward, "ab") as file:
        os.truncate(file.fileno(), _IN_SIZE)
    staged = work / STAGE
    if not staged.exists():
        qemu.fresh_file(staged, _STAGE_SIZE)
    found = [*setup.disks, qemu.Disk(IN, inward), qemu.Disk(STAGE, staged)]
    if setup.cards is None:
        found.append(qemu.Disk(OUT, qemu.fresh_file(outward, _OUT_SIZE), writable=True))
    return found


def stage(stacks: Iterable[str], work: Path, progress: Progress, modules: Iterable[str] = ()) -> dict[str, str]:
    """Put the disk with Cygnet's programs into a folder if a test about these stacks needs it.

    modules: files of KLIPS's module that are on it too. Where in the guest their folders are, and the programs by the folder
    that hosts get on this machine; nothing if they are not needed.
    """
    if not stack.is_own(stacks):
        return {}
    wanted = sorted(set(modules))
    (work / STAGE).symlink_to(stage_image(progress, wanted))
    folders = {str(Path(path).parent): f"{STAGE_AT}/{Path(carried.module_at(path)).parent}" for path in wanted}
    return {str(stack.tree()): STAGE_AT, **folders}


def stage_image(progress: Progress, modules: Iterable[str] = ()) -> Path:
    """The image of Cygnet's programs and what they need, and of KLIPS's modules, made where it is not cached."""
    return image.stage(carried.tree(modules), _STAGE_SIZE, progress)


def boot_words(setup: Setup, work: Path, console: Path, progress: Progress, memory: Path | None = None,
               gdb: Path | None = None) -> list[str]:
    """QEMU's words, but for cards, for a guest that boots, with the disks of a folder; memory: a file for its memory."""
    first = initrd.write(work / "initrd", setup.modules, setup.machine.board, progress)
    words = qemu.command(setup.machine, disks(setup, work), console, memory, private=False)
    return words + qemu.boot_words(setup.machine, qemu.Boot(setup.kernel, first, bool(memory), gdb))


def restore_words(setup: Setup, work: Path, console: Path, taken: Path) -> list[str]:
    """QEMU's words, but for cards, for a guest that snapshot.give_back() is to set going from a snapshot in that folder."""
    words = qemu.command(setup.machine, disks(setup, work), console, taken / snapshot.MEMORY, private=True)
    return words + snapshot.RESTORE_WORDS


def saved_cards(setup: Setup, ends: list[str]) -> list[str]:
    """QEMU's words for the cards of a guest that is to be saved, or is to be restored; ends: see qemu.cards()."""
    return qemu.cards(setup.machine, [qemu.card_mac(number) for number in range(setup.cards or 0)], ends)


def boot(setup: Setup, work: Path, console: Path, progress: Progress, memory: Path | None = None,
         gdb: Path | None = None) -> qemu.Guest:
    """A guest that boots; see boot_words()."""
    ram.check(setup.machine.memory)
    words = boot_words(setup, work, console, progress, memory, gdb) + saved_cards(setup, [])
    return qemu.Guest(words, console.with_name("qemu.log"))


def restore(setup: Setup, work: Path, console: Path, progress: Progress) -> qemu.Guest:
    """A guest that goes on from a snapshot where it was ready, with the disks of a folder. Makes the snapshot first."""
    taken = ensure_snapshot(setup, progress)
    ram.check(setup.machine.memory)
    guest = qemu.Guest(restore_words(setup, work, console, taken), console.with_name("qemu.log"))
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
    about = [setup.kernel.parent.name, setup.machine.board, setup.machine.accelerator]
    progress(f"booting a guest for a snapshot: {', '.join(about + ([f'{setup.cards} cards'] if setup.cards else []))}")
    apt.need_room(draft, setup.machine.memory << 20)
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
    for name in (IN, OUT, STAGE, "initrd"):
        (draft / name).unlink(missing_ok=True)


def wait_ready(guest: qemu.Guest, machine: qemu.Machine) -> bool:
    """Whether a guest that boots got ready within its limit."""
    try:
        said = guest.hear(ready_limit(machine))
    except TimeoutError:
        return False
    return bool(said and said.get("ready"))


def failure(console: Path, machine: qemu.Machine) -> str:
    """Why a guest did not get ready, in one line: what it or QEMU said last."""
    limit = ready_limit(machine)
    return f"the guest did not get ready ({limit:g} s at most), tried twice; last was said: {last_words(console)}"


def last_words(console: Path) -> str:
    """The last line that a guest, or else QEMU, said."""
    last = ["nothing"]
    for path in (console.with_name("qemu.log"), console):
        if path.exists() and (text := path.read_text(encoding="utf-8", errors="replace").strip()):
            last = text.splitlines()
    return last[-1].strip()
