# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels of the archive as files, from packages made up here; and `lab kernels`."""

import bz2
import gzip
import json
import lzma
import os
import struct
import subprocess
import time
from pathlib import Path

import pytest

from lab import cli, debs, kernels, once, paths
from lab.errors import UnresolvedError
from lab.kernels import archive, catalog, gc, package, recipes, tool, vmlinux

_ELF = b"\x7fELF" + bytes(range(256)) * 40
_KERNEL = catalog.Package("6.9", "6", "generic", "image-6.9-amd64", "6.0.9-2")
_RELEASE = "6.9-amd64"


def _quiet(text: str) -> None:
    """No progress is shown."""


def _image(payload: bytes, version: int = 0x20f, length: int | None = None, sectors: int = 3) -> bytes:
    """A bzImage as the kernel's build makes it, with that packed in it."""
    head = bytearray(512 * (sectors + 1))
    head[0x1f1] = sectors
    head[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", head, 0x206, version)
    struct.pack_into("<II", head, 0x248, 16, len(payload) if length is None else length)
    return bytes(head) + b"\x90" * 16 + payload + b"rest"


def _extracted(tmp_path: Path, data: bytes) -> bytes:
    (tmp_path / "vmlinuz").write_bytes(data)
    vmlinux.extract(tmp_path / "vmlinuz", tmp_path / "vmlinux", _quiet)
    return (tmp_path / "vmlinux").read_bytes()


_SIZE = struct.pack("<I", len(_ELF))


@pytest.mark.parametrize("payload", [
    gzip.compress(_ELF), bz2.compress(_ELF) + _SIZE, lzma.compress(_ELF) + _SIZE,
    lzma.compress(_ELF, lzma.FORMAT_ALONE) + _SIZE, _ELF,
], ids=["gzip", "bzip2", "xz", "lzma", "plain"])
def test_vmlinux(tmp_path, payload):
    assert _extracted(tmp_path, _image(payload)) == _ELF
    assert _extracted(tmp_path, _image(payload, sectors=40)) == _ELF


@pytest.mark.parametrize("program, words, magic", [
    ("zstd", ["zstd", "-q", "-c"], "28b52ffd"), ("lz4", ["lz4", "-q", "-l", "-c"], "02214c18")])
def test_vmlinux_by_another_program(tmp_path, program, words, magic):
    if not any(os.access(f"{place}/{program}", os.X_OK) for place in ("/usr/bin", "/bin")):
        pytest.skip(f"the machine has no {program}")
    (tmp_path / "elf").write_bytes(_ELF)
    packed = subprocess.run([*words, tmp_path / "elf"], check=True, capture_output=True).stdout
    assert packed.startswith(bytes.fromhex(magic))
    assert _extracted(tmp_path, _image(packed + _SIZE)) == _ELF


@pytest.mark.parametrize("data, said", [
    (b"", "not a Linux boot image"), (b"\0" * 4096, "not a Linux boot image"),
    (_image(gzip.compress(_ELF), version=0x207), "boot protocol 0x207 is older than 0x208"),
    (_image(gzip.compress(_ELF), length=1 << 20), "cut short"),
    (_image(b"\x89LZO" + bytes(40)), "packed in a way not known here; it begins with 894c5a4f0000"),
    (_image(gzip.compress(b"text" * 99)), "no ELF file"),
    (_image(b"\x1f\x8b\x08" + b"\xff" * 99), "vmlinuz: Error"),
    (_image(b"\xfd7zXZ\0" + b"\xff" * 99), "vmlinuz: "),
])
def test_vmlinux_errors(tmp_path, data, said):
    with pytest.raises(UnresolvedError) as error:
        _extracted(tmp_path, data)
    assert said in str(error.value) and str(error.value).startswith(str(tmp_path / "vmlinuz"))
    assert not (tmp_path / "vmlinux").exists()


def _unpacked(tree: Path) -> None:
    """What debs.fetch makes of a kernel's package."""
    texts = {f"boot/config-{_RELEASE}": b"CONFIG_A=y\n", f"boot/vmlinuz-{_RELEASE}": _image(gzip.compress(_ELF)),
             f"usr/lib/modules/{_RELEASE}/kernel/a.ko.xz": lzma.compress(b"module a"),
             f"usr/lib/modules/{_RELEASE}/kernel/b.ko": b"module b",
             "usr/share/doc/image/changelog.gz": gzip.compress(b"linux (6.0.9-2) s\n\n  * two\n\nlinux (6.0.9-1) s\n"),
             "usr/share/bug/image/control": b"x"}
    for name, data in texts.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(data)


@pytest.fixture(name="fetched")
def _fetched(tmp_path, monkeypatch):
    """The unpacked package that the archive gives; what depmod was called with; and its version in the archive."""
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / "cache"))
    tree = tmp_path / "tree"
    _unpacked(tree)
    calls = []

    def fetch(packages, into, progress, without):
        assert packages == [_KERNEL.package] and "initramfs-tools" in without
        into.parent.mkdir(parents=True, exist_ok=True)
        os.rename(tree, into)
        return into

    version = {"is": _KERNEL.version}
    monkeypatch.setattr(debs, "fetch", fetch)
    monkeypatch.setattr(debs, "cached", lambda packages, into, without: debs.Index("", {_KERNEL.package: version["is"]}))
    monkeypatch.setattr(tool, "run", lambda name, words, progress: calls.append((name, words)))
    return tree, calls, version


