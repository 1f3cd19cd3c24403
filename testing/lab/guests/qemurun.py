# SPDX-License-Identifier: GPL-2.0-or-later
"""One test in one cell whose place is a QEMU guest; see run.py. The guest is booted, or restored from a snapshot that was
taken when a guest with the same kernel, disks and machine was ready for its first test.
"""

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lab import kernels, paths, runone, suites
from lab.errors import UnresolvedError, UsageError
from lab.guests import board, image, mailbox, processors, qemu, qemuboot, run, snapshot
from lab.kernels import catalog

DEFAULT = "6.1"  # the kernel where none is named
PATIENCE = {"kvm": 2.0, "tcg": 8.0}  # how many times as long as on the machine a line and a test may take
_WORK = ".guest"  # in the output folder while the guest runs: its disks
TESTING = "/mnt/testing"  # where the guest has the checkout's testing folder


def options(arguments: argparse.Namespace, **others) -> runone.Options:
    """How to run, by the arguments of a command whose place is a QEMU guest. UsageError if they do not fit together."""
    from lab.commands import kernelwords
    if arguments.real_time:
        raise UsageError("--real-time is for UML guests; a QEMU guest's clock is always real")
    if arguments.seed is not None:
        raise UsageError("--seed is for UML guests: a QEMU guest's run cannot be repeated to the packet")
    common, by_host = kernelwords.read(arguments.kernel or "", DEFAULT)
    kernel = catalog.find(common, "qemu")
    other = {host: catalog.find(name, "qemu") for host, name in by_host.items()}
    slowest = max(one.patience for one in (kernel, *other.values()))
    accelerator = qemu.accelerator()
    made = runone.Options(
        place="qemu", kernel=kernel.name, apart=arguments.apart or bool(by_host),
        kernels={host: one.name for host, one in other.items()}, machine=arguments.machine or "",
        processors=arguments.processors or 1, accelerator=accelerator, snapshot=not arguments.no_snapshot, gdb=arguments.gdb,
        stack=arguments.stack or "", patience=PATIENCE[accelerator] * slowest, **others)
    if made.gdb and (made.apart or made.may_stay):
        raise UsageError("--gdb is for one guest that runs its test by itself: not with --apart, --keep and --stop-...")
    return made


class QemuRun(run.GuestRun):
    """A test that is being run in a QEMU guest."""

    def attempt(self) -> None:
        """Have a guest run the test, and take over its result."""
        if self.skips(kernels.ensure(catalog.find(self.options.kernel, "qemu"), self.progress)):
            return
        order = self.order()  # fetches peers, which setup looks for
        laid = suites.folders([self.case], self.progress)
        setup = provide(self.options, self.progress, list(laid.values()))
        with self._work() as work:
            staged = qemuboot.stage(self.case.stacks, work, self.progress, filter(None, [order["module"]]))
            places = {name: setup.trees[str(folder)] for name, folder in laid.items()}
            order = moved(order, {str(paths.TESTING): TESTING, **setup.trees, **places, **staged})
            order["stage"] = bool(staged)
            with self.phase("wait"):
                processors.take(self._slot)
            with self.phase("guest start"):
                guest = self._begin(setup, work, order)
            try:
                with self.phase("guest"):
                    done, late = self._wait_done(guest)
                if done:
                    mailbox.unpack(work / qemuboot.OUT, self.out)
            finally:
                guest.end()
        self.judge_guest(late)

    @contextlib.contextmanager
    def _work(self) -> Iterator[Path]:
        work = self.out / _WORK
        work.mkdir()
        try:
            mailbox.pack(work / qemuboot.IN)
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
            _gdb_socket().unlink(missing_ok=True)

    def _begin(self, setup: qemuboot.Setup, work: Path, order: dict) -> qemu.Guest:
        """A guest that has begun with the order. UnresolvedError if two did not."""
        for _ in range(2):
            guest = self._start(setup, work)
            try:
                if self._takes(guest, setup, order):
                    return guest
            except BaseException:
                guest.end()
                raise
            guest.end()
        raise UnresolvedError(qemuboot.failure(self.out / run.CONSOLE, setup.machine))

    def _start(self, setup: qemuboot.Setup, work: Path) -> qemu.Guest:
        console = self.out / run.CONSOLE
        if self.options.gdb:
            return _under_gdb(setup, work, console, self.progress)
        if self.options.snapshot:
            return qemuboot.restore(setup, work, console, self.progress)
        return qemuboot.boot(setup, work, console, self.progress)

    def _takes(self, guest: qemu.Guest, setup: qemuboot.Setup, order: dict) -> bool:
        """Whether a guest gets ready, if it is not, and begins with an order, which gets the time of now."""
        if self.options.gdb:
            guest.hear(None)
        elif not self.options.snapshot and not qemuboot.wait_ready(guest, setup.machine):
            return False
        try:
            guest.say({**order, "time": time.time()})
            return bool(guest.hear(None if self.options.gdb else qemuboot.ready_limit(setup.machine)))
        except (TimeoutError, UnresolvedError):
            return False

    def _wait_done(self, guest: qemu.Guest) -> tuple[bool, bool]:
        """Wait for the test's end or the guest's; whether it was the test's, and whether neither came within the limit."""
        try:
            return guest.hear(None if self.options.gdb else self.limit) is not None, False
        except TimeoutError:
            return False, True


