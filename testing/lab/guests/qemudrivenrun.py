# SPDX-License-Identifier: GPL-2.0-or-later
"""One test in one cell whose hosts are in QEMU guests that the lab drives: each a guest of its own, or left up in one."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from lab import paths, runone, suites
from lab.errors import UnresolvedError
from lab.guests import driven, drivenrun, mailbox, processors, qemuboot, qemudriven, qemurun, ram
from lab.place import HostSpec, Place
from lab.testcase import TestCase

_WORK = ".disks"  # in the guests' folder until they are up


class QemuDrivenRun(drivenrun.DrivenRun):
    """A test that is being run in QEMU guests that are driven; see Run. A line and the test may take longer than usual."""

    def bring_up(self, specs: list[HostSpec], plan: dict) -> None:
        """See Run. Guests that do not get up are tried twice; UnresolvedError tells what they said then."""
        self._setups = {name: self.setup(hosts, plan)
                        for name, hosts in drivenrun.groups(self.case, self.options).items()}
        ram.check(sum(setup.machine.memory for setup in self._setups.values()))
        self.case.limit, self.case.total = self.case.limit * self.options.patience, self.case.total * self.options.patience
        processors.take(self.slot, wait=not self.options.may_stay)
        try:
            self._work.mkdir(parents=True)
            mailbox.pack(self._work / qemuboot.IN)
            trees = next(iter(self._setups.values())).trees
            laid = {name: trees[str(folder)] for name, folder in suites.folders([self.case], self.progress).items()}
            self._staged = qemuboot.stage(self.case.stacks, self._work, self.progress,
                                          filter(None, map(self._module, self._setups)))
            moves = {str(paths.TESTING): qemurun.TESTING, **trees, **laid, **self._staged}
            self._start_twice([HostSpec(**qemurun.moved(vars(spec), moves)) for spec in specs], plan)
        finally:
            shutil.rmtree(self._work, ignore_errors=True)  # QEMU has open what it needs

    def setup(self, hosts: tuple[str, ...], plan: dict) -> qemuboot.Setup:
        """What the guest with these hosts is to be, made where it is not cached."""
        return _setup(self.case, hosts, plan, self.options, self.progress)

    def _start_twice(self, specs: list[HostSpec], plan: dict) -> None:
        for last in (False, True):
            self.place = self.new_place()
            try:
                self.place.start(specs, plan, str(self.out))
                return
            except driven.NotUp as error:
                self.place.stop()
                if last:
                    raise UnresolvedError(f"{error}; tried twice; {self._last_words()}") from None

    def _last_words(self) -> str:
        said = [f"{name} said last: {qemuboot.last_words(self.out / drivenrun.FOLDER / name / driven.CONSOLE)}"
                for name in self._setups]
        return "; ".join(said)

    @property
    def _work(self) -> Path:
        return self.out / drivenrun.FOLDER / _WORK

    @property
    def _guests(self) -> list[driven.Guest]:
        return [driven.Guest(name, hosts, self._setups[name].kernel, card="card",
                             module=qemurun.moved(self._module(name), self._staged))
                for name, hosts in drivenrun.groups(self.case, self.options).items()]

    def _module(self, guest: str) -> str:
        """The file that a guest has to load, here; "" if none."""
        return self.module(drivenrun.groups(self.case, self.options)[guest][0])

    def new_place(self) -> Place:
        """See Run."""
        return qemudriven.QemuGuests(self._setups, self._guests, self.out / drivenrun.FOLDER, self._work,
                                     self.options.snapshot, self.progress)


def provide(cases: Iterable[TestCase], options: runone.Options, progress: Callable[[str], None]) -> None:
    """Make what the guests of tests need where it is not cached; snapshots among it."""
    for case in cases:
        plan = case.network.subset(case.hosts).plan(case.nat)
        for hosts in drivenrun.groups(case, options).values():
            setup = _setup(case, hosts, plan, options, progress)
            if options.snapshot:
                qemuboot.ensure_snapshot(setup, progress)


def _setup(case: TestCase, hosts: tuple[str, ...], plan: dict, options: runone.Options,
           progress: Callable[[str], None]) -> qemuboot.Setup:
    cards = qemudriven.cards(hosts, plan, options.snapshot)
    kernel = options.kernels.get(hosts[0], options.kernel)
    folders = list(suites.folders([case], progress).values())
    return qemuboot.driven(qemurun.prepared(kernel, options.machine, progress, cards, folders, options.processors), cards)
