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
        self._names = {host: options.kernels.get(host, options.kernel) for host in case.hosts}
        self._files: dict[str, kernels.Files] = {}
        own = ",".join(f"{host}={name}" for host, name in self._names.items())
        self.result.cell["kernel"] = own if options.kernels else options.kernel

    def attempt(self) -> None:
        """See Run; the cell's release is that of the first host's kernel."""
        self._files = {name: kernels.ensure(catalog.find(name, self.options.place), self.progress)
                       for name in set(self._names.values())}
        self.result.cell["release"] = self._files[self._names[self.case.hosts[0]]].release
        self.case = self.case.in_cell(self.result.cell)
        super().attempt()

    def missing(self) -> str:
        """See Run: told by the kernels' configurations."""
        for name, files in self._files.items():
            config = files.config.read_text(encoding="utf-8")
            if reason := needs.lacking(self.case.needs, config, name, self.options.is_virtual):
                return reason
        return ""

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
