# SPDX-License-Identifier: GPL-2.0-or-later
"""What a QEMU guest's first process does: make the guest a machine, say that it is ready, and run what it is told to.

It talks to the lab by lines of JSON over a virtio port: {"ready": true} when a test could begin, {"begun": true} when one
has, {"done": true} at its end. A snapshot is taken between the first and the answer to it, so whatever differs from test to
test comes with that answer, the order: the time, random numbers, the test. An order with "serve" has it do what comes over
the port from then on, as messages to a keeper of hosts (serve.py).
"""

import contextlib
import ctypes
import gc
import json
import os
import re
import socket
import struct
import subprocess
import tarfile
import time
import traceback
from pathlib import Path

from lab import paths
from lab.guests import init
from lab.place import syscalls

OUT = Path("/mnt/out")
_RNDRESEEDCRNG = 0x5207  # random(4)
_SIOCETHTOOL, _ETHTOOL_SGRO = 0x8946, 0x2C
_PORT = "lab"
_LARGEST = 8_000_000  # bytes of a file that is read ahead of need
_NEEDED = ("tun",)  # modules that nothing loads by itself
_MODULES = (  # those that most tests have the kernel load, sooner or later
    "overlay", "veth", "bridge", "dummy", "nf_tables", "nft_chain_nat", "nft_masq", "nft_ct", "nft_log", "xfrm_user", "esp4",
    "esp6", "xfrm_interface", "authenc", "echainiv", "seqiv", "gcm", "ctr", "cbc", "ghash_generic", "cmac", "hmac",
    "sha256_generic", "sha1_generic", "aesni_intel", "ghash_clmulni_intel", "af_packet_diag", "udp_diag", "tcp_diag",
    "inet_diag", "unix_diag", "virtio_net")
_PROGRAMS = (  # run once, so that their files are in memory
    "ip link", "ip addr", "ip xfrm state", "nft list ruleset", "ping -c 1 127.0.0.1", "ps", "sed -n p /dev/null",
    "awk 1 /dev/null", "grep x /dev/null", "pgrep nothing", "sleep 0", "timeout 5 true", "ss -n", "find /run -maxdepth 0",
    "stat /run", "bash -c :", "mktemp /run/XXXXXX", "sort /dev/null", "tr a b", "cut -c1 /dev/null", "cmp /dev/null /dev/null")


def main() -> None:
    """Never returns."""
    try:
        machine()
        paths.TESTING = Path("/mnt/testing")  # before what is imported next looks there
        with open(find_port(), "r+b", buffering=0) as port:
            load("-q", *_NEEDED)
            if "LAB_WARM" in os.environ:
                _warm_up()
            _say(port, ready=True)
            order = json.loads(_line(port))
            _settle(order)
            _load_own(order.get("module", ""))
            if order.get("serve"):
                init.in_child(lambda: _serve(order, port))
            else:
                _run_test(order, port)
    except Exception:  # the console is all there is to tell it
        traceback.print_exc()
    finally:
        init.end()


def machine() -> None:
    """All file systems that a running machine has, and the disks with what the root lacks."""
    init.machine()
    with contextlib.suppress(OSError):
        syscalls.mount("none", "/sys/fs/cgroup", "cgroup2")
    _mount_disks()


def find_disks() -> dict[str, str]:
    """The devices of disks by their names."""
    found = {}
    for folder in Path("/sys/block").glob("vd*"):
        with contextlib.suppress(OSError):
            found[(folder / "serial").read_text(encoding="ascii").strip("\0\n")] = f"/dev/{folder.name}"
    return found


def _mount_disks() -> None:
    """Mount the disks that have the kernel's modules and the fetched trees."""
    for name in ("modules", "cache", "testing", "out", "stage"):
        os.makedirs(f"/mnt/{name}", exist_ok=True)
    disks = find_disks()
    if "modules" in disks:
        mount_disk(disks["modules"], "/mnt/modules")
    for name, device in disks.items():
        if name.startswith("tree"):
            os.makedirs(f"/mnt/{name}")
            mount_disk(device, f"/mnt/{name}")


def mount_disk(device: str, target: str) -> None:
    """Mount a disk, which is an erofs image."""
    syscalls.mount(device, target, "erofs", syscalls.MS_RDONLY)


