# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU guests that the lab drives: boards, cards and ports, runs with a QEMU made up here, and real ones apart and kept."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import scratch
from test_guests_qemu import _FAKE, _checkout_with_qemu, _installed  # noqa: F401 - fixtures

from lab import kernels, paths, runone, testcase
from lab.errors import UnresolvedError
from lab.guests import board, drivenrun, initrd, mailbox, qemu, qemuboot, qemudriven, qemudrivenrun, qemuport, qemurun
from lab.kernels import catalog
from lab.place.frames import encode

_CONFIG = "".join(f"CONFIG_{name}=y\n" for name in (
    "SERIAL_8250_CONSOLE", "BLK_DEV_INITRD", "DEVTMPFS", "TMPFS", "VIRTIO_BLK", "VIRTIO_CONSOLE", "EROFS_FS", "OVERLAY_FS",
    "VIRTIO_NET", "VIRTIO_MMIO", "PVH", "ACPI", "PCI", "VIRTIO_PCI"))


def _without(*names: str) -> str:
    return "".join(line for line in _CONFIG.splitlines(True) if line[7:-3] not in names)


@pytest.mark.parametrize("config, wanted, cards, found, said", [
    (_CONFIG, "", 0, "microvm", []),
    (_CONFIG.replace("MMIO=y", "MMIO=m"), "", 4, "microvm", []),
    (_CONFIG, "q35", 0, "q35", []),
    (_without("VIRTIO_MMIO"), "", 0, "q35",
     ["kernel k: built without CONFIG_VIRTIO_MMIO, which a microvm needs; it gets a q35"]),
    (_without("PVH"), "", 0, "q35", ["kernel k: built without CONFIG_PVH, which a microvm needs; it gets a q35"]),
    (_CONFIG, "", 15, "q35", ["kernel k: a microvm can have 14 network cards, not 15; it gets a q35"]),
    (_without("VIRTIO_NET"), "", 0, "microvm", []),
])
def test_board(config, wanted, cards, found, said):
    heard = []
    assert board.choose("k", config, wanted, heard.append, cards, disks=8) == found
    assert heard == said


@pytest.mark.parametrize("config, wanted, cards, said", [
    (_without("VIRTIO_MMIO"), "microvm", 0, "kernel k: built without CONFIG_VIRTIO_MMIO, which a microvm needs"),
    (_without("EROFS_FS"), "", 0, "kernel k is built without CONFIG_EROFS_FS, which a QEMU guest needs"),
    (_without("VIRTIO_NET"), "", 1, "kernel k is built without CONFIG_VIRTIO_NET, which a QEMU guest needs"),
    (_without("ACPI", "VIRTIO_PCI"), "", 0, "without CONFIG_ACPI, which a microvm needs; built without CONFIG_VIRTIO_PCI"),
    (_CONFIG, "", 60, "a microvm can have 14 network cards, not 60; a q35 can have 20 network cards, not 60"),
])
def test_no_board(config, wanted, cards, said):
    with pytest.raises(UnresolvedError, match=re.escape(said)):
        board.choose("k", config, wanted, print, cards, disks=8)


def test_cards():
    words = " ".join(qemu.cards(qemu.Machine("tcg"), ["12:0", "12:1"], ["@card:0@"]))
    assert "dgram,local.type=fd,local.str=@card:0@,id=card0 -device virtio-net-device,netdev=card0,mac=12:0," in words
    assert "-netdev hubport,hubid=1,id=card1 " in words and "romfile" not in words
    assert "virtio-net-pci,netdev=card0,mac=12:0,ctrl_rx=off,guest_announce=off,romfile=" in " ".join(
        qemu.cards(qemu.Machine("tcg", "q35"), ["12:0"], []))


def test_a_guest_that_is_saved_has_some_cards_more():
    plan = {"hosts": {"a": {"interfaces": [1, 2]}, "b": {"interfaces": [3, 4, 5]}}}
    assert [qemudriven.cards(("a",), plan, saved) for saved in (True, False)] == [4, 2]
    assert [qemudriven.cards(("a", "b"), plan, saved) for saved in (True, False)] == [8, 5]


def _port(ready: bool) -> tuple[qemuport.Port, socket.socket]:
    ours, theirs = socket.socketpair()
    theirs.settimeout(5)
    return qemuport.Port(ours, {"serve": True}, ready), theirs


def test_a_port_gives_the_order_to_a_guest_that_is_ready():
    port, guest = _port(ready=False)
    guest.send(b'{"ready"')
    assert port.pump() == []
    guest.send(b": true}\n")
    assert port.pump() == []
    order = json.loads(guest.recv(65536))
    assert order["serve"] is True and order["time"] > 1e9
    guest.send(encode({"id": 0, "hello": True}))
    assert port.pump() == [{"id": 0, "hello": True}]
    port.send({"id": 1})
    assert guest.recv(65536) == encode({"id": 1})


