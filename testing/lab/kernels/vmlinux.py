# SPDX-License-Identifier: GPL-2.0-or-later
"""The ELF file in a boot image (bzImage), which microvm starts by its PVH entry.

Follows Documentation/arch/x86/boot.rst of the kernel: setup_sects at 0x1f1, the magic at 0x202, the protocol's version
at 0x206, payload_offset and payload_length at 0x248 (2.08 and later).
"""

from __future__ import annotations

import bz2
import lzma
import struct
import subprocess
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

from lab import kernels
from lab.errors import UnresolvedError
from lab.kernels import tool

_OLDEST = 0x208
_SECTOR = 512
_PLAIN: dict[bytes, Callable[[], object]] = {
    b"\x1f\x8b\x08": lambda: zlib.decompressobj(16 + zlib.MAX_WBITS),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": lzma.LZMADecompressor,
    b"\x5d\0\0": lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE),
}
_TOOLS = {b"\x02\x21\x4c\x18": "lz4", b"\x04\x22\x4d\x18": "lz4", b"\x28\xb5\x2f\xfd": "zstd"}


def extract(image: Path, into: Path, progress: kernels.Progress) -> None:
    """Write the ELF file that a bzImage holds. UnresolvedError if it is no bzImage, or cut short, or packed strangely."""
    payload = _payload(image.read_bytes(), image)
    data = _unpacked(payload, image, progress)
    if not data.startswith(b"\x7fELF"):
        raise UnresolvedError(f"{image}: what is packed in it is no ELF file")
    into.write_bytes(data)


def _payload(data: bytes, image: Path) -> bytes:
    if len(data) < 0x250 or data[0x202:0x206] != b"HdrS":
        raise UnresolvedError(f"{image}: not a Linux boot image (bzImage)")
    (version,) = struct.unpack_from("<H", data, 0x206)
    if version < _OLDEST:
        raise UnresolvedError(f"{image}: boot protocol {version:#x} is older than {_OLDEST:#x}, so the ELF file is not found")
    offset, length = struct.unpack_from("<II", data, 0x248)
    begin = ((data[0x1f1] or 4) + 1) * _SECTOR + offset
    if begin + length > len(data):
        raise UnresolvedError(f"{image}: cut short: {len(data)} bytes instead of {begin + length} at least")
    return data[begin:begin + length]


def _unpacked(payload: bytes, image: Path, progress: kernels.Progress) -> bytes:
    if payload.startswith(b"\x7fELF"):
        return payload
    try:
        for magic, unpacker in _PLAIN.items():
            if payload.startswith(magic):
                return unpacker().decompress(payload)
    except (OSError, lzma.LZMAError, zlib.error) as error:
        raise UnresolvedError(f"{image}: {error}") from None
    for magic, program in _TOOLS.items():
        if payload.startswith(magic):
            # the build appends the unpacked length, 4 bytes that count as payload
            return _by_tool(program, payload[:-4], progress)
    raise UnresolvedError(f"{image}: packed in a way not known here; it begins with {payload[:6].hex()}")


def _by_tool(program: str, payload: bytes, progress: kernels.Progress) -> bytes:
    with tempfile.NamedTemporaryFile() as file:
        file.write(payload)
        file.flush()
        return tool.run(program, [program, "-d", "-c", file.name], progress, stdout=subprocess.PIPE).stdout
