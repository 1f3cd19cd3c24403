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
from collections.abc import Callable, Iterator
from pathlib import Path

from lab import kernels, paths, runone
from lab.errors import UnresolvedError, UsageError
from lab.guests import image, mailbox, processors, qemu, qemuboot, run
from lab.kernels import catalog

DEFAULT = "6.1"  # the kernel where none is named
PATIENCE = {"kvm": 2.0, "tcg": 8.0}  # how many times as long as on the machine a line and a test may take
_WORK = ".guest"  # in the output folder while the guest runs: its disks
_TESTING = "/mnt/testing"  # where the guest has the checkout's testing folder


def options(arguments: argparse.Namespace, **others) -> runone.Options:
    """How to run, by the arguments of a command whose place is a QEMU guest. UsageError if they do not fit together."""
    if arguments.real_time:
        raise UsageError("--real-time is for UML guests; a QEMU guest's clock is always real")
    if arguments.apart or arguments.seed is not None or "=" in (arguments.kernel or "").partition("git:")[0]:
        raise UsageError("--apart, --kernel HOST=NAME and --seed are for UML guests: --place uml")
    kernel = catalog.find(arguments.kernel or DEFAULT, "qemu").name
    return runone.Options(place="qemu", kernel=kernel, machine=arguments.machine or "microvm",
                          snapshot=not arguments.no_snapshot, gdb=arguments.gdb,
                          patience=PATIENCE[qemu.accelerator()], **others)


class QemuRun(run.GuestRun):
    """A test that is being run in a QEMU guest."""

    def attempt(self) -> None:
        """Have a guest run the test, and take over its result."""
        if self.skips(kernels.ensure(catalog.find(self.options.kernel, "qemu"), self.progress)):
            return
        order = self.order()  # fetches peers, which setup looks for
        setup = provide(self.options, self.progress)
        order = moved(order, {str(paths.TESTING): _TESTING, **setup.trees})
        with self._work() as work:
            with self._phase("wait"):
                processors.take(self._slot)
            with self._phase("guest start"):
                guest = self._begin(setup, work, order)
            try:
                with self._phase("guest"):
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
            return bool(guest.hear(None if self.options.gdb else qemuboot.READY_LIMIT[setup.machine.accelerator]))
        except (TimeoutError, UnresolvedError):
            return False

    def _wait_done(self, guest: qemu.Guest) -> tuple[bool, bool]:
        """Wait for the test's end or the guest's; whether it was the test's, and whether neither came within the limit."""
        try:
            return guest.hear(None if self.options.gdb else self.limit) is not None, False
        except TimeoutError:
            return False, True


def provide(options: runone.Options, progress: Callable[[str], None]) -> qemuboot.Setup:
    """What guests of these options need but for the test, made where it is not cached; a snapshot among it."""
    qemu.program()  # or say that it is missing, before anything is fetched
    files = kernels.ensure(catalog.find(options.kernel, "qemu"), progress)
    modules = files.modules and files.modules / "lib" / "modules" / files.release
    kernel = files.vmlinux if options.machine == "microvm" else files.image
    if (kernel, options.machine, *image.trees()) not in _prepared:
        _prepared[kernel, options.machine, *image.trees()] = qemuboot.prepare(kernel, modules, options.machine, progress)
    setup = _prepared[kernel, options.machine, *image.trees()]
    if options.snapshot and not options.gdb:
        qemuboot.ensure_snapshot(setup, progress)
    return setup


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


def _under_gdb(setup: qemuboot.Setup, work: Path, console: Path, progress: Callable[[str], None]) -> qemu.Guest:
    """A guest that waits for gdb before its first instruction."""
    socket = _gdb_socket()
    guest = qemuboot.boot(setup, work, console, progress, gdb=socket)
    print(f"the guest waits for gdb; in another terminal: gdb {setup.kernel} -ex 'target remote {socket}' -ex continue",
          file=sys.stderr, flush=True)
    return guest