def test_a_port_of_a_restored_guest_gives_the_order_at_once():
    _, guest = _port(ready=True)
    assert json.loads(guest.recv(65536))["serve"] is True


@pytest.mark.parametrize("said", [b"Traceback\n", b'{"ready": false}\n', b"x" * 5000])
def test_a_port_to_something_else(said):
    port, guest = _port(ready=False)
    guest.send(said)
    with pytest.raises(UnresolvedError, match="instead of being ready"):
        port.pump()


def test_a_port_whose_guest_ends():
    port, guest = _port(ready=False)
    guest.send(b'{"rea')
    assert port.pump() == []
    guest.close()
    assert port.pump() is None


_SERVES = ("ready", "take", "serve")


class _Runs:
    """Runs tests in driven guests of a QEMU made up here."""

    def __init__(self, tmp_path: Path, monkeypatch) -> None:
        self._script, self.out, self._patch = tmp_path / "script", tmp_path / "out", monkeypatch
        self.case = testcase.load(paths.TESTING / "hosts" / "empty")
        self.setup = qemuboot.Setup("name", qemu.Machine("tcg", memory=1), tmp_path / "vmlinux", None, (), {})
        (tmp_path / "config").write_text(_CONFIG)
        files = SimpleNamespace(config=tmp_path / "config", release="6.9", image=Path("/k"))
        monkeypatch.setenv("FAKE_QEMU", str(self._script))
        monkeypatch.setattr(drivenrun.kernels, "ensure", lambda kernel, progress: files)
        monkeypatch.setattr(drivenrun.catalog, "find", lambda *words: None)
        monkeypatch.setattr(qemurun, "prepared", lambda *words: self.setup)
        monkeypatch.setattr(qemudrivenrun.processors, "take", lambda *words, **more: 0)
        monkeypatch.setattr(qemurun, "TESTING", str(paths.TESTING))  # where the hosts of the guest made up here find it
        monkeypatch.setattr(mailbox, "pack", lambda target: target.touch())
        monkeypatch.setattr(initrd, "write", lambda target, *_: target)

    def run(self, *lines: str, limit: float = 30.0, **options) -> qemudrivenrun.QemuDrivenRun:
        """The run, which has come to its end, of the test in guests that do this."""
        self._script.write_text("\n".join(lines) + "\n")
        self._patch.setitem(qemuboot.READY_LIMIT, "tcg", limit)
        chosen = runone.Options(place="qemu", kernel="6.1", snapshot=False, **options)
        run = qemudrivenrun.QemuDrivenRun(self.case, self.out, chosen, lambda text: None, 0)
        run.play()
        return run

    @property
    def orders(self) -> list[dict]:
        """What the guests were ordered."""
        return list(map(json.loads, (self._script.parent / "orders").read_text().splitlines()))

    @property
    def started(self) -> int:
        """How many guests were started."""
        return len((self._script.parent / "started").read_text().split())


@pytest.fixture(name="runs")
def _runs(request, tmp_path, monkeypatch):
    request.getfixturevalue("installed")
    made = _Runs(tmp_path, monkeypatch)
    yield made
    assert not (made.out / drivenrun.FOLDER / ".disks").exists() and not _left(tmp_path)


