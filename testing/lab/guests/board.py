# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of QEMU's boards a guest gets: microvm, which is small and quick, where its kernel and its cards allow it, else q35."""

from collections.abc import Callable

from lab.errors import UnresolvedError
from lab.guests import qemu

_ALL = ("SERIAL_8250_CONSOLE", "BLK_DEV_INITRD", "DEVTMPFS", "TMPFS", "VIRTIO_BLK", "VIRTIO_CONSOLE", "EROFS_FS", "OVERLAY_FS")
_DRIVEN = ("VIRTIO_NET",)
_OF = {"microvm": ("VIRTIO_MMIO", "PVH", "ACPI"),  # which its devices are found by; PVH is the entry that QEMU starts it by
       "q35": ("PCI", "VIRTIO_PCI")}


def choose(name: str, config: str, wanted: str, progress: Callable[[str], None], cards: int = 0, disks: int = 0) -> str:
    """The board for a guest with so many cards and disks and a kernel of that name and configuration.

    wanted: the board that was asked for, if one was. UnresolvedError names the option that the kernel lacks, or says how many
    cards are too many.
    """
    if option := _lacking(config, _ALL + (_DRIVEN if cards else ())):
        raise UnresolvedError(f"kernel {name} is built without {option}, which a QEMU guest needs")
    why = {board: _why_not(config, board, cards, disks) for board in ([wanted] if wanted else qemu.BOARDS)}
    found = next((board for board, reason in why.items() if not reason), "")
    if not found:
        raise UnresolvedError(f"kernel {name}: {'; '.join(why.values())}")
    if found != next(iter(why)):
        progress(f"kernel {name}: {next(iter(why.values()))}; it gets a {found}")
    return found


def _why_not(config: str, board: str, cards: int, disks: int) -> str:
    """Why a guest cannot be on a board; empty if it can."""
    if option := _lacking(config, _OF[board]):
        return f"built without {option}, which a {board} needs"
    most = qemu.most_cards(board, disks)
    return f"a {board} can have {most} network cards, not {cards}" if cards > most else ""


def _lacking(config: str, options: tuple[str, ...]) -> str:
    """The first of the options that a configuration has not, neither built in nor as a module."""
    have = {line.partition("=")[0] for line in config.splitlines() if line.endswith(("=y", "=m"))}
    return next((f"CONFIG_{option}" for option in options if f"CONFIG_{option}" not in have), "")
