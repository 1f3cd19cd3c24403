# SPDX-License-Identifier: GPL-2.0-or-later
"""What a guest's first process does: make the guest a machine, run one test there, and power off.

The output folder, named percent-encoded by LAB_OUT on the kernel's command line, holds the order in guest.json.
"""

import ctypes
import fcntl
import json
import os
import struct
import sys
import time
from pathlib import Path
from urllib.parse import unquote

from lab.place import syscalls

_RNDADDENTROPY = 0x40085203  # random(4)
POWER_OFF, RESTART = 0x4321FEDC, 0x01234567  # reboot(2)
_UPTIME = 10.0  # seconds; programs take a moment in a machine's first second for "never"


def main() -> None:
    """Never returns: the guest ends with it."""
    try:
        machine()
        out = Path(unquote(os.environ["LAB_OUT"]))
        syscalls.mount("none", str(out), "hostfs", 0, str(out))
        order = json.loads((out / "guest.json").read_text(encoding="utf-8"))
        feed_random(bytes.fromhex(order["random"]))
        if order["virtual"]:
            time.sleep(_UPTIME)  # takes no time: the clock jumps
        elif order.get("clock"):
            time.clock_settime(time.CLOCK_REALTIME, order["clock"])
        _no_module_loader()
        if order.get("module"):
            syscalls.load_module(order["module"])
        in_child(lambda: _serve(order) if "serve" in order else work(order, out))
    except Exception:  # the console is all there is to tell it
        tell()
    finally:
        end()


def tell() -> None:
    """Print the error that is being handled, on the console."""
    import traceback  # it takes long to start, and is hardly ever needed
    traceback.print_exc()


def end(how: int = POWER_OFF) -> None:
    """Switch the guest off, or have it start again, with all written to its disks; never returns."""
    os.sync()
    ctypes.CDLL(None).reboot(ctypes.c_int(how))
    os._exit(1)


def machine() -> None:
    """The file systems that a running machine has; the root stays as it is, read only."""
    for kind, target in (("proc", "/proc"), ("sysfs", "/sys"), ("devtmpfs", "/dev"), ("tmpfs", "/run")):
        syscalls.mount(kind, target, kind)
    os.makedirs("/dev/pts", exist_ok=True)
    syscalls.mount("devpts", "/dev/pts", "devpts")
    os.environ.update(PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME="/run", LC_ALL="C.UTF-8",
                      TZ="UTC")


def feed_random(data: bytes) -> None:
    """Credit the kernel's generator with random bytes of the machine's: it would spin for its own in virtual time."""
    with open("/dev/urandom", "wb") as device:
        fcntl.ioctl(device, _RNDADDENTROPY, struct.pack("@ii", 8 * len(data), len(data)) + data)


def in_child(work) -> None:
    """Run in a process of its own and reap until that ends; this one must outlive whatever happens there."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:
            tell()
        finally:
            sys.stdout.flush()
            os._exit(0)
    while os.wait()[0] != pid:
        pass


def _no_fallback_tunnels() -> None:
    """Have new network namespaces begin without gre0, tunl0 and so on, as on a machine whose modules are not loaded yet."""
    with open("/proc/sys/net/core/fb_tunnels_only_for_init_net", "w", encoding="ascii") as file:
        file.write("1")


def _no_module_loader() -> None:
    """Have the kernel look for no modules: a UML kernel has all it knows of built in, and each look starts a program."""
    try:
        with open("/proc/sys/kernel/modprobe", "w", encoding="ascii") as file:
            file.write("\n")
    except FileNotFoundError:
        pass  # a kernel that can load none at all


def _serve(order: dict) -> None:
    """Do what comes over the line that the order names."""
    from lab.guests import serve
    if order["writes"]:
        syscalls.mount("none", order["writes"], "hostfs", 0, order["writes"])
    serve.serve(os.open(order["serve"], os.O_RDWR | os.O_NOCTTY))


def work(order: dict, out: Path) -> None:
    """Run the test that is ordered."""
    if order["suite"]:
        _work_suite(order, out)
    else:
        from lab.guests.alone import Alone
        Alone(order, out).play()
    if os.path.isdir("/sys/kernel/debug"):  # the kernel may be one that counts which lines of it are run
        from lab.kernels import gcov
        gcov.collect(out)


def _work_suite(order: dict, out: Path) -> None:
    """One of another project's suite; `slow` is how many times as long as on the machine a line may take in this guest."""
    from lab import runone, suites
    from lab.place import HostSpec
    suite = suites.reopen(order["suite"])
    if not getattr(suite.project, "FALLBACK_TUNNELS", False):
        _no_fallback_tunnels()
    case = suite.project.load(suite, Path(order["folder"]))
    case.lacking = ""  # it would not have been started
    case.limit, case.total = case.limit * order["slow"], case.total * order["slow"]
    hosts = [HostSpec(**spec) for spec in order["hosts"]]
    options = runone.Options(place=order["place"], stack=order["stack"], real_time=not order["virtual"], inside=hosts)
    runone.Run(case, out, options, print).play()
