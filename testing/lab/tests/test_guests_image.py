# SPDX-License-Identifier: GPL-2.0-or-later
"""The disks of QEMU guests: which files are on them, how they are named, kept and packed."""

import os
import shutil
import tarfile
from pathlib import Path

import pytest

from lab import once, paths
from lab.errors import UnresolvedError
from lab.guests import closure, image, initrd, mailbox, snapshot


def _package(name: str, *depends: str, provides: str = "", essential: bool = False) -> closure.Package:
    groups = tuple(tuple(group.split("|")) for group in depends)
    return closure.Package(name, "1", essential, tuple(provides.split()), groups)


def _machine(*packages: closure.Package) -> dict[str, closure.Package]:
    return {package.name: package for package in packages}


def test_packages_come_with_what_they_depend_on():
    machine = _machine(_package("lab", "python|perl", "shell"), _package("perl"), _package("dash", provides="shell"),
                       _package("base", "lib", essential=True), _package("lib"), _package("other"))
    assert closure.resolve(["lab", "absent"], machine) == {"base": "1", "dash": "1", "lab": "1", "lib": "1", "perl": "1"}


def test_packages_that_depend_on_each_other():
    assert list(closure.resolve(["a"], _machine(_package("a", "b"), _package("b", "a")))) == ["a", "b"]


def test_record_of_dpkg():
    line = "installed\tip\t6.1\tyes\tarp (= 1)\tlibc6 (>= 2), liba | libb:any, "
    assert closure._package(line) == closure.Package("ip", "6.1", True, ("arp",), (("libc6",), ("liba", "libb")))
    assert closure._package("config-files\told\t1\tno\t\t, ") is None


def test_dpkg_that_does_not_answer(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UnresolvedError, match="cannot tell what is installed"):
        closure.installed()


@pytest.fixture(name="dpkg")
def _dpkg(tmp_path, monkeypatch):
    """dpkg's folder, where files can be given to packages."""
    folder = tmp_path / "dpkg"
    (folder / "info").mkdir(parents=True)
    monkeypatch.setenv("DPKG_ADMINDIR", str(folder))
    return folder / "info"


def test_files_of_packages(dpkg, tmp_path, monkeypatch):
    monkeypatch.setattr(closure, "_LEFT_OUT", ("/usr/share/doc/",))  # not /tmp, where this test is
    real = tmp_path / "usr" / "lib"
    real.mkdir(parents=True)
    (real / "x").touch()
    (tmp_path / "lib").symlink_to("usr/lib")
    (dpkg / "one:amd64.list").write_text(f"/.\n{tmp_path}/lib/x\n/usr/share/doc/bash\n{tmp_path}/lib/gone\n")
    (dpkg / "two.list").write_text(f"{tmp_path}/usr/lib/x\n")
    assert list(closure.files(["one", "two", "none"])) == [str(real / "x")]


def test_sets_of_packages():
    assert "iproute2" in closure.wanted("run") and "qemu-system-x86" not in closure.wanted("run", "image")


_DEPENDENCIES = """\
kernel/net/ipv4/esp4.ko: kernel/lib/odd.ko
kernel/drivers/net/tun.ko:
kernel/drivers/net/ethernet/intel/e1000.ko: kernel/drivers/ptp/ptp.ko
kernel/drivers/net/wireguard/wireguard.ko: kernel/arch/x86/crypto/chacha.ko
kernel/lib/odd.ko:
kernel/sound/snd.ko: kernel/sound/core.ko
kernel/drivers/virtio/virtio_pci.ko: kernel/drivers/odd/ring.ko
"""


def test_modules_that_guests_need():
    chosen = image.needed_modules(_DEPENDENCIES)
    assert {"kernel/net/ipv4/esp4.ko", "kernel/drivers/net/tun.ko", "kernel/drivers/odd/ring.ko"} <= set(chosen)
    assert not any("e1000" in name or "ptp" in name or "sound" in name for name in chosen)