def _left(tmp_path: Path) -> list[str]:
    """The processes, of whatever PID namespace, that are the QEMU of a test."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        line = scratch.command_line(int(pid))
        if str(tmp_path) in line and qemu.PROGRAM in line:
            found.append(line)
    return found


def test_hosts_apart(runs):
    result = runs.run(*_SERVES, apart=True, kernels={"east": "6.12"}).result
    assert (result.verdict, result.reason) == ("pass", ""), result.reason
    assert result.cell["kernel"] == "west=6.1,east=6.12" and result.cell["release"] == "6.9" and runs.started == 2
    first, second = runs.orders
    assert first["random"] != second["random"] and len(first["cards"]) == 2 and first["time"] > 1e9
    assert set(result.wires) == {"internet", "westnet", "eastnet"} and (runs.out / "internet.pcap").stat().st_size >= 24
    assert {path.name for path in (runs.out / "guests").iterdir()} == {"west", "east"}


def test_hosts_are_left_up(runs):
    run = runs.run(*_SERVES, keep=True)
    try:
        assert run.result.verdict == "pass" and run.stays and runs.started == 1
        assert run.place.type("west", "hostname; ip -br link show eth1", 30)["output"].startswith("west\neth1@")
        assert run.place.run("east", ["cat"], b"x" * 200000) == (0, b"x" * 200000, b"")
    finally:
        run.place.stop()


@pytest.mark.parametrize("lines, said", [
    (["console VFS: no root", "end"], "guest guest ended as it was started; see its console; tried twice; "
     "guest said last: VFS: no root"),
    (["console VFS: no root", "hang"], "guest guest was not up within 0.5 s; see its console; tried twice; "
     "guest said last: VFS: no root"),
    (["say hello", "hang"], "the guest says 'hello' instead of being ready; tried twice; guest said last: nothing"),
    (["ready", "take", "end"], "guest guest ended as it was started; see its console; tried twice; guest said last: nothing"),
])
def test_guests_that_do_not_get_up_are_tried_twice(runs, lines, said):
    result = runs.run(*lines, limit=0.5, keep=True).result
    assert (result.verdict, result.reason, runs.started) == ("unresolved", said, 2)


def test_what_a_kernel_reports_is_a_crash(runs):
    result = runs.run("console BUG: KASAN: use-after-free", *_SERVES, keep=True)
    result.place.stop()
    assert (result.result.verdict, result.result.reason) == (
        "crash", "the kernel of guest reports: BUG: KASAN: use-after-free")


def test_no_memory_for_all_guests(runs, tmp_path):
    runs.setup = replace(runs.setup, machine=qemu.Machine("tcg", memory=1 << 40))
    result = runs.run(*_SERVES, apart=True).result
    assert result.verdict == "unresolved" and f"takes {2 << 40} MB of memory and must leave 200 MB" in result.reason
    assert not (tmp_path / "started").exists()


def test_no_qemu(runs, monkeypatch):
    monkeypatch.setattr(qemu, "PROGRAM", "qemu-system-none")
    result = runs.run(*_SERVES, keep=True).result
    assert (result.verdict, result.reason) == (
        "unresolved", "qemu-system-none: no such command; package qemu-system-x86 has it: 'make deps-qemu'")


def test_guests_end_with_the_lab(runs, tmp_path):
    pid = os.fork()
    if pid == 0:
        try:
            run = runs.run(*_SERVES, apart=True, keep=True)  # as long as it is there, its hosts are
            (tmp_path / "up").write_text(run.result.verdict)
            signal.pause()
        finally:
            os._exit(1)
    try:
        scratch.until((tmp_path / "up").exists, "the hosts to be up")
        assert len(_left(tmp_path)) >= 2
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    scratch.until(lambda: not _left(tmp_path), "QEMU to have ended")


_APART = """\
west #
 ip -br link show eth1
eth1             UP             12:00:00:64:64:45 <BROADCAST,MULTICAST,UP,LOWER_UP>\x20
west #
 ping -q -c 1 -W 9 192.1.2.23 | grep received
1 packets transmitted, 1 received, 0% packet loss, time TIMEms
west #
"""


def test_real_guests_apart(checkout_with_qemu, tmp_path):
    made = checkout_with_qemu
    shutil.copytree(paths.TESTING / "guestbin", made.path / "testing" / "guestbin", symlinks=True, dirs_exist_ok=True)
    scripts = {"01-west.sh": "ip -br link show eth1\nping -q -c 1 -W 9 192.1.2.23 | grep received\n"}
    name = made.test("apart", scripts, toml='hosts = ["west", "east"]\n', console={"west": _APART}, files={
        "internet.capture.txt": "west > east 192.1.2.45 > 192.1.2.23 ICMP echo request id=E1 seq=1 len=64\n"
                                "east > west 192.1.2.23 > 192.1.2.45 ICMP echo reply id=E1 seq=1 len=64\n"})
    result = made.result("--place", "qemu", "--apart", "--no-snapshot", "--out", str(tmp_path / "out"), name)
    assert (result["class"], result["cell"]["release"][:4]) == ("pass", "6.1."), result
    assert {"west", "east"} == set(os.listdir(tmp_path / "out" / name / "guests"))


def test_real_guest_under_gdb(checkout_with_qemu, tmp_path):
    kernel = catalog.find("qemu-6.12", "qemu")
    if not shutil.which("gdb") or not kernels.is_cached(kernel):
        pytest.skip("gdb is not installed, or kernel qemu-6.12 not cached; './lab kernels build qemu-6.12' builds it")
    process = checkout_with_qemu.start("run-one", "--place", "qemu", "--kernel", "qemu-6.12", "--gdb",
                                       "--out", str(tmp_path / "out"), "hosts/empty")
    try:
        said = next(line for line in process.stdout if "waits for gdb" in line)
        typed = re.search(r"gdb (\S+) -ex 'target remote (\S+)'", said)
        done = subprocess.run(
            ["gdb", "-nx", "-batch", typed[1], "-ex", f"target remote {typed[2]}", "-ex", "hbreak start_kernel", "-ex",
             "continue", "-ex", "info registers rip", "-ex", "detach"], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60, check=False)
        assert re.search(r"Breakpoint 1, 0x\w+ in start_kernel \(\)\nrip +0xffffffff8\w+ ", done.stdout), done
        assert process.stdout.read().startswith("pass hosts/empty ")
    finally:
        scratch.kill_group(process)
    assert not os.path.exists(typed[2])
