# SPDX-License-Identifier: GPL-2.0-or-later
"""Scratch checkouts for tests of the lab's command: copies of what `lab` needs, with tests that a test writes."""

import atexit
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from lab.paths import ROOT

LIMIT = 90.0  # seconds that anything here may take on a busy machine
_FOLDERS = ("topology", "sanitizers", "guestbin", "peers", "baseconfigs", "suites")
_shared: list["Checkout"] = []

# Stands in for ssh: a host is a cache of its own on this machine. HOST.away: it does not answer; HOST.dies: it goes away
# when it is to run a test; HOST.odd: what is expected there is something else.
SSH = """\
#!/bin/sh
top=$(dirname "$0")
while [ "$1" != "${1#-}" ]; do
    case $1 in -[olp]) shift 2 ;; *) shift ;; esac
done
host=$1
shift
[ "$1" != -- ] || shift
case $* in *GNU_Parallel*) [ ! -e "$top/$host.dies" ] || mv "$top/$host.dies" "$top/$host.away" ;; esac
[ ! -e "$top/$host.away" ] || { echo "ssh: connect to host $host: No route to host" >&2; exit 255; }
if [ -e "$top/$host.odd" ]; then
    for file in "$top/$host"/farm/*/testing/t/*/west.console.txt; do [ ! -e "$file" ] || echo odd >"$file"; done
fi
export CYGNET_CACHE="$top/$host" SHELL=/bin/sh
exec 3<&0
setsid sh -c "$*" <&3 &  # what runs on a host is none of this machine's to kill: it sees that its connection is gone
wait "$!"
"""


class Checkout:
    """A checkout with the lab in it and no tests; commands run in it get a cache and a home of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kind = path / "testing" / "t"
        self.kind.mkdir(parents=True)
        (path / "testing" / "TESTLIST").write_text("# tests of the lab itself\n")
        shutil.copy(ROOT / "lab", path / "lab")
        shutil.copytree(ROOT / "testing" / "lab", path / "testing" / "lab",
                        ignore=shutil.ignore_patterns("tests", "__pycache__"))
        for name in _FOLDERS:
            if (ROOT / "testing" / name).is_dir():
                shutil.copytree(ROOT / "testing" / name, path / "testing" / name, symlinks=True)
        shutil.copy(ROOT / "testing" / "run", path / "testing" / "run")
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(path / "home"), "LC_ALL": "C.UTF-8",
                            "CYGNET_CACHE": str(path / "cache")}

    def test(self, name: str, scripts: dict[str, str], console: dict[str, str] | None = None, toml: str = "",
             status: str = "good", files: dict[str, str] | None = None) -> str:
        """Write a test and list it; its name. console: the expected consoles by host. One of that name is replaced."""
        folder = self.kind / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        given = {"description.txt": f"The test {name}\n", **scripts, **(files or {})}
        given |= {f"{host}.console.txt": text for host, text in (console or {}).items()}
        if toml:
            given["test.toml"] = toml
        for path, text in given.items():
            (folder / path).write_text(text)
        (folder / "run").symlink_to("../../run")
        listed = self.path / "testing" / "TESTLIST"
        rows = [row for row in listed.read_text().splitlines(True) if not row.startswith(f"t {name} ")]
        listed.write_text("".join(rows) + f"t {name} {status}\n")
        return f"t/{name}"

    def says(self, name: str, *lines: str, **settings) -> str:
        """Write a test that types these lines at west and has no expected console unless one is given."""
        return self.test(name, {"01-west-says.sh": "".join(line + "\n" for line in lines)}, **settings)

    def lab(self, *words: str, before: tuple[str, ...] = (), **settings) -> subprocess.CompletedProcess:
        """Run `lab` to its end. before: a command that runs it, such as setpriv and its arguments."""
        settings = {"stdin": subprocess.DEVNULL, "env": self.environment, "cwd": self.path, **settings}
        return subprocess.run([*before, str(self.path / "lab"), *words], capture_output=True, timeout=LIMIT, text=True,
                              errors="surrogateescape", check=False, **settings)

    def start(self, *words: str, before: tuple[str, ...] = (), **settings) -> subprocess.Popen:
        """Start `lab` in a process group of its own."""
        settings = {"stdin": subprocess.DEVNULL, "env": self.environment, "cwd": self.path, **settings}
        return subprocess.Popen([*before, str(self.path / "lab"), *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, process_group=0, **settings)

    def results(self, *words: str, **settings) -> dict[str, dict]:
        """Run tests; their results by name."""
        done = self.lab("run", "--json", *words, **settings)
        assert done.stdout, done.stderr
        return {record["test"]: record for record in json.loads(done.stdout)}

    def result(self, *words: str, **settings) -> dict:
        """Run one test; its result."""
        (record,) = self.results(*words, **settings).values()
        return record


def another() -> Checkout:
    """A checkout of the caller's own."""
    return Checkout(_folder("cygnet-scratch-"))


def shared() -> Checkout:
    """A checkout that all tests of a session use; its tests have names of their own, so they do not meet."""
    if not _shared:
        _shared.append(another())
    return _shared[0]


def _folder(prefix: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)  # other users run the lab from it
    owner = os.getpid()
    atexit.register(lambda: os.getpid() == owner and shutil.rmtree(folder, ignore_errors=True))
    return folder / "checkout"


def console(host: str, *steps: tuple[str, str]) -> str:
    """The expected console of a host at which lines were typed, each with what it printed."""
    return "".join(f"{host} #\n {line}\n{output}" for line, output in steps) + f"{host} #\n"


def one_line(done: subprocess.CompletedProcess, status: int) -> str:
    """What a command that failed with that status said, which is one line and no traceback."""
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    said = done.stderr.strip()
    assert said.startswith("lab: ") and "\n" not in said and "Traceback" not in said, done.stderr
    return said


def until(check, what: str, limit: float = LIMIT):
    """What check() returns, as soon as that is true."""
    end = time.monotonic() + limit
    while not (found := check()):
        assert time.monotonic() < end, f"{what}: not within {limit:g} s"
        select.select([], [], [], 0.01)
    return found


def descendants(pid: int) -> dict[int, str]:
    """The processes below pid, each with its command line."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _stat(int(entry))):
            parents[int(entry)] = int(fields[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {child: command_line(child) for child in found - {pid}}


def children(pid: int) -> list[int]:
    """The processes that a process has started, the oldest first."""
    return sorted(child for child in descendants(pid) if _stat(child)[1:2] == [str(pid)])


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; none if it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
    return [] if fields[0] in "ZX" else fields


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    return bool(_stat(pid))


def command_line(pid: int) -> str:
    """A process's command line; empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def running(process: subprocess.Popen, command: str) -> int:
    """Wait until a process below this one has exactly this command line; its id."""
    def find() -> int:
        assert process.poll() is None, f"lab ended: {process.stdout.read()}"
        return next((pid for pid, line in descendants(process.pid).items() if line == command), 0)
    return until(find, f"'{command}' to run")


def kill_group(process: subprocess.Popen) -> None:
    """End a process and its group, whatever has become of it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.communicate()
