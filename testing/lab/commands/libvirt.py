# SPDX-License-Identifier: GPL-2.0-or-later
"""lab libvirt: hosts as libvirt domains, for virsh, virt-manager and 'lab run --place libvirt'."""

import argparse
import json
import sys
from dataclasses import replace

from lab import commands, paths, topology
from lab.commands import kernelwords
from lab.errors import UsageError
from lab.libvirt import PREFIX, virsh
from lab.testcase import TestCase

_EPILOG = """\
examples:
  lab libvirt define                            all hosts of the network
  lab libvirt define east west --kernel 6.12 --kernel east=6.1
  lab libvirt define --test netkey/ikev2-psk    its hosts, with its peers and files laid over them
  virsh -c qemu:///session start cygnet-east
  virsh -c qemu:///session console cygnet-east
"""
_MEMORY = 512  # megabytes


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("libvirt", description="Define hosts as libvirt domains, to be used by hand or by 'lab run --place "
                           "libvirt'; list those that there are; or remove them. 'make kvm-install' and 'make kvm-uninstall' "
                           "call this.", epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("action", nargs="?", choices=("list", "define", "undefine"), default="list",
                      help="list the domains; define hosts, or define them anew; undefine them (%(default)s)")
    made.add_argument("hosts", nargs="*", metavar="HOST", help="just these")
    made.add_argument("--kernel", metavar="[HOST=]NAME", action="append", default=[],
                      help="a kernel for all hosts, or for one: 6.1, 6.12-cloud (define)")
    made.add_argument("--test", help="lay over the hosts what this test does, and begin in its folder (define)")
    made.add_argument("--topology", default="", help="another network than swan (define)")
    made.add_argument("--memory", type=commands.count, metavar="MB", help=f"a domain's memory ({_MEMORY}) (define)")
    made.add_argument("--connect", default="", metavar="URI",
                      help="which libvirt: qemu:///session (a user's usual one), qemu:///system (root's); LIBVIRT_DEFAULT_URI")
    made.add_argument("--json", action="store_true", help="print JSON")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    _check(arguments)
    connection = virsh.connect(arguments.connect)
    return {"list": _list, "define": _define, "undefine": _undefine}[arguments.action](connection, arguments)


def _check(arguments: argparse.Namespace) -> None:
    if arguments.action != "define" and (arguments.kernel or arguments.test or arguments.topology or arguments.memory):
        raise UsageError("--kernel, --test, --topology and --memory are for 'lab libvirt define'")
    if arguments.test and arguments.topology:
        raise UsageError("--test has a network of its own: leave --topology out")
    if arguments.action == "list" and arguments.hosts:
        raise UsageError("libvirt list takes no hosts")


def _list(connection: virsh.Connection, arguments: argparse.Namespace) -> int:
    from lab.libvirt import define
    up = connection.running()
    rows = [{"domain": name, **{key: mark.get(key, "") for key in ("name", "kernel", "topology")}, "running": name in up}
            for name, mark in define.ours(connection).items()]
    if arguments.json:
        print(json.dumps(rows, indent=1))
        return 0
    for row in rows:
        print(f"{row['domain']:<18} {'running' if row['running'] else 'shut off':<9} {row['kernel']:<16} {row['topology']}")
    if not rows:
        print(f"{connection.uri} has none of the lab's domains; 'make kvm-install' defines them")
    return 0


def _define(connection: virsh.Connection, arguments: argparse.Namespace) -> int:
    from lab.guests import qemurun
    from lab.kernels import catalog
    from lab.libvirt import define
    case = _case(arguments)
    common, by_host = kernelwords.read(",".join(arguments.kernel), qemurun.DEFAULT)
    if strange := sorted(set(by_host) - set(case.hosts)):
        raise UsageError(f"--kernel: no host '{strange[0]}' among {', '.join(case.hosts)}")
    kernels = {host: catalog.find(by_host.get(host, common), "qemu", _tell).name for host in case.hosts}
    folder = f"/testing/{case.name}" if arguments.test else "/testing"
    done = define.define(connection, define.Wanted(case, kernels, arguments.memory or _MEMORY, folder), _tell)
    if arguments.json:
        print(json.dumps(done))
        return 0
    for name, what in done.items():
        print(f"{name}: {what}, kernel {kernels[name.removeprefix(PREFIX)]}")
    _explain(connection, list(done))
    return 0


def _explain(connection: virsh.Connection, names: list[str]) -> None:
    if up := [name for name in connection.running() if name in names]:
        print(f"{', '.join(up)}: as it was until it is started the next time")
    print(f"\nnext:  virsh -c {connection.uri} start {names[0]}\n"
          f"       virsh -c {connection.uri} console {names[0]}     a root shell; ^] leaves it\n"
          f"       virsh -c {connection.uri} shutdown {names[0]}\n"
          "       lab run --place libvirt TEST     with the domains shut off\n"
          "       make kvm-uninstall               removes them")


def _case(arguments: argparse.Namespace) -> TestCase:
    """What is laid over which hosts of which network."""
    if arguments.test:
        case = commands.one(arguments.test).load()
        known = case.hosts
    else:
        network = topology.load(arguments.topology or "swan")
        case = TestCase(paths.TESTING, "", [], list(network.hosts), {}, network)
        known = case.hosts
    if strange := [host for host in arguments.hosts if host not in known]:
        raise UsageError(f"no host '{strange[0]}'; there are {', '.join(known)}")
    hosts = list(dict.fromkeys(arguments.hosts)) or known
    return replace(case, hosts=hosts, nat=[host for host in case.nat if host in hosts])


def _undefine(connection: virsh.Connection, arguments: argparse.Namespace) -> int:
    from lab.libvirt import define
    removed = define.undefine(connection, arguments.hosts)
    if arguments.json:
        print(json.dumps(removed))
        return 0
    for name in removed:
        print(f"{name}: removed")
    if not removed:
        print(f"{connection.uri} has none of the lab's domains")
    return 0


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
