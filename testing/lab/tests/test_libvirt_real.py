# SPDX-License-Identifier: GPL-2.0-or-later
"""libvirt's domains with a real libvirt: a session of an ordinary user's, which for root is nobody's."""

import contextlib
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import scratch

from lab import kernels, paths
from lab.guests import image, qemu
from lab.kernels import catalog

_KERNEL = "6.1-cloud"
_LIMIT = 300.0  # seconds that anything here may take where guests are emulated
_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
_TEST, _OWN_TEST = "netkey/xfrm-esp-tunnel", "klips/by-hand"
_URI = "qemu:///session"
_WHICH, _BOOT = "cat /proc/sys/kernel/random/boot_id", r"\b\w{8}-\w{4}-\w{4}-\w{4}-\w{12}\b"


class Session:
    """A checkout, and a libvirt of its own, with its daemon's files in a folder of a short name."""

    def __init__(self, folder: Path) -> None:
        self.before = () if os.geteuid() else _NOBODY
        self.folder = folder
        self.checkout = scratch.Checkout(folder / "checkout")
        for name in ("kernel-src", "tools"):
            shutil.copytree(paths.ROOT / name, self.checkout.path / name)
        for test in (_TEST, _OWN_TEST):
            shutil.copytree(paths.TESTING / test, self.checkout.path / "testing" / test, symlinks=True)
            with open(self.checkout.path / "testing" / "TESTLIST", "a", encoding="utf-8") as listed:
                listed.write(test.replace("/", " ") + " good\n")
        self.environment = {**self.checkout.environment, "CYGNET_CACHE": str(self._cache())}
        if (paths.BUILD / "stage").is_dir():
            self.environment["CYGNET_STAGE"] = str(folder / "stage")
            shutil.copytree(paths.BUILD / "stage", folder / "stage")
        for name, part in (("RUNTIME_DIR", "run"), ("CONFIG_HOME", "etc"), ("CACHE_HOME", "cache")):
            (folder / part).mkdir(mode=0o700, exist_ok=True)
            self.environment[f"XDG_{name}"] = str(folder / part)
        self._give_away()

    def _cache(self) -> Path:
        """The cache, or for nobody, who cannot read root's, another with the same files."""
        if os.geteuid():
            return paths.cache()
        cache = self.folder / "cygnet"
        (cache / "kernels").mkdir(parents=True)
        shutil.copy(paths.cache() / "kernels" / "packages.json", cache / "kernels")
        wanted = [kernels.folder(catalog.find(_KERNEL, "qemu")), paths.cache() / "guests", image.root(print).parent]
        for source in wanted:
            shutil.copytree(source, cache / source.relative_to(paths.cache()), copy_function=_link, symlinks=True,
                            ignore=shutil.ignore_patterns("*.lock"))
        return cache

    def _give_away(self) -> None:
        if not os.geteuid():
            for folder, _, _ in os.walk(self.folder):
                os.chown(folder, 65534, 65534)

    def words(self, *words: str) -> list[str]:
        """A command as the session's user."""
        return [*self.before, *words]

    def run(self, *words: str) -> str:
        """What a command prints, which must succeed."""
        done = subprocess.run(self.words(*words), env=self.environment, cwd=self.checkout.path, capture_output=True, text=True,
                              timeout=_LIMIT, check=False)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def lab(self, *words: str) -> str:
        """What `lab` prints."""
        return self.run("./lab", *words)

    def virsh(self, *words: str) -> str:
        """What virsh prints."""
        return self.run("virsh", "-q", "-c", _URI, *words)

    def up(self) -> list[str]:
        """The domains that run."""
        return self.virsh("list", "--name").split()

    def end(self) -> None:
        """End what is left of it."""
        for name in self.up():
            self.virsh("destroy", name)
        for file in sorted((self.folder / "run" / "libvirt").glob("*.pid")):
            with contextlib.suppress(OSError, ValueError):
                os.kill(int(file.read_text(encoding="ascii")), signal.SIGTERM)
        scratch.until(lambda: not self._left(), "the session's daemons to end")

    def _left(self) -> bool:
        mark = f"XDG_RUNTIME_DIR={self.environment['XDG_RUNTIME_DIR']}".encode()
        for file in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if mark in file.read_bytes().split(b"\0"):
                    return True
        return False


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture(name="session", scope="module")
def _session():
    if not all(map(shutil.which, ("virsh", "libvirtd", "mkfs.erofs", qemu.PROGRAM))):
        pytest.skip("libvirt is not installed; 'make deps-libvirt' does it")
    if not kernels.is_cached(catalog.find(_KERNEL, "qemu")):
        pytest.skip(f"kernel {_KERNEL} is not cached; './lab kernels get {_KERNEL}' fetches it")
    folder = Path(tempfile.mkdtemp(prefix="virt-"))
    folder.chmod(0o755)
    made = Session(folder)
    try:
        made.lab("libvirt", "define", "east", "west", "--kernel", _KERNEL)
        yield made
    finally:
        made.end()
        shutil.rmtree(folder, ignore_errors=True)