def find_port(wanted: str = _PORT) -> str:
    """The device of the virtio port of that name, at whose other end the lab is."""
    for name in Path("/sys/class/virtio-ports").glob("*/name"):
        if name.read_text(encoding="ascii").strip() == wanted:
            return f"/dev/{name.parent.name}"
    raise OSError(0, "no virtio port with the lab at its other end", wanted)


def _say(port, **message) -> None:
    port.write(json.dumps(message).encode() + b"\n")


def _line(port) -> bytes:
    read = b""
    while not read.endswith(b"\n"):
        data = port.read(65536)
        if not data:
            raise OSError(0, "the lab has gone", _PORT)
        read += data
    return read


def _warm_up() -> None:
    """Before a snapshot: have in memory what tests take, of the lab's own modules, the kernel's, programs, peers."""
    from lab import hostspec, runone, scenario, testcase, verdict  # noqa: F401
    from lab.guests import serve  # noqa: F401
    from lab.place import keeper  # noqa: F401
    load("-q", "-a", *_MODULES)
    for line in _PROGRAMS:
        _run(*line.split())
    for path in Path("/mnt").glob("tree*/**/*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_size < _LARGEST:
            path.read_bytes()
    gc.collect()
    gc.freeze()


def load(*words: str) -> None:
    """Load modules of the kernel's; one that it has built in, or has not, is no fault."""
    _run("modprobe", *words)


def _run(*words: str) -> None:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
                       check=False)


def _settle(order: dict) -> None:
    """Take from the order what a guest restored from a snapshot would share with others: the time and random numbers."""
    import fcntl
    time.clock_settime(time.CLOCK_REALTIME, order.get("clock") or order["time"])
    init.feed_random(bytes.fromhex(order["random"]))
    with open("/dev/urandom", "wb") as device, contextlib.suppress(OSError):
        fcntl.ioctl(device, _RNDRESEEDCRNG)
    disks = find_disks()
    mount_disk(disks["in"], str(paths.TESTING))
    if order["stage"]:
        mount_disk(disks["stage"], "/mnt/stage")


def _load_own(path: str) -> None:
    """Load KLIPS's module, if there is one to load, and those that it names as what it depends on."""
    if path:
        depends = re.search(rb"\0depends=([^\0]*)\0", Path(path).read_bytes())
        load("-q", "-a", *(depends[1].decode().split(",") if depends else ()))
        syscalls.load_module(path)


def _run_test(order: dict, port) -> None:
    _say(port, begun=True)
    init.in_child(lambda: init.work(order, OUT))
    _pack()
    _say(port, done=True)
    port.read(1)  # the lab ends the guest at that


def _serve(order: dict, port) -> None:
    """Do what comes over the port, with the cards called card0, card1... in the order of the MACs that they were made with."""
    from lab.guests import serve
    if order["cards"]:
        name_cards(order["cards"])
    serve.serve(port.fileno(), counts=False)


def name_cards(macs: list[str]) -> None:
    """Call the cards with these MACs card0, card1...; OSError if one is not there."""
    load("-q", "virtio_net")
    found = {(folder / "address").read_text(encoding="ascii").strip(): folder.name
             for folder in Path("/sys/class/net").iterdir()}
    lines = []
    for number, mac in enumerate(macs):
        if mac not in found:
            raise OSError(0, "no such network card", mac)
        _let_packets_be(found[mac])
        lines.append(f"link set dev {found[mac]} name card{number}\n")
    subprocess.run(["ip", "-batch", "-"], input="".join(lines).encode(), timeout=60, check=True)


def _let_packets_be(card: str) -> None:
    """Have the kernel join no packets that a card receives: SIOCETHTOOL of netdevice(7), ETHTOOL_SGRO of linux/ethtool.h."""
    import fcntl
    value = ctypes.create_string_buffer(struct.pack("=II", _ETHTOOL_SGRO, 0))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, _SIOCETHTOOL, struct.pack("@16sP16x", card.encode(), ctypes.addressof(value)))


def _pack() -> None:
    """Write all that the test left as an archive to the disk for it."""
    with open(find_disks()["out"], "wb") as disk, tarfile.open(fileobj=disk, mode="w|", bufsize=1 << 20) as archive:
        archive.add(OUT, arcname=".")
    os.sync()
