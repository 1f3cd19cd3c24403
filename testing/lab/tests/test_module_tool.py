# SPDX-License-Identifier: GPL-2.0-or-later
"""tools/module.py: what it lays out for the kernel's make, what it installs, and what it says where it cannot."""

import importlib.util
from pathlib import Path

import pytest

from lab import paths
from lab.errors import UsageError
from lab.kernels import klips

_SPEC = importlib.util.spec_from_file_location("module_tool", paths.ROOT / "tools" / "module.py")
module_tool = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(module_tool)


def test_sources_are_links_and_what_is_gone_goes(tmp_path):
    gone = tmp_path / "klips" / "core" / "gone.c"
    gone.parent.mkdir(parents=True)
    gone.symlink_to(paths.ROOT / "Makefile")
    (tmp_path / "klips" / "core" / "esp.o").write_text("compiled before")
    klips.link(tmp_path)
    assert not gone.is_symlink() and (tmp_path / "klips" / "core" / "esp.o").exists()
    for name in ("klips/core/esp.c", "klips/control/control.c", "klips/module/main.c", "klips/module/shim/libmnl/libmnl.h",
                 "lib/control_message.c", "lib/netlink.h"):
        assert (tmp_path / name).resolve() == paths.ROOT / "src" / name
    assert (tmp_path / "Kbuild").resolve() == paths.ROOT / "src" / "klips" / "module" / "Kbuild"
    assert not (tmp_path / "lib" / "netlink.c").exists()  # it talks to sockets


def test_folder_that_is_no_kernels(tmp_path, capsys):
    assert module_tool.main(["--into", str(tmp_path / "into"), f"{tmp_path}/"]) == 2
    assert capsys.readouterr().err == f"module: {tmp_path}: no kernel's source or headers: there is no Makefile\n"
    assert not (tmp_path / "into").exists()


def test_tree_that_was_not_compiled(tmp_path, capsys):
    (tmp_path / "Makefile").touch()
    (tmp_path / ".config").touch()
    assert module_tool.main(["--into", str(tmp_path / "into"), f"{tmp_path}/"]) == 2
    told = "the kernel was configured, but not compiled: there is no Module.symvers"
    assert capsys.readouterr().err == f"module: {tmp_path}: {told}\n"


@pytest.mark.parametrize("rest, status", [
    ("default:\n\nmodules:\n\t@echo 'a.c:1: warning: odd'\n", 0),
    ("modules:\n\t@echo 'a.c:1:2: error: wrong'; exit 2\n", 1),
])
def test_failure_is_one_and_a_warning_only_in_a_check(tmp_path, capsys, rest, status):
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "Makefile").write_text(rest)
    assert module_tool.main(["--into", str(tmp_path / "into"), str(tree)]) == status
    assert module_tool.main(["--check", "--into", str(tmp_path / "into"), str(tree)]) == 1
    assert "a.c:1" in capsys.readouterr().out
    assert Path(tmp_path / "into" / "tree" / "Kbuild").is_symlink()


def _built(tmp_path: Path, release: str = "6.0-x") -> Path:
    """A kernel's tree whose make installs as the kernel's does, with modules that were built for it."""
    tree = tmp_path / "tree"
    (tree / "include" / "config").mkdir(parents=True)
    (tree / "include" / "config" / "kernel.release").write_text(f"{release}\n")
    (tree / "Makefile").write_text(
        "modules_install:\n\t@test $(DEPMOD) = true\n"
        f"\tinstall -D -t $(INSTALL_MOD_PATH)/lib/modules/{release}/$(INSTALL_MOD_DIR) $(M)/ipsec.ko\n")
    (tmp_path / "into" / "tree").mkdir(parents=True)
    (tmp_path / "into" / "tree" / "ipsec.ko").write_text("built")
    return tree


def test_a_packages_folder_gets_the_module_alone(tmp_path, capsys):
    tree, root = _built(tmp_path), tmp_path / "root"
    assert module_tool.main(["--into", str(tmp_path / "into"), "--install", str(root), f"{tree}"]) == 0
    modules = root / "lib" / "modules" / "6.0-x"
    assert [path for path in root.rglob("*") if path.is_file()] == [modules / "updates" / "ipsec.ko"]
    assert capsys.readouterr().out == (
        f"module: installed {modules}/updates/ipsec.ko\n"
        f"module: no depmod: {modules} is not the folder of a whole kernel; run 'depmod 6.0-x' where it is\n")


