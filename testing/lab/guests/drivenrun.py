# SPDX-License-Identifier: GPL-2.0-or-later
"""One test in one cell whose hosts are in guests that the lab drives: each a guest of its own, or left up in one."""

from collections.abc import Callable
from pathlib import Path

from lab import kernels, needs, runone, stack
from lab.guests import driven, processors, report
from lab.kernels import catalog
from lab.place import Place
from lab.testcase import TestCase

FOLDER = "guests"  # in the output folder: a folder a guest, with its console


class DrivenRun(runone.Run):
    """A test that is being run in guests that are driven, UML's unless a subclass says so; see Run. slot: see run.GuestRun."""

    def __init__(self, case: TestCase, out: Path, options: runone.Options, progress: Callable[[str], None],
                 slot: int) -> None:
        super().__init__(case, out, options, progress)
        self.slot = slot
        names = {host: self.kernel_of(host) for host in case.hosts}
        self.files: dict[str, kernels.Files] = {}
        own = ",".join(f"{host}={name}" for host, name in names.items())
        self.result.cell["kernel"] = own if options.kernels else options.kernel

    def kernel_of(self, host: str) -> str:
        """The name of a host's kernel."""
        return self.options.kernels.get(host, self.options.kernel)

    def attempt(self) -> None:
        """See Run; the cell's release is that of the first host's kernel."""
        self.files = {name: kernels.ensure(catalog.find(name, self.options.place), self.progress)
                      for name in set(map(self.kernel_of, self.case.hosts))}
        self.result.cell["release"] = self.files[self.kernel_of(self.case.hosts[0])].release
        self.case = self.case.in_cell(self.result.cell)
        super().attempt()

    def missing(self) -> str:
        """See Run: told by the kernels' configurations."""
        for name, files in self.files.items():
            config = files.config.read_text(encoding="utf-8")
            if reason := (needs.lacking(self.case.needs, config, name, self.options.is_virtual)
                          or stack.lacking(self.case.stacks, self.options.stack, name)):
                return reason
        return ""

    def module(self, host: str) -> str:
        """See Run."""
        return stack.to_load(self.case.stacks, self.options.stack, self.kernel_of(host))

    def new_place(self) -> Place:
        """See Run."""
        processor = processors.take(self.slot, wait=not self.options.may_stay)
        guests = [self._guest(name, hosts, processor) for name, hosts in groups(self.case, self.options).items()]
        return driven.UmlGuests(guests, self.out / FOLDER, self.options.is_virtual, self.options.seed,
                                self.case.kernel_words)

    def _guest(self, name: str, hosts: tuple[str, ...], processor: int) -> driven.Guest:
        kernel = self.kernel_of(hosts[0])
        return driven.Guest(name, hosts, self.files[kernel].image, processor,
                            module=self.module(hosts[0]))

    def _end(self) -> None:
        """Look at the guests' consoles before the result is saved: what a kernel reports counts for more than a test."""
        for console in sorted((self.out / FOLDER).glob(f"*/{driven.CONSOLE}")):
            text = console.read_text(encoding="utf-8", errors="replace")
            if starved := report.starved(text):
                self.settle("unresolved", report.STARVED.format(starved, console))
            if trace := report.find(text):
                (self.out / "crash.txt").write_text(trace + "\n", encoding="utf-8")
                self.settle("crash", f"the kernel of {console.parent.name} reports: {trace.splitlines()[0].strip()}")
                break
        super()._end()


def groups(case: TestCase, options: runone.Options) -> dict[str, tuple[str, ...]]:
    """The guests that a test's hosts are in, by name: each its own, or one for all."""
    return {host: (host,) for host in case.hosts} if options.apart else {"guest": tuple(case.hosts)}