def provide(options: runone.Options, progress: Callable[[str], None], folders: Sequence[Path] = ()) -> qemuboot.Setup:
    """What guests of these options need but for the test, made where it is not cached; a snapshot among it.

    folders: see prepared().
    """
    setup = prepared(options.kernel, options.machine, progress, folders=folders, processors=options.processors)
    if options.snapshot and not options.gdb:
        qemuboot.ensure_snapshot(setup, progress)
    return setup


def prepared(name: str, wanted: str, progress: Callable[[str], None], cards: int = 0,
             folders: Sequence[Path] = (), processors: int = 1) -> qemuboot.Setup:
    """What guests of a kernel need but for a snapshot. wanted: their board, if one was asked for; cards, processors: how many
    they have.

    folders: what the hosts have laid over them besides the peers' trees.
    """
    qemu.program()  # or say that it is missing, before anything is fetched
    trees = [*image.trees(), *folders]
    key = (name, wanted, cards, processors, *trees)
    if key not in _prepared:
        found = catalog.find(name, "qemu")
        files = kernels.ensure(found, progress)
        config = files.config.read_text(encoding="utf-8")
        kind = board.choose(files.name, config, wanted, progress, cards, len(trees) + len(_DISKS))
        modules = files.modules and files.modules / "lib" / "modules" / files.release
        kernel = files.vmlinux if kind == "microvm" else files.image
        machine = qemu.Machine(qemu.accelerator(), kind, found.memory, processors, found.patience)
        _prepared[key] = qemuboot.prepare(kernel, modules, machine, trees, progress)
    return _prepared[key]


_DISKS = ("root", "code", "modules", "in", "out", "stage")  # besides those of fetched trees
_prepared: dict[tuple, qemuboot.Setup] = {}  # so that what a run's first test gets, all get, whatever is edited meanwhile


def moved(value: object, places: dict[str, str]) -> object:
    """A value of lists, tables and text, each text that is a path at or below one of `places` moved to where that is."""
    if isinstance(value, dict):
        return {key: moved(one, places) for key, one in value.items()}
    if isinstance(value, list):
        return [moved(one, places) for one in value]
    if isinstance(value, str):
        for old, new in places.items():
            if value == old or value.startswith(old + "/"):
                return new + value[len(old):]
    return value


def _gdb_socket() -> Path:
    return Path(tempfile.gettempdir()) / f"lab-gdb-{os.getpid()}"  # below the output folder it might be too long for a socket


def _symbols(setup: qemuboot.Setup) -> Path:
    """The file that has the names in a guest's kernel: a build's own; a package's is without, and its -dbg has this one."""
    vmlinux = setup.kernel.with_name("vmlinux")
    return Path(f"/usr/lib/debug/boot/vmlinux-{setup.modules.name}") if setup.modules else vmlinux


def _under_gdb(setup: qemuboot.Setup, work: Path, console: Path, progress: Callable[[str], None]) -> qemu.Guest:
    """A guest that waits for gdb before its first instruction."""
    socket = _gdb_socket()
    guest = qemuboot.boot(setup, work, console, progress, gdb=socket)
    snapshot.Control(guest)  # QEMU answers when it has made all that its words name
    print(f"the guest waits for gdb; in another terminal: gdb {_symbols(setup)} -ex 'target remote {socket}' "
          "-ex 'hbreak start_kernel' -ex continue", file=sys.stderr, flush=True)
    return guest
