# SPDX-License-Identifier: GPL-2.0-or-later
"""One test in one cell whose hosts are libvirt's domains, which the lab starts and drives; see place.py."""

import argparse
import contextlib
from collections.abc import Iterable
from dataclasses import replace

from lab import once, runone
from lab.commands import kernelwords
from lab.errors import UnresolvedError, UsageError
from lab.guests import drivenrun, qemu, qemuboot, qemudrivenrun, qemurun
from lab.kernels import catalog
from lab.libvirt import PREFIX, define, store, virsh
from lab.libvirt.place import Domains
from lab.place import Place
from lab.testcase import TestCase

PLACE = "libvirt"


def options(arguments: argparse.Namespace, **others) -> runone.Options:
    """How to run, by the arguments of a command whose place is libvirt. UsageError if they do not fit together."""
    if (arguments.real_time or arguments.seed is not None or arguments.machine or arguments.processors
            or arguments.no_snapshot or arguments.gdb):
        raise UsageError("--real-time, --seed, --machine, --processors, --no-snapshot and --gdb are not for libvirt's domains: "
                         "--place uml, --place qemu")
    common, by_host = kernelwords.read(arguments.kernel or "", "")
    by_host = {host: catalog.find(name, "qemu").name for host, name in by_host.items()}
    accelerator = qemu.accelerator()
    return runone.Options(place=PLACE, kernel=common and catalog.find(common, "qemu").name, kernels=by_host, apart=True,
                          machine=define.BOARD, accelerator=accelerator, snapshot=False, patience=qemurun.PATIENCE[accelerator],
                          **others)


def check(cases: Iterable[TestCase]) -> None:
    """UnresolvedError if libvirt cannot be reached, or a host of a test has no domain there."""
    _defined(virsh.connect(), {host for case in cases for host in case.hosts})


def _defined(connection: virsh.Connection, hosts: Iterable[str]) -> dict[str, dict[str, str]]:
    """What the marks of hosts' domains say, by host. UnresolvedError if one has none."""
    names = {PREFIX + host: host for host in hosts}
    marks = define.marks(connection, list(names))
    if missing := sorted(host for name, host in names.items() if name not in marks):
        raise UnresolvedError(f"{connection.uri} has no domain for {', '.join(missing)}: make kvm-install "
                              f"HOSTS='{' '.join(missing)}'")
    return {names[name]: mark for name, mark in marks.items()}


class LibvirtRun(qemudrivenrun.QemuDrivenRun):
    """A test that is being run in libvirt's domains; see Run. A host's kernel is its domain's unless another is asked for."""

    def __init__(self, *arguments) -> None:
        super().__init__(*arguments)
        self._held = contextlib.ExitStack()  # the lock of the domains

    def attempt(self) -> None:
        """See Run. One run at a time has the domains; they must not be up."""
        self._connection = virsh.connect()
        marks = _defined(self._connection, self.case.hosts)
        own = {host: self.options.kernel or mark["kernel"] for host, mark in marks.items()}
        self.options = replace(self.options, kernels={**own, **self.options.kernels})
        self.result.cell["kernel"] = ",".join(f"{host}={self.options.kernels[host]}" for host in self.case.hosts)
        self._held.enter_context(once.locked(store.folder(self._connection.uri) / store.RUN_LOCK))
        if up := sorted({PREFIX + host for host in marks} & set(self._connection.running())):
            raise UnresolvedError(f"{self._connection.uri}: {', '.join(up)} is up; shut it down first: "
                                  f"virsh -c {self._connection.uri} shutdown {up[0]}")
        super().attempt()

    def _end(self) -> None:
        super()._end()
        self._held.close()  # now that the domains are down; those that stay up are refused by name

    def setup(self, hosts: tuple[str, ...], plan: dict) -> qemuboot.Setup:
        """See QemuDrivenRun; with the memory that the host's domain is defined with."""
        found = super().setup(hosts, plan)
        (description,) = self._connection.described([PREFIX + hosts[0]]).values()
        return replace(found, machine=replace(found.machine, memory=int(description.findtext("memory", "0")) >> 10))

    def new_place(self) -> Place:
        """See Run."""
        return Domains(self._connection, self._setups, self._guests, self.out / drivenrun.FOLDER, self._work, self.progress)
