# SPDX-License-Identifier: GPL-2.0-or-later
"""The first file system of a QEMU guest: busybox and the few modules that it takes to mount the root image."""

import re
import stat
from collections.abc import Callable
from pathlib import Path

from lab import debs, paths
from lab.errors import UnresolvedError

_MODULES = {"microvm": ("virtio_mmio",), "q35": ("virtio_pci",)}
_COMMON = ("virtio_blk", "crc32c_generic", "erofs", "virtio_console", "virtio_rng", "overlay")
_SCRIPT = """\
#!/busybox sh
/busybox mount -t devtmpfs dev /dev
/busybox mount -t sysfs sys /sys
for module in $(/busybox cat /modules/order); do /busybox insmod /modules/$module; done
disk() {
    for device in /sys/block/vd*; do
        read -r name <$device/serial
        if [ "$name" = "$1" ]; then echo /dev/${device##*/}; return; fi
    done
    echo "lab: no disk $1" >/dev/console
}
/busybox mount -t erofs -o ro $(disk root) /root
/busybox mount -t tmpfs -o mode=755 tmpfs /root/mnt
/busybox mkdir /root/mnt/code
/busybox mount -t erofs -o ro $(disk code) /root/mnt/code
/busybox umount /sys
/busybox umount /dev
exec /busybox switch_root /root /usr/bin/python3 -S /mnt/code/lab/guests/qinit
"""


def write(target: Path, modules: Path | None, board: str, progress: Callable[[str], None]) -> Path:
    """Write it for a board and a kernel whose modules are in that folder, lib/modules/RELEASE; None if all is built in.

    UnresolvedError if busybox cannot be had.
    """
    parts: list[tuple[str, int, bytes]] = [(name, stat.S_IFDIR | 0o755, b"") for name in ("dev", "sys", "root", "modules")]
    parts.append(("busybox", stat.S_IFREG | 0o755, _busybox(progress)))
    parts.append(("init", stat.S_IFREG | 0o755, _SCRIPT.encode()))
    order = []
    for module in load_order(modules, (*_MODULES[board], *_COMMON)):
        order.append(module.name)
        parts.append((f"modules/{module.name}", stat.S_IFREG | 0o644, module.read_bytes()))
    parts.append(("modules/order", stat.S_IFREG | 0o644, " ".join(order).encode()))
    target.write_bytes(archive(parts))
    return target


def _busybox(progress: Callable[[str], None]) -> bytes:
    tree = debs.fetch(["busybox-static"], paths.cache() / "guests" / "busybox", progress)
    found = next((path for path in (tree / "usr/bin/busybox", tree / "bin/busybox") if path.exists()), None)
    if not found:
        raise UnresolvedError(f"{tree}: package busybox-static holds no busybox")
    return found.read_bytes()


def load_order(top: Path | None, wanted: tuple[str, ...]) -> list[Path]:
    """The modules to load for those that are wanted, each after what it needs; none for what is built in."""
    if not top:
        return []
    table = dict(line.split(":", 1) for line in (top / "modules.dep").read_text(encoding="ascii").splitlines())
    by_name = {_plain(path): path for path in table}
    chosen: dict[str, None] = {}
    for name in wanted:
        if name in by_name:
            path = by_name[name]
            chosen.update(dict.fromkeys([*reversed(table[path].split()), path]))
    return [top / path for path in chosen]


def _plain(path: str) -> str:
    return re.sub(r"\.ko(\.\w+)?$", "", path.rpartition("/")[2]).replace("-", "_")


def archive(parts: list[tuple[str, int, bytes]]) -> bytes:
    """An archive of (path, mode, data) in the form that the kernel unpacks: cpio "newc",
    Documentation/driver-api/early-userspace/buffer-format.rst.
    """
    made = b""
    for number, (name, mode, data) in enumerate([*parts, ("TRAILER!!!", 0, b"")], 1):
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        head = "070701" + "".join(f"{field:08x}" for field in fields)
        made += _padded(head.encode() + name.encode() + b"\0") + _padded(data)
    return made


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