def test_release_is_what_modules_are_marked_with(tmp_path, capsys):
    tree, root = _built(tmp_path), tmp_path / "root"
    (tree / "include" / "generated").mkdir()
    (tree / "include" / "generated" / "utsrelease.h").write_text('#define UTS_RELEASE "6.0-x"\n')
    (tree / "include" / "config" / "kernel.release").write_text("6.0.192\n")  # as Debian's headers of 6.1 have it
    assert module_tool.main(["--into", str(tmp_path / "into"), "--install", str(root), f"{tree}"]) == 0
    assert capsys.readouterr().out.startswith(f"module: installed {root}/lib/modules/6.0-x/updates/ipsec.ko\n")


def test_modprobe_is_told_where_the_kernel_is(tmp_path, capsys, monkeypatch):
    tree, root = _built(tmp_path), tmp_path / "root"
    (root / "lib" / "modules" / "6.0-x").mkdir(parents=True)
    (root / "lib" / "modules" / "6.0-x" / "modules.builtin").touch()
    program = tmp_path / "bin" / "depmod"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho \"$@\" >>{tmp_path}/told\nexit $DEPMOD_STATUS\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    words = ["--into", str(tmp_path / "into"), "--install", str(root), str(tree)]
    monkeypatch.setenv("DEPMOD_STATUS", "0")
    assert module_tool.main(words) == 0
    assert (tmp_path / "told").read_text() == f"-b {root} 6.0-x\n"
    assert capsys.readouterr().out.endswith("module: depmod 6.0-x: modprobe ipsec finds it\n")
    monkeypatch.setenv("DEPMOD_STATUS", "1")
    assert module_tool.main(words) == 1
    assert capsys.readouterr().out.endswith("module: depmod 6.0-x: failed\n")


def test_what_was_not_built_is_not_installed(tmp_path, capsys):
    tree = _built(tmp_path)
    (tmp_path / "into" / "tree" / "ipsec.ko").unlink()
    assert module_tool.main(["--into", str(tmp_path / "into"), "--install", str(tmp_path / "root"), str(tree)]) == 2
    assert "there is none: type 'make module' first" in capsys.readouterr().err
    assert not (tmp_path / "root").exists()


def test_header_of_settings_by_either_name(tmp_path, capsys):
    path = tmp_path / "config-all.h"
    path.touch()
    assert module_tool.header(str(path), None) == [f"MODULE_DEF_INCLUDE={path}"] and capsys.readouterr().out == ""
    assert module_tool.header(None, str(path)) == [f"MODULE_DEF_INCLUDE={path}"]
    assert capsys.readouterr().out == f"module: MODULE_DEFCONFIG={path} is a header, and taken as MODULE_DEF_INCLUDE= is\n"
    assert module_tool.header(str(path), str(path)) and module_tool.header(None, None) == []


@pytest.mark.parametrize("include, defconfig, complaint", [
    (None, "packaging/ocf/defconfig", "MODULE_DEFCONFIG=packaging/ocf/defconfig: make's settings are not taken from a file"),
    ("a.h", "b.h", "MODULE_DEFCONFIG=b.h and MODULE_DEF_INCLUDE=a.h: name one"), ("gone.h", None, "gone.h: no such file"),
])
def test_header_that_cannot_be(include, defconfig, complaint):
    with pytest.raises(UsageError) as error:
        module_tool.header(include, defconfig)
    assert str(error.value).startswith(complaint)


def test_folder_for_dkms(tmp_path, capsys):
    folder = tmp_path / "cygnet-klips-1.2"
    assert module_tool.main(["--source", str(folder), "--release", "1.2"]) == 0
    assert not any(path.is_symlink() for path in folder.rglob("*"))
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == {*klips.sources(), "dkms.conf"}
    assert 'PACKAGE_VERSION="1.2"' in (folder / "dkms.conf").read_text() and "@" not in (folder / "dkms.conf").read_text()
    assert capsys.readouterr().out == f"module: {folder}: dkms add -m cygnet-klips -v 1.2\n"
    assert module_tool.main(["--source", str(folder), "--release", "1.2"]) == 2
    assert module_tool.main(["--source", str(tmp_path / "other"), "--release", "1 2"]) == 2
    assert capsys.readouterr().err.count("\n") == 2 and not (tmp_path / "other").exists()
