# SPDX-License-Identifier: GPL-2.0-or-later
"""The place that is this machine: hosts in namespaces of a run of their own, without root.

    lab (this process) -> between -> keeper, PID 1 of the run -> hosts, each PID 1 of its own

Each is killed by the kernel when the one before it ends, however it ends, and a PID namespace takes all of its processes
with it; mounts, networks and names go with the last process in their namespaces. So nothing has to be cleaned up.
"""

import os
import select
import signal
import socket
from collections.abc import Callable

from lab.errors import UnresolvedError
from lab.place import HostSpec, keeper, syscalls, userns
from lab.place.client import KeeperClient
from lab.place.frames import Channel

_RUN_NAMESPACES = (syscalls.CLONE_NEWNS | syscalls.CLONE_NEWNET | syscalls.CLONE_NEWPID
                   | syscalls.CLONE_NEWUTS | syscalls.CLONE_NEWIPC)
_MOST_DESCRIPTORS = 65536  # that the lab might have open
_END_LIMIT = 5.0  # seconds until a keeper that does not end by itself is killed


class Namespaces(KeeperClient):
    """Hosts in namespaces on this machine; see Place for its verbs.

    own_users: in a user namespace where that is allowed, which guards the machine; in a guest there is nothing to guard,
    and the wires are where its cards are.
    serve: what PID 1 of the run does with its end of the channel.
    """

    def __init__(self, own_users: bool = True, serve: Callable[[socket.socket], None] = keeper.start) -> None:
        ours, theirs = socket.socketpair()
        self._between = _fork_between(ours, theirs, own_users, serve)
        theirs.close()
        self._held: list[int] = []
        super().__init__(Channel(ours))

    def start(self, hosts: list[HostSpec], plan: dict, capture: str) -> None:
        """See Place."""
        from lab.topology import requests  # not in guests, which have it done already
        self.begin([vars(spec) for spec in hosts], requests(plan), capture)

    def begin(self, hosts: list[dict], network: dict, capture: str) -> None:
        """As start(), with what topology.requests() makes of a plan."""
        self.request("start", hosts=hosts, capture=capture, **network["start"])
        self.requests("network", network["hosts"])
        self._held = _network_namespaces(self._between)

    def stop(self) -> None:
        """See Place."""
        if not self._between:
            return
        self.channel.close()  # the keeper ends at that, and with it all of its PID namespace
        descriptor = os.pidfd_open(self._between)
        if not select.select([descriptor], [], [], _END_LIMIT)[0]:
            os.kill(self._between, signal.SIGKILL)
        os.close(descriptor)
        os.waitpid(self._between, 0)
        self._between = 0
        for descriptor in self._held:
            os.close(descriptor)


def _network_namespaces(pid: int) -> list[int]:
    """Descriptors of the network namespaces of all processes below one.

    The kernel ends network namespaces one batch after the other, each taking some 50 ms in which no new one can be made.
    Whoever closes these together makes it one batch.
    """
    found: dict[int, int] = {}
    todo = [pid]
    while todo:
        pid = todo.pop()
        try:
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
                todo += file.read().split()
            descriptor = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
        if found.setdefault(os.fstat(descriptor).st_ino, descriptor) != descriptor:
            os.close(descriptor)
    return list(found.values())


def _fork_between(ours: socket.socket, theirs: socket.socket, own_users: bool,
                  serve: Callable[[socket.socket], None]) -> int:
    """Fork the process that makes the run's namespaces; UnresolvedError says why where it may not."""
    ready, go = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            _between(theirs, go, own_users, serve)
        finally:
            os._exit(1)  # nothing may come back from here into the lab's own code
    go.close()
    with ready:
        problem = _say_go(ready, pid)
    if problem:
        os.waitpid(pid, 0)
        raise UnresolvedError(problem)
    return pid


def _say_go(ready: socket.socket, pid: int) -> str:
    """Give the new user namespace its maps; returns what is wrong, or nothing."""
    said = int(ready.recv(16) or b"1")
    if said:
        return userns.refusal(OSError(said, os.strerror(said)))
    try:
        if os.readlink(f"/proc/{pid}/ns/user") != os.readlink("/proc/self/ns/user"):
            userns.write_maps(pid)
    except OSError as error:
        return userns.refusal(error)
    try:
        ready.send(b"go")
    except OSError:
        pass  # it has ended, and has said why
    said = int(ready.recv(16) or b"1")
    return userns.refusal(OSError(said, os.strerror(said))) if said else ""


def _between(sock: socket.socket, go: socket.socket, own_users: bool, serve: Callable[[socket.socket], None]) -> None:
    os.setsid()  # a Ctrl-C at the lab's terminal is the lab's to handle
    _keep_only(sock.fileno(), go.fileno())
    try:
        if own_users:
            _own_users()
        syscalls.die_with_parent(signal.SIGKILL)
        go.send(b"0")
        if not go.recv(16):
            os._exit(1)  # the lab is gone, or could not give us our maps
        syscalls.unshare(_RUN_NAMESPACES if own_users else _RUN_NAMESPACES & ~syscalls.CLONE_NEWNET)
        pid = os.fork()
    except OSError as error:
        go.send(str(error.errno).encode())
        os._exit(1)
    if pid == 0:
        syscalls.die_with_parent(signal.SIGKILL)
        go.close()
        serve(sock)
    sock.close()
    go.send(b"0")
    os.waitpid(pid, 0)
    os._exit(0)


def _own_users() -> None:
    try:
        syscalls.unshare(syscalls.CLONE_NEWUSER)
    except OSError:
        if not userns.privileged():
            raise


def _keep_only(*descriptors: int) -> None:
    """Close what the lab has open: a pipe that its output goes to must end with it, not with hosts that stay up."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    low = 3
    for number in (*sorted(descriptors), _MOST_DESCRIPTORS):
        os.closerange(low, number)
        low = number + 1
