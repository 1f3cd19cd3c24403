# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest with ipsec.ko in its kernel, left up for what is no scenario: programs put there, and what its kernel reports."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "testing"))
sys.dont_write_bytecode = True  # none into the checkout

from lab import kernels  # noqa: E402 - after its path is known
from lab.errors import LabError  # noqa: E402
from lab.guests import report  # noqa: E402
from lab.kernels import catalog  # noqa: E402

LAB = str(ROOT / "lab")
TEST = "klips/device"  # any whose hosts have Cygnet's programs; only one of them is used
HOST = "west"
PROGRAMS = ROOT / "build/klips/plain/klips/guest"
ENDS = "/testing/module/ends.sh"
PROCESSORS = "2"  # of a QEMU guest; UML has one
_UP_SECONDS = 900
_LEAKS = "/sys/kernel/debug/kmemleak"
_AGE = 6  # seconds: kmemleak says nothing of what is younger than 5


class Failed(Exception):
    """The guest's kernel reports something, or what ran there failed."""


class Guest:
    """One guest; to be used with `with`. Failed if it does not come up."""

    def __init__(self, folder: Path, kernel: str, test: str = TEST) -> None:
        self.kernel = catalog.find(kernel).name
        self.out, self.test = folder / "guest", test
        self.top = 0  # the process whose children all that belongs to the guest are
        self.place = "uml" if self.kernel.startswith("uml-") else "qemu"

    def __enter__(self) -> "Guest":
        sort = ["--real-time"] if self.place == "uml" else ["--processors", PROCESSORS]
        done = subprocess.run([LAB, "run", self.test, "--place", self.place, "--kernel", self.kernel, *sort, "--stack",
                               "klips-kernel", "--stop-at", "1", "--out", str(self.out)], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=_UP_SECONDS, check=False)
        holder = self.out / self.test / "live.pid"
        if not holder.exists():
            raise Failed(f"the guest is not up:\n{done.stdout}{done.stderr}")
        self.top = int(holder.read_text(encoding="ascii"))
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run([LAB, "stop", self.test], capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)

    def at(self, script: str, limit: int = 60, source: bytes = b"", quiet: bool = False) -> str:
        """What a script prints in the guest, which is shown too; it has that many seconds. Failed if it fails."""
        command = [LAB, "exec", "--limit", str(limit), self.test, HOST, "sh", "-euc", script]
        done = subprocess.run(command, input=source, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=limit + 120,
                              check=False)
        text = done.stdout.decode(errors="replace")
        if not quiet:
            print(text, end="", flush=True)
        self.check()
        if done.returncode:
            raise Failed(f"'{script}' ended with {done.returncode}:\n{text[-2000:]}")
        return text

    def put(self, *programs: str) -> None:
        """Have programs of src/klips/guest/ in the guest's /tmp."""
        for name in programs:
            self.at(f"cat >/tmp/{name}; chmod +x /tmp/{name}", source=(PROGRAMS / name).read_bytes())

    def has(self, line: str) -> bool:
        """Whether its kernel's configuration has that line."""
        files = kernels.ensure(catalog.find(self.kernel), print)
        return line in files.config.read_text(encoding="utf-8").splitlines()

    def check(self) -> None:
        """Failed if the kernel has reported anything on its console."""
        for console in self.out.rglob("guests/*/console.txt"):
            if trace := report.find(console.read_text(encoding="utf-8", errors="replace")):
                raise Failed(f"the kernel reports:\n{trace}")

    def check_leaks(self) -> None:
        """Failed if kmemleak, where the kernel has it, finds memory that nobody knows of any more."""
        there = f"mount -t debugfs none /sys/kernel/debug 2>/dev/null || true; [ -e {_LEAKS} ] && echo there || echo unknown"
        if self.at(there, quiet=True).strip() == "unknown":
            return
        script = f"for time in 1 2; do sleep {_AGE}; echo scan >{_LEAKS}; done; cat {_LEAKS}"
        if leaks := self.at(script, limit=300, quiet=True).strip():
            raise Failed(f"not freed:\n{leaks}")


def play(name: str, about: str, work: Callable[[argparse.Namespace, Path], None], kernel: str,
         **others: tuple[int | str, str]) -> int:
    """The program `name`: reads its command line and does the work in a folder that is removed. Its exit status.

    kernel: which one by default; others: further options, each with its default and what it means.
    """
    parser = argparse.ArgumentParser(prog=name, description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernel", default=kernel, help="as 'lab kernels list' names it (%(default)s)")
    for option, (value, what) in others.items():
        parser.add_argument(f"--{option}", type=type(value), default=value, help=f"{what} ({value})" if value != "" else what)
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix=f"{name}-") as folder:
            work(options, Path(folder))
    except (Failed, LabError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    print(f"{name}: nothing found")
    return 0
