# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU guests that the lab drives: see driven.py. Each host's interfaces are cards of its guest; all wires are outside."""

import os
from collections.abc import Callable
from pathlib import Path

from lab.guests import driven, qemu, qemuboot, snapshot, uml

_SIZE = 4  # a guest that is saved has a multiple of so many cards, so that few snapshots do for all hosts


class QemuGuests(driven.Guests):
    """Hosts in QEMU guests; see Place for its verbs.

    setups: each guest's, by its name. work: the folder with the disk of the tests, which is not needed any more when start()
    returns. saved: whether guests go on from snapshots, which are made where there are none.
    """

    def __init__(self, setups: dict[str, qemuboot.Setup], guests: list[driven.Guest], folder: Path, work: Path, saved: bool,
                 progress: Callable[[str], None]) -> None:
        self._setups, self._work, self._saved, self._progress = setups, work, saved, progress
        ready = max(qemuboot.ready_limit(setup.machine) for setup in setups.values())
        super().__init__(guests, folder, inside=False, virtual=False, ready=ready)

    def machine(self, number: int, guest: driven.Guest, cards: list[dict], own: Path) -> dict:
        """See Guests."""
        setup, console, log = self._setups[guest.name], own / driven.CONSOLE, own / "qemu.log"
        console.unlink(missing_ok=True)
        log.unlink(missing_ok=True)
        ends = [f"@card:{index}@" for index in range(len(cards))]
        if self._saved:
            taken = qemuboot.ensure_snapshot(setup, self._progress)
            words = qemuboot.restore_words(setup, self._work, console, taken) + qemuboot.saved_cards(setup, ends)
            macs, state = [qemu.card_mac(index) for index in range(len(cards))], str(taken / snapshot.STATE)
        else:
            macs, state = [card["mac"] for card in cards], ""
            words = qemuboot.boot_words(setup, self._work_of(guest), console, self._progress)
            words += qemu.cards(setup.machine, macs, ends)
        order = {"serve": True, "cards": macs, "random": uml.random_bytes(None, guest.name).hex(),
                 "stage": has_stage(self._work), "module": guest.module}
        return {"argv": words, "log": str(log), "state": state, "order": order}

    def _work_of(self, guest: driven.Guest) -> Path:
        """A folder for what a guest boots, which depends on its kernel; the tests are the same."""
        folder = self._work / guest.name
        folder.mkdir(exist_ok=True)
        if not (folder / qemuboot.IN).exists():
            os.link(self._work / qemuboot.IN, folder / qemuboot.IN)
            if has_stage(self._work):
                (folder / qemuboot.STAGE).symlink_to(self._work / qemuboot.STAGE)
        return folder


def has_stage(work: Path) -> bool:
    """Whether the guests whose disks are in a folder get Cygnet's programs."""
    return (work / qemuboot.STAGE).is_symlink()


def cards(hosts: tuple[str, ...], plan: dict, saved: bool) -> int:
    """How many cards a guest with these hosts has."""
    needed = sum(len(plan["hosts"][name]["interfaces"]) for name in hosts)
    return -(-needed // _SIZE) * _SIZE if saved else needed
