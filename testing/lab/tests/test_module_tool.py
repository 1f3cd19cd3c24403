# SPDX-License-Identifier: GPL-2.0-or-later
"""tools/module.py: what it lays out for the kernel's make, and what it says where it cannot build."""

import importlib.util
from pathlib import Path

import pytest

from lab import paths

_SPEC = importlib.util.spec_from_file_location("module_tool", paths.ROOT / "tools" / "module.py")
module_tool = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(module_tool)


def test_sources_are_links_and_what_is_gone_goes(tmp_path):
    gone = tmp_path / "klips" / "core" / "gone.c"
    gone.parent.mkdir(parents=True)
    gone.symlink_to(paths.ROOT / "Makefile")
    (tmp_path / "klips" / "core" / "esp.o").write_text("compiled before")
    module_tool.arrange(tmp_path)
    assert not gone.is_symlink() and (tmp_path / "klips" / "core" / "esp.o").exists()
    for name in ("klips/core/esp.c", "klips/control/control.c", "klips/module/main.c", "klips/module/shim/libmnl/libmnl.h",
                 "lib/control_message.c", "lib/netlink.h"):
        assert (tmp_path / name).resolve() == paths.ROOT / "src" / name
    assert (tmp_path / "Kbuild").resolve() == paths.ROOT / "src" / "klips" / "module" / "Kbuild"
    assert not (tmp_path / "lib" / "netlink.c").exists()  # it talks to sockets


def test_folder_that_is_no_kernels(tmp_path, capsys):
    assert module_tool.main(["--into", str(tmp_path / "into"), f"{tmp_path}/"]) == 3
    assert capsys.readouterr().err == f"module: {tmp_path}: no kernel's source or headers: there is no Makefile\n"
    assert not (tmp_path / "into").exists()


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
