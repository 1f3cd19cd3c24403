# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests can need of the place that they run in, and whether it is there.

A kernel's configuration tells it before a guest is started; a kernel that runs is asked by trying.
"""

import os
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lab.errors import UnresolvedError
from lab.place import syscalls

_ADDRESSES = "src 192.0.2.1 dst 192.0.2.2"
_KEY = "0x000102030405060708090a0b0c0d0e0f"
_TRIAL_LIMIT = 10  # seconds
_ELSEWHERE = "'--place uml' or '--place qemu' has it"


@dataclass(frozen=True)
class Need:
    """Something a test can need. options: of the kernel's configuration; trial: commands that work where it is there."""

    what: str
    options: tuple[str, ...] = ()
    trial: tuple[str, ...] = ()


_NEEDS = {
    "tun": Need("TUN devices", ("TUN",)),
    "kernel-esp": Need(
        "the kernel's ESP", ("XFRM_USER", "INET_ESP", "INET6_ESP"),
        (f"ip xfrm state add {_ADDRESSES} proto esp spi 1 mode tunnel aead rfc4106(gcm(aes)) {_KEY}01020304 128",)),
    "kernel-ah": Need(
        "the kernel's AH", ("XFRM_USER", "INET_AH", "INET6_AH"),
        (f"ip xfrm state add {_ADDRESSES} proto ah spi 1 mode tunnel auth-trunc hmac(sha256) {_KEY}{_KEY[2:]} 128",)),
    "kernel-ipcomp": Need(
        "the kernel's IPCOMP", ("XFRM_USER", "INET_IPCOMP", "INET6_IPCOMP"),
        (f"ip xfrm state add {_ADDRESSES} proto comp spi 1 mode tunnel comp deflate",)),
    "xfrm-interface": Need("XFRM interfaces", ("XFRM_INTERFACE",), ("ip link add try type xfrm dev lo if_id 1",)),
    "vti": Need("VTI devices", ("NET_IPVTI",), ("ip link add try type vti local 192.0.2.1 remote 192.0.2.2 key 1",)),
    "af-key": Need("PF_KEY sockets", ("NET_KEY",)),
    "ppp": Need("PPP", ("PPP", "PPP_ASYNC"), ("test -c /dev/ppp",)),
    "klips-module": Need("KLIPS as a kernel module"),
    "groups": Need("root that may change its groups"),
    "virtual-time": Need("a clock that jumps when nothing happens"),
}
NEEDS = tuple(_NEEDS)


def missing(needs: Iterable[str], virtual: bool = False) -> str:
    """Why a test with these needs cannot be run on this kernel; empty if it can. virtual: the clock is a virtual one."""
    for name in needs:
        if name == "virtual-time":
            if not virtual:
                return f"needs {_NEEDS[name].what}: '--place uml', without --real-time, has one"
        elif reason := _CHECKS.get(name, lambda name=name: _tried(name))():
            return reason
    return ""


def lacking(needs: Iterable[str], config: str, kernel: str, virtual: bool) -> str:
    """Why a test with these needs cannot be run in a guest with a kernel of that configuration and name; empty if it can.

    virtual: the guest's clock is a virtual one.
    """
    have = {line.partition("=")[0].removeprefix("CONFIG_") for line in config.splitlines() if line.endswith(("=y", "=m"))}
    for name in needs:
        for option in _NEEDS[name].options:
            if option not in have:
                return f"needs {_NEEDS[name].what}, but kernel {kernel} is built without CONFIG_{option}"
    return missing({"virtual-time"}.intersection(needs), virtual)


@cache
def _tun() -> str:
    if os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return ""
    if os.path.exists("/dev/net/tun"):
        return "needs TUN devices, but /dev/net/tun is closed to this user; 'chmod 666 /dev/net/tun' opens it, as udev does"
    return "needs TUN devices, but this machine has no /dev/net/tun; 'modprobe tun' makes it"


@cache
def _af_key() -> str:
    return _in_own_network("af-key", _open_pf_key)


def _klips_module() -> str:
    """A guest has it if it is made for its kernel: see stack.lacking()."""
    if os.path.isdir("/proc/net/ipsec"):
        return ""
    return f"needs {_NEEDS['klips-module'].what}, which this machine's kernel has not loaded; '--place uml' has it"


def _groups() -> str:
    from lab.place import userns
    if userns.privileged():
        return ""
    return f"needs {_NEEDS['groups'].what}, which an ordinary user's namespaces forbid; as root, or {_ELSEWHERE}"


@cache
def _tried(name: str) -> str:
    def attempt() -> bool:
        return all(subprocess.run(line.split(), stdin=subprocess.DEVNULL, capture_output=True, timeout=_TRIAL_LIMIT,
                                  check=False).returncode == 0 for line in _NEEDS[name].trial)
    return _in_own_network(name, attempt)


_CHECKS: dict[str, Callable[[], str]] = {"tun": _tun, "af-key": _af_key, "klips-module": _klips_module, "groups": _groups}


def _open_pf_key() -> bool:
    import socket
    try:
        socket.socket(15, socket.SOCK_RAW, 2).close()  # AF_KEY, PF_KEY_V2: the module has no name for them
    except OSError:
        return False
    return True


def _in_own_network(name: str, attempt: Callable[[], bool]) -> str:
    """Try something in a network namespace that ends with it, as no more than root there; why not, or nothing."""
    pid = os.fork()
    if pid == 0:
        status = 2
        try:
            _unshare()
            status = 0 if attempt() else 1
        except Exception:
            pass  # the status tells
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status not in (0, 1):
        raise UnresolvedError(f"cannot tell whether this kernel has {_NEEDS[name].what}: no network namespace to try it in")
    return f"needs {_NEEDS[name].what}, which this machine's kernel has not; {_ELSEWHERE}" if status else ""


def _unshare() -> None:
    from lab.place import userns
    if userns.privileged():
        syscalls.unshare(syscalls.CLONE_NEWNET)
        return
    uid, gid = os.geteuid(), os.getegid()
    syscalls.unshare(syscalls.CLONE_NEWUSER | syscalls.CLONE_NEWNET)
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        Path("/proc/self", name).write_text(text, encoding="ascii")  # or 'ip' would have no privileges
