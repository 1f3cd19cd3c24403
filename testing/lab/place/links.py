# SPDX-License-Identifier: GPL-2.0-or-later
"""Waiting until a host's interfaces are operational, which a kernel says of a card up to a second after it is set up."""

import errno
import fcntl
import os
import select
import socket
import struct
import time

_RTMGRP_LINK = 1  # rtnetlink(7)
_SIOCGIFFLAGS, _IFF_RUNNING = 0x8913, 0x40  # netdevice(7); running is RFC 2863's operational status "up"
_LIMIT = 30.0  # seconds


def wait_running(names: list[str], limit: float = _LIMIT) -> None:
    """Return when all these interfaces of this network namespace are operational.

    OSError names the first that is not there, or is not operational (ETIMEDOUT) after so many seconds.
    """
    end = time.monotonic() + limit
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE) as news:
        news.bind((0, _RTMGRP_LINK))  # before the first look: no change is missed
        for name in names:
            while not _is_running(news, name):
                if not select.select([news], [], [], max(0.0, end - time.monotonic()))[0]:
                    raise OSError(errno.ETIMEDOUT, f"not operational after {limit:g} s", name)
                news.recv(65536)


def _is_running(any_socket: socket.socket, name: str) -> bool:
    request = struct.pack("16sh14x", name.encode(), 0)
    try:
        answer = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request)
    except OSError as error:
        raise OSError(error.errno, os.strerror(error.errno), name) from None
    return bool(struct.unpack_from("16sh", answer)[1] & _IFF_RUNNING)
