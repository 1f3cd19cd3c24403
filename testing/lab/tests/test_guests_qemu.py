# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU guests: command lines, how a guest is started, heard and judged (with a QEMU made up here), and a real one."""

import json
import os
import shutil
from pathlib import Path

import pytest
import scratch

from lab import cli, commands, kernels, paths, runone, stack, testcase
from lab.errors import UnresolvedError
from lab.guests import image, initrd, kvm, mailbox, qemu, qemuboot, qemurun, ram
from lab.guests import run as guestrun

_FAKE = Path(__file__).resolve().parent / "fake_qemu.py"
_DISKS = [qemu.Disk("root", Path("/a, b/image")), qemu.Disk("out", Path("/o"), writable=True)]


@pytest.fixture(name="installed")
def _installed(tmp_path, monkeypatch):
    """A folder of programs, first in PATH, in which QEMU is the one made up here."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / qemu.PROGRAM).symlink_to(_FAKE)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return programs


def _words(machine: qemu.Machine, **settings) -> list[str]:
    given = {"console": Path("/out/con,sole"), "memory": None, "private": False, **settings}
    return qemu.command(machine, _DISKS, **given)


@pytest.mark.parametrize("accelerator, board, there, absent", [
    ("tcg", "microvm", ["virtio-blk-device,drive=root,serial=root", "virtio-serial-device"], "virtio-blk-pci,drive=root"),
    ("tcg", "q35", ["virtio-blk-pci,drive=root,serial=root", "qboot.rom"], "virtio-serial-device"),
    ("kvm", "microvm", ["kvm", "host"], "max"),
])
def test_command(installed, accelerator, board, there, absent):
    words = _words(qemu.Machine(accelerator, board))
    assert words[0] == str(installed / qemu.PROGRAM)
    assert set(there) <= set(words) and not any(word.startswith(absent) for word in words)
    assert "file,id=console,path=/out/con,,sole" in words
    blocks = [json.loads(word) for name, word in zip(words, words[1:]) if name == "-blockdev"]
    assert [(block["node-name"], block["file"]["filename"], block["read-only"]) for block in blocks] == [
        ("root", "/a, b/image", True), ("out", "/o", False)]


@pytest.mark.parametrize("private", [True, False])
def test_memory_is_shared_unless_private(installed, private):
    words = _words(qemu.Machine("tcg"), memory=Path("/s/memory"), private=private)
    backing = json.loads(words[words.index("-object") + 1])
    assert (backing["mem-path"], backing["share"], backing["size"]) == ("/s/memory", not private, 512 << 20)


def test_processors_run_at_once():
    words = " ".join(_words(qemu.Machine("tcg", processors=2)))
    assert " -smp 2 " in words and "tcg,thread=multi," in words
    assert " -smp 1 " in " ".join(_words(qemu.Machine("tcg")))


def test_guest_is_as_it_was_asked_for(monkeypatch):
    def patience(*words: str) -> tuple[int, float]:
        made = commands.options(commands.place_arguments(["--place", "qemu", *words]))
        return made.processors, made.patience
    monkeypatch.setattr(qemu, "accelerator", lambda: "tcg")
    assert patience("--kernel", "qemu-6.12") == (1, 8.0)
    assert patience("--kernel", "qemu-kasan", "--processors", "2") == (2, 32.0)
    assert patience("--kernel", "qemu-6.12,east=qemu-kasan") == (1, 32.0)


def _kernel_arguments(machine: qemu.Machine, **settings) -> list[str]:
    words = qemu.boot_words(machine, qemu.Boot(Path("/k"), Path("/i"), **settings))
    return words[words.index("-append") + 1].split()


def test_kernel_arguments():
    emulated = _kernel_arguments(qemu.Machine("tcg"))
    (speed,) = [int(word.partition("=")[2]) for word in emulated if word.startswith("tsc_early_khz=")]
    assert 100_000 < speed < 10_000_000 and {"norandmaps", "mitigations=off", "tsc=reliable"} <= set(emulated)
    assert not any(word.startswith("tsc") for word in _kernel_arguments(qemu.Machine("kvm")))
    assert not any(word.startswith("tsc_early") for word in _kernel_arguments(qemu.Machine("tcg", "q35")))
    assert "LAB_WARM=1" not in emulated and "LAB_WARM=1" in _kernel_arguments(qemu.Machine("tcg"), warm=True)


def test_gdb_stops_the_guest_before_it_begins():
    words = qemu.boot_words(qemu.Machine("kvm"), qemu.Boot(Path("/k"), Path("/i"), gdb=Path("/tmp/a,b")))
    assert "-S" in words and "unix:/tmp/a,,b,server=on,wait=off" in words
    assert "nokaslr" in words[words.index("-append") + 1].split()


def test_no_qemu(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UnresolvedError, match="package qemu-system-x86 has it: 'make deps-qemu'"):
        qemu.program()


@pytest.mark.parametrize("seconds, usable", [(0.001, True), (0.25, False)])
def test_slow_kvm_is_not_used(monkeypatch, seconds, usable):
    monkeypatch.setattr(kvm, "_loop", lambda: seconds)
    assert kvm.tried() == usable


def test_kvm_that_fails_or_hangs_is_not_used(monkeypatch):
    monkeypatch.setattr(kvm, "_loop", lambda: os.open("/no/kvm", os.O_RDWR))
    assert not kvm.tried()
    monkeypatch.setattr(kvm, "_LIMIT", 0.2)
    monkeypatch.setattr(kvm, "_loop", lambda: [None for _ in iter(int, 1)])
    assert not kvm.tried()


def test_kvm_is_tried_once_a_boot(tmp_path, monkeypatch):
    tries = []
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(kvm, "_DEVICE", os.devnull)
    monkeypatch.setattr(kvm, "tried", lambda: tries.append(1) or True)
    assert [kvm.is_usable(), kvm.is_usable(), len(tries)] == [True, True, 1]
    monkeypatch.setattr(kvm, "_boot", lambda: "another")
    assert kvm.is_usable() and len(tries) == 2
    monkeypatch.setattr(kvm, "_DEVICE", "/no/kvm")
    assert not kvm.is_usable()


def test_memory_is_looked_at_first():
    ram.check(512, 712)
    with pytest.raises(UnresolvedError, match="takes 512 MB of memory and must leave 200 MB; 711 MB are available"):
        ram.check(512, 711)


def test_paths_are_moved_into_the_guest():
    order = {"folder": "/w/testing/a/b", "hosts": [{"lowers": ["/c/peers/x"], "binds": {"/testing": "/w/testing"}}], "n": 1}
    assert qemurun.moved(order, {"/w/testing": "/T", "/c/peers/x": "/mnt/tree0"}) == {
        "folder": "/T/a/b", "hosts": [{"lowers": ["/mnt/tree0"], "binds": {"/testing": "/T"}}], "n": 1}
    assert qemurun.moved("/w/testing2", {"/w/testing": "/T"}) == "/w/testing2"


_RESULT = json.dumps({"test": "t/name", "cell": {"place": "qemu", "release": "6.9"}, "out": "/x", "class": "fail",
                      "reason": "west differs", "seconds": 9.0, "started": 1.0, "phases": {"hosts": 0.5}, "diffs": [],
                      "wires": {}, "attempts": []})
_BEGINS = ("ready", "take", "begun")


class _Guest:
    """Runs a test in a QEMU made up here."""

    def __init__(self, tmp_path: Path, monkeypatch) -> None:
        self._script, self.out, self._patch = tmp_path / "script", tmp_path / "out", monkeypatch
        made = tmp_path / "t" / "name"
        made.mkdir(parents=True)
        (made / "01-west.sh").write_text("true\n")
        self.case = testcase.load(made)
        setup = qemuboot.Setup("name", qemu.Machine("tcg", memory=1), tmp_path / "vmlinux", None, (), {})
        monkeypatch.setenv("FAKE_QEMU", str(self._script))
        monkeypatch.setattr(qemurun, "provide", lambda options, progress, folders=(): setup)
        monkeypatch.setattr(qemurun.processors, "take", lambda slot: 0)  # a lock that lasts as long as the process
        monkeypatch.setattr(mailbox, "pack", lambda target: target.touch())
        monkeypatch.setattr(initrd, "write", lambda target, *_: target)

    def play(self, *lines: str, limit: float = 30.0, **others):
        """The result of the test whose guest does this."""
        self._script.write_text("\n".join(lines) + "\n")
        self._patch.setattr(guestrun, "_MARGIN", limit - self.case.total)
        self._patch.setitem(qemuboot.READY_LIMIT, "tcg", limit)
        options = runone.Options(place="qemu", kernel="6.1", machine="microvm", snapshot=False, **others)
        return qemurun.QemuRun(self.case, self.out, options, lambda text: None, 0).play()

    @property
    def order(self) -> dict:
        """What the guest was ordered."""
        return json.loads((self._script.parent / "order.json").read_text())

    @property
    def started(self) -> list[int]:
        """The processes that were QEMU."""
        return list(map(int, (self._script.parent / "started").read_text().split()))


@pytest.fixture(name="guest")
def _guest(installed, tmp_path, monkeypatch):
    return _Guest(tmp_path, monkeypatch)


def test_result_and_files_come_back(guest):
    result = guest.play(*_BEGINS, f"archive ./result.json {_RESULT}", "archive ./west.console.txt hello")
    assert (result.verdict, result.reason) == ("fail", "west differs")
    assert (result.cell["place"], result.cell["kernel"], result.cell["release"]) == ("qemu", "6.1", "6.9")
    assert (guest.out / "west.console.txt").read_text() == "hello"
    assert not (guest.out / ".guest").exists() and not any(map(scratch.alive, guest.started))
    order = guest.order
    assert order["time"] > 1e9 and len(order["random"]) == 1024 and order["hosts"][0]["binds"] == {"/testing": "/mnt/testing"}


def test_programs_of_cygnets_own_are_on_a_disk(guest, monkeypatch, tmp_path):
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CYGNET_STAGE", str(tmp_path / "stage"))
    (tmp_path / "stage/usr").mkdir(parents=True)
    (tmp_path / "stage/usr/hello").write_text("one")
    monkeypatch.setattr(image, "write", lambda source, target: target.write_text((source / "usr/hello").read_text()))
    disks = []
    monkeypatch.setattr(qemu, "_disk", lambda machine, disk, made=qemu._disk: disks.append(disk) or made(machine, disk))
    guest.play(*_BEGINS, f"archive result.json {_RESULT}")
    assert guest.order["stage"] is False and guest.order["hosts"][0]["lowers"] == []
    guest.case.stacks.append("klips-user")
    guest.play(*_BEGINS, f"archive result.json {_RESULT}")
    assert guest.order["stage"] is True and guest.order["hosts"][0]["lowers"] == ["/mnt/stage"]
    assert [disk.name for disk in disks] == ["in", "stage", "out"] * 2 and not disks[1].writable
    made = qemuboot.stage_image(print)
    assert made.read_bytes().rstrip(b"\0") == b"one" and made.stat().st_size == 256 << 20
    with pytest.raises(UnresolvedError, match="MB of programs, a guest takes 0 at most"):
        image.stage(stack.tree(), 2, print)


def test_klipss_module_is_on_that_disk_too(guest, monkeypatch, tmp_path):
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CYGNET_STAGE", str(tmp_path / "stage"))
    monkeypatch.setattr(paths, "BUILD", tmp_path)
    (tmp_path / "stage/usr").mkdir(parents=True)
    module = tmp_path / "module" / "6.1" / "ipsec.ko"
    module.parent.mkdir(parents=True)
    module.write_text("a module")
    inside = "lib/klips/6.1/ipsec.ko"
    monkeypatch.setattr(image, "write", lambda source, target: target.write_text((source / inside).read_text()))
    guest.case.stacks.append("klips-user")
    guest.play(*_BEGINS, f"archive result.json {_RESULT}", stack="klips-kernel")
    assert guest.order["module"] == f"/mnt/stage/{inside}" and guest.order["stack"] == "klips-kernel"
    assert guest.order["hosts"][0]["binds"][stack.MODULE_AT] == "/mnt/stage/lib/klips/6.1"


def test_orders_differ_in_their_random_numbers(guest):
    guest.play(*_BEGINS, f"archive result.json {_RESULT}")
    first = guest.order["random"]
    guest.play(*_BEGINS, f"archive result.json {_RESULT}")
    assert guest.order["random"] != first


@pytest.mark.parametrize("lines", [["console VFS: no root", "end"], ["console VFS: no root", "hang"],
                                   ["ready", "console VFS: no root", "hang"], ["ready", "take", "console VFS: no root", "end"]])
def test_guest_that_does_not_get_ready_is_tried_twice(guest, lines):
    result = guest.play(*lines, limit=0.5)
    assert result.verdict == "unresolved" and len(guest.started) == 2
    assert result.reason.startswith("the guest did not get ready") and result.reason.endswith("VFS: no root")
    assert not any(map(scratch.alive, guest.started)) and not (guest.out / ".guest").exists()


def test_panic_is_a_crash(guest):
    result = guest.play(*_BEGINS, "console Kernel panic - not syncing: oh", "end")
    assert (result.verdict, result.reason) == ("crash", "the kernel reports: Kernel panic - not syncing: oh")


def test_report_counts_for_more_than_a_result(guest):
    result = guest.play(*_BEGINS, "console BUG: KASAN: use-after-free", f"archive result.json {_RESULT}")
    assert (result.verdict, result.reason) == ("crash", "the kernel reports: BUG: KASAN: use-after-free")


def test_hung_guest(guest):
    result = guest.play(*_BEGINS, "hang", limit=0.5)
    assert result.verdict == "unresolved" and "still busy after 0.5 s" in result.reason
    assert len(guest.started) == 1 and not any(map(scratch.alive, guest.started))


def test_guest_that_ends_without_a_result(guest):
    result = guest.play(*_BEGINS, "console bye", "end")
    assert (result.verdict, result.reason) == (
        "unresolved", "the guest ended without a result; its console's last line is: bye")


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "a/../../outside"])
def test_file_outside_of_the_folder(guest, name):
    result = guest.play(*_BEGINS, f"archive {name} text")
    assert result.verdict == "unresolved" and result.reason.endswith(f"outside of its folder: {name}")
    assert not (guest.out.parent / "outside").exists()


_NOT_NS = "--machine, --processors, --no-snapshot and --gdb are for QEMU guests: --place qemu"


@pytest.mark.parametrize("words, said", [
    (["--gdb"], _NOT_NS), (["--place", "uml", "--no-snapshot"], _NOT_NS), (["--machine", "q35"], _NOT_NS),
    (["--processors", "2"], _NOT_NS), (["--place", "qemu", "--processors", "0"], "'0' is not a whole number from 1 on"),
    (["--place", "qemu", "--real-time"], "--real-time is for UML guests; a QEMU guest's clock is always real"),
    (["--place", "qemu", "--kernel", "uml-6.1"], "uml-6.1"), (["--place", "qemu", "--seed", "7"], "--seed is for UML guests"),
    (["--place", "qemu", "--kernel", "east=uml-6.1"], "kernel 'uml-6.1' is built for arch um and runs at --place uml"),
    (["--place", "qemu", "--gdb", "--apart"], "--gdb is for one guest that runs its test by itself"),
])
def test_options_that_do_not_fit(tmp_path, capsys, words, said):
    assert cli.main(["run-one", *words, "--out", str(tmp_path / "out"), "hosts/empty"]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.fixture(name="checkout_with_qemu", scope="module")
def _checkout_with_qemu():
    """A scratch checkout that can run QEMU guests."""
    from lab.kernels import catalog
    if not shutil.which(qemu.PROGRAM) or not shutil.which("mkfs.erofs"):
        pytest.skip("QEMU or mkfs.erofs is not installed; 'make deps-qemu' does it")
    if not kernels.is_cached(catalog.find(qemurun.DEFAULT, "qemu")):
        pytest.skip(f"kernel {qemurun.DEFAULT} is not cached; './lab kernels get {qemurun.DEFAULT}' fetches it")
    made = scratch.Checkout(scratch._folder("cygnet scratch, qemu-"))
    for name in ("kernel-src", "tools"):
        shutil.copytree(paths.ROOT / name, made.path / name, dirs_exist_ok=True)
    shutil.copytree(paths.TESTING / "hosts" / "empty", made.path / "testing" / "hosts" / "empty", symlinks=True)
    with open(made.path / "testing" / "TESTLIST", "a", encoding="utf-8") as listed:
        listed.write("hosts empty good\n")
    made.environment["CYGNET_CACHE"] = str(paths.cache())
    return made


def test_real_guest(checkout_with_qemu, tmp_path):
    result = checkout_with_qemu.result("--place", "qemu", "--out", str(tmp_path / "out"), "hosts/empty")
    assert (result["class"], result["cell"]["place"]) == ("pass", "qemu"), result
    assert result["cell"]["release"].startswith("6.1.") and {"west.console.txt", "eastnet.pcap"} <= {
        path.name for path in Path(result["out"]).iterdir()}


def test_real_guest_has_programs_that_were_built_after_it_was_saved(checkout_with_qemu, tmp_path):
    made = checkout_with_qemu
    program = tmp_path / "stage/usr/local/sbin/hello"
    program.parent.mkdir(parents=True)
    made.says("own", "hello", toml='stacks = ["klips-user"]\n', console={"west": scratch.console("west", ("hello", "two\n"))})
    for text, expected in (("one", "fail"), ("two", "pass")):
        program.write_text(f"#!/bin/sh\necho {text}\n")
        program.chmod(0o755)
        result = made.result("--place", "qemu", "--out", str(tmp_path / text), "own",
                             env={**made.environment, "CYGNET_STAGE": str(tmp_path / "stage")})
        console = (Path(result["out"]) / "west.console.txt").read_text()
        assert (result["class"], console) == (expected, scratch.console("west", ("hello", f"{text}\n"))), result