def test_code_is_what_is_imported(tmp_path):
    for name, text in {"lab/__init__.py": "", "lab/a.py": "from lab import b, c as d\n",
                       "lab/b.py": "def f():\n    from lab.sub.e import (x,\n        y)\n", "lab/c.py": "import os\n",
                       "lab/sub/__init__.py": "", "lab/sub/e.py": "x = y = 1\n",
                       "lab/unused.py": "from lab import a\n"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert list(image.used_modules(tmp_path, "lab/a.py")) == [
        "lab/__init__.py", "lab/a.py", "lab/b.py", "lab/c.py", "lab/sub/e.py"]


def test_code_of_guests_is_small():
    used = image.used_modules(paths.TESTING, "lab/guests/qinit.py", "lab/runone.py")
    assert {"lab/place/hostd.py", "lab/verdict.py", "lab/guests/init.py"} <= set(used)
    assert not any(name.startswith("lab/commands/") or name == "lab/pool.py" for name in used)


def test_longest_unused_go_first(tmp_path):
    for age, name in enumerate(["new", "recent", "old", "oldest"]):
        (tmp_path / f"x-{name}").mkdir()
        seconds = os.stat(tmp_path).st_mtime - age * 3000
        os.utime(tmp_path / f"x-{name}", (seconds, seconds))
    (tmp_path / "x-file").touch()
    once.sweep(tmp_path, "x-*", keep=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x-file", "x-new", "x-recent"]


def test_image_is_made_once(tmp_path, monkeypatch):
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path))
    monkeypatch.setattr(image, "write", lambda source, target: target.write_text(str(sorted(os.listdir(source)))))
    made = [image._make("tree-x", lambda top: (top / "a").touch(), lambda text: None) for _ in range(2)]
    assert made == [tmp_path / "images" / "tree-x" / "image"] * 2 and made[0].read_text() == "['a']"
    assert os.listdir(made[0].parent) == ["image"]


def test_no_mkfs(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UnresolvedError, match="package erofs-utils has it: 'make deps-qemu'"):
        image.write(tmp_path, tmp_path / "image")


@pytest.mark.skipif(not shutil.which("mkfs.erofs"), reason="erofs-utils is not installed")
def test_image_of_nothing_there(tmp_path):
    with pytest.raises(UnresolvedError, match="mkfs.erofs: "):
        image.write(tmp_path / "absent", tmp_path / "image")


def test_modules_are_loaded_after_what_they_need(tmp_path):
    (tmp_path / "modules.dep").write_text(
        "kernel/fs/erofs/erofs.ko: kernel/lib/libcrc32c.ko kernel/crypto/crc.ko\n"
        "kernel/drivers/block/virtio_blk.ko.xz:\nkernel/lib/libcrc32c.ko: kernel/crypto/crc.ko\nkernel/crypto/crc.ko:\n")
    order = initrd.load_order(tmp_path, ("virtio-mmio", "virtio_blk", "erofs"))
    assert [path.name for path in order] == ["virtio_blk.ko.xz", "crc.ko", "libcrc32c.ko", "erofs.ko"]
    assert initrd.load_order(None, ("erofs",)) == []


def test_archive_that_the_kernel_unpacks():
    data = initrd.archive([("dev", 0o40755, b""), ("init", 0o100755, b"#!/busybox sh\n")])
    assert len(data) % 4 == 0 and data.startswith(b"070701")
    head = data[data.index(b"init\0") - 110:]
    fields = [int(head[6 + 8 * number:14 + 8 * number], 16) for number in range(13)]
    assert (fields[1], fields[6], fields[11]) == (0o100755, 14, 5)
    assert head[116:130] == b"#!/busybox sh\n" and b"TRAILER!!!\0" in data[-16:]


def _archive(path: Path, **members: str) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, kind in members.items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind.encode(), "/etc/passwd"
            archive.addfile(entry)
    return path


def test_links_and_devices_of_a_guest_are_left_out(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    kinds = {"file": "0", "hard": "1", "soft": "2", "device": "3", "folder": "5", "pipe": "6"}
    mailbox.unpack(_archive(tmp_path / "a", **kinds), out)
    assert os.listdir(out) == ["file"]


def test_file_of_a_guest_does_not_follow_a_link(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "file").symlink_to(tmp_path / "outside")
    mailbox.unpack(_archive(tmp_path / "a", file="0"), tmp_path / "out")
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("data", [b"", b"no archive" * 100])
def test_archive_that_cannot_be_read(tmp_path, data):
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(UnresolvedError, match="what the guest left cannot be read"):
        mailbox.unpack(tmp_path / "a", tmp_path)


def test_snapshot_is_made_once_and_not_by_halves(tmp_path, monkeypatch):
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path))
    made = []

    def make(draft: Path) -> None:
        made.append(draft)
        if len(made) == 1:
            raise UnresolvedError("QEMU has gone")
        (draft / snapshot.STATE).touch()

    with pytest.raises(UnresolvedError, match="has gone"):
        snapshot.ensure("microvm-1", make, lambda text: None)
    assert not snapshot.folder("microvm-1").exists()
    for _ in range(2):
        assert snapshot.ensure("microvm-1", make, lambda text: None) == tmp_path / "snapshots" / "microvm-1"
    assert len(made) == 2
