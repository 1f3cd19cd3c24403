# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether this machine's KVM runs guests at the processor's speed: tried, since /dev/kvm is also there where each
instruction is emulated. See the kernel's Documentation/virt/kvm/api.rst for the requests.
"""

import ctypes
import fcntl
import mmap
import os
import signal
import struct
import time
from pathlib import Path

from lab import once, paths

_DEVICE = "/dev/kvm"
_LOOPS = 200_000
_FAST = 0.05  # seconds; a processor takes well under 1 ms, an emulation 250
_LIMIT = 3.0  # seconds
_CREATE_VM, _CREATE_VCPU, _RUN, _VCPU_MMAP_SIZE = 0xAE01, 0xAE41, 0xAE80, 0xAE04
_SET_MEMORY, _GET_SREGS, _SET_SREGS, _SET_REGS = 0x4020AE46, 0x8138AE83, 0x4138AE84, 0x4090AE82
_EXIT_HLT = 5
_PAGE = 0x1000


def is_usable() -> bool:
    """Whether it is: tried once per boot of the machine and user, then known. The trial takes 3 s at most."""
    if not os.access(_DEVICE, os.R_OK | os.W_OK):
        return False
    known = paths.cache() / f"kvm-{os.geteuid()}"
    mark = _boot()
    try:
        boot, _, verdict = known.read_text(encoding="ascii").strip().partition(" ")
    except (OSError, UnicodeDecodeError):
        boot = verdict = ""
    if boot != mark or verdict not in ("yes", "no"):
        verdict = "yes" if tried() else "no"
        known.parent.mkdir(parents=True, exist_ok=True)
        once.replace(known, f"{mark} {verdict}\n")
    return verdict == "yes"


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def tried() -> bool:
    """Whether a bare virtual processor gets through a short loop in good time; in a process of its own, which may hang."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            signal.setitimer(signal.ITIMER_REAL, _LIMIT)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            os.write(writer, b"y" if _loop() < _FAST else b"n")
        except BaseException:
            pass  # saying nothing says it
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as file:
        said = file.read()
    os.waitpid(pid, 0)
    return said == b"y"


def _loop() -> float:
    """Seconds that a loop takes in a new virtual machine of one page, in real mode."""
    kvm = os.open(_DEVICE, os.O_RDWR | os.O_CLOEXEC)
    machine = fcntl.ioctl(kvm, _CREATE_VM, 0)
    memory = mmap.mmap(-1, _PAGE)
    code = b"\x66\xb9" + struct.pack("<I", _LOOPS) + b"\x66\x49\x75\xfc\xf4"  # mov ecx; dec ecx; jnz; hlt
    memory[:len(code)] = code
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    fcntl.ioctl(machine, _SET_MEMORY, struct.pack("<IIQQQ", 0, 0, _PAGE, _PAGE, address))
    processor = fcntl.ioctl(machine, _CREATE_VCPU, 0)
    state = mmap.mmap(processor, fcntl.ioctl(kvm, _VCPU_MMAP_SIZE, 0))
    special = bytearray(312)  # struct kvm_sregs; cs, its first, is to begin at 0
    fcntl.ioctl(processor, _GET_SREGS, special)
    special[0:8], special[12:14] = bytes(8), bytes(2)
    fcntl.ioctl(processor, _SET_SREGS, special)
    registers = bytearray(144)  # struct kvm_regs
    registers[128:136], registers[136:144] = struct.pack("<Q", _PAGE), struct.pack("<Q", 2)  # rip, rflags
    fcntl.ioctl(processor, _SET_REGS, registers)
    began = time.perf_counter()
    fcntl.ioctl(processor, _RUN, 0)
    took = time.perf_counter() - began
    if struct.unpack_from("<I", state, 8)[0] != _EXIT_HLT:
        raise OSError(0, "the loop did not end as it should", _DEVICE)
    return took
