# SPDX-License-Identifier: GPL-2.0-or-later
"""The few Linux system calls that Python 3.11 does not wrap, each raising OSError on failure."""

import ctypes
import os

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_REMOUNT = 0x20
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
MNT_DETACH = 0x2

_PR_SET_PDEATHSIG = 1
_SYS_PIVOT_ROOT = 155  # x86-64; the generic number is 41
_SYS_FINIT_MODULE = 313  # likewise; 273
_LIBC = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def unshare(flags: int) -> None:
    """Leave the namespaces named by the CLONE_NEW* flags for new ones: unshare(2)."""
    _check(_LIBC.unshare(flags), "unshare")


def mount(source: str, target: str, kind: str | None, flags: int = 0, data: str = "") -> None:
    """Mount; see mount(2). The error names the target."""
    _check(
        _LIBC.mount(
            os.fsencode(source),
            os.fsencode(target),
            kind.encode() if kind else None,
            ctypes.c_ulong(flags),
            os.fsencode(data) or None,
        ),
        f"mount {kind or 'bind'} on {target}",
    )


def detach(target: str) -> None:
    """Take a mount and all below it out of the tree: umount2(2) with MNT_DETACH."""
    _check(_LIBC.umount2(os.fsencode(target), MNT_DETACH), f"umount {target}")


def load_module(path: str) -> None:
    """Load a kernel module that needs no other which is not there: finit_module(2)."""
    module = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _check(_LIBC.syscall(_SYS_FINIT_MODULE, module, b"", 0), f"load {path}")
    finally:
        os.close(module)


def pivot_root(new_root: str, put_old: str) -> None:
    """Make new_root the root of this mount namespace: pivot_root(2)."""
    number = _SYS_PIVOT_ROOT if os.uname().machine == "x86_64" else 41
    _check(_LIBC.syscall(number, os.fsencode(new_root), os.fsencode(put_old)), "pivot_root")


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send this signal when the parent ends: prctl(2), PR_SET_PDEATHSIG; 0 takes it back."""
    _check(_LIBC.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0), "prctl")