class Console:
    """A person at `virsh console`."""

    def __init__(self, session: Session, name: str) -> None:
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(session.words("virsh", "-q", "-c", _URI, "console", name, "--force"), stdin=slave,
                                         stdout=slave, stderr=slave, env=session.environment, start_new_session=True)
        os.close(slave)

    def type(self, line: str, wanted: str) -> str:
        """Type a line; what comes until a match has. While nothing comes it is typed again: a shell may not be up yet."""
        said, end = "", time.monotonic() + _LIMIT
        while not re.search(wanted, said):
            assert time.monotonic() < end, f"no {wanted} but: {said}"
            os.write(self._master, line.encode() + b"\r")
            while select.select([self._master], [], [], 5.0)[0] and not re.search(wanted, said):
                said += os.read(self._master, 65536).decode(errors="replace")
        return said

    def close(self) -> None:
        """Leave it."""
        self._process.kill()
        self._process.wait()
        os.close(self._master)


def test_by_hand(session):
    for name in ("cygnet-east", "cygnet-west"):
        session.virsh("start", name)
    console = Console(session, "cygnet-west")
    try:
        assert "uid=0" in console.type("id", r"uid=0\(root\)")
        console.type("ping -c 1 -w 60 192.1.2.23", r"1 received, 0% packet loss")
        console.type("ping -c 1 -w 60 2001:db8:1:2::23", r"1 received, 0% packet loss")
        console.type("exit", r"west # .*exit[^#]*west # ")
        boot = re.search(_BOOT, console.type(_WHICH, _BOOT))[0]
        session.virsh("reboot", "cygnet-west")
        console.type(_WHICH, rf"(?!{boot}){_BOOT}")
    finally:
        console.close()
    for name in ("cygnet-east", "cygnet-west"):
        session.virsh("shutdown", name)
    scratch.until(lambda: not session.up(), "the domains to shut down", _LIMIT)


@pytest.mark.parametrize("test", [_TEST, _OWN_TEST])
def test_run(session, test):
    if test == _OWN_TEST and "CYGNET_STAGE" not in session.environment:
        pytest.skip("Cygnet is not built; 'make build' does it")
    before = [session.virsh("dumpxml", name) for name in ("cygnet-east", "cygnet-west")]
    out = session.folder / "cache" / "out"
    assert session.lab("run-one", "--place", "libvirt", "--out", str(out), test).startswith(f"pass {test}")
    assert {"east.console.txt", "internet.pcap", "guests"} <= set(os.listdir(out))
    assert not session.up()
    assert [session.virsh("dumpxml", name) for name in ("cygnet-east", "cygnet-west")] == before


def test_killed_run_leaves_no_domain(session):
    out = session.folder / "cache" / "killed"
    process = subprocess.Popen(session.words("./lab", "run-one", "--place", "libvirt", "--out", str(out), _TEST),
                               env=session.environment, cwd=session.checkout.path, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    scratch.until(lambda: process.poll() is not None or len(session.up()) == 2, "both domains to be up", _LIMIT)
    assert process.poll() is None
    process.kill()
    process.wait()
    scratch.until(lambda: not session.up(), "the domains to go", _LIMIT)


def test_domain_that_is_up_is_not_taken(session):
    session.virsh("start", "cygnet-west")
    words = session.words("./lab", "run-one", "--place", "libvirt", "--out", str(session.folder / "cache" / "up"), _TEST)
    done = subprocess.run(words, env=session.environment, cwd=session.checkout.path, capture_output=True, text=True,
                          timeout=_LIMIT, check=False)
    assert done.returncode == 3 and "cygnet-west is up; shut it down first" in done.stdout
    assert session.up() == ["cygnet-west"]
    session.lab("libvirt", "undefine")
    assert not session.virsh("list", "--all", "--name").split()