def test_package(fetched):
    made = kernels.ensure(_KERNEL, _quiet)
    where = kernels.folder(_KERNEL)
    assert made == kernels.Files("6.9", _RELEASE, where / "vmlinuz", where / "vmlinux", where, where / "config")
    assert made.vmlinux.read_bytes() == _ELF and made.config.read_text() == "CONFIG_A=y\n"
    modules = where / "lib" / "modules" / _RELEASE / "kernel"
    assert {path.name: path.read_bytes() for path in modules.iterdir()} == {"a.ko": b"module a", "b.ko": b"module b"}
    ((name, words),) = fetched[1]
    assert name == "kmod" and words[:2] == ["depmod", "-b"] and words[3] == _RELEASE
    assert sorted(path.name for path in where.iterdir()) == ["changelog.gz", "config", "lib", "release", "vmlinux", "vmlinuz"]
    assert kernels.ensure(_KERNEL, lambda text: pytest.fail(text)) == made
    older = catalog.Package("6.8", "6", "generic", "p", "6.0.9-1")
    assert "* two" in package.changelog(older, _KERNEL, _quiet)


@pytest.mark.parametrize("gone, said", [
    (f"boot/vmlinuz-{_RELEASE}", "holds 0 kernels (boot/vmlinuz-*) instead of one"),
    (f"boot/config-{_RELEASE}", f"has no config of kernel {_RELEASE}"),
])
def test_package_that_lacks_something(fetched, gone, said):
    (fetched[0] / gone).unlink()
    with pytest.raises(UnresolvedError) as error:
        kernels.ensure(_KERNEL, _quiet)
    assert str(error.value) == f"package {_KERNEL.package} {said}" and not kernels.folder(_KERNEL).exists()


def test_package_with_a_broken_module(fetched):
    (fetched[0] / f"usr/lib/modules/{_RELEASE}/kernel/a.ko.xz").write_bytes(b"no xz")
    with pytest.raises(UnresolvedError, match="a.ko.xz: "):
        kernels.ensure(_KERNEL, _quiet)
    assert not kernels.folder(_KERNEL).exists()


def test_package_without_a_changelog(fetched):
    (fetched[0] / "usr/share/doc/image/changelog.gz").unlink()
    with pytest.raises(UnresolvedError, match="image-6.9-amd64 has no changelog"):
        package.changelog(_KERNEL, _KERNEL, _quiet)


