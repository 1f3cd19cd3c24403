#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: join.py DEVICE on|off

Has a device join what it receives, or not: generic receive offload, which cards have on and veth has off.
"""

import array
import fcntl
import socket
import struct
import sys

_SIOCETHTOOL = 0x8946  # netdevice(7)
_SGRO = 0x2C  # linux/ethtool.h


def main(words: list[str]) -> int:
    """Exit status."""
    if len(words) != 2 or words[1] not in ("on", "off"):
        print("usage: join.py DEVICE on|off", file=sys.stderr)
        return 2
    device, wanted = words
    asked = array.array("B", struct.pack("II", _SGRO, wanted == "on"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            fcntl.ioctl(sock, _SIOCETHTOOL, struct.pack("16sQ16x", device.encode(), asked.buffer_info()[0]))
        except OSError as error:
            print(f"join.py: {device}: {error.strerror}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
