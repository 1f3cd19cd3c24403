# SPDX-License-Identifier: GPL-2.0-or-later
"""One test in one cell whose hosts are in UML guests that the lab drives: each a guest of its own, or left up in one."""

from collections.abc import Callable
from pathlib import Path

from lab import kernels, needs, runone
from lab.guests import driven, processors, report
from lab.kernels import catalog
from lab.place import Place
from lab.testcase import TestCase

FOLDER = "guests"  # in the output folder: a folder a guest, with its console


class DrivenRun(runone.Run):
    """A test that is being run in guests that are driven; see Run. slot: see run.GuestRun."""

    def __init__(self, case: TestCase, out: Path, options: runone.Options, progress: Callable[[str], None],
                 slot: int) -> None:
        super().__init__(case, out, options, progress)
        self._slot = slot
        names = {host: options.kernels.get(host, options.kernel) for host in case.hosts}
        self._files = {name: kernels.ensure(catalog.find(name, options.place), progress) for name in set(names.values())}
        self._names = names
        self.result.cell["kernel"] = ",".join(f"{host}={name}" for host, name in names.items()) if options.kernels \
            else options.kernel
        self.result.cell["release"] = self._files[names[case.hosts[0]]].release
        self.case = case.in_cell(self.result.cell)

    def missing(self) -> str:
        """See Run: told by the kernels' configurations."""
        for name, files in self._files.items():
            if reason := needs.lacking(self.case.needs, files.config.read_text(encoding="utf-8"), name):
                return reason
        return "" if self.options.is_virtual else needs.missing([need for need in self.case.needs if need == "virtual-time"])

    def new_place(self) -> Place:
        """See Run."""
        groups = [(host, (host,)) for host in self.case.hosts] if self.options.apart else [("guest", tuple(self.case.hosts))]
        processor = processors.take(self._slot, wait=not self.options.may_stay)
        guests = [driven.Guest(name, hosts, self._files[self._names[hosts[0]]].image, processor)
                  for name, hosts in groups]
        return driven.Guests(guests, self.out / FOLDER, self.options.is_virtual, self.options.seed)

    def _end(self) -> None:
        """Look at the guests' consoles before the result is saved: what a kernel reports counts for more than a test."""
        for console in sorted((self.out / FOLDER).glob("*/console.txt")):
            if trace := report.find(console.read_text(encoding="utf-8", errors="replace")):
                (self.out / "crash.txt").write_text(trace + "\n", encoding="utf-8")
                self._class("crash", f"the kernel of {console.parent.name} reports: {trace.splitlines()[0].strip()}")
                break
        super()._end()