def test_package_of_another_version_than_listed(fetched):
    fetched[2]["is"] = "6.0.9-3"
    once.replace(_list(), "[]")
    with pytest.raises(UnresolvedError, match="the archive now has version 6.0.9-3 instead of 6.0.9-2; try again"):
        kernels.ensure(_KERNEL, _quiet)
    assert not _list().exists()


def _list() -> Path:
    path = kernels.top() / "packages.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_tool_that_the_machine_lacks(tmp_path, monkeypatch):
    (tmp_path / "usr" / "bin").mkdir(parents=True)
    program = tmp_path / "usr" / "bin" / "no-such-tool"
    program.write_text('#!/bin/sh\necho "$1"; echo bad >&2; exit "$2"\n')
    program.chmod(0o755)
    monkeypatch.setattr(debs, "fetch", lambda packages, into, progress: tmp_path)
    assert tool.run("pkg", ["no-such-tool", "x", "0"], _quiet, stdout=subprocess.PIPE).stdout == b"x\n"
    with pytest.raises(UnresolvedError, match="^no-such-tool: bad$"):
        tool.run("pkg", ["no-such-tool", "x", "3"], _quiet, stdout=subprocess.PIPE)
    with pytest.raises(UnresolvedError, match="package pkg has no program no-such-one"):
        tool.run("pkg", ["no-such-one"], _quiet)


@pytest.fixture(name="known")
def _known(tmp_path, monkeypatch):
    """A cache with a package and a build in it, and the catalogue that has them and a package that is not there."""
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / "cache"))
    (tmp_path / "config").mkdir()
    (tmp_path / "kernels.toml").write_text(
        '[packages.6]\npattern = "image-6.{abi}-amd64"\nname = "6.{abi}"\nflavours = { generic = "" }\n'
        '[builds.k]\nsource = "s"\narch = "um"\nconfig = []\n')
    monkeypatch.setattr(recipes, "default", lambda: tmp_path / "kernels.toml")
    packages = [_KERNEL, catalog.Package("6.10", "6", "generic", "image-6.10-amd64", "6.0.10-1")]
    monkeypatch.setattr(archive, "listed", lambda progress: packages)
    monkeypatch.setattr(archive, "known", lambda: packages)
    for name in (_KERNEL.folder, catalog.find("k").folder):
        _folder(name)
    return paths.cache() / "kernels"


def _folder(name: str, age: float = 0.0) -> Path:
    """A kernel's folder in the cache, last used so many days ago."""
    path = kernels.top() / name
    path.mkdir(parents=True)
    (path / "release").write_text("6\n")
    used = time.time() - 86400 * age
    os.utime(path, (used, used))
    return path


def test_command_lists(known, capsys):
    assert cli.main(["kernels", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["name"], row["kind"], row["place"], row["cached"]) for row in rows] == [
        ("6.9", "package", "qemu", True), ("6.10", "package", "qemu", False), ("k", "build", "uml", True)]
    assert rows[0]["folder"] == str(known / _KERNEL.folder) and rows[0]["bytes"] > 0 and rows[0]["version"] == "6.0.9-2"
    assert cli.main(["kernels", "list", "6"]) == 0
    assert capsys.readouterr().out.split() == ["6.10", "qemu", "image-6.10-amd64", "6.0.10-1", "not", "here"]
    assert cli.main(["kernels", "--cached"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["6.9", "k"]


def test_command_makes(known, capsys):
    assert cli.main(["kernels", "get", "6.9"]) == 0
    assert capsys.readouterr().out == f"{known / _KERNEL.folder / 'vmlinuz'}\n"
    assert cli.main(["kernels", "build", "k", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["name"] == "k" and made["vmlinux"] is None and made["image"].endswith("/linux")


def test_gc(known, capsys):
    other, old, git = _folder("l-0123456789ab"), _folder("k-0123456789ab"), _folder("git-c0ffee-0123456789ab")
    draft = _folder("k-0123456789ac.draft-1")
    begun = _folder("k-0123456789ad.draft-2")
    foreign = _folder("foreign")
    with once.locked(known / "k-0123456789ad.lock"):
        assert cli.main(["kernels", "gc", "--dry-run"]) == 0
        assert capsys.readouterr().out.count("would remove") == 3 and other.exists()
        assert cli.main(["kernels", "gc"]) == 0
    said = capsys.readouterr().out
    assert f"removed {other} (0 MB): no recipe or package asks for it" in said and "left over from a run" in said
    assert not other.exists() and not old.exists() and not draft.exists()
    assert begun.exists() and foreign.exists() and git.exists() and (known / _KERNEL.folder).exists()
    assert cli.main(["kernels", "gc", "--json"]) == 0
    assert [row["path"] for row in json.loads(capsys.readouterr().out)] == [str(begun)]


def test_gc_by_age(known):
    young, old = _folder("git-c0ffee-0123456789ab", age=2), _folder("git-c0ffee-0123456789ac", age=4)
    os.utime(known / _KERNEL.folder, (1, 1))
    assert cli.main(["kernels", "gc", "--older", "3"]) == 0
    assert young.exists() and not old.exists() and not (known / _KERNEL.folder).exists()


def test_use_keeps_a_kernel_young(known):
    os.utime(known / _KERNEL.folder, (1, 1))
    kernels.ensure(_KERNEL, _quiet)
    assert [path for path, _ in gc.unwanted(older=1)] == []


def test_gc_of_sources(known):
    for name in ("s-0123456789ab", "s-0123456789ac"):
        _folder(f"source/{name}")
    (known / "source" / "s.x.index").write_text('{"tree": "s-0123456789ab"}')
    (known / "source" / "t.x.index").write_text("nonsense")
    assert cli.main(["kernels", "gc"]) == 0
    assert sorted(path.name for path in (known / "source").iterdir() if path.is_dir()) == ["s-0123456789ab"]


def test_gc_of_all(known):
    _folder("git/linux-0123456789ab")
    _folder("source/s-0123456789ab")
    assert cli.main(["kernels", "gc", "--all"]) == 0
    assert [path for path in known.rglob("release")] == []


@pytest.mark.parametrize("words, said", [
    (["build"], "kernels build: name the kernels; 'lab kernels' lists them"),
    (["get"], "kernels get: name the kernels; 'lab kernels' lists them"),
    (["build", "6.9"], "kernels build: '6.9' is not for that: lab kernels get 6.9"),
    (["get", "k"], "kernels get: 'k' is not for that: lab kernels build k"),
    (["get", "6.9", "--git", "x"], "--git, --commit and --base are for 'lab kernels build'"),
    (["get", "6.9", "--commit", "x"], "--git, --commit and --base are for 'lab kernels build'"),
    (["build", "k", "--commit", "x"], "--commit and --base go with --git TREE"),
    (["build", "k", "--base", "k"], "--commit and --base go with --git TREE"),
    (["list", "--all"], "--older, --all and --dry-run are for 'lab kernels gc'"),
    (["gc", "k"], "kernels gc takes no names"),
    (["gc", "--older", "-1"], "--older -1: days cannot be negative"),
    (["gc", "--older", "nan"], "--older nan: days cannot be negative"),
])
def test_command_errors(known, capsys, words, said):
    assert cli.main(["kernels", *words]) == 2
    assert capsys.readouterr().err == f"lab: {said}\n"


@pytest.mark.parametrize("action", ["build", "get", "list"])
def test_unknown_kernel(known, capsys, action):
    assert cli.main(["kernels", action, "vmunix"]) == 3
    said = "unknown kernel 'vmunix'; known are 6, k, and packages such as 6.1.0-50 ('lab kernels list')"
    assert capsys.readouterr().err == f"lab: {said}\n"
